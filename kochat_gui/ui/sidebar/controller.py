"""Connects the conversation list with the stored conversations."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kochat_gui.core.conversation import ConversationId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.sidebar.sidebar import Sidebar

_NOTICE_ID = "conversations"


class SidebarController(QObject):
    """Lists, renames, deletes and brings back.

    Signals: open_requested(object conversation_id, or None for a new one).
    """

    open_requested = Signal(object)

    def __init__(
        self, services: Services, bridge: Bridge, sidebar: Sidebar, toast: UndoToast
    ) -> None:
        super().__init__(sidebar)
        self._services = services
        self._sidebar = sidebar
        self._toast = toast
        self._open_id: ConversationId | None = None
        self._deleted_id: ConversationId | None = None
        sidebar.new_requested.connect(lambda: self.open_requested.emit(None))
        sidebar.opened.connect(lambda cid: self.open_requested.emit(ConversationId(cid)))
        sidebar.renamed.connect(self._rename)
        sidebar.delete_requested.connect(lambda cid: self._delete(ConversationId(cid)))
        toast.undo_requested.connect(self._undo)
        bridge.conversations_changed.connect(lambda _event: self.refresh())

    def refresh(self) -> None:
        """List the conversations anew."""
        self._try(lambda: self._sidebar.show_conversations(self._services.library.list()))

    def set_open(self, conversation_id: ConversationId | None) -> None:
        """Mark the conversation that is shown beside the list."""
        self._open_id = conversation_id
        self.refresh()
        self._sidebar.set_current(conversation_id)

    def _rename(self, conversation_id: int, title: str) -> None:
        self._try(lambda: self._services.library.rename(ConversationId(conversation_id), title))

    def _delete(self, conversation_id: ConversationId) -> None:
        self._services.chat.stop(conversation_id)
        if not self._try(lambda: self._services.library.delete(conversation_id)):
            return
        self._deleted_id = conversation_id
        if self._open_id == conversation_id:
            self.open_requested.emit(None)
        self._toast.offer(translate("Sidebar", "The conversation was moved to the trash"))

    def _undo(self) -> None:
        if self._deleted_id is None:
            return
        restored, self._deleted_id = self._deleted_id, None
        if self._try(lambda: self._services.library.restore(restored)):
            self.open_requested.emit(restored)

    def _try(self, action: Callable[[], object]) -> bool:
        """Do what a person asked for; what goes wrong becomes a notice."""
        try:
            action()
        except UserFacingError as error:
            self._services.notices.post_error(error, _NOTICE_ID)
            return False
        return True
