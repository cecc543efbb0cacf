"""The order in which Tab goes from widget to widget, and where the keyboard goes by itself."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def is_focus_lost(widget: QWidget) -> bool:
    """What has the keyboard in the window of ``widget`` has been hidden or disabled.

    ``focusNextPrevChild`` is called then as it is by Tab. The next in the order is no better than
    any other: a Space there would do something that nobody asked for.
    """
    here = widget.window().focusWidget()
    return here is not None and not (here.isVisible() and here.isEnabled())


def set_visible(visible: Mapping[QWidget, bool]) -> None:
    """Show some, then hide the others, which leave the keyboard to what is seen."""
    for is_visible in (True, False):
        for widget, wanted in visible.items():
            if wanted is is_visible:
                widget.setVisible(is_visible)


def put_before(widget: QWidget, next_one: QWidget) -> None:
    """Let Tab come to ``widget``, with all that is in it, before ``next_one``.

    Qt goes by the order in which widgets were made.
    """
    _put(widget, next_one.previousInFocusChain())


def put_behind(widget: QWidget, one_before: QWidget) -> None:
    """Let Tab come to ``widget``, with all that is in it, right after ``one_before``."""
    _put(widget, one_before)


def put_here(place: QWidget, widgets: Iterable[QWidget]) -> None:
    """Let Tab come to ``widgets``, made later than the rest, where ``place`` is.

    Qt puts nothing behind a widget that cannot have the keyboard.
    """
    before = place.previousInFocusChain()
    while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain() if before is not place else None
    for widget in widgets:
        if before is not None:
            QWidget.setTabOrder(before, widget)
        before = widget


def _put(widget: QWidget, before: QWidget | None) -> None:
    inside = []
    part: QWidget | None = widget
    while part is not None and (part is widget or widget.isAncestorOf(part)):
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
            inside.append(part)
        part = part.nextInFocusChain()
    for part in inside:
        if before is not None:
            QWidget.setTabOrder(before, part)
        before = part
