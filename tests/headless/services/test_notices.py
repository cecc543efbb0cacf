"""Notices: buffered, replaced by id, withdrawn."""

from kochat_gui.core.errors import DiskFullError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import TextKey
from kochat_gui.services.notices import (
    Notice,
    NoticeAction,
    NoticeCenter,
    NoticePosted,
    NoticeWithdrawn,
    Severity,
)

FIRST = Notice("disk", Severity.INFO, "하나")
OTHER = Notice("model", Severity.WARNING, "둘", (NoticeAction("다시 시도", "retry"),))


def test_notices_wait_for_whoever_shows_them() -> None:
    center = NoticeCenter(EventBus())
    center.post(FIRST)
    center.post(OTHER)
    assert center.active() == [FIRST, OTHER]


def test_replacing_and_withdrawing() -> None:
    bus = EventBus()
    center = NoticeCenter(bus)
    posted: list[Notice] = []
    withdrawn: list[str] = []
    bus.subscribe(NoticePosted, lambda event: posted.append(event.notice))
    bus.subscribe(NoticeWithdrawn, lambda event: withdrawn.append(event.notice_id))
    later = Notice("disk", Severity.ERROR, "셋")
    for notice in (FIRST, FIRST, later):
        center.post(notice)
    assert posted == [FIRST, later]
    assert center.active() == [later]
    center.withdraw("disk")
    center.withdraw("disk")
    assert withdrawn == ["disk"]
    assert center.active() == []


def test_an_error_becomes_a_notice() -> None:
    center = NoticeCenter(EventBus())
    error = DiskFullError(
        TextKey("Test", "No room in {path}."), kept=TextKey("Test", "Safe."), path="/한글"
    )
    center.post_error(error, "disk", severity=Severity.WARNING)
    assert center.active() == [Notice("disk", Severity.WARNING, "No room in /한글. Safe.")]
