"""Does what the menus of messages offer, with the services."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kochat_gui.core.conversation import ConversationId, Message, MessageId
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.message_menu import MessageAct
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.services.assembly import Services

Try = Callable[[Callable[[], object]], bool]


class MessageActs(QObject):
    """One for the open conversation.

    Signals: export_requested(object message_id).
    """

    export_requested = Signal(object)

    def __init__(
        self,
        services: "Services",
        view: ChatView,
        appearance: Appearance,
        open_conversation: Callable[[ConversationId], None],
        show_path: Callable[[], None],
        attempt: Try,
    ) -> None:
        """``show_path`` shows the open conversation as it is stored now; ``attempt`` does
        something, and makes a notice of what goes wrong.
        """
        super().__init__(view)
        self._services = services
        self._view = view
        self._appearance = appearance
        self._open = open_conversation
        self._show_path = show_path
        self._attempt = attempt
        library = services.library
        self._acts: dict[MessageAct, Callable[[MessageId], object]] = {
            MessageAct.ANSWER: self._answer,
            MessageAct.REPEAT: self._repeat,
            MessageAct.FORK: self._fork,
            MessageAct.HIDE: lambda mid: library.set_excluded(mid, is_excluded=True),
            MessageAct.SHOW: lambda mid: library.set_excluded(mid, is_excluded=False),
            MessageAct.END_HERE: library.select_end,
            MessageAct.SHOW_REST: library.select_version,
            MessageAct.DETAILS: self._show_details,
            MessageAct.EXPORT: self.export_requested.emit,
            MessageAct.MAP: lambda mid: self._show_map(library.message(mid)),
        }
        view.act_requested.connect(self._do)

    def open_map(self, conversation_id: ConversationId | None) -> None:
        """Show the tree of a conversation, if it has messages."""
        if conversation_id is None:
            return
        path = self._services.library.path(conversation_id)
        if path:
            self._show_map(path[-1])

    def _do(self, act: MessageAct, message_id: int) -> None:
        self._attempt(lambda: self._acts[act](MessageId(message_id)))

    def _answer(self, message_id: MessageId) -> None:
        self._services.chat.answer(message_id)

    def _repeat(self, message_id: MessageId) -> None:
        self._services.chat.repeat(message_id)

    def _fork(self, message_id: MessageId) -> None:
        self._open(self._services.library.fork(message_id).conversation_id)

    def _show_details(self, message_id: MessageId) -> None:
        from kochat_gui.ui.chat.made_by_dialog import MadeByDialog

        message = self._services.library.message(message_id)
        MadeByDialog(message, _template_name, self._appearance, self._view.window()).open()

    def _show_map(self, current: Message) -> None:
        from kochat_gui.ui.chat.branch_map import BranchMap

        library = self._services.library
        tree = library.messages(current.conversation_id)
        path = [message.message_id for message in library.path(current.conversation_id)]
        shown = BranchMap(tree, path, current.message_id, self._appearance, self._view.window())
        shown.branch_requested.connect(lambda mid: self._show_branch(MessageId(mid), path))
        shown.end_requested.connect(lambda mid: self._do(MessageAct.END_HERE, mid))
        shown.open()

    def _show_branch(self, message_id: MessageId, path: list[MessageId]) -> None:
        """Bring a message into sight, on its branch if the shown path does not have it."""

        def show() -> None:
            if message_id not in path:
                self._services.library.select_version(message_id)
                self._show_path()
            self._view.scroll_to(message_id)

        self._attempt(show)


def _template_name(name: str) -> str:
    from kochat_gui.services.chat_templates import template_label

    label = template_label(name)
    return label.text() if label is not None else name
