"""Something was done, and can be taken back for some seconds."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from kochat_gui.ui.notices.banner import UndoToast


class UndoOffer(QObject):
    """Remembers what the toast's button would take back: the newest thing only."""

    def __init__(self, toast: UndoToast) -> None:
        super().__init__(toast)
        self._toast = toast
        self._undo: Callable[[], object] | None = None
        toast.undo_requested.connect(self.undo)

    def offer(self, text: str, undo: Callable[[], object]) -> None:
        """Say ``text``; ``undo`` is called if a person wants it back."""
        self._undo = undo
        self._toast.offer(text)

    def undo(self) -> None:
        """Take the newest thing back, also when the toast has gone already."""
        undo, self._undo = self._undo, None
        self._toast.hide()
        if undo is not None:
            undo()
