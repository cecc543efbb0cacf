"""A store with a search over it."""

import time
from collections.abc import Callable
from pathlib import Path

from kochat_gui.core.conversation import ConversationId, ConversationSettings, MessageState
from kochat_gui.core.search import SearchFilters
from kochat_gui.services.search import EVERYTHING, HistorySearch
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.search_index import IndexState

PLAIN = ConversationSettings()
WAIT_S = 20.0


class Shelf:
    """A database in ``folder``, its store and its search."""

    def __init__(self, folder: Path) -> None:
        self.index_path = folder / "search.db"
        self.database = Database(folder / "kochat.db")
        self.store = ConversationStore(self.database)
        self.search = HistorySearch(self.database, self.index_path)

    def say(self, text: str, answer: str = "", conversation_id: int | None = None) -> Turn:
        """A question and its answer."""
        cid = None if conversation_id is None else ConversationId(conversation_id)
        turn = self.store.add_turn(cid, None, text, PLAIN)
        self.store.finish_answer(FinalAnswer(turn.answer_id, answer, MessageState.DONE))
        return turn

    def texts(
        self, query: str, filters: SearchFilters = EVERYTHING, limit: int = 1000
    ) -> list[str]:
        """Of the messages found, in their order."""
        hits = self.search.find(query, filters, limit)
        return [self.store.message(hit.message_id).text for hit in hits if hit.message_id]

    def index(self) -> None:
        """Have everything taken up by the index."""
        self.search.start()
        wait_until(self.is_indexed)

    def is_indexed(self) -> bool:
        state = self.state()
        sql = "SELECT (SELECT count(*) FROM unindexed) + (SELECT count(*) FROM unindexed_titles)"
        [queued] = self.database.read(lambda connection: connection.execute(sql).fetchone())
        return state is not None and not (queued or state.messages_below or state.titles_below)

    def state(self) -> IndexState | None:
        """What the open index says of itself."""
        index = self.search.indexer.index if self.search.indexer is not None else None
        return index.state() if index is not None else None

    def reopen_search(self) -> None:
        """As the next start of the window does."""
        self.search.close()
        self.search = HistorySearch(self.database, self.index_path)

    def close(self) -> None:
        self.search.close()
        self.store.close()
        self.database.close()


def wait_until(is_done: Callable[[], bool]) -> None:
    """Fail after ``WAIT_S``."""
    deadline = time.monotonic() + WAIT_S
    while not is_done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)
