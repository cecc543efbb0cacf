"""Keeps the search index up to date in the background of an open window."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import DatabaseDamagedError, StorageError
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import Database
from kochat_gui.storage.rows import now_ms
from kochat_gui.storage.search_index import (
    IndexState,
    SearchIndex,
    StoreState,
    remove,
    store_state,
)

_log = logging.getLogger(__name__)

_BATCH = 128
_BATCH_CHARACTERS = 32_000
"""Texts of one batch; about 20 ms, and seldom much more than one text over it."""
_IDLE_S = 5.0
"""Nobody waits for the index: what it lacks is found all the same."""
_RETRY_S = 600.0
_REST = 1.0
"""Times the length of a batch; the processor is for the answers first."""
_HOLD_S = 0.001
"""Of Python's lock at once: the window's thread needs it many times for one picture."""
_LONGEST_PAUSE_S = 0.05
_SMALL = 50_000
"""Entries; so many are made anew in seconds."""
_STALE_SHARE = 8
_OLDEST_MS = 30 * 24 * 3600 * 1000
_MERGE_PAGES = 200

Rows = list[tuple[int, str]]


@dataclass(frozen=True)
class _Table:
    """A table of texts, and the queue of those that are new."""

    queue: str
    rest: str
    done: str
    below: str
    """Name of the index's own note of how far it is."""


_MESSAGES = _Table(
    "SELECT u.message_id, u.revision, m.text FROM unindexed u "
    "LEFT JOIN messages m ON m.id = u.message_id ORDER BY u.message_id LIMIT ?",
    "SELECT id, text FROM messages WHERE id <= ? ORDER BY id DESC LIMIT ?",
    "DELETE FROM unindexed WHERE message_id = ? AND revision = ?",
    "messages_below",
)
_TITLES = _Table(
    "SELECT u.conversation_id, u.revision, c.title FROM unindexed_titles u "
    "LEFT JOIN conversations c ON c.id = u.conversation_id ORDER BY u.conversation_id LIMIT ?",
    "SELECT id, title FROM conversations WHERE id <= ? ORDER BY id DESC LIMIT ?",
    "DELETE FROM unindexed_titles WHERE conversation_id = ? AND revision = ?",
    "titles_below",
)


