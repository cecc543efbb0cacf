"""Ranges of message ids within which ids follow time, though imports and copies are older.

Every message gets a higher id than all before. What comes with times of its own, an import or a
copy of a conversation, is noted here as a run of ids: searches take the newest of each range.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kochat_gui.storage.rows import now_ms

HIGHEST = (1 << 63) - 1
_PREFIX = "run:"
_END = "run;"
"""The character after ``:``."""


@dataclass(frozen=True)
class Span:
    """Ids between two, without them, and no message's time after ``newest`` (ms)."""

    above: int = 0
    below: int = HIGHEST
    newest: int = HIGHEST

    @property
    def latest(self) -> tuple[int, int]:
        """No message here is after it, by time and then by id."""
        return self.newest, self.below - 1


WHOLE = Span()


@dataclass(frozen=True)
class Run:
    """Ids of messages that came with times of their own, in ms."""

    first: int
    last: int
    newest: int
    noted_at: int

    @property
    def key(self) -> str:
        return f"{_PREFIX}{self.first:019d}"

    @property
    def value(self) -> str:
        return json.dumps([self.last, self.newest, self.noted_at])


def note_run(connection: sqlite3.Connection, ids: Sequence[int], times: Sequence[int]) -> None:
    """Note that messages with ``ids``, in their order without a gap, have ``times`` of their own.

    Runs that follow each other in time, too, become one: a folder of files may be many imports.
    """
    if not ids:
        return
    run = Run(ids[0], ids[-1], max(times), now_ms())
    before = _last_run(connection)
    if before is not None and before.last + 1 == run.first and before.newest <= min(times):
        run = Run(before.first, run.last, run.newest, before.noted_at)
    keep_runs(connection, [run])


def keep_runs(connection: sqlite3.Connection, runs: Sequence[Run]) -> None:
    """Write ``runs``, in the place of those that begin at the same messages."""
    connection.executemany(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        [(run.key, run.value) for run in runs],
    )


def noted_runs(connection: sqlite3.Connection) -> list[Run]:
    """By their ids."""
    sql = "SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key"
    return list(_parsed(connection.execute(sql, (_PREFIX, _END))))


def spans_below(runs: Sequence[Run], message_id: int, time: int) -> list[Span]:
    """Ranges of the ids below that of a message of ``time``, those of the latest first."""
    spans: list[Span] = []
    above = 0
    for run in runs:
        # Between two runs are messages from before the second was noted.
        spans.append(Span(above, run.first, run.noted_at))
        spans.append(Span(run.first - 1, run.last + 1, run.newest))
        above = run.last
    spans.append(Span(above))
    cut = [_cut(span, message_id, time) for span in spans if span.above < message_id]
    kept = [span for span in cut if span.above + 1 < span.below]
    return sorted(kept, key=lambda span: span.latest, reverse=True)


def _cut(span: Span, message_id: int, time: int) -> Span:
    """What is below a message; in its own range all of that is older."""
    return Span(span.above, message_id, min(span.newest, time)) if span.below > message_id else span


def _last_run(connection: sqlite3.Connection) -> Run | None:
    sql = "SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT 1"
    return next(_parsed(connection.execute(sql, (_PREFIX, _END))), None)


def _parsed(rows: sqlite3.Cursor) -> Iterator[Run]:
    for key, value in rows:
        try:
            last, newest, noted_at = map(int, json.loads(value))
            yield Run(int(str(key).removeprefix(_PREFIX)), last, newest, noted_at)
        except (ValueError, TypeError):
            continue  # damaged: its messages count as being in order
