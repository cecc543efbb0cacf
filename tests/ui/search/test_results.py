"""Rows of search results: what they say, and how they are drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationId, MessageId, Role
from kochat_gui.core.search import SearchHit
from kochat_gui.ui.search.results_list import ResultsList
from kochat_gui.ui.search.results_model import ROW_ROLE, ResultsModel, rows_of, shown_day
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

NOW = datetime(2026, 5, 6, 9, 30).astimezone()
TODAY = date(2026, 5, 6)


def hit(number: int, conversation: int = 1, role: Role | None = Role.USER) -> SearchHit:
    return SearchHit(
        ConversationId(conversation),
        f"대화 {conversation}",
        MessageId(number) if role is not None else None,
        role,
        NOW.astimezone(UTC),
        f"찾은 말 {number}",
        ((0, 2),),
    )


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (NOW, "오늘 09:30"),
        (NOW - timedelta(days=1), "어제"),
        (NOW - timedelta(days=30), "4월 6일"),
        (NOW - timedelta(days=365), "2025년 5월 6일"),
    ],
)
def test_days_are_said_as_people_do(when: datetime, expected: str) -> None:
    assert shown_day(when, TODAY) == expected


def test_hits_that_follow_each_other_share_a_title() -> None:
    rows = rows_of(
        [hit(1), hit(2, role=Role.ASSISTANT), hit(3, 2), hit(4), hit(5, role=None)], TODAY
    )
    assert [row.has_title for row in rows] == [True, False, True, True, True]
    assert [row.caption.split(" ·")[0] for row in rows] == ["나", "답변", "나", "나", "제목"]


def test_more_results_leave_those_that_are_shown(qtbot: QtBot, appearance: Appearance) -> None:
    view = ResultsList(appearance)
    qtbot.addWidget(view)
    model = view.rows
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, model
    )
    assert tester.model() is model
    model.show([hit(1), hit(2)], TODAY)
    view.setCurrentIndex(model.index(1))
    model.show([hit(1), hit(2), hit(3)], TODAY)
    assert view.currentIndex().row() == 1
    assert model.rowCount() == 3
    view.show_hits([hit(3), hit(2)], TODAY)
    assert view.currentIndex().row() == 1, "the same message"
    view.show_hits([hit(3), hit(1)], TODAY)
    assert not view.currentIndex().isValid()
    model.show([], TODAY)
    assert model.rowCount() == 0


def test_rows_say_what_they_are_without_the_picture(qtbot: QtBot, appearance: Appearance) -> None:
    view = ResultsList(appearance)
    qtbot.addWidget(view)
    model: ResultsModel = view.rows
    model.show([replace(hit(1), title="")], TODAY)
    index = model.index(0)
    assert index.data() == "새 대화"
    assert view.accessibleName() == "검색 결과"
    described = index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert described == "찾은 말 1 나 · 오늘 09:30"


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_words_are_seen_however_narrow_the_list_is(
    qtbot: QtBot, appearance: Appearance, percent: int
) -> None:
    appearance.set_scale_percent(percent)
    view = ResultsList(appearance)
    qtbot.addWidget(view)
    view.resize(200, 600)
    view.show()
    before = "😀앞에 오는 말이 아주 길어서 줄이 여러 번 바뀌고 "
    found = replace(
        hit(1), snippet=before + "바늘 뒤의 말", spans=((len(before), len(before) + 2),)
    )
    view.rows.show([found], TODAY)
    index = view.rows.index(0)
    assert index.data(ROW_ROLE) is not None
    height = view.sizeHintForIndex(index).height()
    image = QImage(200, height, QImage.Format.Format_RGB32)
    image.fill(appearance.colour(ColourRole.SIDEBAR))
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 200, height)
    painter = QPainter(image)
    view.itemDelegate().paint(painter, option, index)
    painter.end()
    marked = appearance.colour(ColourRole.FOUND).rgb()
    assert sum(image.pixel(x, y) == marked for x in range(200) for y in range(height)) > 40
