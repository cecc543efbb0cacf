"""The map of a conversation's branches: rows, search, keys, and large trees."""

import time

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import MadeBy, Message, MessageId
from kochat_gui.ui.chat.branch_map import BranchMap
from kochat_gui.ui.chat.branch_tree import BranchTree
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the
from tests.ui.typing_steps import type_steps


def _tree() -> list[Message]:
    """1 하나, its answers 2 and 3, after 2 the questions 4 and 6, each with an answer."""
    edited = MadeBy("m", "모델", "q4_0", "llama.cpp", "chatml", is_edited=True)
    after: dict[int, int | None] = {1: None, 2: 1, 3: 1, 4: 2, 5: 4, 6: 2, 7: 6}
    texts = {
        1: "하나",
        2: "**답** 하나",
        3: "다른 답",
        4: "둘",
        5: "답 둘",
        6: "둘째",
        7: "답 둘째",
    }
    made = {
        2: messages.answer(2, texts[2], made_by=edited),
        3: messages.answer(3, texts[3]),
        5: messages.answer(5, texts[5]),
        7: messages.answer(7, texts[7]),
    }
    return [
        messages.moved(made.get(n) or messages.question(n, texts[n], is_excluded=n == 4), after[n])
        for n in sorted(after)
    ]


def _ids(*numbers: int) -> list[MessageId]:
    return [MessageId(number) for number in numbers]


@pytest.fixture
def parent(qtbot: QtBot, appearance: Appearance) -> QWidget:
    made = QWidget()
    made.resize(900, 800)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


class Map:
    """An open map, and what it asked for."""

    def __init__(
        self,
        tree: list[Message],
        path: list[MessageId],
        appearance: Appearance,
        parent: QWidget,
        qtbot: QtBot,
    ) -> None:
        self.dialog = BranchMap(tree, path, path[-1], appearance, parent)
        self.asked: list[tuple[str, int]] = []
        self.dialog.branch_requested.connect(lambda mid: self.asked.append(("branch", mid)))
        self.dialog.end_requested.connect(lambda mid: self.asked.append(("end", mid)))
        with qtbot.waitExposed(self.dialog):
            self.dialog.open()
        self.search = the(self.dialog, HangulLineEdit)
        self.view = the(self.dialog, QTreeView)

    @property
    def current(self) -> str:
        return str(self.view.currentIndex().data())

    def press(self, key: Qt.Key) -> None:
        QTest.keyPress(self.search, key)


@pytest.fixture
def open_map(appearance: Appearance, parent: QWidget, qtbot: QtBot) -> Map:
    return Map(_tree(), _ids(1, 2, 4, 5), appearance, parent, qtbot)


def _rows(model: BranchTree, above: QModelIndex | None = None, depth: int = 0) -> list[str]:
    above = QModelIndex() if above is None else above
    found: list[str] = []
    for row in range(model.rowCount(above)):
        index = model.index(row, 0, above)
        assert model.parent(index) == above
        found.append("  " * depth + str(index.data()))
        found += _rows(model, index, depth + 1)
    return found


def test_the_shown_path_is_the_first_level(parent: QWidget) -> None:
    assert _rows(BranchTree(_tree(), _ids(1, 2, 4, 5), parent)) == [
        "하나",
        "답 하나 · 고친 답변 · 다른 가지 1개",
        "  다른 답",
        "둘 · 모델에게 숨김 · 다른 가지 1개",
        "  둘째 · 뒤에 1개",
        "    답 둘째",
        "답 둘 · 지금 보는 끝",
    ]
    assert _rows(BranchTree(_tree(), _ids(1, 3), parent)) == [
        "하나",
        "다른 답 · 지금 보는 끝 · 다른 가지 1개",
        "  답 하나 · 고친 답변 · 뒤에 2개",
        "    둘째 · 다른 가지 1개",
        "      둘 · 모델에게 숨김 · 뒤에 1개",
        "        답 둘",
        "    답 둘째",
    ]


