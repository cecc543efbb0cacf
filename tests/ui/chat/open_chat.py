"""The open conversation on the real services, without the window around it."""

from collections.abc import Callable

from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationId, Message
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.controller import ChatController
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.theme import Appearance

TEXT = "첫 문단이에요.\n\n- 하나\n- 둘\n\n끝이에요."
_WAIT_MS = 20_000
Start = Callable[..., "Chat"]


class Chat:
    """A view and a composer with their controller, without the window around them."""

    def __init__(
        self, services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
    ) -> None:
        self.services = services
        self.qtbot = qtbot
        self.widget = QWidget()
        self.view = ChatView(appearance)
        self.composer = Composer(appearance)
        column = QVBoxLayout(self.widget)
        column.addWidget(self.view)
        column.addWidget(self.composer)
        self.controller = ChatController(services, bridge, self.view, self.composer, appearance)
        self.widget.resize(900, 700)
        qtbot.addWidget(self.widget)
        with qtbot.waitExposed(self.widget):
            self.widget.show()
        self.controller.open(None)

    @property
    def conversation_id(self) -> ConversationId:
        assert self.controller.conversation_id is not None
        return self.controller.conversation_id

    def path(self) -> list[Message]:
        return self.services.library.path(self.conversation_id)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=_WAIT_MS)

    def ask(self, text: str = "질문") -> Message:
        """Send a message and wait until its answer is shown to its end."""
        self.composer.set_text(text)
        self.controller.send(text)
        return self.answered()

    def answered(self) -> Message:
        """Wait for the end of the answer."""
        self.wait(lambda: not self.services.chat.is_busy)
        last = self.path()[-1]
        self.wait(lambda: shown(self.view)[-1:] == [plain(last.text)])
        self.wait(lambda: not is_busy(self.composer))
        return last

    def notices(self) -> list[str]:
        return [notice.text for notice in self.services.notices.active()]


def shown(view: ChatView) -> list[str]:
    """The texts of the messages, in the order of the window."""
    texts: list[tuple[int, str]] = []
    for widget in [*view.findChildren(OwnMessage), *view.findChildren(Answer)]:
        if widget.isVisible():
            parts = widget.findChildren(QTextBrowser, "segment")
            joined = "\n".join(part.toPlainText() for part in parts)
            texts.append((widget.y(), joined))
    return [text for _, text in sorted(texts)]


def plain(text: str) -> str:
    """Markdown of these tests as it reads when shown."""
    return text.replace("\n\n", "\n").replace("- ", "").strip()


def is_busy(composer: Composer) -> bool:
    return composer._is_busy
