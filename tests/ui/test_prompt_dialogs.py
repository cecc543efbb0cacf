"""What is sent, how it splits, templates and presets: on the built-in model, through the window."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.generation import TokenPiece
from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.resources import translation_file
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.parameters.preset_choice import PresetChoice
from kochat_gui.ui.prompt.pieces_view import MAX_SHOWN, PiecesView, readable
from kochat_gui.ui.prompt.prompt_dialog import PromptDialog
from kochat_gui.ui.prompt.template_dialog import TemplateDialog
from kochat_gui.ui.prompt.tokens_dialog import EXAMPLE, MAX_CHARS, TokensDialog
from kochat_gui.ui.theme import Appearance

LOADING_MS = 30_000
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def korean() -> Iterator[None]:
    """As people see it."""
    install_catalogue(read_catalogue(translation_file("ko")))
    yield
    install_catalogue({})


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    made = MainWindow(services, bridge, appearance)
    made.resize(1280, 820)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.close()
    made.close()
    made.deleteLater()


def test_prompt_is_shown_exactly_as_text_and_as_tokens(window: MainWindow, qtbot: QtBot) -> None:
    window.findChildren(Composer)[0].set_text("배고파")
    QTest.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    [dialog] = window.findChildren(PromptDialog)
    text = next(edit for edit in dialog.findChildren(QPlainTextEdit))
    qtbot.waitUntil(lambda: bool(text.toPlainText()), timeout=LOADING_MS)

    assert text.toPlainText() == (
        "<s> 아래는 작업을 설명하는 명령어입니다. 요청을 적절히 완료하는 응답을 작성하세요.\n\n"
        "### 명령어:\n배고파\n\n### 응답:"
    )
    assert "KULLM v2" in labels(dialog)
    assert "“### 명령어:”" in labels(dialog)
    button(dialog, "토큰으로").click()
    [pieces] = dialog.findChildren(PiecesView)
    assert pieces.isVisible()
    assert pieces.toPlainText().startswith("<s>▁아래는")
    button(dialog, "복사").click()
    ids = [int(number) for number in QGuiApplication.clipboard().text().split(", ")]
    assert ids[0] == 1
    assert len(ids) > 20


def test_prompt_of_nothing_says_what_to_do(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    assert window.findChildren(PromptDialog) == []
    qtbot.waitUntil(lambda: any("프롬프트" in n.text for n in services.notices.active()))


def test_prompt_of_the_last_question(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    window.findChildren(Composer)[0].send_requested.emit("이름이 뭐야?")
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=LOADING_MS)
    QTest.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    [dialog] = window.findChildren(PromptDialog)
    [text] = dialog.findChildren(QPlainTextEdit)
    qtbot.waitUntil(lambda: "이름이 뭐야?" in text.toPlainText(), timeout=LOADING_MS)


def test_text_splits_as_it_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_T, CTRL_SHIFT)
    [dialog] = window.findChildren(TokensDialog)
    [text] = dialog.findChildren(QPlainTextEdit)
    assert text.toPlainText() == EXAMPLE
    qtbot.waitUntil(lambda: "토큰 " in labels(dialog), timeout=LOADING_MS)
    text.setPlainText("안녕")
    qtbot.waitUntil(lambda: "글자당 0.50개" in labels(dialog), timeout=LOADING_MS)
    [pieces] = shown(dialog, PiecesView)
    assert pieces.toPlainText() == "▁안녕"
    [box] = dialog.findChildren(QCheckBox)
    box.click()
    assert "모델을 골라 주세요." in labels(dialog)
    assert shown(dialog, PiecesView) == []


def test_only_the_beginning_of_a_long_text_is_split_and_that_is_said(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.findChildren(Composer)[0].set_text("가 " * MAX_CHARS)
    QTest.keyClick(window, Qt.Key.Key_T, CTRL_SHIFT)
    [dialog] = window.findChildren(TokensDialog)
    [text] = dialog.findChildren(QPlainTextEdit)
    qtbot.waitUntil(lambda: "토큰 " in labels(dialog), timeout=LOADING_MS)
    assert f"{MAX_CHARS:,}" in labels(dialog)
    text.setPlainText("안녕")
    qtbot.waitUntil(lambda: "토큰 1개" in labels(dialog), timeout=LOADING_MS)
    assert f"{MAX_CHARS:,}" not in labels(dialog)
    text.setPlainText("가 " * MAX_CHARS)
    qtbot.waitUntil(lambda: f"{MAX_CHARS:,}" in labels(dialog), timeout=LOADING_MS)


def test_pieces_show_what_cannot_be_seen_and_stay_few(appearance: Appearance, qtbot: QtBot) -> None:
    assert readable(TokenPiece(5, "\t\n \0")) == "⇥⏎▁␀"
    assert readable(TokenPiece(5, "")) == "∅"
    view = PiecesView(appearance)
    qtbot.addWidget(view)
    view.show_pieces([TokenPiece(n, "<b>가</b>") for n in range(MAX_SHOWN + 5)])
    assert view.toPlainText().startswith("<b>가</b>")
    assert view.toPlainText().endswith("… 그 밖에 5개")


def test_template_is_copied_edited_used_and_deleted(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    window.toggle_parameters()
    [panel] = window.findChildren(ParametersPanel)
    button(panel, "고치기…").click()
    [dialog] = window.findChildren(TemplateDialog)
    name = dialog.findChildren(QLineEdit)[0]
    name.setText("내 것: 첫째")
    answer = field(dialog, "답변 앞")
    answer.setPlainText("\n\n### 답:")
    preview = field(dialog, "미리 보기")
    qtbot.waitUntil(lambda: preview.toPlainText().endswith("### 답:"))
    with qtbot.waitSignal(dialog.saved):
        button(dialog, "저장").click()

    [template] = [box for box in panel.findChildren(QComboBox) if box.findText("내 것: 첫째") >= 0]
    assert template.currentText() == "내 것: 첫째"
    panel.flush()
    composer = window.findChildren(Composer)[0]
    composer.set_text("안녕")
    button(panel, "프롬프트 보기…").click()
    shown_prompt = window.findChildren(PromptDialog)[-1].findChildren(QPlainTextEdit)[0]
    qtbot.waitUntil(lambda: shown_prompt.toPlainText().endswith("### 답:"), timeout=LOADING_MS)

    button(panel, "고치기…").click()
    again = window.findChildren(TemplateDialog)[-1]
    with qtbot.waitSignal(again.deleted):
        button(again, "지우기").click()
    assert template.findText("내 것: 첫째") < 0
    assert template.currentIndex() == 0


def test_wrong_template_says_which_field(window: MainWindow, qtbot: QtBot) -> None:
    window.toggle_parameters()
    [panel] = window.findChildren(ParametersPanel)
    button(panel, "고치기…").click()
    [dialog] = window.findChildren(TemplateDialog)
    field(dialog, "질문: {content}").setPlainText("내용이 없어요")
    qtbot.waitUntil(lambda: "content" in labels(dialog))
    button(dialog, "저장").click()
    assert dialog.isVisible()


def test_preset_of_the_card_is_in_force_and_another_can_be_chosen(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    window.toggle_parameters()
    [panel] = window.findChildren(ParametersPanel)
    [choice] = panel.findChildren(PresetChoice)
    [box] = choice.findChildren(QComboBox)
    assert box.currentData() == "general"
    assert services.chat.sampling_defaults().no_repeat_ngram == 0

    box.setCurrentIndex(box.findData("kfkas-card"))
    box.activated.emit(box.currentIndex())
    assert services.chat.sampling_defaults().num_beams == 3
    assert "num_beams 3:" in labels(choice)

    box.setCurrentIndex(box.findData("general"))
    box.activated.emit(box.currentIndex())
    services.settings.set("sampling.temperature", 0.35)
    assert services.chat.sampling_defaults().temperature == 0.35


def labels(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def button(widget: QWidget, text: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.text() == text)


def field(widget: QWidget, name: str) -> QPlainTextEdit:
    return next(e for e in widget.findChildren(QPlainTextEdit) if e.accessibleName() == name)


def shown(widget: QWidget, kind: type[PiecesView]) -> list[PiecesView]:
    return [child for child in widget.findChildren(kind) if child.isVisible()]
