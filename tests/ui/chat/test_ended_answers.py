"""An answer that has ended looks the same whenever its widget is built again."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationId, Message, MessageId, MessageState, Role
from kochat_gui.core.states import FinishReason, GenerationState
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the
from tests.ui.chat.open_chat import shown
from tests.ui.conftest import UseScript

_WAIT_MS = 20_000
_LONG = "가나다 라마바. " * 200
_ENDS = {
    "done": (
        GenerationState.GENERATING,
        messages.answer(2, "끝", usage=messages.USAGE, finish_reason=FinishReason.STOP),
    ),
    "stopped": (
        GenerationState.STOPPING,
        messages.answer(2, "끝", state=MessageState.STOPPED, finish_reason=FinishReason.CANCELLED),
    ),
    "failed": (
        GenerationState.PROCESSING_PROMPT,
        messages.answer(
            2,
            "끝",
            state=MessageState.FAILED,
            finish_reason=FinishReason.ERROR,
            error="엔진이 끝났어요.",
        ),
    ),
}


class _Seen(NamedTuple):
    """What is seen of an answer, but for its buttons that come with the mouse."""

    labels: list[str]
    has_error: bool
    can_continue: bool
    is_working: bool


def _newest(view: QWidget) -> Answer:
    shown = [answer for answer in view.findChildren(Answer) if answer.isVisible()]
    assert shown, "not yet"
    return max(shown, key=lambda answer: answer.y())


def _seen(view: QWidget) -> _Seen:
    """Of the newest answer."""
    answer = _newest(view)
    bars = answer.findChildren(QProgressBar)
    return _Seen(
        [label.text() for label in answer.findChildren(QLabel) if label.isVisible()],
        the(answer, QWidget, "error_card").isVisible(),
        any(b.isVisible() and b.text() == "이어서 생성" for b in answer.findChildren(QPushButton)),
        any(w.isVisible() for w in [*bars, *answer.findChildren(QWidget, "caret")]),
    )


def _says(view: QWidget, text: str) -> bool:
    return text in _seen(view).labels


@pytest.fixture
def make_view(qtbot: QtBot, appearance: Appearance) -> Callable[[], ChatView]:
    def make() -> ChatView:
        made = ChatView(appearance)
        qtbot.addWidget(made)
        made.resize(900, 500)
        with qtbot.waitExposed(made):
            made.show()
        return made

    return make


def _show(view: ChatView, *path: Message) -> None:
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    QCoreApplication.processEvents()


def _tell(view: ChatView, state: GenerationState) -> None:
    view.set_generation_state(
        GenerationStateChanged(messages.CONVERSATION, MessageId(2), state, 0.4)
    )


@pytest.mark.parametrize("end", _ENDS)
@pytest.mark.parametrize("is_seen_ending", [True, False])
def test_what_ended_is_as_it_was_when_it_is_shown_again(
    end: str, make_view: Callable[[], ChatView], *, is_seen_ending: bool
) -> None:
    view, state, ended = make_view(), *_ENDS[end]
    _show(view, messages.question(1), messages.streaming(2, "끝"))
    _tell(view, state)
    assert _seen(view).is_working or state is GenerationState.STOPPING
    if is_seen_ending:
        view.finish(ended)
    _show(view, messages.question(11, "다른 대화"))
    _show(view, messages.question(1), ended)
    untouched = make_view()
    _show(untouched, messages.question(1), ended)
    assert _seen(view) == _seen(untouched)
    assert not _seen(view).is_working
    assert _seen(view).has_error == (end == "failed")
    assert _seen(view).can_continue == (end != "done")


def test_what_is_told_after_the_end_changes_nothing(make_view: Callable[[], ChatView]) -> None:
    # A stop is told by the thread that asked for it: perhaps after the end.
    view, (state, ended) = make_view(), _ENDS["stopped"]
    _show(view, messages.question(1), messages.streaming(2, "끝"))
    view.finish(ended)
    before = _seen(view)
    _tell(view, state)
    assert _seen(view) == before


def test_what_is_written_on_is_not_said_to_be_stopping(make_view: Callable[[], ChatView]) -> None:
    view, (state, ended) = make_view(), _ENDS["stopped"]
    _show(view, messages.question(1), messages.streaming(2, "끝"))
    _tell(view, state)
    assert "멈추는 중" in _seen(view).labels
    _show(view, messages.question(11, "다른 대화"))
    _show(view, messages.question(1), ended)
    _show(view, messages.question(1), messages.streaming(2, "끝"))
    assert "멈추는 중" not in _seen(view).labels


class _Window:
    """The window with a conversation beside the one that is talked in."""

    def __init__(self, window: MainWindow, services: Services, qtbot: QtBot) -> None:
        self.window = window
        self.services = services
        self.qtbot = qtbot
        self.sidebar = the(window, Sidebar)
        self.view = the(window, ChatView)
        self.other = services.library.create().conversation_id
        services.library.add_message(self.other, Role.USER, "다른 대화")

    @property
    def asked(self) -> ConversationId:
        """The conversation that is talked in."""
        [found] = [c for c in self.services.library.list() if c.conversation_id != self.other]
        return found.conversation_id

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=_WAIT_MS)

    def send(self) -> None:
        editor = the(self.window, ComposerText)
        editor.setFocus()
        editor.insertPlainText("질문")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self.wait(lambda: len(self.services.library.list()) == 2)

    def ended(self) -> _Seen:
        """The answer as it looks when it has ended."""
        self.wait(lambda: not self.services.chat.is_busy)
        last = self.services.library.path(self.asked)[-1]
        self.wait(lambda: shown(self.view)[-1:] == [last.text.strip()])
        self.wait(lambda: not _newest(self.view).is_running)
        return _seen(self.view)

    def wait_for_text(self) -> None:
        self.wait(lambda: "가나다" in "".join(shown(self.view)[1:]))

    def open(self, conversation_id: ConversationId, first: str) -> None:
        self.sidebar.opened.emit(conversation_id)
        self.wait(lambda: shown(self.view)[:1] == [first])

    def leave_and_return(self) -> None:
        cid = self.asked
        self.open(self.other, "다른 대화")
        self.open(cid, "질문")


@pytest.fixture
def begin(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[Callable[..., _Window]]:
    """Open the window with a script: ``begin(text="네.")``."""
    made: list[MainWindow] = []

    def make(**answer: object) -> _Window:
        use_script(default={"text": "네, 좋아요.", **answer})
        window = MainWindow(services, bridge, appearance)
        made.append(window)
        window.resize(1280, 820)
        with qtbot.waitExposed(window):
            window.show()
        return _Window(window, services, qtbot)

    yield make
    for window in made:
        window.close()
        window.deleteLater()


def test_an_answer_is_the_same_after_another_conversation_and_the_trash(
    begin: Callable[..., _Window],
) -> None:
    at = begin()
    at.send()
    seen = at.ended()
    at.leave_and_return()
    assert _seen(at.view) == seen
    at.wait(lambda: [c.conversation_id for c in at.sidebar.list.selected()] == [at.asked])
    at.sidebar.list.delete_pressed.emit()
    at.sidebar.list.undo_pressed.emit()
    at.wait(lambda: shown(at.view)[:1] == ["질문"])
    assert _seen(at.view) == seen


def test_a_version_is_the_same_after_another_one(begin: Callable[..., _Window]) -> None:
    at = begin()
    at.send()
    at.ended()
    the(at.view, Answer).regenerate_requested.emit(
        at.services.library.path(at.asked)[-1].message_id
    )
    at.wait(lambda: "2/2" in _seen(at.view).labels)
    seen = at.ended()
    for name, place in (("이전 버전", "1/2"), ("다음 버전", "2/2")):
        [arrow] = [
            button
            for button in at.view.findChildren(QToolButton)
            if button.isVisible() and button.toolTip() == name
        ]
        arrow.click()
        at.wait(partial(_says, at.view, place))
    assert _seen(at.view) == seen


def test_a_stopped_answer_can_be_written_on_after_another_conversation(
    begin: Callable[..., _Window],
) -> None:
    at = begin(text=_LONG, tokens_per_second=60)
    at.send()
    at.wait_for_text()
    QTest.keyClick(the(at.window, ComposerText), Qt.Key.Key_Escape)
    seen = at.ended()
    assert seen.can_continue
    at.leave_and_return()
    assert _seen(at.view) == seen


def test_a_failed_answer_says_why_after_another_conversation(
    begin: Callable[..., _Window],
) -> None:
    at = begin(text=_LONG, fault={"kind": "error"})
    at.send()
    seen = at.ended()
    assert seen.has_error
    assert seen.can_continue
    at.leave_and_return()
    assert _seen(at.view) == seen


def test_a_running_answer_is_seen_to_run_after_another_conversation(
    begin: Callable[..., _Window],
) -> None:
    at = begin(text=_LONG, tokens_per_second=60)
    at.send()
    at.wait_for_text()
    at.leave_and_return()
    assert _seen(at.view).is_working
    before = shown(at.view)[-1]
    at.wait(lambda: len(shown(at.view)[-1]) > len(before))
    QTest.keyClick(the(at.window, ComposerText), Qt.Key.Key_Escape)
    assert at.ended().can_continue
