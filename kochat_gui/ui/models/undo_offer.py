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
        toast.undo_requested.connect(self._on_undo)

    def offer(self, text: str, undo: Callable[[], object]) -> None:
        """Say ``text``; ``undo`` is called if a person wants it back."""
        self._undo = undo
        self._toast.offer(text)

    def _on_undo(self) -> None:
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()
