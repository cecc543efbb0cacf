"""Search after imports: the newest hits are the newest, wherever they came from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, Role
from kochat_gui.storage.archive import ArchiveStore
from tests.headless.services.search_setup import Shelf

LONG_AGO = datetime(2023, 3, 28, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def talked_on(*days: int) -> ArchivedConversation:
    """A message on each of ``days`` since long ago."""
    times = [LONG_AGO + timedelta(days=day) for day in days]
    messages = tuple(
        ArchivedMessage(number, number - 1 or None, Role.USER, f"회의 {day}", time)
        for number, (day, time) in enumerate(zip(days, times, strict=True), 1)
    )
    return ArchivedConversation("옛날", times[0], times[-1], messages, len(messages))


def take(shelf: Shelf, *conversations: ArchivedConversation) -> list[ConversationId]:
    """As an import does, newest first."""
    newest_first = sorted(conversations, key=lambda c: c.updated_at, reverse=True)
    inserted = ArchiveStore(shelf.store).insert(newest_first, [], CancelToken())
    return list(inserted.conversation_ids)


def expected(*days: int) -> list[str]:
    return [f"회의 {day}" for day in days]


@pytest.mark.parametrize("is_indexed", [False, True])
def test_the_newest_of_an_import_come_first(shelf: Shelf, is_indexed: bool) -> None:
    take(shelf, talked_on(0, 9), talked_on(1, 2), talked_on(3, 8), talked_on(7))
    if is_indexed:
        shelf.index()
    for limit in range(1, 8):
        assert shelf.texts("회의", limit=limit) == expected(9, 8, 7, 3, 2, 1, 0)[:limit]


def test_ids_follow_the_beginnings_of_conversations(shelf: Shelf) -> None:
    ids = take(shelf, talked_on(0, 9), talked_on(1, 2), talked_on(3, 8))
    assert [shelf.store.get(found).created_at for found in sorted(ids)] == [
        LONG_AGO + timedelta(days=day) for day in (0, 1, 3)
    ]


def test_messages_stay_in_the_order_of_their_conversation(shelf: Shelf) -> None:
    """A message before its parent is a wrong clock of somebody's."""
    [found, _] = take(shelf, talked_on(5, 1, 6), talked_on(2))
    assert [message.text for message in shelf.store.path(found)] == expected(5, 1, 6)
