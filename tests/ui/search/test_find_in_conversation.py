"""Finding in the open conversation: what is marked, counted, gone to, and left alone."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPlainTextEdit,
    QProxyStyle,
    QPushButton,
    QScrollArea,
    QStyle,
    QTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.conversation import Role as MessageRole
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.flash import Flash
from kochat_gui.ui.chat.found_text import Hit
from kochat_gui.ui.chat.message_column import BUILT_AT_ONCE
from kochat_gui.ui.chat.own_message import MAX_SHOWN_CHARS, MAX_UNFOLDED_CHARS
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.search.find_bar import FindBar
from kochat_gui.ui.search.find_controller import FindController
from kochat_gui.ui.theme import Appearance, Role
from tests.ui.chat import messages
from tests.ui.chat.finding import the
from tests.ui.typing_steps import type_steps

FORMATTED = """**고양**이는 [고양이 사진](https://example.org/nabi)을 좋아해요.

| 이름 | 종 |
|---|---|
| 나비 | 고양이 |

```python
print("고양이")  # 고양이 한 마리
```

> 끝으로 😀 고양이
"""


class Finding:
    """A conversation with the bar above it."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self._qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.view, self.bar = ChatView(appearance), FindBar(appearance)
        self.controller = FindController(self.view, self.bar)
        self.window.resize(800, 600)
        self.bar.setParent(self.window)
        self.view.setParent(self.window)
        self.bar.setGeometry(0, 0, 800, 50)
        self.view.setGeometry(0, 50, 800, 550)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.bar.hide()

    def show(self, path: Sequence[Message]) -> None:
        self.view.show_path(path, {m.message_id: [m.message_id] for m in path})
        last_built = path[-BUILT_AT_ONCE:][0].message_id
        self._qtbot.waitUntil(lambda: self.view.widget_of(last_built) is not None)
        self._qtbot.wait(30)

    def open(self) -> HangulLineEdit:
        self.controller.open()
        return the(self.bar, HangulLineEdit, "find")

    def find(self, query: str, count: str) -> HangulLineEdit:
        """Type ``query`` and wait until the bar says ``count``."""
        field = self.open()
        field.set_text(query)
        self.wait_for(count)
        return field

    def wait_for(self, count: str) -> None:
        self._qtbot.waitUntil(lambda: self.count == count)

    @property
    def count(self) -> str:
        labels = self.bar.findChildren(QLabel, "caption")
        return " ".join(label.text() for label in labels if not label.wordWrap())

    @property
    def remark(self) -> str:
        labels = self.bar.findChildren(QLabel, "caption")
        return " ".join(label.text() for label in labels if label.wordWrap() and label.isVisible())

    def marked(self) -> list[str]:
        """All marked words, as they stand in the shown texts."""
        found = []
        for view in self.view.findChildren(QTextEdit) + self.view.findChildren(QPlainTextEdit):
            found += [mark.cursor.selectedText() for mark in view.extraSelections()]
        return found

    def current(self) -> Hit:
        hit = self.view.found.current
        assert hit is not None
        return hit

    def is_current_in_sight(self) -> bool:
        hit = self.current()
        place = hit.view.viewport().mapTo(self.view, hit.rect().center())
        return self.view.rect().contains(place) and hit.view.viewport().rect().contains(
            hit.rect().center()
        )

    def scroll_value(self) -> int:
        return the(self.view, QScrollArea, "chat_scroll").verticalScrollBar().value()


@pytest.fixture
def finding(qtbot: QtBot, appearance: Appearance) -> Finding:
    return Finding(qtbot, appearance)


def test_every_kind_of_text_is_searched(finding: Finding) -> None:
    finding.show([messages.question(1, "고양이가 뭐야?"), messages.answer(2, FORMATTED)])
    finding.find("고양이", "1/7")

    assert finding.marked() == ["고양이"] * 7
    seen = []
    for number in range(1, 8):
        assert finding.count == f"{number}/7"
        assert finding.is_current_in_sight()
        place = (
            finding.current()
            .view.viewport()
            .mapTo(finding.window, finding.current().rect().topLeft())
        )
        seen.append((finding.scroll_value() + place.y(), place.x()))
        QTest.keyClick(the(finding.bar, HangulLineEdit), Qt.Key.Key_Return)
        finding.wait_for(f"{number % 7 + 1}/7")
    assert seen == sorted(seen), "from top to bottom"
    QTest.keyClick(
        the(finding.bar, HangulLineEdit), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier
    )
    finding.wait_for("7/7")


def test_buttons_go_there_and_back(finding: Finding) -> None:
    finding.show([messages.question(1, "하나 하나 하나")])
    finding.find("하나", "1/3")
    before, after = (
        next(b for b in finding.bar.findChildren(QPushButton) if b.text() == text)
        for text in ("이전", "다음")
    )
    after.click()
    after.click()
    assert finding.count == "3/3"
    before.click()
    assert finding.count == "2/3"
    finding.find("없는 말", "없어요")
    assert not after.isEnabled()


def test_unfinished_syllable_is_looked_for(finding: Finding) -> None:
    finding.show([messages.question(1, "한국에 한 번")])
    field = finding.open()
    type_steps(field, ["ㅎ…", "하…", "한…"])
    finding.wait_for("1/2")
    type_steps(field, ["+한|ㄱ…", "구…", "국…"])
    finding.wait_for("1/1")
    type_steps(field, ["return", "+국", "turn"])
    assert field.text() == "한국"
    assert finding.marked() == ["한국"]


def test_marks_change_neither_text_nor_selection_nor_copy(finding: Finding) -> None:
    finding.show([messages.question(1, "고양이"), messages.answer(2, FORMATTED)])
    view = finding.view.findChildren(QTextEdit)[-1]
    before = view.document().toHtml()
    cursor = view.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    view.setTextCursor(cursor)
    copied = view.createMimeDataFromSelection().text()
    finding.find("고양이", "1/7")

    assert view.extraSelections()
    assert view.document().toHtml() == before
    assert view.textCursor().selectedText() == cursor.selectedText()
    assert view.createMimeDataFromSelection().text() == copied


def test_escape_takes_the_marks_and_keeps_the_place(finding: Finding) -> None:
    path = [*messages.talk(20), messages.question(21, "찾을 것"), *messages.talk(20)]
    path = [messages.question(n, m.text) for n, m in enumerate(path, 1)]
    finding.show(path)
    field = finding.find("찾을", "1/1")
    place = finding.scroll_value()
    type_steps(field, ["escape"])

    assert not finding.bar.isVisible()
    assert finding.marked() == []
    assert finding.scroll_value() == place


def test_hits_in_a_thousand_messages(finding: Finding, qtbot: QtBot) -> None:
    path = messages.talk(1000)
    path[4] = messages.question(5, "바늘 하나")
    path[500] = messages.question(501, "가운데 바늘")
    path[999] = messages.answer(1000, "끝의 **바늘**")
    finding.show(path)
    began = time.process_time()
    field = finding.find("바늘", "3/3")
    for count in ("1/3", "2/3", "3/3", "1/3"):
        QTest.keyClick(field, Qt.Key.Key_Return)
        finding.wait_for(count)
        qtbot.wait(20)
        assert finding.is_current_in_sight()
    assert time.process_time() - began < 4
    assert len(finding.view.findChildren(QWidget, "chat_column")[0].children()) < 6 * BUILT_AT_ONCE
    later = next(
        b for b in finding.view.findChildren(QPushButton) if b.text() == "다음 메시지 더 보기"
    )
    assert later.isVisible()


def test_typing_stays_near_and_goes_back_when_letters_go(finding: Finding) -> None:
    path = [messages.question(n, f"가나 {n}") for n in range(1, 31)]
    finding.show(path)
    the(finding.view, QScrollArea, "chat_scroll").verticalScrollBar().setValue(0)
    field = finding.find("가나", "1/30")
    field.set_text("가나 2")
    finding.wait_for("1/11")
    field.set_text("가나 20")
    finding.wait_for("1/1")
    field.set_text("가나")
    finding.wait_for("1/30")


def test_answer_that_is_written_keeps_its_marks(finding: Finding, qtbot: QtBot) -> None:
    finding.show([messages.question(1, "나비?"), messages.streaming(2, "나비는")])
    finding.find("나비", "1/2")
    for count in range(3, 13):
        finding.view.append_text(2, " **나비** 와\n\n다음 문단")
        assert finding.count == f"1/{count}"
        assert finding.marked() == ["나비"] * count
    finding.controller.step(1)
    here = finding.current()
    finding.view.append_text(2, " 나비")
    assert finding.current() == here
    finding.view.finish(messages.answer(2, "나비는 나비"))
    assert finding.count == "2/3"


def test_a_hit_stays_in_sight_while_the_answer_grows(finding: Finding, qtbot: QtBot) -> None:
    finding.show([messages.question(1, "나비?"), messages.streaming(2, "나비는")])
    field = finding.find("나비", "1/2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    finding.wait_for("2/2")
    down = the(finding.view, QToolButton, "down")
    assert not down.isVisible(), "all is in sight"
    for _ in range(20):
        finding.view.append_text(2, "\n\n다음 문단이에요.\n\n또 하나." * 3)
        qtbot.wait(5)
    bar = the(finding.view, QScrollArea, "chat_scroll").verticalScrollBar()
    assert bar.value() == 0 < bar.maximum()
    assert finding.is_current_in_sight()
    down.click()
    finding.view.append_text(2, "\n\n끝" * 20)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())


@pytest.mark.parametrize(
    "text",
    [
        "| 이름 | 색 |\n|---|---|\n| 사과 | 빨강 |\n",
        "글\n\n- 사과\n- ```\n  사과\n  ```",
        "글\n\n> 사과\n>\n> ---\n",
    ],
    ids=["table", "code in a list", "rule in a quote"],
)
def test_marks_and_selection_stay_when_an_answer_ends(
    text: str, finding: Finding, qtbot: QtBot
) -> None:
    finding.show([messages.question(1), messages.streaming(2)])
    for char in text:
        finding.view.append_text(2, char)
        qtbot.wait(1)
    finding.find("사과", f"1/{text.count('사과')}")
    shown = finding.current().view
    shown.setTextCursor(shown.document().find("사과"))
    finding.view.finish(messages.answer(2, text))

    assert finding.marked() == ["사과"] * text.count("사과")
    assert shown.textCursor().selectedText() == "사과"


def test_marks_come_back_in_text_that_is_written_anew(finding: Finding) -> None:
    finding.show([messages.question(1), messages.answer(2, "사과")])
    finding.find("사과", "1/1")
    widget = finding.view.widget_of(MessageId(2))
    assert widget is not None
    widget.restyle()

    assert finding.marked() == ["사과"]


def test_answer_written_out_of_sight_is_whole_when_gone_to(finding: Finding) -> None:
    finding.show([*messages.talk(399), messages.streaming(400, "나비")])
    finding.view.build(MessageId(1))
    assert finding.view.widget_of(MessageId(400)) is None
    finding.view.append_text(400, "는 난다")
    finding.find("난다", "1/1")
    assert finding.current().view.toPlainText() == "나비는 난다"


def test_what_is_only_in_the_marks_is_passed_over(finding: Finding) -> None:
    path = messages.talk(200)
    path[1] = messages.answer(2, "[이름](https://example.org/needle)")
    path[3] = messages.answer(4, "needle")
    finding.show(path)
    field = finding.find("needle", "1/1")
    assert finding.current().view.toPlainText() == "needle"
    QTest.keyClick(field, Qt.Key.Key_Return)
    finding.wait_for("1/1")


def test_many_hits_in_link_targets_build_no_widgets(finding: Finding) -> None:
    path = messages.talk(400)
    for at in range(1, 300, 2):
        path[at] = messages.answer(at + 1, "[이름](https://example.org/needle)")
    path[0] = messages.question(1, "needle")
    finding.show(path)
    finding.find("needle", "1/1")
    assert finding.current().view.toPlainText() == "needle"
    assert finding.view.widget_of(MessageId(150)) is None


def test_bar_follows_a_search_in_all_conversations(finding: Finding, qtbot: QtBot) -> None:
    path = messages.talk(60)
    path[10], path[30] = messages.question(11, "나비"), messages.question(31, "꽃 꽃 나비")
    finding.show(path)
    finding.find("나비", "2/2")
    finding.view.reveal(31, "꽃")
    finding.wait_for("1/2")
    qtbot.waitUntil(lambda: the(finding.bar, HangulLineEdit).text() == "꽃")
    qtbot.waitUntil(lambda: finding.marked() == ["꽃", "꽃"])
    finding.view.reveal(1)
    assert finding.marked() == ["꽃", "꽃"], "going somewhere without words keeps the marks"


@pytest.mark.parametrize("role", [MessageRole.USER, MessageRole.SYSTEM])
def test_a_shortened_message_is_unfolded_for_what_is_found(
    role: MessageRole, finding: Finding
) -> None:
    long = "바늘 " + "건초 " * MAX_SHOWN_CHARS + "바늘"
    finding.show([replace(messages.question(1, long), role=role), messages.answer(2, "바늘")])
    field = finding.find("바늘", "3/3")
    assert len(finding.marked()) == 2, "the other one is left out"
    for count in ("1/3", "2/3", "3/3", "1/3"):
        QTest.keyClick(field, Qt.Key.Key_Return)
        finding.wait_for(count)
        assert finding.is_current_in_sight()
        assert finding.remark == ""
    assert len(finding.marked()) == 3


def test_reveal_unfolds_a_shortened_message(finding: Finding, qtbot: QtBot) -> None:
    path = messages.talk(20)
    path[2] = messages.question(3, "건초 " * MAX_SHOWN_CHARS + "바늘 " + "건초 " * MAX_SHOWN_CHARS)
    finding.show(path)
    finding.view.reveal(3, "바늘")
    qtbot.wait(30)
    assert finding.marked() == ["바늘"]
    assert finding.is_current_in_sight()
    assert not finding.bar.isVisible()


def test_what_is_left_out_of_a_book_is_counted_and_said(finding: Finding) -> None:
    finding.show([messages.question(1, "바늘 " + "건초 " * MAX_UNFOLDED_CHARS + "바늘")])
    # The conversation is shown from its end on.
    field = finding.find("바늘", "2/2")
    assert "줄여" in finding.remark
    QTest.keyClick(field, Qt.Key.Key_Return)
    finding.wait_for("1/2")
    assert finding.remark == ""
    assert finding.is_current_in_sight()


def test_reveal_says_what_is_left_out_of_a_book(finding: Finding, qtbot: QtBot) -> None:
    path = messages.talk(20)
    path[2] = messages.question(3, "건초 " * MAX_UNFOLDED_CHARS + "바늘")
    finding.show(path)
    keyboard = finding.window.focusWidget()
    finding.view.reveal(3, "바늘")
    finding.wait_for("1/1")
    assert "줄여" in finding.remark
    assert finding.window.focusWidget() is keyboard
    widget = finding.view.widget_of(MessageId(3))
    assert widget is not None
    end = widget.mapTo(finding.view, widget.rect().bottomLeft())
    assert finding.view.rect().contains(end), "where it is cut"


def test_long_answer_is_waited_for(finding: Finding, qtbot: QtBot) -> None:
    long = "\n\n".join(f"문단 {n}: " + "글 " * 80 for n in range(600)) + "\n\n바늘"
    path = messages.talk(200)
    path[1] = messages.answer(2, long)
    finding.show(path)
    finding.open().set_text("바늘")
    qtbot.waitUntil(lambda: finding.view.found.current is not None, timeout=10_000)
    assert finding.count == "1/1"
    qtbot.waitUntil(finding.is_current_in_sight)


def test_code_scrolls_sideways_to_a_hit(finding: Finding) -> None:
    finding.show([messages.answer(1, "```\n" + "x = 1; " * 80 + "바늘\n```")])
    finding.find("바늘", "1/1")
    assert finding.is_current_in_sight()


def test_another_conversation_is_searched_anew(finding: Finding) -> None:
    finding.show([messages.question(1, "나비")])
    finding.find("나비", "1/1")
    finding.show([messages.question(7, "나비 나비", conversation_id=2)])
    finding.wait_for("2")
    finding.controller.step(1)
    assert finding.count == "1/2"


def test_colours_follow_the_appearance(finding: Finding, appearance: Appearance) -> None:
    finding.show([messages.question(1, "나비 나비"), messages.answer(2, "나비")])
    finding.find("나비", "1/3")
    appearance.set_choice("dark")
    (first, second) = finding.view.findChildren(QTextEdit)[0].extraSelections()
    assert first.format.background().color() == appearance.colour(Role.FOUND_NOW)
    assert second.format.background().color() == appearance.colour(Role.FOUND)
    assert finding.marked() == ["나비"] * 3


def test_reveal_marks_and_goes_without_the_bar(finding: Finding, qtbot: QtBot) -> None:
    path = messages.talk(300)
    path[10] = messages.question(11, "숨은 바늘")
    finding.show(path)
    finding.view.reveal(11, "바늘")
    qtbot.wait(50)
    assert finding.is_current_in_sight()
    assert not finding.bar.isVisible()
    finding.controller.step(1)
    finding.wait_for("1/1")
    assert the(finding.bar, HangulLineEdit).text() == "바늘"


def test_reveal_of_a_message_that_is_not_on_the_path_does_nothing(finding: Finding) -> None:
    finding.show(messages.talk(4))
    finding.view.reveal(99, "바늘")
    assert finding.marked() == []


def test_glow_ends(finding: Finding, qtbot: QtBot) -> None:
    finding.show(messages.talk(4))
    finding.view.reveal(1)
    [glow] = finding.view.findChildren(Flash)
    assert glow.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    qtbot.waitUntil(lambda: finding.view.findChildren(Flash) == [], timeout=2_000)


class Still(QProxyStyle):
    """A style of a system that wants no motion."""

    def styleHint(  # noqa: N802 - Qt's name
        self, hint: QStyle.StyleHint, *more: Any
    ) -> int:
        is_motion = hint is QStyle.StyleHint.SH_Widget_Animate
        return 0 if is_motion else super().styleHint(hint, *more)


def test_nothing_glows_where_motion_is_not_wanted(finding: Finding, qapp: QApplication) -> None:
    finding.show(messages.talk(4))
    widget = finding.view.widget_of(MessageId(1))
    assert widget is not None
    still = Still("Fusion")
    # A style must outlive its widgets.
    still.setParent(qapp)
    widget.setStyle(still)
    finding.view.reveal(1)
    assert finding.view.findChildren(Flash) == []


def test_newest_messages_come_back_by_the_arrow(finding: Finding, qtbot: QtBot) -> None:
    finding.show(messages.talk(400))
    finding.view.reveal(1)
    assert finding.view.widget_of(MessageId(400)) is None
    down = next(w for w in finding.view.findChildren(QWidget, "down"))
    qtbot.waitUntil(down.isVisible)
    QTest.mouseClick(down, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    bar = the(finding.view, QScrollArea, "chat_scroll").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    assert finding.view.widget_of(MessageId(400)) is not None
