"""Events of any thread arrive as signals: on the GUI thread, in order, text in batches."""

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationId, MessageId
from kochat_gui.core.events import EventBus
from kochat_gui.core.states import GenerationState
from kochat_gui.services.events import (
    GenerationStateChanged,
    ModelsChanged,
    PathChanged,
    TextAppended,
)
from kochat_gui.ui.bridge import TEXT_INTERVAL_MS, Bridge

CONVERSATION, ANSWER, OTHER = ConversationId(1), MessageId(2), MessageId(4)

Seen = list[tuple[object, ...]]


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def bridge(bus: EventBus, qtbot: QtBot) -> Iterator[Bridge]:
    made = Bridge(bus)
    yield made
    made.close()


@pytest.fixture
def seen(bridge: Bridge) -> Seen:
    found: Seen = []
    bridge.text_appended.connect(lambda *values: found.append(("text", *values)))
    bridge.path_changed.connect(lambda cid: found.append(("path", cid)))
    bridge.models_changed.connect(lambda: found.append(("models",)))
    bridge.generation_state_changed.connect(
        lambda event: found.append(("state", event.state, event.progress))
    )
    return found


def text(offset: int, written: str, message: MessageId = ANSWER) -> TextAppended:
    return TextAppended(CONVERSATION, message, text=written, offset=offset)


def publish_elsewhere(bus: EventBus, *events: object) -> None:
    def publish() -> None:
        for event in events:
            bus.publish(event)

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()


def test_text_is_joined_and_keeps_its_place_among_other_events(
    bus: EventBus, seen: Seen, qtbot: QtBot
) -> None:
    publish_elsewhere(
        bus,
        text(0, "안녕"),
        text(2, "하세요"),
        PathChanged(CONVERSATION),
        text(5, "."),
        text(0, "다른 답", OTHER),
    )
    qtbot.waitUntil(lambda: len(seen) == 4)
    assert seen == [
        ("text", 1, 2, 0, "안녕하세요"),
        ("path", 1),
        ("text", 1, 2, 5, "."),
        ("text", 1, 4, 0, "다른 답"),
    ]


def test_signals_come_on_the_gui_thread(bus: EventBus, bridge: Bridge, qtbot: QtBot) -> None:
    threads: list[QThread] = []
    bridge.models_changed.connect(lambda: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(bridge.models_changed):
        publish_elsewhere(bus, ModelsChanged())
    application = QCoreApplication.instance()
    assert application is not None
    assert threads == [application.thread()]


def test_of_progress_only_the_newest_is_told(bus: EventBus, seen: Seen, qtbot: QtBot) -> None:
    state = GenerationState.PROCESSING_PROMPT
    steps = [
        GenerationStateChanged(CONVERSATION, ANSWER, state, progress=step / 100)
        for step in range(100)
    ]
    publish_elsewhere(bus, *steps, ModelsChanged())
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [("state", state, 0.99), ("models",)]


def test_a_flood_of_text_arrives_whole_in_few_batches(
    bus: EventBus, seen: Seen, qtbot: QtBot
) -> None:
    count = 10_000
    began = time.monotonic()

    def publish() -> None:
        for number in range(count):
            bus.publish(text(number, "가"))

    thread = threading.Thread(target=publish)
    thread.start()
    qtbot.waitUntil(lambda: sum(len(str(one[4])) for one in seen) == count, timeout=20_000)
    thread.join()
    passed_ms = 1000 * (time.monotonic() - began)
    assert len(seen) <= 2 + passed_ms / TEXT_INTERVAL_MS
    offsets = [int(str(one[3])) for one in seen]
    assert offsets == sorted(offsets)


def test_nothing_comes_after_close(bus: EventBus, bridge: Bridge, seen: Seen, qtbot: QtBot) -> None:
    publish_elsewhere(bus, ModelsChanged())
    bridge.close()
    publish_elsewhere(bus, ModelsChanged())
    qtbot.wait(3 * TEXT_INTERVAL_MS)
    assert seen == []
