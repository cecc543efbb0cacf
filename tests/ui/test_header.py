"""The pickers say what is chosen, open as cards, and choose by mouse and keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import MemoryEstimate, MemoryFit, ModelState, QuantizationChoice
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.card import Card, CardRow
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.model_texts import level_row, size_text
from kochat_gui.ui.theme import Appearance, Role


@pytest.fixture
def header(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[HeaderBar]:
    window = QWidget()
    bar = HeaderBar(services.models, appearance, window)
    column = QVBoxLayout(window)
    column.addWidget(bar)
    column.addStretch(1)
    bridge.model_status_changed.connect(bar.set_status)
    bar.set_status(services.models.status)
    window.resize(1000, 700)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    yield bar
    window.close()


def rows(header: HeaderBar) -> list[CardRow]:
    return header.window().findChildren(CardRow)


def shown_texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_level_is_chosen_by_mouse_and_really_made(
    header: HeaderBar, services: Services, qtbot: QtBot
) -> None:
    header.open_level_card()
    names = [row.accessibleName().split(",")[0] for row in rows(header)]
    assert names == ["q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16"]
    QTest.mouseClick(rows(header)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.models.status.state is ModelState.READY, timeout=30_000)
    assert services.models.status.quantization == "q4_0"
    made = list((services.paths.cache_dir / "models").rglob("q4_0.gguf"))
    assert [path.stat().st_size for path in made] == [2_420_512]
    qtbot.waitUntil(lambda: "llama.cpp · CPU" in shown_texts(header))


def test_card_is_used_by_keyboard(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_level_card()
    first = header.window().focusWidget()
    assert isinstance(first, CardRow)
    assert first.accessibleName().startswith("q8_0")
    QTest.keyClick(first, Qt.Key.Key_Down)
    second = header.window().focusWidget()
    assert second.accessibleName().startswith("f16")
    QTest.keyClick(second, Qt.Key.Key_Down)
    assert header.window().focusWidget().accessibleName().startswith("q4_0")
    QTest.keyClick(header.window().focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not header.window().findChildren(Card))


def test_click_beside_the_card_closes_it(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_model_card()
    [card] = header.window().findChildren(Card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(990, 690))
    qtbot.waitUntil(lambda: not header.window().findChildren(Card))


def test_demonstration_model_is_labelled(header: HeaderBar) -> None:
    header.open_model_card()
    [row] = rows(header)
    assert row.accessibleName() == "ko-tiny-chat, small, for trying out"
    buttons = {button.text() for button in header.window().findChildren(QPushButton)}
    assert {"Open a model file…", "Open a model folder…"} <= buttons


def test_damaged_file_is_explained_and_nothing_changes(
    header: HeaderBar, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "모델 (1).gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00")
    before = services.models.status
    with qtbot.waitSignal(header.failed) as failed:
        header.add_and_choose(path)
    [error] = failed.args or []
    assert isinstance(error, UserFacingError)
    assert "모델 (1).gguf" in error.text()
    assert services.models.status == before


def test_states_are_shown(header: HeaderBar, services: Services) -> None:
    spec = services.models.status.spec
    header.set_status(ModelStatus(ModelState.LOADING, spec, "q8_0", 0.42))
    assert "Loading · 42 %" in shown_texts(header)
    header.set_status(ModelStatus(ModelState.PREPARING, spec, "q4_0", 0.5))
    assert "Making the file · 50 %" in shown_texts(header)
    header.set_status(ModelStatus(ModelState.FAILED, spec, "q8_0"))
    visible = {b.text() for b in header.findChildren(QPushButton) if b.isVisible()}
    assert visible == {"Try again"}


def test_context_gauge(header: HeaderBar) -> None:
    header.set_context(842, 2048)
    assert "Context 842 / 2,048" in shown_texts(header)
    header.set_context(None, 0)
    assert not any(text.startswith("Context") for text in shown_texts(header))


def test_narrow_window_stacks_the_pickers(header: HeaderBar, qtbot: QtBot) -> None:
    wide = header.height()
    header.window().resize(500, 700)
    qtbot.waitUntil(lambda: header.height() > wide)


@pytest.mark.parametrize(
    ("size", "expected"), [(3_907_000_000, "3.9 GB"), (2_420_512, "2.4 MB"), (999_999, "1.0 MB")]
)
def test_sizes_are_decimal(size: int, expected: str) -> None:
    assert size_text(size) == expected


def test_level_that_does_not_fit_says_so() -> None:
    memory = MemoryEstimate(40_000_000_000, 1, 1)
    row = level_row(
        QuantizationChoice("f16", 13_700_000_000, memory, MemoryFit.TOO_LARGE, False, False)
    )
    assert (row.side_detail, row.side_role) == ("too large here", Role.DANGER)
    assert row.detail.endswith("made when chosen")
