"""Where a conversation is kept: in the profile's database, or in memory for incognito ones."""

import sqlite3
import threading

from kochat_gui.core.conversation import FIRST_INCOGNITO_ID
from kochat_gui.storage.database import AccessMode, Database


class Places:
    """Tells by its id which database has a conversation or a message. Thread-safe."""

    def __init__(self, database: Database, incognito: Database | None = None) -> None:
        """``incognito``: what :meth:`hand_over` of earlier places returned."""
        self.database = database
        self._lock = threading.Lock()
        self._incognito = incognito

    def of(self, any_id: int) -> Database:
        """The database of a conversation or message."""
        return self.incognito() if any_id >= FIRST_INCOGNITO_ID else self.database

    def incognito(self) -> Database:
        """The database in memory; made when it is first asked for."""
        with self._lock:
            if self._incognito is None:
                self._incognito = Database(self.database.path, AccessMode.MEMORY)
                self._incognito.write(_begin_high)
            return self._incognito

    def hand_over(self) -> Database | None:
        """What is in memory, for the places that come next; gone from these."""
        with self._lock:
            incognito, self._incognito = self._incognito, None
            return incognito

    def incognito_so_far(self) -> Database | None:
        """The database in memory; None when nothing asked for it yet."""
        with self._lock:
            return self._incognito

    def close(self) -> None:
        """Forget what is in memory; the profile's database stays open."""
        with self._lock:
            if self._incognito is not None:
                self._incognito.close()
                self._incognito = None


def _begin_high(connection: sqlite3.Connection) -> None:
    """Let ids begin where no stored conversation's ever come."""
    connection.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
        [(table, FIRST_INCOGNITO_ID) for table in ("conversations", "messages")],
    )
