"""Everything about stored conversations that the main window shows, in one piece."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from kochat_gui.core.conversation import ConversationId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.sidebar.controller import SidebarController
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.trash.controller import TrashController


class ConversationsArea(QObject):
    """The list and the trash.

    Signals: open_requested(object conversation_id, or None for a new one), closed() when a person
    closed the trash, failed(UserFacingError), export_requested(list of conversation
    ids), folder_export_requested(Folder).
    """

    open_requested = Signal(object)
    export_requested = Signal(list)
    folder_export_requested = Signal(object)
    closed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        sidebar: Sidebar,
        pages: QStackedWidget,
        canvas: QWidget,
        appearance: Appearance,
    ) -> None:
        """``pages``: the conversation is the first; ``canvas``: what toasts appear on."""
        super().__init__(sidebar)
        self._services = services
        offer = UndoOffer(UndoToast(canvas))
        self._list = SidebarController(services, bridge, sidebar, offer, appearance)
        self._trash = TrashController(
            services.library, bridge, self._list.organizer, offer, pages, appearance
        )
        for part in (self._list, self._trash):
            part.open_requested.connect(self.open_requested)
        self._list.export_requested.connect(self.export_requested)
        self._list.folder_export_requested.connect(self.folder_export_requested)
        self._trash.closed.connect(self.closed)
        self._trash.failed.connect(self.failed)
        sidebar.trash_requested.connect(self._trash.open)

    def remembered(self) -> ConversationId | None:
        """What was open last, if it is there and not in the trash."""
        last = ConversationId(self._services.settings.get("ui.current_conversation"))
        try:
            [found] = self._services.library.several([last])
        except (UserFacingError, ValueError):
            return None
        return last if found.deleted_at is None else None

    def set_open(self, conversation_id: ConversationId | None) -> None:
        """Mark the conversation that is shown beside the list."""
        self._list.set_open(conversation_id)

    def leave(self, conversation_ids: list[ConversationId]) -> None:
        """These were moved to the trash: none of them stays open."""
        self._list.organizer.deleted.emit(conversation_ids)

    def rename_open(self) -> None:
        """Edit in place: the row at which the keyboard is, or else the open conversation."""
        self._list.rename_open()

    def start_incognito(self) -> None:
        """Open a conversation that is never written to the disk."""
        self._list.start_incognito()

    def leave_trash(self) -> None:
        """Show the conversation in the place of the trash; the keyboard stays where it is."""
        self._trash.leave()
