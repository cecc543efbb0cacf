"""A disk without room for the conversations, until it is freed."""

import pytest

from kochat_gui.services.assembly import Services
from kochat_gui.storage import sqlite_errors


class FullDisk:
    """Has room until :meth:`fill`."""

    def __init__(self, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        self._database = services.profile.database
        self._has_room = True
        monkeypatch.setattr(sqlite_errors, "has_room", lambda _path: self._has_room)

    def fill(self) -> None:
        """Refuse what does not fit into the pages that there are."""
        self._has_room = False
        [most] = self._database.read(lambda c: c.execute("PRAGMA page_count").fetchone())
        self._limit(most)

    def free(self) -> None:
        """Take everything again."""
        self._limit(1 << 30)
        self._has_room = True

    def _limit(self, pages: int) -> None:
        self._database.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}"))
