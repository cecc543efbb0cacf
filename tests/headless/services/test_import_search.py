"""Search after imports: the newest hits are the newest, wherever they came from."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, Role
from kochat_gui.core.search import SearchFilters
from kochat_gui.storage import searching
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.id_spans import Span, noted_runs
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


def _truth(shelf: Shelf) -> list[str]:
    """All messages, newest first."""
    sql = "SELECT text FROM messages WHERE text LIKE '회의%' ORDER BY created_at DESC, id DESC"
    rows = shelf.database.read(lambda connection: connection.execute(sql).fetchall())
    return [str(text) for (text,) in rows]


@pytest.mark.parametrize("is_indexed", [False, True])
def test_todays_messages_come_before_old_ones_that_were_imported_later(
    shelf: Shelf, is_indexed: bool
) -> None:
    shelf.say("오늘", "회의 오늘")
    take(shelf, *(talked_on(day) for day in range(60)))
    shelf.say("나중", "회의 나중")
    take(shelf, *(talked_on(day) for day in range(60, 120)))
    if is_indexed:
        shelf.index()
    first = shelf.texts("회의", limit=50)
    assert first == ["회의 나중", "회의 오늘", *expected(*range(119, 71, -1))]
    assert shelf.texts("회의", limit=100) == [*first, *expected(*range(71, 21, -1))]
    users = SearchFilters(role=Role.USER)
    assert shelf.texts("회의", users, 2) == expected(119, 118)


def test_a_copy_of_an_old_conversation_is_as_old(shelf: Shelf) -> None:
    [found] = take(shelf, talked_on(*range(60)))
    shelf.say("회의 오늘")
    shelf.store.duplicate(found)
    assert shelf.texts("회의", limit=50)[0] == "회의 오늘"


_DAYS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(sorted)
_IMPORTS = st.lists(_DAYS, max_size=3)
"""Conversations of a file; None elsewhere is a message of today."""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | _IMPORTS, max_size=8), st.booleans(), st.integers(1, 12))
def test_each_page_goes_on_where_the_last_one_ended(
    steps: list[list[list[int]] | None], is_indexed: bool, limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        for step in steps:
            if step is None:
                shelf.say("회의 오늘", "회의의 답")
            else:
                take(shelf, *(talked_on(*days) for days in step))
        if is_indexed:
            shelf.index()
        expected_texts = _truth(shelf)
        first, more = shelf.texts("회의", limit=limit), shelf.texts("회의", limit=2 * limit)
        shelf.close()
    # Titles are hits, too, and take places on a page.
    assert first == expected_texts[: len(first)]
    assert more == expected_texts[: len(more)]


def test_files_that_follow_each_other_in_time_are_one_run(shelf: Shelf) -> None:
    for day in (1, 2, 3, 0, 5):
        take(shelf, talked_on(day))
    runs = shelf.database.read(noted_runs)
    assert [(run.first, run.last) for run in runs] == [(1, 3), (4, 5)]
    assert shelf.texts("회의", limit=2) == expected(5, 3)


def test_ranges_that_are_too_old_are_not_looked_at(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(40, 0, -1):
        take(shelf, talked_on(day))
    shelf.say("회의 오늘")
    looked_at: list[Span] = []
    look_within = searching._Looker._look_within

    def noted(looker: searching._Looker, span: Span, *others: Any) -> None:
        looked_at.append(span)
        look_within(looker, span, *others)

    monkeypatch.setattr(searching._Looker, "_look_within", noted)
    role = SearchFilters(role=Role.USER)
    assert shelf.texts("회의", role, 3) == ["회의 오늘", *expected(40, 39)]
    assert len(looked_at) <= 5


def test_a_damaged_note_is_passed_over(shelf: Shelf) -> None:
    take(shelf, *(talked_on(day) for day in range(5)))
    shelf.database.write(lambda c: c.execute("UPDATE meta SET value = '[1' WHERE key LIKE 'run:%'"))
    assert len(shelf.texts("회의", limit=3)) == 3
