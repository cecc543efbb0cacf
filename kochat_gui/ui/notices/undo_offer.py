"""Something was done, and can be taken back for some seconds."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from kochat_gui.core.conversation import ConversationId
from kochat_gui.ui.notices.banner import UndoToast


class UndoOffer(QObject):
    """Remembers what the toast's button would take back: the newest thing only."""

    def __init__(self, toast: UndoToast) -> None:
        super().__init__(toast)
        self._toast = toast
        self._undo: Callable[[], object] | None = None
        self._about: frozenset[ConversationId] = frozenset()
        toast.undo_requested.connect(self.undo)

    @property
    def about(self) -> frozenset[ConversationId]:
        """Without any of these conversations there is nothing to take back any more."""
        return self._about

    def offer(
        self, text: str, undo: Callable[[], object], about: Iterable[ConversationId] = ()
    ) -> None:
        """Say ``text``; ``undo`` is called if a person wants it back."""
        self._undo = undo
        self._about = frozenset(about)
        self._toast.offer(text)

    def withdraw(self) -> None:
        """It cannot be taken back any more."""
        self._undo, self._about = None, frozenset()
        self._toast.hide()

    def undo(self) -> None:
        """Take the newest thing back, also when the toast has gone already."""
        undo = self._undo
        self.withdraw()
        if undo is not None:
            undo()
