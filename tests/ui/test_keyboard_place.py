"""Where the keyboard goes when what had it is hidden, and what shortcuts do over other pages."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationId, ConversationSettings, Role
from kochat_gui.core.resources import BUILT_IN_ID
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.services.notices import Notice, Severity
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.branch_map import BranchMap
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.header.card import Card, CardRow
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.picker_button import PickerButton
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the
from tests.ui.conftest import UseScript

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Shown:
    """The window, active, and what a person at its keyboard does."""

    def __init__(self, window: MainWindow, services: Services, qtbot: QtBot) -> None:
        self.window, self.services, self.qtbot = window, services, qtbot
        self.view = the(window, ChatView)
        self.sidebar = the(window, Sidebar)

    @property
    def focus(self) -> QWidget | None:
        return self.window.focusWidget()

    @property
    def is_in_composer(self) -> bool:
        return isinstance(self.focus, ComposerText) and self.focus.isVisible()

    def press(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self.window.windowHandle(), key, modifiers)
        self.qtbot.wait(60)

    def type(self, text: str) -> None:
        focus = self.focus
        assert focus is not None
        focus.insertPlainText(text)  # type: ignore[attr-defined]  # a text field

    def ask(self, text: str) -> None:
        self.type(text)
        self.press(Qt.Key.Key_Return)
        self.answered()

    def answered(self) -> None:
        self.qtbot.waitUntil(lambda: not self.services.chat.is_busy, timeout=20_000)
        self.qtbot.wait(150)

    def answer(self) -> Answer:
        return self.view.findChildren(Answer)[-1]

    def button(self, inside: QWidget, text: str) -> QPushButton:
        found = [b for b in inside.findChildren(QPushButton) if b.text() == text]
        found[-1].show()
        return found[-1]

    def make(self, *titles: str) -> list[ConversationId]:
        """Conversations with a message each, the first one newest."""
        made = []
        for title in reversed(titles):
            cid = self.services.library.begin_with(
                Role.USER, f"{title} 이야기", ConversationSettings()
            )
            self.services.library.rename(cid, title)
            made.append(cid)
        self.qtbot.wait(80)
        return made[::-1]

    def open(self, conversation_id: ConversationId) -> None:
        self.sidebar.opened.emit(conversation_id)
        self.qtbot.wait(60)

    def go_round(self, key: Qt.Key) -> list[QWidget | None]:
        """All that has the keyboard in turn until it is where it began."""
        began, passed = self.focus, list[QWidget | None]()
        while not passed or self.focus is not began:
            self.press(key)
            passed.append(self.focus)
            assert len(passed) < 60, "it never comes back"
        assert len(set(passed)) == len(passed), "some of it goes in a circle"
        return passed

    def titles(self) -> list[str]:
        return [conversation.title for conversation in self.services.library.list()]


@pytest.fixture
def shown(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[Shown]:
    use_script(default={"text": "네, 좋아요."})
    services.settings.subscribe("ui.text_scale", appearance.set_scale_percent)
    window = MainWindow(services, bridge, appearance)
    window.resize(1280, 820)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield Shown(window, services, qtbot)
    window.close()
    window.deleteLater()


def test_a_person_goes_on_writing_after_an_example(shown: Shown) -> None:
    example = next(b for b in shown.view.findChildren(QPushButton) if b.isVisible())
    example.setFocus()
    shown.press(Qt.Key.Key_Space)
    assert shown.is_in_composer
    shown.answered()
    shown.press(Qt.Key.Key_A)
    shown.press(Qt.Key.Key_Space)
    assert len(shown.titles()) == 1, "a Space does nothing elsewhere"
    assert the(shown.window, ComposerText).text() == "a "


def _write_again(shown: Shown) -> None:
    shown.button(shown.answer(), "Write again").setFocus()
    shown.press(Qt.Key.Key_Space)


def _change_and_send(shown: Shown) -> None:
    shown.view.findChildren(OwnMessage)[0].edit()
    shown.type("!")
    shown.press(Qt.Key.Key_Return)


def _dismiss_notice(shown: Shown) -> None:
    shown.services.notices.post(Notice("n", Severity.INFO, "알림"))
    shown.qtbot.wait(60)
    cross = next(b for b in shown.window.findChildren(QToolButton) if b.toolTip() == "Dismiss")
    cross.setFocus()
    shown.press(Qt.Key.Key_Space)


def _close_the_panel_from_inside(shown: Shown) -> None:
    shown.press(Qt.Key.Key_P, CONTROL)
    the(shown.window, QWidget, "panel").findChildren(QToolButton)[0].setFocus()
    shown.press(Qt.Key.Key_P, CONTROL)


def _fold_the_list(shown: Shown) -> None:
    shown.sidebar.list.setFocus()
    shown.press(Qt.Key.Key_B, CONTROL)


@pytest.mark.parametrize(
    "act",
    [_write_again, _change_and_send, _dismiss_notice, _close_the_panel_from_inside, _fold_the_list],
)
def test_the_keyboard_is_in_the_message_box_after(
    act: Callable[[Shown], None], shown: Shown
) -> None:
    shown.ask("안녕")
    act(shown)
    shown.answered()
    assert shown.is_in_composer


@pytest.mark.parametrize("text", ["", "쓰던 글"])
@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_goes_round_the_whole_window(text: str, key: Qt.Key, shown: Shown) -> None:
    shown.ask("안녕")
    shown.type(text)
    composer = the(shown.window, Composer)
    composer.set_chips("KULLM v2", "정확하게")
    passed = shown.go_round(key)
    for place in (
        shown.sidebar.search_field,
        shown.sidebar.list,
        the(shown.window, PickerButton),
        the(shown.view, OwnMessage),
        shown.answer(),
        the(composer, QPushButton, "chip"),
        the(composer, ComposerText),
    ):
        assert place in passed
    assert (the(composer, QPushButton, "send") in passed) is bool(text)


def test_versions_are_turned_over_one_after_another(shown: Shown) -> None:
    shown.ask("안녕")
    for _ in range(2):
        _write_again(shown)
        shown.answered()
    arrow = next(
        b for b in shown.answer().findChildren(QToolButton) if b.toolTip() == "Earlier version"
    )
    arrow.setFocus()
    versions = []
    for _ in range(3):
        shown.press(Qt.Key.Key_Space)
        labels = [label.text() for label in shown.answer().findChildren(QLabel, "caption")]
        versions += [text for text in labels if "/3" in text]
    assert versions == ["2/3", "1/3", "2/3"], "at the first one the other arrow has the keyboard"


def test_a_name_is_never_typed_unseen(shown: Shown) -> None:
    one, two = shown.make("하나", "둘")
    work = shown.services.library.create_folder("일")
    shown.services.library.move([one], work)
    shown.open(one)
    shown.press(Qt.Key.Key_B, CONTROL)
    shown.press(Qt.Key.Key_F2)
    editor = shown.focus
    assert isinstance(editor, HangulLineEdit)
    assert editor.isVisible()
    assert editor.text() == "하나", "in its folder, which was closed"
    shown.press(Qt.Key.Key_Escape)
    shown.press(Qt.Key.Key_K, CONTROL)
    shown.sidebar.search_field.set_text("둘")
    shown.qtbot.waitUntil(lambda: shown.sidebar.pages.currentIndex() > 0)
    shown.press(Qt.Key.Key_F2)
    editor = shown.focus
    assert isinstance(editor, HangulLineEdit)
    assert editor.isVisible()
    assert editor.text() == "하나"
    shown.press(Qt.Key.Key_Escape)
    shown.services.library.add_tag([two], "여행")
    shown.qtbot.wait(60)
    shown.sidebar.head.tag_chosen.emit("여행")
    the(shown.window, ComposerText).setFocus()
    shown.press(Qt.Key.Key_F2)
    editor = shown.focus
    assert isinstance(editor, HangulLineEdit)
    assert editor.text() == "하나", "with all listed again"


def test_what_is_found_is_shown_in_the_place_of_the_trash(shown: Shown) -> None:
    one, two = shown.make("하나", "둘")
    shown.open(two)
    shown.sidebar.trash_requested.emit()
    assert not shown.view.isVisible()
    shown.press(Qt.Key.Key_B, CONTROL | SHIFT)
    assert shown.window.findChildren(BranchMap) == [], "of a conversation that is not in sight"
    shown.press(Qt.Key.Key_K, CONTROL)
    shown.sidebar.search_field.set_text("하나")
    shown.press(Qt.Key.Key_Return)
    shown.qtbot.waitUntil(lambda: shown.focus is not shown.sidebar.search_field)
    results = shown.focus
    shown.press(Qt.Key.Key_Return)
    assert shown.view.isVisible()
    assert [message.conversation_id for message in shown.view.messages()] == [one]
    assert shown.focus is results, "the keyboard stays with the results"


def test_deleting_goes_on_with_the_next_conversation(shown: Shown) -> None:
    made = shown.make("가", "나", "다", "라")
    shown.open(made[0])
    view = shown.sidebar.list
    view.setFocus()
    view.select_row(view.rows.row_of(made[2]))
    shown.press(Qt.Key.Key_Delete, CONTROL)
    assert shown.titles() == ["가", "나", "라"]
    assert [c.title for c in view.selected()] == ["라"]
    shown.press(Qt.Key.Key_Delete, CONTROL)
    assert [c.title for c in view.selected()] == ["나"]
    view.select_row(view.rows.row_of(made[0]))
    shown.press(Qt.Key.Key_Delete, CONTROL)
    assert shown.titles() == ["나"]
    assert view.hasFocus()
    shown.press(Qt.Key.Key_Z, CONTROL)
    assert shown.titles() == ["가", "나"]


def test_one_card_at_a_time_and_none_without_the_keyboard(shown: Shown) -> None:
    def cards() -> list[Card]:
        return [card for card in shown.window.findChildren(Card) if card.isVisible()]

    shown.services.models.choose(BUILT_IN_ID, "q8_0")
    shown.qtbot.waitUntil(
        lambda: shown.services.models.status.state is ModelState.READY, timeout=30_000
    )
    shown.press(Qt.Key.Key_M, CONTROL)
    assert len(cards()) == 1
    shown.window.resize(900, 600)
    shown.qtbot.wait(60)
    assert cards()[0].size() == shown.window.size()
    shown.press(Qt.Key.Key_M, CONTROL)
    assert cards() == [], "the same key again"
    shown.press(Qt.Key.Key_M, CONTROL)
    shown.press(Qt.Key.Key_L, CONTROL)
    [card] = cards()
    assert card.anchor.text().startswith("q8_0"), "the other one in its place"  # type: ignore[attr-defined]
    for key in (Qt.Key.Key_K, Qt.Key.Key_N):
        shown.press(Qt.Key.Key_M, CONTROL)
        assert len(cards()) == 1
        shown.press(key, CONTROL)
        assert cards() == []
    assert shown.is_in_composer, "the picker does not take the keyboard back"


def test_a_card_leaves_the_keyboard_where_it_was(shown: Shown) -> None:
    picker = the(shown.window, HeaderBar).findChildren(PickerButton)[0]

    def click(widget: QWidget) -> None:
        place = widget.mapTo(shown.window, widget.rect().center())
        QTest.mouseClick(shown.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
        shown.qtbot.wait(60)

    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        shown.press(Qt.Key.Key_M, CONTROL)
        assert isinstance(shown.focus, CardRow)
        shown.press(key)
        assert shown.is_in_composer
    click(picker)
    click(the(shown.window, CardRow))
    assert shown.is_in_composer, "a click on the picker is no wish to write there"
    shown.sidebar.focus_search()
    shown.press(Qt.Key.Key_M, CONTROL)
    shown.press(Qt.Key.Key_Escape)
    assert shown.focus is shown.sidebar.search_field
    picker.setFocus(Qt.FocusReason.TabFocusReason)
    shown.press(Qt.Key.Key_Space)
    shown.press(Qt.Key.Key_Escape)
    assert picker.hasFocus()


def test_ctrl_and_wheel_over_a_conversation_make_the_text_larger(shown: Shown) -> None:
    shown.ask("안녕\n" * 60)
    bar = shown.view.findChildren(QWidget, "chat_scroll")[0].verticalScrollBar()  # type: ignore[attr-defined]
    assert bar.maximum() > 0
    QTest.wheelEvent(
        shown.window.windowHandle(), QPointF(700, 300), QPoint(0, 120), QPoint(), CONTROL
    )
    assert shown.services.settings.get("ui.text_scale") == 110