class SearchIndexer:
    """A thread from :meth:`start` until :meth:`close`."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._wake = threading.Event()
        self._is_closing = False
        self._broken: SearchIndex | None = None
        self._may_have_parts = True
        """Something may be left to join: by this program, or by one before it."""
        self._thread: threading.Thread | None = None
        self._held_since = self._paused_s = 0.0
        self.index: SearchIndex | None = None
        """None until it is open, and while it is made anew."""

    def start(self, delay_s: float = 0) -> None:
        """Open the index, or make it anew; take up what is new ``delay_s`` later."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(delay_s,), name="search-index", daemon=True
            )
            self._thread.start()

    def mend(self, index: SearchIndex, cause: BaseException | None) -> None:
        """``index`` could not be read: have it made anew if it is damaged or does not fit."""
        known = (
            sqlite_errors.from_sqlite(cause, self._path)
            if isinstance(cause, sqlite3.Error)
            else None
        )
        if known is None or isinstance(known, DatabaseDamagedError):
            self._broken = index
            self._wake.set()

    def close(self) -> None:
        """Finish the batch that is being written; takes a fraction of a second."""
        self._is_closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._drop()

    def open(self) -> None:
        """Open the index, or make it anew; on the calling thread. Raises ``StorageError``."""
        index = SearchIndex.for_writing(self._path, self._database.read(store_state))
        # What was not closed may have been written in part by a failing disk.
        self.index = index
        if not index.was_closed:
            index.check()

    def step(self) -> bool:
        """One piece of work; False when there is nothing to do."""
        self._held_since = time.monotonic()
        index = self._opened()
        if self._take_queue(index, _MESSAGES) or self._take_queue(index, _TITLES):
            return True
        state, store = index.state(), self._database.read(store_state)
        if state is None:
            self._broken = index
            return True
        if _is_stale(state, store):
            index.begin_anew(store)
            return True
        for table, below in (
            (_TITLES, state.titles_below),
            (_MESSAGES, state.messages_below),
        ):
            if below > 0:
                self._take_rest(index, table, below)
                return True
        if self._may_have_parts:
            self._may_have_parts = index.merge(_MERGE_PAGES)
        return self._may_have_parts

    def _run(self, delay: float) -> None:
        while not self._is_closing:
            pause = _RETRY_S
            try:
                self.open()
                self._rest(delay)
                delay = 0
                pause = self._work()
            except StorageError as error:
                _log.info("the search index rests: %s", error)
                if self.index is not None and self.index.is_damaged:
                    pause = self._give_up()
            except Exception:  # noqa: BLE001 - a bug: logged; search goes on without the index
                _log.exception("the search index failed")
            self._drop()
            self._rest(pause)

    def _work(self) -> float:
        """Take up what is new until closing or damage; returns how long to rest then."""
        while not self._is_closing:
            if self._broken is not None and self._broken is self.index:
                return self._give_up()
            began = time.monotonic()
            self._paused_s = 0.0
            is_busy = self.step()
            worked = time.monotonic() - began - self._paused_s
            self._rest(max(0.0, worked * _REST - self._paused_s) if is_busy else _IDLE_S)
        return 0

    def _take_queue(self, index: SearchIndex, table: _Table) -> bool:
        rows = self._database.read(lambda connection: _batch(connection, table.queue, (_BATCH,)))
        if not rows:
            return False
        texts = [(text_id, text) for text_id, _, text in rows if text is not None]
        self._add(index, table, texts, {})
        # Only now: were it the other way round, a sudden end between both would lose them.
        self._database.write(
            lambda connection: connection.executemany(table.done, [row[:2] for row in rows])
        )
        return True

    def _take_rest(self, index: SearchIndex, table: _Table, below: int) -> None:
        """The next ones that were there before the index was begun."""
        rows = self._database.read(
            lambda connection: _batch(connection, table.rest, (below, _BATCH))
        )
        self._add(index, table, rows, {table.below: rows[-1][0] - 1 if rows else 0})

    def _add(self, index: SearchIndex, table: _Table, texts: Rows, state: dict[str, int]) -> None:
        if table is _MESSAGES:
            index.add(messages=texts, state=state, pause=self._pause)
        else:
            index.add(titles=texts, state=state, pause=self._pause)
        self._may_have_parts = True

    def _pause(self) -> None:
        """Leave Python's lock to others for a while, if it was held for long enough."""
        held = time.monotonic() - self._held_since
        if held < _HOLD_S or self._is_closing:
            return
        # It may have been held for a night: the computer slept.
        pause = min(held, _LONGEST_PAUSE_S) * _REST
        time.sleep(pause)
        self._paused_s += pause
        self._held_since = time.monotonic()

    def _opened(self) -> SearchIndex:
        if self.index is None:
            raise RuntimeError("the search index is not open")
        return self.index

    def _give_up(self) -> float:
        """Delete a damaged index; returns how long to rest before it is made anew."""
        _log.info("the search index is damaged")
        self._drop()
        with contextlib.suppress(OSError):
            remove(self._path)
        return _IDLE_S

    def _drop(self) -> None:
        index, self.index = self.index, None
        if index is not None:
            index.close()

    def _rest(self, seconds: float) -> None:
        if not self._is_closing:
            self._wake.wait(seconds)
            self._wake.clear()


def _batch(
    connection: sqlite3.Connection, sql: str, values: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Rows whose last column is a text, until there are enough characters."""
    rows: list[tuple[Any, ...]] = []
    characters = 0
    for row in connection.execute(sql, values):
        rows.append(row)
        characters += len(row[-1] or "")
        if characters > _BATCH_CHARACTERS:
            break
    return rows


def _is_stale(state: IndexState, store: StoreState) -> bool:
    """Whether so much was deleted for good that its tokens are to go, too; in time all are."""
    stale = store.deleted - state.deleted
    if stale <= 0:
        return False
    is_old = now_ms() - state.begun_at > _OLDEST_MS
    return state.entries <= _SMALL or stale * _STALE_SHARE >= state.entries or is_old
