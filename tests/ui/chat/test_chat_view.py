"""The column of messages: what is built, kept, scrolled and reached by keyboard."""

import time
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QTextBrowser,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import MadeBy, Message, MessageId
from kochat_gui.core.generation import StepProgress
from kochat_gui.core.states import GenerationState
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.message_column import BUILT_AT_ONCE
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the


@pytest.fixture
def view(qtbot: QtBot, appearance: Appearance) -> ChatView:
    made = ChatView(appearance)
    qtbot.addWidget(made)
    made.resize(900, 500)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_messages_are_shown_in_order(view: ChatView) -> None:
    _show(view, messages.talk(4))

    assert _texts(view) == ["질문 1", "대답 2\n둘째 문단", "질문 3", "대답 4\n둘째 문단"]


def test_shown_messages_keep_their_widgets(view: ChatView) -> None:
    _show(view, messages.talk(2))
    before = _widgets(view)
    _show(view, messages.talk(4))

    assert _widgets(view)[:2] == before


def test_streaming_answer_keeps_its_widget_and_catches_up(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.streaming(2, "안녕")])
    view.append_text(2, "하")
    (_, before) = _widgets(view)
    _show(view, [messages.question(1), messages.streaming(2, "안녕하세")])

    assert _widgets(view)[1] is before
    assert _texts(view)[1] == "안녕하세"
    view.append_text(2, "요")
    view.finish(messages.answer(2, "안녕하세요"))
    assert _texts(view)[1] == "안녕하세요"


def test_continued_answer_goes_on_after_its_text(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.answer(2, "안녕하")])
    _show(view, [messages.question(1), messages.streaming(2, "안녕하")])
    view.append_text(2, "세요")
    view.finish(messages.answer(2, "안녕하세요"))

    assert _texts(view) == ["질문", "안녕하세요"]


def test_answer_that_ended_unseen_is_final(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.streaming(2, "안")])
    _show(view, [messages.question(1), messages.answer(2, "안녕")])

    assert _texts(view)[1] == "안녕"
    assert "작은 모델" in _labels(view)


def test_regenerated_answer_takes_the_place(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.answer(2, "하나")])
    again = messages.streaming(3)
    both = {MessageId(1): [MessageId(1)], MessageId(3): [MessageId(2), MessageId(3)]}
    view.show_path([messages.question(1), again], both)
    QCoreApplication.processEvents()

    assert _texts(view) == ["질문", ""]
    view.finish(messages.answer(3, "둘"))
    assert "2/2" in _labels(view)


def test_switching_a_version_back(view: ChatView) -> None:
    versions = [MessageId(2), MessageId(3)]
    first, second = messages.answer(2, "하나"), messages.answer(3, "둘")
    for shown in (first, second, first):
        view.show_path(
            [messages.question(1), shown],
            {MessageId(1): [MessageId(1)], shown.message_id: versions},
        )
        QCoreApplication.processEvents()
    assert _texts(view)[1] == "하나"
    assert "1/2" in _labels(view)
    asked: list[int] = []
    view.version_requested.connect(asked.append)
    arrows = [b for b in view.findChildren(QToolButton) if b.isVisible() and b.isEnabled()]
    arrows[-1].click()
    assert asked == [3]


def test_states_reach_the_answer_and_leave_no_trace(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.streaming(2)])
    for state in (
        GenerationState.QUEUED,
        GenerationState.LOADING_MODEL,
        GenerationState.PROCESSING_PROMPT,
        GenerationState.GENERATING,
    ):
        view.set_generation_state(
            GenerationStateChanged(messages.CONVERSATION, MessageId(2), state, 0.3)
        )
    view.append_text(2, "안녕")
    QCoreApplication.processEvents()
    assert [w for w in view.findChildren(QWidget, "caret") if w.isVisible()]
    view.finish(messages.answer(2, "안녕"))

    assert not [w for w in view.findChildren(QWidget, "caret") if w.isVisible()]
    assert not [w for w in view.findChildren(QProgressBar) if w.isVisible()]


