"""The pickers say what is chosen, open as cards, and choose by mouse and keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.catalog.file_errors import missing
from kochat_gui.core.models import PRECISIONS, MemoryEstimate, MemoryFit, QuantizationChoice
from kochat_gui.core.states import ModelState
from kochat_gui.engines import registry
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.card import Card, CardRow
from kochat_gui.ui.header.card_texts import level_row
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.model_texts import size_text
from kochat_gui.ui.header.picker_button import PickerButton
from kochat_gui.ui.theme import Appearance, Role


@pytest.fixture
def header(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[HeaderBar]:
    window = QWidget()
    bar = HeaderBar(lambda: services.models, appearance, window)
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


def test_nothing_is_asked_for_before_the_model_is_known(
    services: Services, appearance: Appearance, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar = HeaderBar(lambda: services.models, appearance, window)
    window.show()
    shown = [button.text() for button in bar.findChildren(PickerButton) if button.isVisible()]
    assert shown == ["Looking up the model…"]
    assert services.known_status is None


def rows(header: HeaderBar) -> list[CardRow]:
    return header.window().findChildren(CardRow)


def shown_rows(header: HeaderBar) -> dict[str, CardRow]:
    return {row.accessibleName().split(",")[0]: row for row in rows(header) if row.isVisible()}


def shown_texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_level_is_chosen_by_mouse_and_really_made(
    header: HeaderBar, services: Services, qtbot: QtBot
) -> None:
    header.open_level_card()
    QTest.mouseClick(shown_rows(header)["q4_0"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.models.status.state is ModelState.READY, timeout=30_000)
    assert services.models.status.quantization == "q4_0"
    made = list((services.paths.cache_dir / "models").rglob("q4_0.gguf"))
    choices = services.models.choices(services.models.resolve("ko-tiny-chat"))
    sizes = [choice.size_bytes for choice in choices if choice.name == "q4_0"]
    assert [path.stat().st_size for path in made] == sizes
    qtbot.waitUntil(lambda: "llama.cpp · CPU" in shown_texts(header))


def test_card_is_used_by_keyboard(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_level_card()
    first = header.window().focusWidget()
    assert isinstance(first, CardRow)
    assert first.accessibleName().startswith("q8_0")
    QTest.keyClick(first, Qt.Key.Key_Down)
    second = header.window().focusWidget()
    assert second.accessibleName().startswith("f16")
    more = second
    for _ in range(len(PRECISIONS) + 1):  # those of transformers follow, where it is installed
        if isinstance(more, CardRow):
            QTest.keyClick(more, Qt.Key.Key_Down)
            more = header.window().focusWidget()
    assert isinstance(more, QPushButton)
    QTest.keyClick(more, Qt.Key.Key_Tab)
    assert header.window().focusWidget() is next(iter(shown_rows(header).values()))
    QTest.keyClick(header.window().focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not header.window().findChildren(Card))


def test_levels_of_transformers_stand_apart(header: HeaderBar) -> None:
    header.open_level_card()
    [card] = header.window().findChildren(Card)
    texts = {label.text() for label in card.findChildren(QLabel) if label.isVisible()}
    reason = registry.availability("transformers")
    if reason is None:
        assert "With the transformers engine, for graphics cards:" in texts
        assert shown_rows(header)["bf16"].isEnabled()
    else:
        assert reason.text() in texts
        assert "bf16" not in shown_rows(header)


def test_click_beside_the_card_closes_it(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_model_card()
    [card] = header.window().findChildren(Card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(990, 690))
    qtbot.waitUntil(lambda: not header.window().findChildren(Card))


def test_demonstration_model_is_labelled(header: HeaderBar) -> None:
    header.open_model_card()
    [row] = rows(header)
    assert row.accessibleName() == "ko-tiny-chat, small, for trying out"
    texts = {button.text() for button in header.window().findChildren(QPushButton)}
    assert {"Open a file…", "Open a folder…", "Manage models…"} <= texts


def test_model_card_passes_on_what_is_chosen(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_model_card()
    with qtbot.waitSignal(header.model_chosen) as chosen:
        QTest.mouseClick(rows(header)[0], Qt.MouseButton.LeftButton)
    assert chosen.args == ["ko-tiny-chat"]
    qtbot.waitUntil(lambda: not header.window().findChildren(Card))
    header.open_model_card()
    manage = next(
        b for b in header.window().findChildren(QPushButton) if b.text() == "Manage models…"
    )
    with qtbot.waitSignal(header.manage_requested):
        manage.click()


def test_uncommon_levels_are_a_click_further_away(header: HeaderBar, qtbot: QtBot) -> None:
    header.open_level_card()
    few = set(shown_rows(header))
    more = next(
        b for b in header.window().findChildren(QPushButton) if b.text().startswith("Show all")
    )
    more.click()
    everything = set(shown_rows(header))
    assert few < everything
    assert {"q4_0", "q8_0", "f16"} <= few
    assert "q5_1" in everything - few
    assert not more.isVisible()
    assert isinstance(header.window().focusWidget(), CardRow)


def test_card_stays_inside_a_low_window(
    header: HeaderBar, appearance: Appearance, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(200)
    header.window().resize(620, 640)
    header.open_level_card()
    [card] = header.window().findChildren(Card)
    panel = card.findChildren(QFrame, "card")[0]
    assert panel.geometry().bottom() <= card.height()


def test_no_note_in_a_card_is_cut(header: HeaderBar, appearance: Appearance) -> None:
    appearance.set_scale_percent(150)
    for words in range(4, 60, 3):
        card = Card(appearance, "제목", header.findChildren(PickerButton)[0])
        card.add_note("더 나은 " * words)
        card.open(460)
        note = card.findChildren(QLabel, "card_note")[0]
        assert note.height() >= note.heightForWidth(note.width()), words
        card.close()


@pytest.mark.parametrize("level", ["q4_0", "f16"])
def test_the_level_in_use_is_seen_when_its_card_opens(
    level: str, header: HeaderBar, appearance: Appearance, services: Services
) -> None:
    appearance.set_scale_percent(150)
    header.window().resize(1000, 600)
    header.set_status(ModelStatus(ModelState.READY, services.models.status.spec, level))
    header.open_level_card()
    row = header.window().focusWidget()
    assert isinstance(row, CardRow)
    assert row.accessibleName().startswith(level)
    assert row.visibleRegion().boundingRect() == row.rect()


def test_states_are_shown(header: HeaderBar, services: Services) -> None:
    spec = services.models.status.spec
    header.set_status(ModelStatus(ModelState.LOADING, spec, "q8_0", 0.42))
    assert "Loading · 42 %" in shown_texts(header)
    header.set_status(ModelStatus(ModelState.PREPARING, spec, "q4_0", 0.5))
    assert "Making the file · 50 %" in shown_texts(header)
    header.set_status(ModelStatus(ModelState.FAILED, spec, "q8_0"))
    visible = {b.text() for b in header.findChildren(QPushButton) if b.isVisible()}
    assert visible == {"Try again"}


def test_a_file_name_in_a_failure_is_no_markup(header: HeaderBar, services: Services) -> None:
    error = missing(Path("<img src=secret.png>.gguf"))
    header.set_status(
        ModelStatus(ModelState.FAILED, services.models.status.spec, None, error=error)
    )
    shown = [tip for widget in header.findChildren(QLabel) if (tip := widget.toolTip())]
    assert any("&lt;img" in tip for tip in shown)
    assert all("<img" not in tip for tip in shown)


def test_context_gauge(header: HeaderBar) -> None:
    header.set_context(842, 2048)
    assert "Context 842 / 2,048" in shown_texts(header)
    header.set_context(None, 0)
    assert not any(text.startswith("Context") for text in shown_texts(header))


def test_narrow_window_stacks_the_pickers(header: HeaderBar, qtbot: QtBot) -> None:
    wide = header.height()
    header.window().resize(500, 700)
    qtbot.waitUntil(lambda: header.height() > wide)


@pytest.mark.parametrize("width", [1000, 690])
def test_a_long_model_name_gives_way_to_the_level(
    width: int, header: HeaderBar, services: Services, qtbot: QtBot
) -> None:
    model, level = header.findChildren(PickerButton)
    spec = services.models.status.spec
    assert spec is not None
    header.window().resize(width, 700)
    header.set_status(
        ModelStatus(ModelState.READY, replace(spec, name="Llama-3-Open-Ko-" * 6), "q8_0")
    )
    header.set_context(842, 2048)
    qtbot.waitUntil(lambda: "MB" in level.text())
    qtbot.waitUntil(lambda: model.geometry().right() < level.geometry().left())
    qtbot.waitUntil(lambda: level.width() >= level.minimumSizeHint().width())
    given_way = model.sizeHint().width() - model.width()
    assert given_way > level.sizeHint().width() - level.width()
    if width == 1000:
        qtbot.waitUntil(lambda: level.width() == level.sizeHint().width())


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
