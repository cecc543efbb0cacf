"""What is read stays in its place while other messages are laid out, and is gone to as a whole."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QScrollArea, QScrollBar, QToolButton
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.ui.chat import answer_body
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.message_column import BUILT_AT_ONCE
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the

_LONG = "\n\n".join(f"문단 {number}: " + "가나다라 마바사 " * 12 for number in range(60))
"""More than an answer lays out at once."""


@pytest.fixture(autouse=True)
def slow_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer lays out its first 2,000 characters at once, however fast the computer is."""
    monkeypatch.setattr(answer_body, "_SECONDS_AT_ONCE", 0)


@pytest.fixture
def view(qtbot: QtBot, appearance: Appearance) -> ChatView:
    made = ChatView(appearance)
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_was_gone_to_stays_while_answers_above_are_laid_out(
    view: ChatView, qtbot: QtBot
) -> None:
    _show(view, _long_talk(2 * BUILT_AT_ONCE, short=20), qtbot)
    view.reveal(20, "목표낱말")
    place = _place(view, 20)
    assert 0 < place < view.height()
    assert not _is_settled(view)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)

    assert _place(view, 20) == place


def test_what_is_read_stays_while_earlier_answers_are_laid_out(
    view: ChatView, qtbot: QtBot
) -> None:
    _show(view, _long_talk(2 * BUILT_AT_ONCE), qtbot)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)
    _bar(view).setValue(0)
    first = BUILT_AT_ONCE + 1
    place = _place(view, first)
    next(b for b in view.findChildren(QPushButton, "quiet") if b.isVisible()).click()
    assert not _is_settled(view)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)

    assert _place(view, first) == place


def test_a_person_who_scrolls_on_meanwhile_stays_there(view: ChatView, qtbot: QtBot) -> None:
    _show(view, _long_talk(2 * BUILT_AT_ONCE, short=20), qtbot)
    view.reveal(20, "목표낱말")
    assert not _is_settled(view)
    _bar(view).setValue(_bar(view).value() + 100)
    place = _place(view, 20)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)

    assert _place(view, 20) == place


def test_the_beginning_of_the_newest_answer_stays_while_its_end_is_laid_out(
    view: ChatView, qtbot: QtBot
) -> None:
    view.resize(900, 2400)
    path = [messages.question(1, "질문"), messages.answer(2, "목표낱말\n\n" + _LONG)]
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    view.reveal(2, "목표낱말")
    assert not _is_settled(view)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)

    assert _bar(view).value() == 0 < _bar(view).maximum()
    assert the(view, QToolButton, "down").isVisible()


def test_what_was_looked_for_is_reached_deep_in_a_long_answer(view: ChatView, qtbot: QtBot) -> None:
    _show(view, _with_end_of_answer(2, "여기에 **목표낱말**이 있어요."), qtbot)
    view.reveal(2, "목표낱말")
    assert not _is_settled(view)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)
    current = view.found.current
    assert current is not None
    place = current.view.viewport().mapTo(view, current.rect().center())

    assert view.rect().contains(place)


@pytest.mark.parametrize("how", ["scroll", "reveal", "path"])
def test_a_person_who_goes_elsewhere_is_not_fetched_back(
    how: str, view: ChatView, qtbot: QtBot
) -> None:
    path = _with_end_of_answer(2, "목표낱말")
    _show(view, path, qtbot)
    view.reveal(2, "목표낱말")
    if how == "scroll":
        _bar(view).setValue(_bar(view).value() + 300)
    elif how == "reveal":
        view.reveal(90)
    else:
        _show(view, path[:-2], qtbot)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)

    assert view.found.current is None


