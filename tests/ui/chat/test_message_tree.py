"""Hidden messages, versions, messages of any role, drafts: with the real services."""

import sqlite3
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import (
    KeptEdit,
    LaterPart,
    MadeBy,
    Message,
    Role,
)
from kochat_gui.core.generation import SamplingParams, Usage
from kochat_gui.services.assembly import Services
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.branch_map import BranchMap
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.chat.made_by_dialog import MadeByDialog, made_by_rows
from kochat_gui.ui.chat.message_menu import MessageAct, message_menu
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the
from tests.ui.chat.open_chat import Chat, Start, shown
from tests.ui.typing_steps import type_steps

LONG = "가" * 60_000


def _widget(chat: Chat, message: Message) -> OwnMessage | Answer:
    """The widget of a message, once it is shown."""
    found: list[OwnMessage | Answer] = []

    def is_there() -> bool:
        widgets: list[OwnMessage | Answer] = [
            *chat.view.findChildren(OwnMessage),
            *chat.view.findChildren(Answer),
        ]
        found[:] = [w for w in widgets if w.isVisible() and w.message_id == message.message_id]
        return bool(found)

    chat.wait(is_there)
    return found[0]


def _button(parent: QWidget, text: str) -> QPushButton:
    found = [b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    assert found, f"no button {text}"
    return found[0]


def _activate(chat: Chat) -> None:
    """A menu took the keyboard away, and without a window manager nobody gives it back."""
    chat.widget.activateWindow()
    chat.wait(chat.widget.isActiveWindow)


def _press(chat: Chat, row: int) -> None:
    """Choose an entry of the open menu by the keyboard."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    chat.wait(menu.isVisible)
    menu.setActiveAction(menu.actions()[row])
    QTest.keyPress(menu, Qt.Key.Key_Return)


def _open_menu(chat: Chat, widget: QWidget) -> QMenu:
    """By the keyboard: focus the message, then press the three dots."""
    _activate(chat)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    more = next(b for b in widget.findChildren(QToolButton) if b.toolTip() == "더 보기")
    chat.wait(more.isVisible)
    more.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(more, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def _choose(chat: Chat, message: Message, text: str) -> None:
    menu = _open_menu(chat, _widget(chat, message))
    _press(chat, [action.text() for action in menu.actions()].index(text))


def _editor(chat: Chat) -> HangulTextEdit:
    chat.wait(lambda: any(e.isVisible() for e in chat.view.findChildren(HangulTextEdit)))
    [editor] = [e for e in chat.view.findChildren(HangulTextEdit) if e.isVisible()]
    return editor


def _labels(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def _fill_disk(services: Services) -> None:
    def work(connection: sqlite3.Connection) -> None:
        most = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {most}")

    services.profile.database.write(work)


def test_a_menu_has_what_fits_the_message(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    own = chat.path()[0]
    menu = _open_menu(chat, _widget(chat, own))
    assert [action.text() for action in menu.actions()] == [
        "여기서 새 대화로",
        "모델에게 숨기기",
        "이 메시지까지만 보기",
        "가지 지도",
        "내보내기…",
    ]
    assert all(not action.icon().isNull() for action in menu.actions())
    menu.close()
    menu = _open_menu(chat, _widget(chat, answer))
    assert [action.text() for action in menu.actions()] == [
        "답변 고치기",
        "똑같이 다시 만들기",
        "여기서 새 대화로",
        "모델에게 숨기기",
        "이 메시지까지만 보기",
        "만든 조건",
        "가지 지도",
        "내보내기…",
    ]
    menu.close()
    chat.qtbot.wait(1)
    place = QPoint(3, 3)
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(_widget(chat, answer), QContextMenuEvent(reason, place, place))
    by_key = QApplication.activePopupWidget()
    assert isinstance(by_key, QMenu)
    by_key.close()


def test_a_hidden_message_says_so_and_comes_back_with_a_click(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    own = chat.path()[0]
    widgets = [_widget(chat, message) for message in (own, answer)]
    for message in (own, answer):
        _choose(chat, message, "모델에게 숨기기")
    chat.wait(lambda: all("모델에게 보내지 않아요" in _labels(widget) for widget in widgets))
    assert all(message.is_excluded for message in chat.path())
    # They are the same widgets: nothing jumped.
    assert [_widget(chat, message) for message in (own, answer)] == widgets
    for widget in widgets:
        _button(widget, "다시 보여 주기").click()
    chat.wait(lambda: not any("모델에게 보내지 않아요" in _labels(widget) for widget in widgets))
    assert not any(message.is_excluded for message in chat.path())
    menu = _open_menu(chat, widgets[1])
    assert "모델에게 숨기기" in [action.text() for action in menu.actions()]
    menu.close()


def test_an_answer_is_edited_in_place_as_a_version(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    _choose(chat, answer, "답변 고치기")
    editor = _editor(chat)
    assert editor.text() == answer.text
    editor.set_text("고친 ")
    type_steps(editor, ["+답", "변…", "return", "turn", "+변", "turn"])
    chat.wait(lambda: chat.path()[-1].message_id != answer.message_id)
    edited = chat.path()[-1]
    chat.wait(lambda: shown(chat.view)[-1:] == ["고친 답변"])
    assert edited.text == "고친 답변"
    assert chat.services.library.message(answer.message_id).text == answer.text
    assert "고친 답변" in _labels(_widget(chat, edited))
    assert "2/2" in _labels(_widget(chat, edited))


def test_typed_text_is_lost_by_cancel_alone(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    own, cid = chat.path()[0], chat.conversation_id
    _button(_focused(chat, own), "고치기").click()
    _editor(chat).set_text("쓰던 질문")
    type_steps(_editor(chat), ["이…", "escape"])
    assert chat.view.findChildren(HangulTextEdit, "composer_text")
    assert not [e for e in chat.view.findChildren(HangulTextEdit) if e.isVisible()]
    chat.controller.open(None)
    chat.controller.open(cid)
    _button(_focused(chat, own), "고치기").click()
    assert _editor(chat).text() == "쓰던 질문이"
    chat.controller.open(None)
    chat.controller.open(cid)
    assert _editor(chat).text() == "쓰던 질문이"
    _button(chat.view, "취소").click()
    _button(_focused(chat, own), "고치기").click()
    assert _editor(chat).text() == own.text
    _button(chat.view, "취소").click()
    _choose(chat, answer, "답변 고치기")
    QTest.keyClick(_editor(chat), Qt.Key.Key_Return)
    assert chat.path()[-1].message_id == answer.message_id, "unchanged text makes no version"


def _focused(chat: Chat, message: Message) -> QWidget:
    _activate(chat)
    widget = _widget(chat, message)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    chat.wait(lambda: any(b.isVisible() and b.text() == "복사" for b in _buttons(widget)))
    return widget


def _buttons(widget: QWidget) -> list[QPushButton]:
    return widget.findChildren(QPushButton)


def test_an_answer_is_made_again_or_the_reason_is_said(start: Start) -> None:
    chat = start(default={"text": "{seed}"})
    answer = chat.ask()
    _choose(chat, answer, "똑같이 다시 만들기")
    chat.wait(lambda: chat.path()[-1].message_id != answer.message_id)
    again = chat.answered()
    assert again.text == answer.text
    chat.services.library.set_excluded(chat.path()[0].message_id, is_excluded=True)
    _choose(chat, again, "똑같이 다시 만들기")
    [notice] = chat.notices()
    assert "다시 보여" in notice
    chat.services.library.set_excluded(chat.path()[0].message_id, is_excluded=False)
    _choose(chat, again, "똑같이 다시 만들기")
    assert chat.notices() == []
    chat.answered()


def test_a_new_conversation_from_a_message(start: Start) -> None:
    chat = start()
    first = chat.ask("하나")
    cid = chat.conversation_id
    chat.ask("둘")
    opened: list[object] = []
    chat.controller.conversation_opened.connect(opened.append)
    _choose(chat, first, "여기서 새 대화로")
    assert chat.conversation_id != cid
    assert opened == [chat.conversation_id]
    assert [message.text for message in chat.path()] == ["하나", first.text]
    assert len(chat.services.library.path(cid)) == 4


def test_what_follows_can_be_left_out_and_shown_again(start: Start) -> None:
    chat = start()
    first = chat.ask("하나")
    chat.ask("둘")
    _choose(chat, first, "이 메시지까지만 보기")
    chat.wait(lambda: len(shown(chat.view)) == 2)
    _button(chat.view, "이어지는 메시지 보기").click()
    chat.wait(lambda: len(shown(chat.view)) == 4)
    assert not [b for b in _buttons(chat.view) if b.isVisible() and "이어지는" in b.text()]


def test_how_an_answer_was_made_can_be_copied(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    _choose(chat, answer, "만든 조건")
    dialog = the(chat.widget, MadeByDialog)
    assert answer.made_by is not None
    assert answer.made_by.sampling is not None
    seed = str(answer.made_by.sampling.seed)
    assert {"모델", answer.made_by.model_name, "시드", seed} <= set(_labels(dialog))
    assert answer.made_by.model_hash
    _button(dialog, "모두 복사").click()
    copied = QApplication.clipboard().text()
    assert f"시드: {seed}" in copied
    assert f"파일 지문: {answer.made_by.model_hash}" in copied
    dialog.reject()


def _continued_by_another(chat: Chat) -> Message:
    """An answer that was begun by another model and with another seed than it was continued."""
    chat.services.settings.set("sampling.max_new_tokens", 1)
    cut = chat.ask()
    began = MadeBy(
        *("id", "처음 모델", "q4_0", "llama.cpp", "chatml"),
        model_hash="ab12",
        sampling=SamplingParams(seed=71),
    )
    usage = Usage(9, 0, 40, 0.2, 30.0)
    chat.services.store.finish_answer(
        FinalAnswer(cut.message_id, cut.text, cut.state, cut.finish_reason, usage, began)
    )
    chat.services.settings.set("sampling.max_new_tokens", 100)
    _button(_widget(chat, cut), "이어서 생성").click()
    return chat.answered()


def test_a_continued_answer_shows_what_made_each_part(start: Start) -> None:
    chat = start(default={"text": "앞\n\n뒤"}, token_bytes=len("앞\n\n".encode()))
    answer = _continued_by_another(chat)
    assert answer.text == "앞\n\n뒤"
    assert answer.made_by is not None
    [part] = answer.made_by.later_parts
    assert part.made_by.sampling is not None
    assert answer.usage is not None
    _choose(chat, answer, "만든 조건")
    dialog = the(chat.widget, MadeByDialog)
    _button(dialog, "모두 복사").click()
    copied = QApplication.clipboard().text()
    in_order = [
        "부분 1: 1번째 글자부터",
        "모델: 처음 모델",
        "시드: 71",
        "파일 지문: ab12",
        "부분 2: 4번째 글자부터",
        f"모델: {part.made_by.model_name}",
        f"시드: {part.made_by.sampling.seed}",
        f"파일 지문: {part.made_by.model_hash}",
        f"{40 + answer.usage.new_tokens}토큰",
    ]
    places = [copied.find(line) for line in in_order]
    assert places[0] == 0
    assert places == sorted(places)
    assert {"부분 2", "4번째 글자부터", "71"} <= set(_labels(dialog))
    dialog.reject()
    [caption] = [text for text in _labels(_widget(chat, answer)) if "토큰" in text]
    assert caption.endswith(f"{part.made_by.model_name} 모델이 이어서 씀")


def test_the_known_parts_of_an_answer_are_shown_without_its_beginning(
    appearance: Appearance, qtbot: QtBot
) -> None:
    part = LaterPart(3, MadeBy("id", "뒤 모델", "q4_0", "llama.cpp", "chatml"))
    made_by = MadeBy("", "", "", "", "", later_parts=(part,))
    answer = messages.answer(2, "앞과 뒤", made_by=made_by)
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = message_menu(answer, lambda _: None, appearance, parent)
    assert "만든 조건" in [action.text() for action in menu.actions()]
    assert made_by_rows(answer, str)[:4] == [
        ("부분 1", "1번째 글자부터"),
        ("모델", "알 수 없음"),
        ("부분 2", "4번째 글자부터"),
        ("모델", "뒤 모델"),
    ]


def test_ctrl_enter_leaves_a_message_that_can_be_answered_later(start: Start) -> None:
    chat = start(default={"text": "«{message}»"})
    edit = the(chat.composer, ComposerText)
    type_steps(edit, ["+안", "녕…"])
    QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    chat.wait(lambda: shown(chat.view) == ["안녕"])
    [own] = chat.path()
    assert (own.role, chat.composer.text()) == (Role.USER, "")
    assert chat.services.library.get(own.conversation_id).title == "안녕"
    _button(_widget(chat, own), "답변 받기").click()
    chat.wait(lambda: len(chat.path()) == 2)
    assert chat.answered().text == "«안녕»"
    assert not [b for b in _buttons(chat.view) if b.isVisible() and b.text() == "답변 받기"]


def test_enter_after_ctrl_enter_sends_again(start: Start) -> None:
    chat = start()
    edit = the(chat.composer, ComposerText)
    edit.set_text("하나")
    QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    edit.set_text("둘")
    type_steps(edit, ["return", "turn"])
    answer = chat.answered()
    assert answer.role is Role.ASSISTANT
    assert [message.text for message in chat.path()[:2]] == ["하나", "둘"]


@pytest.mark.parametrize(("row", "role"), [(0, Role.USER), (1, Role.ASSISTANT), (2, Role.SYSTEM)])
def test_a_message_of_any_role_is_left_by_the_menu(start: Start, row: int, role: Role) -> None:
    chat = start()
    chat.ask()
    edit = the(chat.composer, ComposerText)
    edit.set_text("남길 ")
    type_steps(edit, ["글…"])
    write = next(b for b in chat.composer.findChildren(QToolButton) if b.objectName() == "tool")
    assert "답변 없이 남기기" in write.toolTip()
    assert "Ctrl" in write.toolTip()
    QTest.keyClick(write, Qt.Key.Key_Space)
    _press(chat, row)
    last = chat.path()[-1]
    assert (last.text, last.role) == ("남길 글", role)
    chat.wait(lambda: shown(chat.view)[-1:] == ["남길 글"])
    offered = [b for b in _buttons(chat.view) if b.isVisible() and b.text() == "답변 받기"]
    assert bool(offered) == (role is Role.USER)
    if role is Role.ASSISTANT:
        assert "직접 쓴 답변" in _labels(_widget(chat, last))


def test_nothing_is_left_while_an_answer_is_written(start: Start) -> None:
    chat = start(default={"text": "가나다 " * 500, "tokens_per_second": 20})
    chat.controller.send("질문")
    chat.controller.write(Role.USER, "끼어들기")
    assert chat.composer.text() == "끼어들기"
    assert len(chat.path()) == 2
    assert len(chat.notices()) == 1
    chat.composer.set_text("")
    chat.controller.stop()
    chat.answered()


@pytest.mark.allow_log("kochat_gui.storage")
def test_a_full_disk_leaves_every_text_where_it_was_typed(start: Start) -> None:
    chat = start()
    answer = chat.ask()
    own = chat.path()[0]
    _fill_disk(chat.services)
    chat.controller.write(Role.USER, LONG)
    assert chat.composer.text() == LONG
    chat.composer.set_text("")
    chat.view.edit_requested.emit(own.message_id, LONG)
    assert _editor(chat).text() == LONG
    _button(chat.view, "취소").click()
    chat.view.answer_edited.emit(answer.message_id, LONG)
    assert _editor(chat).text() == LONG
    assert chat.path() == [own, answer]


@pytest.mark.allow_log("kochat_gui.storage")
def test_a_draft_that_the_disk_does_not_take_is_there_until_the_end(start: Start) -> None:
    chat = start()
    chat.ask()
    cid = chat.conversation_id
    _fill_disk(chat.services)
    chat.composer.set_text(LONG)
    chat.controller.open(None)
    assert chat.composer.text() == ""
    chat.controller.open(cid)
    assert chat.composer.text() == LONG
    chat.composer.set_text("")


def test_a_new_draft_is_on_the_disk_within_a_second_of_typing(start: Start) -> None:
    chat = start()
    edit = the(chat.composer, ComposerText)
    saved: Callable[[], str] = chat.services.library.new_draft
    began = time.monotonic()
    while not saved():
        # Typing without a pause does not put it off.
        type_steps(edit, ["+가"])
        chat.qtbot.wait(100)
        assert time.monotonic() - began < 10
    assert chat.controller._draft_timer.interval() <= 1_000
    chat.composer.set_text("")


def test_an_incognito_conversation_is_said_and_forgotten(start: Start) -> None:
    chat = start()
    made = chat.services.library.create(is_incognito=True)
    chat.controller.open(made.conversation_id)
    assert any("기록을 남기지 않는 대화예요" in text for text in _labels(chat.view))
    chat.wait(lambda: any("메모리에만" in text for text in _labels(chat.view)))
    chat.ask("비밀")
    assert chat.controller.kept_id is None
    assert any("기록을 남기지 않는 대화예요" in text for text in _labels(chat.view))
    chat.composer.set_text("쓰던 글")
    chat.controller.open(None)
    assert not any("기록을 남기지 않는" in text for text in _labels(chat.view))
    assert chat.controller.kept_id is None
    [left] = chat.services.library.incognito()
    chat.controller.open(left.conversation_id)
    assert chat.composer.text() == "쓰던 글"
    chat.ask("또")
    assert chat.services.library.list() == []


def test_the_map_shows_another_branch(start: Start) -> None:
    chat = start()
    chat.ask("하나")
    first = chat.path()
    chat.view.edit_requested.emit(first[0].message_id, "다른 질문")
    chat.wait(lambda: chat.path()[0].text == "다른 질문")
    chat.answered()
    chat.controller.open_map()
    map_ = the(chat.widget, BranchMap)
    map_.branch_requested.emit(first[1].message_id)
    map_.reject()
    assert chat.path() == first
    chat.wait(lambda: shown(chat.view)[:1] == ["하나"])
    _activate(chat)
    chat.wait(_widget(chat, first[1]).hasFocus)


def test_the_map_leaves_the_shown_path_when_a_message_of_it_is_chosen(start: Start) -> None:
    chat = start()
    chat.ask("하나")
    middle = chat.path()[1]
    chat.ask("둘")
    newest = chat.ask("셋")
    chat.view.act_requested.emit(MessageAct.END_HERE, chat.path()[3].message_id)
    chat.wait(lambda: len(shown(chat.view)) == 4)
    chat.controller.open_map()
    map_ = the(chat.widget, BranchMap)
    map_.branch_requested.emit(middle.message_id)
    assert len(chat.path()) == 4
    map_.end_requested.emit(newest.message_id)
    map_.reject()
    chat.wait(lambda: len(shown(chat.view)) == 6)


def test_a_map_of_nothing_is_not_opened(start: Start) -> None:
    chat = start()
    chat.controller.open_map()
    assert chat.widget.findChild(BranchMap) is None


def test_up_in_the_empty_box_edits_the_newest_question(start: Start) -> None:
    chat = start()
    chat.ask("하나")
    chat.composer.set_text("")
    chat.controller.write(Role.SYSTEM, "반말로.")
    chat.wait(lambda: shown(chat.view)[-1:] == ["반말로."])
    QTest.keyClick(the(chat.composer, ComposerText), Qt.Key.Key_Up)
    assert _editor(chat).text() == "하나"
    _button(chat.view, "취소").click()


def test_what_was_being_changed_is_there_at_the_next_start(start: Start) -> None:
    chat = start()
    chat.ask("질문")
    cid = chat.conversation_id
    own, answer = chat.path()
    the(chat.view, OwnMessage).edit()
    _editor(chat).set_text("고치던 질문")
    type_steps(_editor(chat), ["이…"])
    chat.wait(lambda: bool(chat.services.library.edits(cid)))
    chat.wait(lambda: chat.services.library.edits(cid)[own.message_id].text == "고치던 질문이")
    again = start()
    again.controller.open(cid)
    assert _editor(again).text() == "고치던 질문이"
    assert not _editor(again).hasFocus(), "nobody asked for it now"
    type_steps(_editor(again), ["escape"])
    again.controller.store()
    assert chat.services.library.edits(cid) == {
        own.message_id: KeptEdit("고치던 질문이", is_open=False)
    }
    the(again.view, OwnMessage).edit()
    _button(again.view, "취소").click()
    again.controller.store()
    assert chat.services.library.edits(cid) == {}
    assert chat.path() == [own, answer]
