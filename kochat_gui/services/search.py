"""Search in all conversations and in one text, for the window and the command line."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import StorageError
from kochat_gui.core.folding import Span
from kochat_gui.core.search import SearchFilters, SearchHit, SearchQuery
from kochat_gui.services.search_indexer import SearchIndexer
from kochat_gui.storage.database import AccessMode, ClosedError, Database
from kochat_gui.storage.search_index import SearchIndex, store_state
from kochat_gui.storage.search_tokens import Frequencies
from kochat_gui.storage.searching import IndexFailed, find, sample

EVERYTHING = SearchFilters()
PAGE = 50


def find_in_text(text: str, query: str) -> list[Span]:
    """Where ``text`` holds what is looked for, if it holds all of it; in order and apart."""
    return SearchQuery(query).spans(text)


class HistorySearch:
    """Finds messages on all branches and titles, without the trash and incognito conversations.

    Complete at any moment: what the index does not have yet, or all where there is no index, is
    gone through. :meth:`start` keeps the index up to date until :meth:`close`.
    """

    def __init__(self, database: Database, index_path: Path) -> None:
        self._database = database
        self._path = index_path
        self.indexer: SearchIndexer | None = None
        """From :meth:`start` on."""
        self._lock = threading.Lock()
        self._reader: SearchIndex | None = None
        self._has_looked = False
        self._frequencies: Frequencies | None = None

    def start(self, delay_s: float = 0) -> None:
        """Index in the background after a while; for a database that is not kept, do nothing."""
        if self._database.is_kept and self.indexer is None:
            self.indexer = SearchIndexer(self._database, self._path)
            self.indexer.start(delay_s)

    def find(
        self,
        query: str,
        filters: SearchFilters = EVERYTHING,
        limit: int = PAGE,
        cancel: CancelToken | None = None,
    ) -> list[SearchHit]:
        """The newest hits: first what holds the words as typed, then as they may be meant.

        May be called on any thread. Raises ``Cancelled`` soon after ``cancel``, and
        ``StorageError`` when the conversations cannot be read.
        """
        parsed, token = SearchQuery(query), cancel if cancel is not None else CancelToken()
        if parsed.is_blank or limit <= 0:
            return []
        index = self._index()
        if index is not None:
            try:
                return index.read(lambda c: self._find(c, parsed, filters, limit, token))
            except (ClosedError, StorageError):
                pass  # of the conversations it is raised again below
            except IndexFailed as failure:
                self._tell(index, failure)
        return self._find(None, parsed, filters, limit, token)

    def close(self) -> None:
        """Stop indexing; what is left is indexed next time."""
        if self.indexer is not None:
            self.indexer.close()
        if self._reader is not None:
            self._reader.close()

    def _find(
        self,
        index: sqlite3.Connection | None,
        query: SearchQuery,
        filters: SearchFilters,
        limit: int,
        cancel: CancelToken,
    ) -> list[SearchHit]:
        def work(connection: sqlite3.Connection) -> list[SearchHit]:
            with _interrupted_by(cancel, connection, *([index] if index is not None else [])):
                if self._frequencies is None:
                    self._frequencies = sample(connection)
                return find(connection, index, self._frequencies, query, filters, limit, cancel)

        return self._database.read(work)

    def _index(self) -> SearchIndex | None:
        """What the indexer has open, else what another program keeps."""
        if self.indexer is not None:
            return self.indexer.index
        with self._lock:
            if not self._has_looked and self._database.mode is not AccessMode.MEMORY:
                self._has_looked = True
                self._reader = self._opened()
            return self._reader

    def _opened(self) -> SearchIndex | None:
        if not self._path.exists():
            return None
        try:
            index = SearchIndex.for_reading(self._path)
        except StorageError:
            return None
        is_fitting = False
        # Whatever is wrong with it, the window makes it anew; here all is gone through.
        with suppress(StorageError):
            state = index.state()
            is_fitting = state is not None and state.fits(self._database.read(store_state))
        if is_fitting:
            return index
        index.close()
        return None

    def _tell(self, index: SearchIndex, failure: IndexFailed) -> None:
        if self.indexer is not None:
            self.indexer.mend(index, failure.__cause__)


@contextmanager
def _interrupted_by(cancel: CancelToken, *connections: sqlite3.Connection) -> Iterator[None]:
    """Let ``cancel`` end what SQLite does on ``connections``, and nothing that comes later."""
    lock = threading.Lock()
    running = list(connections)

    def interrupt() -> None:
        with lock:
            for connection in running:
                connection.interrupt()

    unhook = cancel.on_cancel(interrupt)
    try:
        yield
    except (sqlite3.OperationalError, IndexFailed):
        cancel.raise_if_cancelled()
        raise
    finally:
        unhook()
        with lock:
            running.clear()
