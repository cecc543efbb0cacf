"""A dialog in which something slow can run: how far it is, what stops it, what went wrong."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from kochat_gui.core.errors import UserFacingError
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.work_strip import WorkStrip


class WorkDialog(FittedDialog):
    """Signals: stop_requested()."""

    stop_requested = Signal()

    def __init__(
        self, title: str, width: int, height: int, appearance: Appearance, parent: QWidget
    ) -> None:
        """``width``, ``height``: wanted, in px at 100 %."""
        super().__init__(title, width, height, appearance, parent)
        self._work = WorkStrip()
        self._work.cancelled.connect(self.stop_requested)
        self._problem = Paragraph("", "danger_text")
        self._problem.hide()

    def begin_work(self, text: str) -> None:
        """Show that something runs; nothing else can be begun meanwhile."""
        self._problem.hide()
        self._work.begin(text)
        for widget in self._resting():
            widget.setEnabled(False)

    def set_progress(self, done: float) -> None:
        """``done``: 0–1."""
        self._work.set_progress(done)

    def end_work(self) -> None:
        """Nothing runs any more."""
        self._work.end()
        for widget in self._resting():
            widget.setEnabled(True)

    def show_problem(self, error: UserFacingError) -> None:
        """Say what went wrong."""
        self._problem.setText(error.text())
        self._problem.show()

    def _resting(self) -> Sequence[QWidget]:
        """What cannot be used while something runs."""
        raise NotImplementedError


def scrolled(inside: QWidget) -> QScrollArea:
    """``inside`` in an area that scrolls up and down, without a frame."""
    inside.setObjectName("panel_inside")
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(inside)
    return scroll
