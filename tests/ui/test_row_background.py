"""Rows that are selected, under the mouse or at the keyboard are told apart."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Conversation, ConversationId
from kochat_gui.ui.sidebar.conversation_delegate import ConversationDelegate
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.theme import Appearance, Role

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def shown(qtbot: QtBot, appearance: Appearance) -> Iterator[ConversationList]:
    window = QWidget()
    qtbot.addWidget(window)
    above = QWidget(window)
    above.setFixedHeight(60)
    column = QVBoxLayout(window)
    view = ConversationList(appearance, "대화")
    view.setItemDelegate(ConversationDelegate(appearance, view.rows, view))
    column.addWidget(above)
    column.addWidget(view)
    window.resize(300, 400)
    view.rows.show([Conversation(ConversationId(n), f"대화 {n}", NOW, NOW, None) for n in (1, 2)])
    window.show()
    qtbot.waitExposed(window)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    yield view
    window.close()


def ground(view: ConversationList, row: int) -> str:
    """The colour of a row where nothing is written."""
    rect = view.visualRect(view.rows.index(row))
    return _pixel(view, QPoint(rect.right() - 12, rect.center().y()))


def has_ring(view: ConversationList, row: int) -> bool:
    """There is something dark at the middle of its lower edge."""
    rect = view.visualRect(view.rows.index(row))
    return QColor(_pixel(view, QPoint(rect.center().x(), rect.bottom() - 1))).lightness() < 180


def _pixel(view: ConversationList, place: QPoint) -> str:
    # With the window behind it: the list has no ground of its own.
    image = view.window().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return QColor(image.pixel(view.viewport().mapTo(view.window(), place))).name().upper()


def test_the_row_under_the_mouse(
    qtbot: QtBot, shown: ConversationList, appearance: Appearance
) -> None:
    hover = appearance.theme.colours[Role.HOVER]
    assert hover not in {ground(shown, 0), ground(shown, 1)}
    middle = shown.visualRect(shown.rows.index(1)).center()
    QTest.mouseMove(shown.viewport(), middle - QPoint(4, 0))
    QTest.mouseMove(shown.viewport(), middle)
    qtbot.waitUntil(lambda: ground(shown, 1) == hover)
    assert ground(shown, 0) != hover
    QTest.mouseMove(shown.window(), QPoint(20, 20))
    qtbot.waitUntil(lambda: ground(shown, 1) != hover)


def test_the_selected_row_keeps_its_colour_under_the_mouse(
    shown: ConversationList, appearance: Appearance
) -> None:
    shown.select_row(0)
    tint = appearance.theme.colours[Role.TINT]
    assert ground(shown, 0) == tint
    QTest.mouseMove(shown.viewport(), shown.visualRect(shown.rows.index(0)).center())
    assert ground(shown, 0) == tint
    assert ground(shown, 1) != tint


def test_the_row_at_the_keyboard(shown: ConversationList) -> None:
    first = shown.visualRect(shown.rows.index(0)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert not has_ring(shown, 0)
    shown.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(shown, Qt.Key.Key_Tab)
    shown.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(shown, Qt.Key.Key_Down)
    assert has_ring(shown, 1)
    assert not has_ring(shown, 0)
    shown.clearFocus()
    assert not has_ring(shown, 1)
