"""Finds messages and titles, newest first: candidates from the index, the rest by looking.

The index proposes; whether a text is a hit is always decided by the text. What the index does not
have yet is gone through, so that nothing is missed at any moment.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, repeat
from typing import Any

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, MessageId, Role
from kochat_gui.core.folding import folded
from kochat_gui.core.search import SearchFilters, SearchHit, SearchQuery, Tier, snippet, title_spans
from kochat_gui.storage.id_spans import HIGHEST, WHOLE, Span, noted_runs, spans_below
from kochat_gui.storage.rows import time_from
from kochat_gui.storage.search_index import StoreState, index_state, store_state
from kochat_gui.storage.search_tokens import Condition, Frequencies

_CHUNKS = (64, 256, 1024)
"""Texts that are asked for at once: few when few may be enough, then more."""
_PIECE, _MOST_BYTES = 128, 3 << 20
"""Texts, and bytes but for the last of them, that are looked at and kept in memory at once."""
_NEWEST = (250, 750, 2000)
"""Texts that are looked at before a broad condition is asked: what is common is found there."""
_OLDER = (6000, 18_000)
"""Texts that are looked at then for what is common in the sample: the newest may be of another
kind, and the index would read its longest lists, which takes a second for a million messages."""
_LAST_ACTIVE = 2000
"""Titles that are looked at for what is common, before all that have it are."""
_SAMPLE, _SAMPLE_LENGTH = 1000, 300
_FEW = 4000
"""Messages that are gone through sooner than the index is asked."""
_SEPARATOR = "\ufdd0"
"""No character; between texts that are folded together."""
_SEPARATOR_BYTES = _SEPARATOR.encode()

Texts = list[tuple[int, bytes]]
"""Ids and texts in UTF-8: decoded together, which is several times faster than one by one."""


@dataclass(frozen=True)
class _Kind:
    """Messages or titles."""

    source: str
    """The table whose ids are found, as ``t``."""
    conversations: str
    """Joins the conversations of ``t`` as ``c``."""
    of_conversations: str
    """The same tables, to begin with the conversations."""
    is_kept: str
    """Whether the conversation of an id is not in the trash; asked of hits only."""
    text: str
    changed: str
    highest: str
    queue: str
    candidates: str
    """In the index."""
    hits: str


_MESSAGES = _Kind(
    source="messages t",
    conversations=" CROSS JOIN conversations c ON c.id = t.conversation_id",
    of_conversations="conversations c CROSS JOIN messages t ON t.conversation_id = c.id",
    is_kept="SELECT 1 FROM messages t CROSS JOIN conversations c ON c.id = t.conversation_id "
    "WHERE t.id = ? AND c.deleted_at IS NULL",
    text="t.text",
    changed="t.created_at",
    highest="SELECT max(id) FROM messages",
    queue="SELECT message_id FROM unindexed ORDER BY message_id DESC",
    candidates="SELECT rowid FROM entries WHERE entries MATCH ? AND rowid BETWEEN ? AND ? "
    "ORDER BY rowid DESC",
    hits="SELECT c.id, c.title, t.id, t.role, t.created_at, t.text FROM json_each(?) wanted "
    "CROSS JOIN messages t ON t.id = wanted.value "
    "CROSS JOIN conversations c ON c.id = t.conversation_id",
)
_TITLES = _Kind(
    source="conversations t",
    conversations=" CROSS JOIN conversations c ON c.id = t.id",
    of_conversations="conversations c CROSS JOIN conversations t ON t.id = c.id",
    is_kept="SELECT 1 FROM conversations WHERE id = ? AND deleted_at IS NULL",
    text="t.title",
    changed="t.updated_at",
    highest="SELECT max(id) FROM conversations",
    queue="SELECT conversation_id FROM unindexed_titles ORDER BY conversation_id DESC",
    candidates="SELECT rowid FROM titles WHERE titles MATCH ? AND rowid BETWEEN ? AND ? "
    "ORDER BY rowid DESC",
    hits="SELECT c.id, c.title, NULL, NULL, c.updated_at, NULL FROM json_each(?) wanted "
    "CROSS JOIN conversations c ON c.id = wanted.value",
)
_EPOCH = date(1970, 1, 1)


class IndexFailed(Exception):
    """The index could not be read: search without it."""


class OpenIndex:
    """The index as it is from construction until :meth:`close`; raises ``IndexFailed``."""

    def __init__(self, connection: sqlite3.Connection, store: StoreState) -> None:
        self._connection = connection
        try:
            connection.execute("BEGIN")
            state = index_state(connection)
        except sqlite3.Error as error:
            raise IndexFailed from error
        if state is None or state.store_id != store.store_id:
            raise IndexFailed
        self.state = state

    def ids(self, sql: str, condition: Condition, span: Span) -> Iterator[list[int]]:
        """Of entries in ``span`` that meet ``condition``, some at a time."""
        values = (condition.expression, span.above + 1, span.below - 1)
        try:
            found = self._connection.execute(sql, values)
            for size in _chunk_sizes():
                chunk = [row[0] for row in found.fetchmany(size)]
                if not chunk:
                    return
                yield chunk
        except sqlite3.Error as error:
            raise IndexFailed from error

    def close(self) -> None:
        """Let go of the state."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def find(
    connection: sqlite3.Connection,
    index_connection: sqlite3.Connection | None,
    frequencies: Frequencies,
    query: SearchQuery,
    filters: SearchFilters,
    limit: int,
    cancel: CancelToken,
) -> list[SearchHit]:
    """At most ``limit`` hits: as typed, newest first, then as meant, newest first.

    ``connection`` is that of the conversations. Raises ``Cancelled`` and ``IndexFailed``.
    """
    connection.execute("BEGIN")
    index: OpenIndex | None = None
    try:
        kinds = [_MESSAGES] if filters.role or filters.model_name else [_MESSAGES, _TITLES]
        # They read the queue. The index is opened later: by then it has what has left the queue.
        lookers = [_Looker(connection, kind, filters, cancel) for kind in kinds]
        if index_connection is not None:
            index = OpenIndex(index_connection, store_state(connection))
        hits: list[SearchHit] = []
        seen: dict[_Looker, set[int]] = {looker: set() for looker in lookers}
        for tier in query.tiers:
            condition = Condition(tier.terms, frequencies)
            rows: list[tuple[Any, ...]] = []
            oldest = 0
            for looker in lookers:
                most = limit - len(hits)
                ids = looker.find(tier, condition, index, most, seen[looker], oldest)
                seen[looker].update(ids)
                rows += connection.execute(looker.kind.hits, (json.dumps(ids),))
                # A page of messages needs no titles that are older than all of them.
                oldest = min(row[4] for row in rows) if len(ids) == most else 0
            rows.sort(key=lambda row: (row[4], row[2] or 0), reverse=True)
            hits += [_hit(row, tier) for row in rows[: limit - len(hits)]]
            if len(hits) >= limit:
                break
        return hits
    finally:
        connection.execute("ROLLBACK")
        if index is not None:
            index.close()


