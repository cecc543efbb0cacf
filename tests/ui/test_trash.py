"""The trash: what is in it, bringing back, and the two steps of deleting for good."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationFilter, ConversationId
from kochat_gui.core.states import GenerationState
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.trash.trash_page import TrashPage
from tests.ui.conftest import UseScript
from tests.ui.listed_library import CONTROL, ListedLibrary

DELETED = ConversationFilter(is_deleted=True)


class Trash(ListedLibrary):
    """The trash, open, with conversations that were deleted one after another."""

    def __init__(
        self, services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
    ) -> None:
        super().__init__(services, bridge, appearance, qtbot)
        self.ids = self.make("하나", "둘", "셋")
        for age, cid in enumerate(self.ids):
            self.library.delete(cid)
            self.age(cid, age)
        self.settle()
        self.sidebar.trash_requested.emit()

    def age(self, cid: ConversationId, days: float) -> None:
        """Let a conversation have been deleted so long ago."""
        when = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
        self.services.profile.database.write(
            lambda c: c.execute("UPDATE conversations SET deleted_at = ? WHERE id = ?", (when, cid))
        )

    @property
    def page(self) -> TrashPage:
        found = self.pages.currentWidget()
        assert isinstance(found, TrashPage)
        return found

    def titles(self) -> list[str]:
        rows = self.page.list.rows
        return [str(rows.index(row).data()) for row in range(rows.rowCount())]

    def button(self, text: str) -> QPushButton:
        found = self.page.findChildren(QPushButton)
        [button] = [b for b in found if b.text() == text and b.isVisible()]
        return button

    def has_button(self, text: str) -> bool:
        return any(b.text() == text and b.isVisible() for b in self.page.findChildren(QPushButton))

    def left(self) -> list[str]:
        return [conversation.title for conversation in self.library.list(wanted=DELETED)]

    def wait_for(self, *titles: str) -> None:
        self.qtbot.waitUntil(lambda: self.left() == list(titles))
        self.settle()


@pytest.fixture
def trash(services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot) -> Trash:
    return Trash(services, bridge, appearance, qtbot)


def test_what_was_deleted_last_is_first(trash: Trash) -> None:
    assert trash.titles() == ["하나", "둘", "셋"]
    assert trash.page.list.hasFocus()
    assert [c.title for c in trash.page.list.selected()] == ["하나"]


@pytest.mark.parametrize(("age", "days"), [(0, 30), (0.5, 30), (1.5, 29), (29.9, 1), (31, 0)])
def test_days_left(trash: Trash, age: float, days: int) -> None:
    trash.age(trash.ids[0], age)
    conversation = trash.library.get(trash.ids[0])
    assert trash.library.days_in_trash(conversation) == days


def test_several_are_restored_and_thrown_away_again(trash: Trash) -> None:
    trash.page.list.selectAll()
    trash.button("Restore").click()
    trash.settle()
    assert trash.titles() == []
    assert {c.title for c in trash.library.list()} == {"하나", "둘", "셋"}
    trash.undo()
    assert {*trash.titles()} == {"하나", "둘", "셋"}


def test_enter_restores_and_opens_and_a_click_only_selects(trash: Trash) -> None:
    view = trash.page.list
    place = view.visualRect(view.rows.index(1)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [c.title for c in view.selected()] == ["둘"]
    assert trash.opened == []
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert trash.opened == [trash.ids[1]]
    assert [c.title for c in trash.library.list()] == ["둘"]


def test_deleting_for_good_takes_two_steps(trash: Trash) -> None:
    trash.button("Delete for good…").click()
    assert not trash.has_button("Delete for good…"), "a double click is no second step"
    assert QApplication.focusWidget() is trash.button("Cancel")
    texts = [label.text() for label in trash.page.findChildren(QLabel) if label.isVisible()]
    assert "Delete 1 conversations for good?" in texts
    assert any("Backups" in text for text in texts)
    trash.button("Cancel").click()
    assert trash.left() == ["하나", "둘", "셋"]
    trash.button("Delete for good…").click()
    trash.button("Delete for good").click()
    trash.wait_for("둘", "셋")
    assert trash.titles() == ["둘", "셋"]


@pytest.mark.parametrize("is_emptied", [False, True])
def test_what_was_deleted_for_good_is_not_offered_back(trash: Trash, is_emptied: bool) -> None:
    [one] = trash.make("넷")
    trash.area.set_open(one)
    trash.select(one)
    trash.press(Qt.Key.Key_Delete, CONTROL)
    trash.sidebar.trash_requested.emit()
    [toast] = trash.canvas.findChildren(UndoToast)
    assert toast.isVisible()
    trash.page.list.select_near(0)
    trash.opened.clear()
    trash.button("Empty the trash…" if is_emptied else "Delete for good…").click()
    trash.button("Delete for good").click()
    trash.wait_for(*([] if is_emptied else ["하나", "둘", "셋"]))
    assert not toast.isVisible()
    QTest.keyClick(trash.page.list, Qt.Key.Key_Z, CONTROL)
    trash.press(Qt.Key.Key_Z, CONTROL)
    assert trash.opened == []
    assert trash.pages.currentWidget() is trash.page
    assert trash.services.notices.active() == []


def test_what_is_left_of_several_is_brought_back(trash: Trash) -> None:
    ids = trash.make("넷", "다섯")
    trash.select(*ids)
    trash.press(Qt.Key.Key_Delete, CONTROL)
    trash.library.delete_for_good(ids[0])
    trash.settle()
    trash.undo()
    assert [c.title for c in trash.library.list()] == ["다섯"]
    assert trash.services.notices.active() == []


def test_enter_presses_the_button_at_which_the_keyboard_is(trash: Trash) -> None:
    QTest.keyClick(trash.page.list, Qt.Key.Key_Delete, CONTROL)
    QTest.keyClick(trash.button("Cancel"), Qt.Key.Key_Return)
    assert not trash.has_button("Delete for good")
    assert trash.left() == ["하나", "둘", "셋"]
    assert trash.opened == []
    QTest.keyClick(trash.page.list, Qt.Key.Key_Delete, CONTROL)
    confirm = trash.button("Delete for good")
    confirm.setFocus()
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True
    )
    QApplication.sendEvent(confirm, held)
    assert trash.has_button("Delete for good"), "a key that is held down is no second step"
    QTest.keyClick(confirm, Qt.Key.Key_Enter)
    trash.wait_for("둘", "셋")


def test_the_question_is_about_what_was_selected(trash: Trash) -> None:
    trash.button("Delete for good…").click()
    view = trash.page.list
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert not trash.has_button("Delete for good")
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert not trash.has_button("Delete for good"), "no single key asks"
    QTest.keyClick(view, Qt.Key.Key_Delete, CONTROL)
    assert trash.has_button("Delete for good")
    QTest.keyClick(trash.page, Qt.Key.Key_Escape)
    assert trash.has_button("Delete for good…")
    QTest.keyClick(trash.page, Qt.Key.Key_Escape)
    assert trash.pages.currentIndex() == 0
    assert trash.left() == ["하나", "둘", "셋"]


def test_emptying_deletes_also_what_is_not_listed(trash: Trash) -> None:
    kept = trash.make("남는 대화")
    now = int(datetime.now(UTC).timestamp() * 1000)
    trash.services.profile.database.write(
        lambda c: c.executemany(
            "INSERT INTO conversations (created_at, updated_at, activity, title, deleted_at) "
            "VALUES (?, ?, ?, ?, ?)",
            [(now, now, n, f"대화 {n}", now) for n in range(450)],
        )
    )
    trash.sidebar.trash_requested.emit()
    assert trash.page.list.rows.rowCount() == 201
    trash.page.list.scrollToBottom()
    trash.qtbot.waitUntil(lambda: trash.page.list.rows.rowCount() == 401)
    trash.button("Empty the trash…").click()
    trash.button("Delete for good").click()
    trash.wait_for()
    assert trash.titles() == []
    assert [c.conversation_id for c in trash.library.list()] == kept
    captions = [label.text() for label in trash.page.findChildren(QLabel) if label.isVisible()]
    assert any("The trash is empty" in text for text in captions)


def test_a_refresh_keeps_the_selection(trash: Trash) -> None:
    view = trash.page.list
    view.selectAll()
    trash.make("새 대화")
    assert len(view.selected()) == 3
    trash.library.restore(trash.ids[1])
    trash.settle()
    assert [c.title for c in view.selected()] == ["하나", "셋"]


def test_names_are_told_to_screen_readers(trash: Trash) -> None:
    rows = trash.page.list.rows
    assert trash.page.list.accessibleName() == "Deleted conversations"
    assert rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "하나"
    QCoreApplication.processEvents()


def test_the_keyboard_stays_in_the_trash(trash: Trash) -> None:
    page = trash.page
    for left in (["둘", "셋"], ["셋"]):
        trash.button("Restore").setFocus()
        QTest.keyClick(trash.button("Restore"), Qt.Key.Key_Space)
        trash.wait_for(*left)
        assert page.list.hasFocus()
        assert [c.title for c in page.list.selected()] == left[:1]
    QTest.keyClick(page.list, Qt.Key.Key_Delete, CONTROL)
    QTest.keyClick(trash.button("Delete for good"), Qt.Key.Key_Space)
    trash.wait_for()
    focus = page.window().focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus), "Esc closes it"


def test_taking_a_copy_back_stops_what_is_answered_there(
    trash: Trash, use_script: UseScript, qtbot: QtBot
) -> None:
    use_script(default={"text": "가나다라 " * 2000, "tokens_per_second": 10})
    [one] = trash.make("하나")
    trash.select(one)
    trash.choose("Duplicate")
    [copy] = [c.conversation_id for c in trash.library.list() if c.conversation_id != one]
    chat = trash.services.chat
    chat.send(copy, "길게")
    qtbot.waitUntil(lambda: chat.state(copy) is GenerationState.GENERATING, timeout=20_000)
    trash.undo()
    qtbot.waitUntil(lambda: not chat.is_busy, timeout=20_000)
    assert trash.library.get(copy).deleted_at is not None