@pytest.mark.parametrize("what", ["narrower", "larger"])
def test_what_is_read_stays_when_the_messages_are_wrapped_anew(
    what: str, view: ChatView, appearance: Appearance, qtbot: QtBot
) -> None:
    _show(view, _long_talk(BUILT_AT_ONCE), qtbot)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)
    read = view.widget_of(MessageId(20))
    assert read is not None
    _bar(view).setValue(read.y() + read.height() // 3)
    if what == "narrower":
        view.resize(620, 700)
    else:
        appearance.set_scale_percent(150)
    height = read.height()
    qtbot.waitUntil(lambda: read.height() > height)
    qtbot.wait(20)

    assert _place(view, 20) == pytest.approx(-read.height() / 3, abs=5)
    view.resize(900, 700)
    appearance.set_scale_percent(100)
    qtbot.waitUntil(lambda: read.height() == height)
    qtbot.wait(20)
    assert _place(view, 20) == pytest.approx(-height / 3, abs=5)


def test_the_newest_text_stays_in_sight_when_the_messages_are_wrapped_anew(
    view: ChatView, qtbot: QtBot
) -> None:
    _show(view, messages.talk(BUILT_AT_ONCE), qtbot)
    bar = _bar(view)
    qtbot.waitUntil(lambda: 0 < bar.maximum() == bar.value())
    for width in (500, 900):
        view.resize(width, 500)
        qtbot.wait(50)
        assert bar.value() == bar.maximum()


def test_nothing_is_stayed_at_once_all_is_in_sight(view: ChatView, qtbot: QtBot) -> None:
    view.resize(900, 300)
    _show(view, messages.talk(4), qtbot)
    bar, down = _bar(view), the(view, QToolButton, "down")
    qtbot.waitUntil(lambda: 0 < bar.maximum() == bar.value())
    bar.setValue(0)
    assert down.isVisible()
    view.resize(900, 1000)

    qtbot.waitUntil(lambda: not down.isVisible())


@pytest.mark.parametrize("height", [700, 260])
def test_an_editor_that_is_opened_at_the_end_is_in_sight(
    view: ChatView, qtbot: QtBot, height: int
) -> None:
    view.resize(900, height)
    long = " ".join(["긴 질문"] * 90)
    talk = [messages.question(1, long), messages.answer(2, "답"), messages.question(3, "셋")]
    _show(view, [*talk, messages.answer(4, _LONG[:800])], qtbot)
    qtbot.waitUntil(lambda: _is_settled(view))
    qtbot.wait(20)
    bar = _bar(view)
    bar.setValue(min(bar.maximum(), _place(view, 1) + bar.value() + 30))
    own = view.widget_of(MessageId(1))
    assert isinstance(own, OwnMessage)
    own.edit()
    qtbot.wait(50)
    editor = the(view, HangulTextEdit)
    assert editor.hasFocus()
    assert _sees_cursor(view, editor)
    bar.setValue(bar.maximum())
    qtbot.wait(20)
    QTest.keyClicks(editor, "a")
    qtbot.wait(50)
    assert _sees_cursor(view, editor)


def _sees_cursor(view: ChatView, editor: HangulTextEdit) -> bool:
    scroll = the(view, QScrollArea)
    cursor = editor.viewport().mapTo(scroll.viewport(), editor.cursorRect().center())
    return bool(scroll.viewport().rect().contains(cursor))


def _with_end_of_answer(message_id: int, end: str) -> list[Message]:
    """A long conversation with one long answer."""
    path = messages.talk(3 * BUILT_AT_ONCE)
    path[message_id - 1] = messages.answer(message_id, f"{_LONG}\n\n{end}")
    return path


def _long_talk(length: int, short: int = 0) -> list[Message]:
    """Questions and long answers; the answer ``short`` has the word alone."""
    return [
        messages.question(n, f"질문 {n}")
        if n % 2
        else messages.answer(n, "목표낱말" if n == short else _LONG)
        for n in range(1, length + 1)
    ]


def _show(view: ChatView, path: Sequence[Message], qtbot: QtBot) -> None:
    view.show_path(path, {m.message_id: [m.message_id] for m in path})
    first = path[-BUILT_AT_ONCE:][0].message_id
    qtbot.waitUntil(lambda: view.widget_of(first) is not None)


def _is_settled(view: ChatView) -> bool:
    widgets = [view.widget_of(message.message_id) for message in view.messages()]
    return all(widget.is_all_shown for widget in widgets if widget is not None)


def _place(view: ChatView, message_id: int) -> int:
    """Where a message begins, in px from the top of the view."""
    widget = view.widget_of(MessageId(message_id))
    assert widget is not None
    return widget.mapTo(view, QPoint()).y()


def _bar(view: ChatView) -> QScrollBar:
    return the(view, QScrollArea, "chat_scroll").verticalScrollBar()
