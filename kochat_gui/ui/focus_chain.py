"""The order in which Tab goes from widget to widget."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def put_before(widget: QWidget, next_one: QWidget) -> None:
    """Let Tab come to ``widget``, with all that is in it, before ``next_one``.

    Qt goes by the order in which widgets were made.
    """
    inside = []
    part: QWidget | None = widget
    while part is not None and (part is widget or widget.isAncestorOf(part)):
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
            inside.append(part)
        part = part.nextInFocusChain()
    before = next_one.previousInFocusChain()
    for part in inside:
        if before is not None:
            QWidget.setTabOrder(before, part)
        before = part
