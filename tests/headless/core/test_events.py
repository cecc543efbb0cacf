"""Publish and subscribe."""

from dataclasses import dataclass

import pytest

from kochat_gui.core.events import EventBus


@dataclass(frozen=True)
class Ping:
    number: int


class Pong(Ping):
    pass


def test_subscribers_get_exactly_their_class_in_order() -> None:
    bus = EventBus()
    heard: list[tuple[str, int]] = []
    bus.subscribe(Ping, lambda event: heard.append(("first", event.number)))
    unsubscribe = bus.subscribe(Ping, lambda event: heard.append(("second", event.number)))
    bus.publish(Ping(1))
    bus.publish(Pong(2))
    unsubscribe()
    unsubscribe()
    bus.publish(Ping(3))
    assert heard == [("first", 1), ("second", 1), ("first", 3)]


@pytest.mark.allow_log("kochat_gui.core.events")
def test_a_failing_subscriber_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bus = EventBus()
    heard: list[int] = []

    def fails(event: Ping) -> None:
        raise ZeroDivisionError

    bus.subscribe(Ping, fails)
    bus.subscribe(Ping, lambda event: heard.append(event.number))
    bus.publish(Ping(1))
    assert heard == [1]
    assert "ZeroDivisionError" in caplog.text


def test_a_subscriber_may_subscribe_and_publish() -> None:
    bus = EventBus()
    heard: list[int] = []

    def chain(event: Ping) -> None:
        if event.number < 3:
            bus.subscribe(Pong, lambda pong: heard.append(pong.number))
            bus.publish(Ping(event.number + 1))

    bus.subscribe(Ping, chain)
    bus.publish(Ping(1))
    bus.publish(Pong(9))
    assert heard == [9, 9]