def test_an_answer_that_is_written_unseen_counts_its_steps(view: ChatView) -> None:
    _show(view, [messages.question(1), messages.streaming(2)])
    view.set_generation_state(
        GenerationStateChanged(
            messages.CONVERSATION,
            MessageId(2),
            GenerationState.GENERATING,
            progress=0.25,
            steps=StepProgress(256, 1024),
        )
    )
    assert "토큰 256 / 최대 1,024" in _labels(view)
    [bar] = [w for w in view.findChildren(QProgressBar) if w.isVisible()]
    assert bar.value() == bar.maximum() // 4


def test_follows_only_at_the_bottom(view: ChatView, qtbot: QtBot) -> None:
    _show(view, [*messages.talk(19), messages.streaming(20)])
    bar = _bar(view)
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    down = the(view, QToolButton, "down")
    assert not down.isVisible()
    view.append_text(20, "긴 글\n\n" * 40)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    bar.setValue(10)
    assert down.isVisible()
    view.append_text(20, "더 긴 글\n\n" * 40)
    QCoreApplication.processEvents()
    assert bar.value() == 10
    down.click()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    assert not down.isVisible()


class _Painted(QObject):
    """Counts the pixels of a widget that are painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            box = event.region().boundingRect()
            self.count += box.width() * box.height()
        return super().eventFilter(watched, event)


def test_what_is_in_sight_is_not_painted_again_for_each_line(view: ChatView, qtbot: QtBot) -> None:
    _show(view, [messages.question(1), messages.streaming(2)])
    bar, column = _bar(view), the(view, QWidget, "chat_column")
    view.append_text(2, "긴 글이에요.\n\n" * 60)
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    qtbot.wait(50)
    painted = _Painted()
    column.installEventFilter(painted)
    for _ in range(10):
        bottom = bar.maximum()
        view.append_text(2, "한 줄 더요.\n\n")
        qtbot.waitUntil(lambda bottom=bottom: bottom < bar.maximum() == bar.value())  # type: ignore[misc]
        qtbot.wait(5)
    column.removeEventFilter(painted)
    in_sight = view.width() * view.height()
    assert 0 < painted.count < 10 * in_sight / 2


def test_what_is_in_sight_is_there_at_once_and_stays_while_the_rest_comes(view: ChatView) -> None:
    path = messages.talk(2 * BUILT_AT_ONCE)
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    column = the(view, QWidget, "chat_column")
    assert column.height() >= view.height()
    assert len(_widgets(view)) < BUILT_AT_ONCE / 2
    QCoreApplication.processEvents()
    last = _widgets(view)[-1]
    place = last.mapTo(view, QPoint()).y()
    counts = set()
    while len(_widgets(view)) < BUILT_AT_ONCE:
        QCoreApplication.processEvents()
        counts.add(len(_widgets(view)))
        assert last.mapTo(view, QPoint()).y() == place
    assert len(counts) > BUILT_AT_ONCE / 2
    assert [widget.message_id for widget in _widgets(view)] == [
        message.message_id for message in path[BUILT_AT_ONCE:]
    ]


def test_a_person_who_scrolls_up_meanwhile_stays_there(view: ChatView) -> None:
    path = messages.talk(BUILT_AT_ONCE)
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    QCoreApplication.processEvents()
    _bar(view).setValue(0)
    first = _widgets(view)[0]
    place = first.mapTo(view, QPoint()).y()
    while len(_widgets(view)) < BUILT_AT_ONCE:
        QCoreApplication.processEvents()
    assert first.mapTo(view, QPoint()).y() == place


def test_other_messages_replace_what_is_still_coming(view: ChatView) -> None:
    path = messages.talk(BUILT_AT_ONCE)
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    _show(view, [messages.question(901, "다른 대화")])
    for _ in range(5):
        QCoreApplication.processEvents()
    assert _texts(view) == ["다른 대화"]


def test_older_messages_are_offered_wherever_a_person_went(view: ChatView) -> None:
    path = messages.talk(5 * BUILT_AT_ONCE)
    _show(view, path)
    for message in (path[0], path[-5]):
        assert view.build(message.message_id) is not None
        older, later, _ = view.findChildren(QPushButton, "quiet")
        assert older.isHidden() == (message is path[0])
        assert later.isHidden() == (message is not path[0])
        for _ in range(3):
            later.click()


def test_tab_goes_through_the_messages_from_top_to_bottom(view: ChatView) -> None:
    _show(view, messages.talk(BUILT_AT_ONCE))
    shown = _widgets(view)
    part = shown[0].nextInFocusChain()
    reached = [shown[0]]
    while part is not None and part is not shown[0]:
        if isinstance(part, OwnMessage | Answer):
            reached.append(part)
        part = part.nextInFocusChain()
    assert reached == shown


def test_older_messages_come_on_demand_and_keep_the_place(view: ChatView, qtbot: QtBot) -> None:
    _show(view, messages.talk(3 * BUILT_AT_ONCE))
    bar = _bar(view)
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    assert len(_widgets(view)) == BUILT_AT_ONCE
    bar.setValue(0)
    first = _widgets(view)[0]
    place = first.mapTo(view, first.rect().topLeft()).y()
    older = next(b for b in view.findChildren(QPushButton) if b.objectName() == "quiet")
    older.click()
    assert abs(first.mapTo(view, first.rect().topLeft()).y() - place) < 60
    assert len(_widgets(view)) == 2 * BUILT_AT_ONCE
    assert _texts(view)[0] == f"질문 {BUILT_AT_ONCE + 1}"
    older.click()
    assert not older.isVisible()


def test_other_conversation_replaces_everything(view: ChatView) -> None:
    _show(view, messages.talk(4))
    _show(view, [messages.question(11, "다른 대화"), messages.answer(12, "네")])

    assert _texts(view) == ["다른 대화", "네"]
    view.show_empty(is_demo_only=True)
    assert _texts(view) == []


def test_events_of_messages_not_shown_do_nothing(view: ChatView) -> None:
    _show(view, messages.talk(2))
    view.append_text(99, "글")
    view.finish(messages.answer(99, "글"))

    assert len(_texts(view)) == 2


def test_actions_are_reached_by_keyboard(view: ChatView, qtbot: QtBot) -> None:
    _show(view, [messages.question(1, "질문"), messages.answer(2, "대답")])
    view.activateWindow()
    answer = _widgets(view)[1]
    answer.setFocus(Qt.FocusReason.TabFocusReason)
    copy = next(b for b in answer.findChildren(QPushButton) if b.text() == "복사")
    qtbot.waitUntil(copy.isVisible)
    reached = set()
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget() or answer, Qt.Key.Key_Tab)
        QCoreApplication.processEvents()
        focus = QApplication.focusWidget()
        if isinstance(focus, QPushButton):
            reached.add(focus.text())
    assert {"복사", "다시 생성"} <= reached


def test_message_is_edited_in_place(view: ChatView) -> None:
    _show(view, [messages.question(1, "처음"), messages.answer(2, "대답")])
    asked: list[tuple[int, str]] = []
    view.edit_requested.connect(lambda mid, text: asked.append((mid, text)))
    view.edit_last_own_message()
    editor = the(view, HangulTextEdit)
    editor.set_text("고침")
    next(b for b in view.findChildren(QPushButton) if b.objectName() == "primary").click()
    assert asked == [(1, "고침")]
    QCoreApplication.processEvents()
    view.edit_again(1, "고침")
    QCoreApplication.processEvents()
    editors = [w for w in view.findChildren(HangulTextEdit) if w.isVisible()]
    assert [w.text() for w in editors] == ["고침"]


@pytest.mark.parametrize("is_own", [True, False])
def test_10_mb_message_opens_in_time(view: ChatView, is_own: bool) -> None:
    text = "가" * 10_000_000
    began = time.perf_counter()
    _show(view, [messages.question(1, text if is_own else "짧음"), messages.answer(2, text)])
    QCoreApplication.processEvents()

    assert time.perf_counter() - began < 1.5


def test_every_label_is_plain_text(view: ChatView) -> None:
    hostile = "<b>굵게</b><img src='file:///etc/passwd'>"
    made_by = MadeBy(hostile, hostile, hostile, hostile, hostile)
    _show(
        view,
        [
            messages.question(1, hostile),
            messages.answer(2, hostile, made_by=made_by, error=hostile),
        ],
    )

    for label in view.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()
    assert hostile in "\n".join(_texts(view))


def _show(view: ChatView, path: Sequence[Message]) -> None:
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    QCoreApplication.processEvents()
    while len(_widgets(view)) < min(len(path), BUILT_AT_ONCE):
        QCoreApplication.processEvents()


def _widgets(view: ChatView) -> list[OwnMessage | Answer]:
    found: list[OwnMessage | Answer] = []
    rows = the(view, QWidget, "chat_column").layout()
    assert rows is not None
    for index in range(rows.count()):
        item = rows.itemAt(index)
        widget = item.widget() if item is not None else None
        if isinstance(widget, OwnMessage | Answer):
            found.append(widget)
    return found


def _texts(view: ChatView) -> list[str]:
    texts = []
    for widget in _widgets(view):
        parts = widget.findChildren(QTextBrowser, "segment")
        texts.append("\n".join(part.toPlainText() for part in parts))
    return texts


def _labels(view: ChatView) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def _bar(view: ChatView) -> QScrollBar:
    return the(view, QScrollArea, "chat_scroll").verticalScrollBar()


def test_a_bubble_fits_its_text_when_the_window_grew(view: ChatView, qtbot: QtBot) -> None:
    text = "너는 초등학교 과학 선생님이야. 반말로 짧게 답해 줘. 어려운 말은 쓰지 마."
    view.resize(420, 600)
    _show(view, [messages.question(1, text), messages.answer(2, "네")])
    qtbot.wait(20)
    view.resize(900, 600)
    qtbot.wait(20)
    shown = the(the(view, OwnMessage), QTextBrowser)

    assert shown.document().blockCount() == 1
    assert shown.document().firstBlock().layout().lineCount() == 1
    assert shown.document().idealWidth() <= shown.width()


def test_a_narrow_column_is_not_wider_than_the_window(
    view: ChatView, appearance: Appearance, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(150)
    view.resize(420, 600)
    shown = [messages.question(1), messages.answer(3, "네", usage=messages.USAGE)]
    view.show_path(shown, {MessageId(3): [MessageId(2), MessageId(3)]})
    qtbot.wait(20)
    scroll = the(view, QScrollArea)
    column = scroll.widget()
    assert column is not None

    assert column.width() == scroll.viewport().width()


@pytest.mark.parametrize("name", ["Llama-3-Open-Ko-8B-Instruct-Q8_0.gguf" * 4, "가" * 300])
@pytest.mark.parametrize("percent", [100, 150])
def test_no_long_name_makes_the_column_wider_than_the_window(
    view: ChatView, appearance: Appearance, qtbot: QtBot, name: str, percent: int
) -> None:
    appearance.set_scale_percent(percent)
    view.resize(420, 600)
    made_by = MadeBy("file", name, name, "llama.cpp", "chatml")
    _show(
        view,
        [
            messages.question(1),
            messages.answer(2, "네", made_by=made_by),
            messages.question(3),
            messages.answer(4, "", made_by=made_by, error=f"{name}을 읽을 수 없어요."),
        ],
    )
    qtbot.wait(20)
    scroll = the(view, QScrollArea)
    column = scroll.widget()
    assert column is not None

    assert column.width() == scroll.viewport().width()
    for label in view.findChildren(QLabel):
        right = label.mapTo(view, label.rect().topRight()).x()
        assert right < view.width() or not label.isVisible(), label.text()


def test_an_empty_conversation_starts_at_its_top(view: ChatView, qtbot: QtBot) -> None:
    view.resize(500, 240)
    _show(view, messages.talk(30))
    _bar(view).setValue(0)
    assert the(view, QToolButton, "down").isVisible()
    view.show_empty(is_demo_only=True)
    qtbot.wait(20)

    assert _bar(view).maximum() > 0
    assert _bar(view).value() == 0
    assert not the(view, QToolButton, "down").isVisible()
    _show(view, messages.talk(30))
    assert _bar(view).value() == _bar(view).maximum()
