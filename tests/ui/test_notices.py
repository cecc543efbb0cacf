"""Notices are plain text, replace each other by id, and go away when they are dismissed."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.services.notices import Notice, NoticeAction, Severity
from kochat_gui.ui.notices.banner import NoticeArea, UndoToast
from kochat_gui.ui.theme import Appearance


@pytest.fixture
def area(appearance: Appearance, qtbot: QtBot) -> Iterator[NoticeArea]:
    window = QWidget()
    made = NoticeArea(appearance, window)
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()


def texts(area: NoticeArea) -> list[str]:
    labels = area.findChildren(QLabel, "notice_text")
    return [label.text() for label in labels if label.isVisibleTo(area)]


def test_later_notice_with_the_same_id_replaces(area: NoticeArea) -> None:
    area.show_notice(Notice("a", Severity.INFO, "하나"))
    area.show_notice(Notice("a", Severity.ERROR, "둘"))
    area.show_notice(Notice("b", Severity.WARNING, "셋"))
    assert texts(area) == ["둘", "셋"]
    area.remove("a")
    area.remove("b")
    assert texts(area) == []
    assert not area.isVisible()


def test_markup_in_a_notice_is_text(area: NoticeArea) -> None:
    area.show_notice(Notice("a", Severity.ERROR, "<img src='file:///etc/passwd'><b>x</b>"))
    [label] = area.findChildren(QLabel, "notice_text")
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_action_and_cross_are_announced(area: NoticeArea, qtbot: QtBot) -> None:
    action = NoticeAction("폴더 열기", "open-log-folder")
    area.show_notice(Notice("a", Severity.ERROR, "오류", (action,)))
    [button] = area.findChildren(QPushButton)
    with qtbot.waitSignal(area.action_requested) as requested:
        button.click()
    assert requested.args == ["open-log-folder", "a"]
    [cross] = area.findChildren(QToolButton)
    with qtbot.waitSignal(area.dismissed) as dismissed:
        cross.click()
    assert dismissed.args == ["a"]


def test_undo_is_offered_once(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 500)
    qtbot.addWidget(window)
    toast = UndoToast(window)
    window.show()
    toast.offer("옮겼어요")
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    [button] = toast.findChildren(QPushButton)
    with qtbot.waitSignal(toast.undo_requested):
        button.click()
    assert not toast.isVisible()
    window.close()


def test_the_offer_stays_in_sight_when_the_window_gets_smaller(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(1200, 800)
    qtbot.addWidget(window)
    toast = UndoToast(window)
    window.show()
    toast.offer("대화를 휴지통으로 옮겼어요")
    window.resize(420, 480)
    qtbot.wait(20)
    assert window.rect().contains(toast.geometry())
    window.close()


@pytest.mark.parametrize("name", ["한글_이름을_그대로_쓴_모델_" * 12, "가" * 300])
def test_a_notice_with_a_long_name_leaves_the_window_its_size(area: NoticeArea, name: str) -> None:
    area.show_notice(Notice("a", Severity.ERROR, f"{name} 파일을 열 수 없어요."))
    assert area.minimumSizeHint().width() < 300