def sample(connection: sqlite3.Connection) -> Frequencies:
    """From texts of every age: the newest may all be of one kind."""
    [highest] = connection.execute(_MESSAGES.highest).fetchone()
    ids = range(1, (highest or 0) + 1, max(1, (highest or 0) // _SAMPLE))
    sql = (
        "SELECT substr(m.text, 1, ?) FROM json_each(?) wanted "
        "CROSS JOIN messages m ON m.id = wanted.value"
    )
    rows = connection.execute(sql, (_SAMPLE_LENGTH, json.dumps(list(ids))))
    return Frequencies([str(row[0]) for row in rows])


class _Looker:
    """Finds ids of one kind."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        kind: _Kind,
        filters: SearchFilters,
        cancel: CancelToken,
    ) -> None:
        self.kind = kind
        self._connection = connection
        self._cancel = cancel
        self._where, self._values = _where(kind, filters)
        self._is_restricted = filters != SearchFilters()
        is_of_some = filters.folder_id is not None or filters.tag is not None
        self._source = kind.source + (kind.conversations if is_of_some else "")
        self._queued = [row[0] for row in connection.execute(kind.queue)]
        self._few = self._few_ids(filters)

    def find(
        self,
        tier: Tier,
        condition: Condition,
        index: OpenIndex | None,
        limit: int,
        skipped: set[int],
        oldest: int,
    ) -> list[int]:
        """The newest ``limit`` ids, without ``skipped``; of titles, those used last, and of many
        only those that were used since ``oldest``.
        """

        def within(span: Span, most: int = limit) -> list[int]:
            found = _Found(tier, most, skipped, self._is_kept)
            self._look_within(span, index, condition, found)
            return found.newest()

        highest = within(WHOLE)
        if len(highest) < limit:
            return highest
        if self.kind is _TITLES:
            found = _Found(tier, limit, skipped, self._is_kept)
            return self._last_active(found, oldest, lambda: within(WHOLE, HIGHEST))
        return self._newest(highest, within)

    def _last_active(
        self, found: "_Found", oldest: int, everything: Callable[[], list[int]]
    ) -> list[int]:
        """Of conversations, where the highest ids are those that were begun last."""
        sql = (
            f"SELECT t.id, CAST(t.title AS BLOB) FROM {self._source} WHERE {self._where} "
            "AND t.activity > coalesce((SELECT activity FROM conversations "
            "WHERE updated_at < ? ORDER BY activity DESC LIMIT 1), -1) "
            "ORDER BY t.activity DESC LIMIT ?"
        )
        count, _ = self._look_at(found, sql, (*self._values, oldest, _LAST_ACTIVE))
        is_enough = found.is_full or count < _LAST_ACTIVE
        ids = found.newest() if is_enough else everything()
        sql = (
            "SELECT t.id FROM json_each(?) wanted CROSS JOIN conversations t "
            "ON t.id = wanted.value ORDER BY t.activity DESC LIMIT ?"
        )
        rows = self._connection.execute(sql, (json.dumps(ids), found.limit))
        return [row[0] for row in rows]

    def _newest(self, highest: list[int], within: Callable[[Span], list[int]]) -> list[int]:
        """As many as there are ``highest`` ids, where those may be of an import that is older."""
        runs = noted_runs(self._connection)
        if not runs:
            return highest
        newest, lowest = self._by_time(highest), highest[-1]
        [time_of_lowest] = [time for time, found in newest if found == lowest]
        for span in spans_below(runs, lowest, time_of_lowest):
            if span.latest < newest[-1]:
                break
            ids = [found for _, found in newest] + within(span)
            newest = self._by_time(ids)[: len(highest)]
        return [found for _, found in newest]

    def _by_time(self, ids: list[int]) -> list[tuple[int, int]]:
        """Times and ids of messages, newest first."""
        sql = (
            "SELECT t.created_at, t.id FROM json_each(?) wanted "
            "CROSS JOIN messages t ON t.id = wanted.value ORDER BY t.created_at DESC, t.id DESC"
        )
        return self._connection.execute(sql, (json.dumps(ids),)).fetchall()

    def _look_within(
        self, span: Span, index: OpenIndex | None, condition: Condition, found: "_Found"
    ) -> None:
        """Look for the highest ids in ``span``."""
        if self._few is not None:
            self._among(_in_chunks([i for i in self._few if span.above < i < span.below]), found)
        elif index is None:
            self._scan(found, span)
        else:
            self._ask(index, condition, span, found)

    def _ask(self, index: OpenIndex, condition: Condition, span: Span, found: "_Found") -> None:
        above, below = span.above, span.below
        if condition.is_broad:
            below = self._look_at_newest(condition, span, found)
        if found.is_full:
            return
        queued, indexed = found.part(), found.part()
        self._among(_in_chunks([i for i in self._queued if above < i < below]), queued)
        self._among(index.ids(self.kind.candidates, condition, Span(above, below)), indexed)
        found.add(queued.newest())
        found.add(indexed.newest())
        state = index.state
        unbuilt = state.messages_below if self.kind is _MESSAGES else state.titles_below
        if not found.is_full and unbuilt > above:
            self._scan(found, Span(above, min(below, unbuilt + 1)))

    def _look_at_newest(self, condition: Condition, span: Span, found: "_Found") -> int:
        """Go through the newest texts as long as they promise to fill the page.

        Returns the lowest id that was looked at; 0 when there are no others.
        """
        [highest] = self._connection.execute(self.kind.highest).fetchone()
        below = min((highest or 0) + 1, span.below)
        for count in (*_NEWEST, *_OLDER) if condition.is_common else _NEWEST:
            if self._is_restricted:
                # Few texts may meet the filters, so it is ids that are counted.
                above = max(span.above, below - count - 1)
                self._look(found, Span(above, below), HIGHEST)
                below = above + 1 if above > span.above else 0
            else:
                below = self._look(found, Span(span.above, below), count)
            is_promising = len(found) * sum(_NEWEST) >= found.limit * count
            if found.is_full or below == 0 or not (is_promising or condition.is_common):
                break
        return below

    def _scan(self, found: "_Found", span: Span) -> None:
        below = span.below
        while below > 0 and not found.is_full:
            below = self._look(found, Span(span.above, below), _CHUNKS[-1])

    def _look(self, found: "_Found", span: Span, most: int) -> int:
        """Look at ``most`` texts in ``span``; returns the lowest id, 0 when that is all."""
        sql = (
            f"SELECT t.id, CAST({self.kind.text} AS BLOB) FROM {self._source} "
            f"WHERE t.id < ? AND t.id > ? AND {self._where} ORDER BY t.id DESC LIMIT ?"
        )
        values = (span.below, span.above, *self._values, most)
        count, lowest = self._look_at(found, sql, values)
        return lowest if count == most else 0

    def _among(self, chunks: Iterator[list[int]], found: "_Found") -> None:
        """Look at the texts of ids, newest first."""
        sql = (
            f"SELECT t.id, CAST({self.kind.text} AS BLOB) FROM json_each(?) wanted "
            f"CROSS JOIN {self._source} WHERE t.id = wanted.value AND {self._where}"
        )
        for chunk in chunks:
            self._look_at(found, sql, (json.dumps(chunk), *self._values))
            if found.is_full:
                return

    def _look_at(self, found: "_Found", sql: str, values: Sequence[object]) -> tuple[int, int]:
        """Look at rows of ids and texts; returns how many there are, and the last id."""
        count = lowest = size = 0
        rows: Texts = []
        for row in self._connection.execute(sql, values):
            rows.append(row)
            size += len(row[1])
            if len(rows) == _PIECE or size > _MOST_BYTES:
                self._cancel.raise_if_cancelled()
                count, lowest = count + len(rows), row[0]
                found.look_at(rows)
                rows, size = [], 0
                if found.is_full:
                    return count, lowest
        self._cancel.raise_if_cancelled()
        found.look_at(rows)
        return count + len(rows), rows[-1][0] if rows else lowest

    def _is_kept(self, text_id: int) -> bool:
        return self._connection.execute(self.kind.is_kept, (text_id,)).fetchone() is not None

    def _few_ids(self, filters: SearchFilters) -> list[int] | None:
        """All ids in a folder or with a tag, newest first, when they are few."""
        if filters.folder_id is None and filters.tag is None:
            return None
        sql = f"SELECT t.id FROM {self.kind.of_conversations} WHERE {self._where} LIMIT ?"
        ids = [row[0] for row in self._connection.execute(sql, (*self._values, _FEW + 1))]
        return sorted(ids, reverse=True) if len(ids) <= _FEW else None


class _Found:
    """Ids of hits of one tier, until there are enough."""

    def __init__(
        self, tier: Tier, limit: int, skipped: set[int], is_kept: Callable[[int], bool]
    ) -> None:
        self.tier = tier
        self.limit = limit
        self._skipped = skipped
        self._is_kept = is_kept
        self._ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def is_full(self) -> bool:
        return len(self._ids) >= self.limit

    def part(self) -> "_Found":
        """For another source of ids that must not end early because of this one's."""
        skipped = self._skipped | self._ids
        return _Found(self.tier, self.limit - len(self), skipped, self._is_kept)

    def add(self, ids: Iterable[int]) -> None:
        self._ids.update(ids)

    def newest(self) -> list[int]:
        """Newest first, no more than were wanted."""
        return sorted(self._ids, reverse=True)[: self.limit]

    def look_at(self, rows: Texts) -> None:
        """Add the ids of those texts that are hits; ids come newest first."""
        search, matches = self.tier.rarest().search, self.tier.matches
        for (text_id, _), plain in zip(rows, _folded_together(rows), strict=True):
            if not search(plain) or text_id in self._skipped:
                continue
            if matches(plain) and self._is_kept(text_id):
                self._ids.add(text_id)
                if self.is_full:
                    return


def _folded_together(rows: Texts) -> list[str]:
    """All texts folded; at once, which is several times faster than one by one."""
    texts = [text for _, text in rows]
    together = _SEPARATOR_BYTES.join(texts).decode("utf-8", "replace")
    parts = folded(together).split(_SEPARATOR)
    if len(parts) == len(rows):
        return parts
    return [folded(text.decode("utf-8", "replace")) for text in texts]


def _chunk_sizes() -> Iterator[int]:
    return chain(_CHUNKS, repeat(_CHUNKS[-1]))


def _in_chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    begin = 0
    for size in _chunk_sizes():
        if begin >= len(ids):
            return
        yield list(ids[begin : begin + size])
        begin += size


def _where(kind: _Kind, filters: SearchFilters) -> tuple[str, Sequence[object]]:
    conditions: list[str] = ["TRUE"]
    values: list[object] = []

    def require(condition: str, value: object) -> None:
        conditions.append(condition)
        values.append(value)

    if filters.folder_id is not None:
        require("c.folder_id = ?", filters.folder_id)
    if filters.tag is not None:
        require(
            "c.id IN (SELECT ct.conversation_id FROM conversation_tags ct "
            "JOIN tags ON tags.id = ct.tag_id WHERE tags.name = ?)",
            filters.tag,
        )
    if filters.role is not None:
        require("t.role = ?", filters.role.value)
    if filters.model_name is not None:
        require(
            "CASE WHEN json_valid(t.made_by) THEN json_extract(t.made_by, '$.model_name') END = ?",
            filters.model_name,
        )
    if filters.since is not None:
        require(f"{kind.changed} >= ?", _midnight(filters.since))
    if filters.until is not None and filters.until < date.max:
        require(f"{kind.changed} < ?", _midnight(filters.until + timedelta(days=1)))
    return " AND ".join(conditions), values


def _midnight(day: date) -> int:
    """The beginning of ``day`` by the local clock, in milliseconds since 1970."""
    if day <= _EPOCH:  # the clocks of some systems do not go back so far
        return 0
    if day.year == date.max.year:
        return HIGHEST
    return int(datetime.combine(day, time()).astimezone().timestamp() * 1000)


def _hit(row: tuple[Any, ...], tier: Tier) -> SearchHit:
    title = str(row[1])
    in_title = title_spans(title, tier)
    line, spans = (title, in_title) if row[2] is None else snippet(str(row[5]), tier)
    return SearchHit(
        conversation_id=ConversationId(row[0]),
        title=title,
        message_id=None if row[2] is None else MessageId(row[2]),
        role=None if row[3] is None else _role(row[3]),
        created_at=time_from(row[4]),
        snippet=line,
        spans=spans,
        title_spans=in_title,
    )


def _role(raw: object) -> Role:
    return Role(raw) if raw in {role.value for role in Role} else Role.ASSISTANT
