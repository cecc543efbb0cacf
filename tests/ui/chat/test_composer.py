"""The message box: what it sends, how it grows, and what it tells."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.resources import translation_file
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.composer_text import MAX_LINES
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the
from tests.ui.typing_steps import type_steps

LARGE = "가" * 20_000


class Box:
    """A composer that is shown, and what it told."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self.composer = Composer(appearance)
        qtbot.addWidget(self.composer)
        self.composer.resize(500, 200)
        self.composer.show()
        self.sent: list[str] = []
        self.told: list[str] = []
        composer = self.composer
        composer.send_requested.connect(self.sent.append)
        composer.stop_requested.connect(lambda: self.told.append("stop"))
        composer.draft_changed.connect(lambda: self.told.append("draft"))
        composer.edit_last_requested.connect(lambda: self.told.append("edit last"))
        composer.parameters_requested.connect(lambda: self.told.append("parameters"))

    @property
    def edit(self) -> QPlainTextEdit:
        return self.composer.findChildren(QPlainTextEdit, "composer_text")[0]

    @property
    def button(self) -> QPushButton:
        return self.composer.findChildren(QPushButton, "send")[0]

    @property
    def pasted(self) -> list[QToolButton]:
        return [c for c in self.composer.findChildren(QToolButton, "chip") if not c.isHidden()]

    def type(self, *steps: str) -> None:
        type_steps(self.edit, [*steps, "turn"])

    def paste(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        self.edit.insertFromMimeData(data)
        type_steps(self.edit, ["turn"])


@pytest.fixture
def box(qtbot: QtBot, appearance: Appearance) -> Box:
    return Box(qtbot, appearance)


def test_enter_sends_the_unfinished_syllable_and_empties_the_box(box: Box) -> None:
    box.type("+안", "녕…", "return")
    assert box.sent == ["안녕"]
    assert (box.composer.text(), box.edit.toPlainText()) == ("", "")
    assert not box.edit.textCursor().block().layout().preeditAreaText()


def test_shift_enter_makes_a_line(box: Box) -> None:
    box.type("+안", "녕…", "shift+return", "하…", "return")
    assert box.sent == ["안녕\n하"]


@pytest.mark.parametrize("blank", ["", " ", "\n \n", "\u00a0"])
def test_blank_text_is_not_sent(box: Box, blank: str) -> None:
    box.paste(blank)
    assert not box.button.isEnabled()
    box.type("return")
    assert box.sent == []


def test_the_button_is_enabled_by_the_first_jamo(box: Box) -> None:
    assert not box.button.isEnabled()
    box.type("ㅎ…")
    assert box.button.isEnabled()
    box.type("…")
    assert not box.button.isEnabled()


def test_the_button_sends_the_unfinished_syllable(box: Box, qtbot: QtBot) -> None:
    box.type("+안", "녕…")
    box.button.click()
    assert (box.sent, box.composer.text()) == (["안녕"], "")
    assert not box.button.isEnabled()


def test_while_an_answer_is_made_the_button_and_escape_stop(box: Box, qtbot: QtBot) -> None:
    box.type("+다음", "escape")
    box.told.clear()
    box.composer.set_busy(True)
    assert box.button.isEnabled()
    box.type("return", "return")
    box.button.click()
    box.type("escape")
    assert (box.sent, box.told) == ([], ["stop", "stop"])
    assert box.composer.text() == "다음", "what was typed meanwhile is kept"
    box.composer.set_busy(False)
    box.type("return")
    assert box.sent == ["다음"]


def test_drafts_are_told_when_a_person_changes_the_text(box: Box) -> None:
    box.type("ㅎ…", "하…", "+하", "x")
    assert box.told == ["draft"] * 4
    box.composer.set_text("다른 초안 " * 100)
    box.composer.clear()
    box.composer.resize(300, 200)
    box.type("shift", "left", "…")
    assert box.told == ["draft"] * 4, "nothing was typed"


def test_the_draft_has_the_unfinished_syllable(box: Box) -> None:
    box.type("+안", "녕…")
    assert box.composer.text() == "안녕"


def test_up_in_the_empty_box_edits_the_last_message(box: Box) -> None:
    box.type("up")
    assert box.told == ["edit last"]
    box.told.clear()
    for steps in (["ㅎ…", "up", "…"], ["+하", "up", "backspace"]):
        box.type(*steps)
    box.paste(LARGE)
    box.type("up")
    assert "edit last" not in box.told


def test_the_box_grows_with_its_lines_and_then_scrolls(box: Box) -> None:
    heights = []
    for lines in range(1, MAX_LINES + 4):
        box.composer.set_text("\n".join(["줄"] * lines))
        type_steps(box.edit, ["turn"])
        heights.append(box.edit.height())
        assert (box.edit.verticalScrollBar().maximum() > 0) == (lines > MAX_LINES)
    growing, full = heights[:MAX_LINES], heights[MAX_LINES:]
    assert growing == sorted(set(growing))
    assert set(full) == {growing[-1]}
    box.composer.clear()
    assert box.edit.height() == heights[0]


def test_the_box_grows_when_lines_wrap(box: Box, appearance: Appearance, qtbot: QtBot) -> None:
    one_line = box.edit.height()
    box.composer.set_text("가나다라 " * 30)
    wide = box.edit.height()
    assert wide > one_line
    box.composer.resize(300, 200)
    qtbot.waitUntil(lambda: box.edit.height() > wide)
    box.composer.resize(500, 200)
    qtbot.waitUntil(lambda: box.edit.height() == wide)
    appearance.set_scale_percent(150)
    qtbot.waitUntil(lambda: box.edit.height() > wide)
    assert box.edit.verticalScrollBar().maximum() == 0
    assert box.told == []


def test_an_unfinished_syllable_can_make_a_line(box: Box) -> None:
    box.composer.set_text("가")
    one_line = box.edit.height()
    per_line = next(n for n in range(1, 200) if _height_of(box, "가" * n) > one_line)
    box.composer.set_text("가" * (per_line - 1))
    assert box.edit.height() == one_line
    box.type("나…")
    assert box.edit.height() > one_line
    box.type("…")
    assert box.edit.height() == one_line


def _height_of(box: Box, text: str) -> int:
    box.composer.set_text(text)
    return box.edit.height()


def test_a_pasted_book_on_one_line_neither_blocks_nor_changes(box: Box, qtbot: QtBot) -> None:
    book = "".join(["책", "x" * 3_400_000, "\u00a0\x00\u202e\u2028", "나" * 2_200_000])
    assert len(book.encode()) > 10_000_000
    data = QMimeData()
    data.setText(book)
    began = time.perf_counter()
    box.edit.insertFromMimeData(data)
    type_steps(box.edit, ["+앞", "turn"])
    took_s = time.perf_counter() - began
    assert took_s < 0.3
    assert len(box.pasted) == 1
    assert "5,600,005" in box.pasted[0].text()
    began = time.perf_counter()
    box.type("return")
    assert time.perf_counter() - began < 0.3
    # Compared piece by piece: a failing comparison of books would be shown letter by letter.
    assert len(box.sent) == 1
    is_same = box.sent[0] == "앞\n\n" + book
    assert is_same
    assert box.composer.text() == ""
    assert box.pasted == []


def test_only_a_pasted_text_is_sent_as_it_is(box: Box) -> None:
    book = "\r\n".join(["a\u00a0\t\u2028"] * 6_000)
    box.paste(book)
    box.type("return")
    assert box.sent == [book]


def test_a_pasted_text_can_be_taken_out(box: Box, qtbot: QtBot) -> None:
    first, second = "가" * 16_001, "나" * 16_001
    box.paste(first)
    box.paste(second)
    box.pasted[0].click()
    assert box.composer.text() == second
    box.pasted[0].click()
    assert box.composer.text() == ""
    assert not box.button.isEnabled()
    assert box.told == ["draft"] * 4


def test_a_long_draft_comes_back_as_pasted_text(box: Box) -> None:
    box.composer.set_text(LARGE)
    type_steps(box.edit, ["turn"])
    assert (box.composer.text(), len(box.pasted), box.told) == (LARGE, 1, [])
    box.composer.set_text("짧은 초안")
    assert (box.composer.text(), len(box.pasted)) == ("짧은 초안", 0)


def test_tab_comes_to_pasted_texts_after_the_typed_one(box: Box) -> None:
    box.paste("가" * 16_001)
    box.paste("나" * 16_001)
    box.edit.setFocus()
    reached = []
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget() or box.edit, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == box.pasted


def test_a_click_beside_the_text_goes_into_it(box: Box) -> None:
    box.composer.set_chips("ChatML", "정확하게")
    the(box.composer, QPushButton, "chip").setFocus()
    assert not box.edit.hasFocus()
    card = box.edit.parentWidget()
    assert card is not None
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(4, card.height() // 2))
    assert box.edit.hasFocus()


def test_the_chips_say_what_is_in_force(box: Box, qtbot: QtBot) -> None:
    chips = box.composer.findChildren(QPushButton, "chip")[0]
    assert chips.isHidden()
    box.composer.set_chips("KULLM v2", "온도 0.7")
    assert (chips.text(), chips.isHidden()) == ("KULLM v2 · 온도 0.7", False)
    chips.click()
    assert box.told == ["parameters"]
    box.composer.set_chips("", "온도 0.7")
    assert chips.text() == "온도 0.7"
    box.composer.set_chips("", "")
    assert chips.isHidden()


def test_a_template_named_with_an_ampersand_is_no_shortcut(box: Box) -> None:
    chips = box.composer.findChildren(QPushButton, "chip")[0]
    box.composer.set_chips("고양이 & 친구", "")
    assert chips.text() == "고양이 && 친구"
    assert chips.accessibleName() == "고양이 & 친구"
    assert chips.shortcut().isEmpty()


def test_what_is_in_force_is_cut_at_its_end_where_there_is_no_room(box: Box) -> None:
    chips = box.composer.findChildren(QPushButton, "chip")[0]
    whole = "KULLM v2 (한국어 지시) · 마지막 질문만 보냄"
    for width, is_cut in ((900, False), (340, True), (900, False)):
        box.composer.resize(width, 200)
        box.composer.set_chips(whole, "")
        QCoreApplication.processEvents()
        assert (chips.text() != whole) == is_cut
        assert not is_cut or (chips.text()[:5], chips.text()[-1]) == (whole[:5], "…")
        assert chips.width() >= chips.sizeHint().width()
        assert chips.accessibleName() == whole


def test_it_speaks_korean(qtbot: QtBot, appearance: Appearance) -> None:
    install_catalogue(read_catalogue(translation_file("ko")))
    try:
        box = Box(qtbot, appearance)
    finally:
        install_catalogue({})
    for text in (box.edit.placeholderText(), box.edit.accessibleName(), box.button.text()):
        assert any("가" <= char <= "힣" for char in text), text


def test_a_question_beside_a_pasted_text_comes_back_as_it_was(box: Box) -> None:
    first, second = "가" * 16_001, "나" * 16_001
    box.paste(first)
    box.paste(second)
    type_steps(box.edit, ["+이 글을 요약해 줘", "turn"])
    whole = box.composer.text()
    for _ in range(2):
        box.composer.set_text("다른 대화의 초안")
        assert box.pasted == []
        box.composer.set_text(whole)
        assert (box.edit.toPlainText(), len(box.pasted)) == ("이 글을 요약해 줘", 2)
        assert box.composer.text() == whole
    box.type("return")
    [sent] = box.sent
    box.composer.set_text(sent)
    assert (box.edit.toPlainText(), len(box.pasted)) == ("이 글을 요약해 줘", 2)


def test_a_question_of_an_earlier_run_is_not_hidden_in_a_chip(box: Box) -> None:
    whole = "이 글을 요약해 줘\n\n" + LARGE
    box.composer.set_text(whole)
    assert (box.edit.toPlainText(), len(box.pasted)) == ("이 글을 요약해 줘", 1)
    assert box.composer.text() == whole


def test_many_pasted_texts_can_be_told_apart(box: Box, qtbot: QtBot) -> None:
    for number in range(7):
        box.paste("가" * (16_001 + number))
    box.composer.resize(500, box.composer.heightForWidth(500))
    qtbot.wait(20)
    for chip in box.pasted:
        assert chip.width() >= chip.sizeHint().width()
        assert box.composer.rect().contains(QRect(chip.mapTo(box.composer, QPoint()), chip.size()))