def test_arrows_move_and_enter_shows_the_branch(open_map: Map) -> None:
    assert open_map.current.startswith("답 둘 ·")
    open_map.press(Qt.Key.Key_Up)
    assert open_map.current == "답 둘째"
    open_map.press(Qt.Key.Key_Left)
    assert open_map.current.startswith("둘째")
    open_map.press(Qt.Key.Key_Left)
    open_map.press(Qt.Key.Key_Down)
    assert open_map.current.startswith("답 둘 ·"), "closed branches are passed over"
    open_map.press(Qt.Key.Key_Up)
    open_map.press(Qt.Key.Key_Return)
    assert open_map.asked == [("branch", 6)]
    assert not open_map.dialog.isVisible()


def test_typing_finds_while_a_syllable_is_unfinished(open_map: Map) -> None:
    type_steps(open_map.search, ["둘…"])
    assert open_map.current.startswith("답 둘 ·")
    type_steps(open_map.search, ["…"])
    type_steps(open_map.search, ["+답", "turn"])
    counts = [label.text() for label in open_map.dialog.findChildren(QLabel)]
    assert "3/4" in counts
    open_map.press(Qt.Key.Key_Down)
    assert open_map.current == "답 둘째"
    open_map.press(Qt.Key.Key_Down)
    assert open_map.current.startswith("답 하나")
    type_steps(open_map.search, ["+아무도 모르는 말", "turn"])
    assert "찾은 메시지가 없어요" in [
        label.text() for label in open_map.dialog.findChildren(QLabel)
    ]
    open_map.press(Qt.Key.Key_Escape)
    assert open_map.search.text() == ""
    assert open_map.dialog.isVisible()
    open_map.press(Qt.Key.Key_Escape)
    assert not open_map.dialog.isVisible()
    assert open_map.asked == []


def test_up_to_here(open_map: Map) -> None:
    button = next(
        b for b in open_map.dialog.findChildren(QPushButton) if b.text() == "여기까지만 보기"
    )
    open_map.press(Qt.Key.Key_PageUp)
    button.click()
    assert open_map.asked == [("end", 1)]


def _branching() -> list[Message]:
    """A trunk of 30 messages, and at each of its questions another one with an answer."""
    tree = messages.talk(30)
    for question in range(1, 31, 2):
        number = len(tree) + 1
        other = messages.question(number, f"곁가지 {question} " * 20)
        tree.append(messages.moved(other, question - 1 or None))
        tree.append(messages.moved(messages.answer(number + 1, "## 곁\n- 답"), number))
    return tree


def _twofold() -> list[Message]:
    """Two versions of everything, ten times."""
    return [
        messages.moved(messages.question(n, f"메시지 {n}"), n // 2 if n > 1 else None)
        for n in range(1, 1 << 10)
    ]


def test_off_the_shown_path_the_long_version_goes_straight_on(parent: QWidget) -> None:
    model = BranchTree(_branching(), _ids(31, 32), parent)
    # At the very end both are as long, and the newest is the one.
    trunk = {model.index_of(MessageId(n)).parent() for n in range(2, 29)}
    assert len(trunk) == 1
    assert model.deepest == 4


@pytest.mark.parametrize(("scale", "width"), [(100, 900), (200, 900), (200, 420)])
def test_no_row_is_pushed_out_of_sight(
    scale: int, width: int, appearance: Appearance, parent: QWidget, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(scale)
    parent.resize(width, 800)
    tree = _twofold()
    opened = Map(tree, _ids(1), appearance, parent, qtbot)
    opened.view.expandAll()
    model = opened.view.model()
    assert isinstance(model, BranchTree)
    rows = [model.index_of(message.message_id) for message in tree]
    lefts = [opened.view.visualRect(row).left() for row in rows]
    assert max(lefts) <= 0.3 * opened.view.viewport().width()
    assert len(set(lefts)) == model.deepest + 1 > 8, "how deep a row is can be seen"
    opened.dialog.reject()


def _ends_of_first_row(opened: Map) -> QImage:
    row = opened.view.visualRect(opened.view.model().index(0, 0))
    if row.height() < 45:
        row.setLeft(row.right() - 120)
    else:
        row.setTop(row.center().y() + 2)
    return opened.view.viewport().grab(row).toImage()


@pytest.mark.parametrize("width", [900, 420])
def test_notes_are_seen_however_long_the_message_is(
    width: int, appearance: Appearance, parent: QWidget, qtbot: QtBot
) -> None:
    parent.resize(width, 800)
    seen = []
    for words, is_excluded in (("가", True), ("가" * 300, True), ("가", False)):
        first = messages.question(1, words, is_excluded=is_excluded)
        tree = [first, messages.moved(messages.question(2), None), *messages.talk(4)[2:]]
        opened = Map(tree, _ids(1), appearance, parent, qtbot)
        seen.append(_ends_of_first_row(opened))
        opened.dialog.reject()
    assert seen[0] == seen[1] != seen[2]


def test_rows_have_no_marks_of_markdown(parent: QWidget) -> None:
    model = BranchTree(_branching(), _ids(31, 32), parent)
    assert model.index_of(MessageId(32)).data() == "곁 답 · 지금 보는 끝"


def test_a_row_that_was_not_found_has_no_number(open_map: Map) -> None:
    def counts() -> set[str]:
        return {label.text() for label in open_map.dialog.findChildren(QLabel)}

    type_steps(open_map.search, ["+둘째", "turn"])
    assert "1/2" in counts()
    row = open_map.view.visualRect(open_map.view.model().index(0, 0))
    viewport = open_map.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=row.center())
    assert open_map.current == "하나"
    assert "2" in counts()
    assert "1/2" not in counts()
    open_map.press(Qt.Key.Key_Down)
    assert "1/2" in counts()


@pytest.mark.parametrize("scale", [100, 200])
def test_a_click_on_the_arrow_folds(
    scale: int, appearance: Appearance, parent: QWidget, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(scale)
    opened = Map(_tree(), _ids(1, 2, 4, 5), appearance, parent, qtbot)
    index = opened.view.model().index(1, 0)
    before = opened.current
    row = opened.view.visualRect(index)
    place = QPoint(row.left() + appearance.px(16), row.center().y())
    QTest.mouseClick(opened.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not opened.view.isExpanded(index)
    QTest.mouseClick(opened.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.view.isExpanded(index)
    assert opened.current == before
    opened.dialog.reject()


def test_the_hint_stays_in_one_piece(appearance: Appearance, parent: QWidget, qtbot: QtBot) -> None:
    appearance.set_scale_percent(200)
    parent.resize(620, 800)
    opened = Map(_tree(), _ids(1, 2, 4, 5), appearance, parent, qtbot)
    [hint] = opened.dialog.findChildren(Paragraph)
    assert hint.height() <= 2 * hint.fontMetrics().lineSpacing()
    assert opened.dialog.width() <= parent.width()
    opened.dialog.reject()


def _large(versions: int) -> list[Message]:
    """5,000 messages: each question has that many answers, and the newest one goes on."""
    tree: list[Message] = []
    before: int | None = None
    while len(tree) < 5_000:
        asked = len(tree) + 1
        tree.append(messages.moved(messages.question(asked, f"질문 {asked} " * 60), before))
        for _ in range(versions):
            number = len(tree) + 1
            tree.append(messages.moved(messages.answer(number, f"대답 {number} " * 120), asked))
        before = len(tree)
    return tree


@pytest.mark.parametrize("versions", [1, 4])
def test_5000_messages_do_not_hold_the_window(
    versions: int, appearance: Appearance, parent: QWidget, qtbot: QtBot
) -> None:
    tree = _large(versions)
    parents = {message.message_id: message.parent_id for message in tree}
    path = [tree[-1].message_id]
    while (above := parents[path[-1]]) is not None:
        path.append(above)
    path.reverse()
    began = time.perf_counter()
    opened = Map(tree, path, appearance, parent, qtbot)
    opened.dialog.grab()
    took_open = time.perf_counter() - began
    began = time.perf_counter()
    type_steps(opened.search, ["+대답 77", "turn"])
    opened.dialog.grab()
    took_find = time.perf_counter() - began
    assert took_open < 1.5
    assert took_find < 1.0
    assert "대답" in opened.current
    opened.dialog.reject()
