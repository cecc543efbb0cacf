"""Numbered steps of the database's shape, oldest first; never changed once released."""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from kochat_gui.storage.migrations import (
    m0001_initial,
    m0002_library,
    m0003_search,
    m0004_edits,
    m0005_left_ends,
)


class Migration(NamedTuple):
    """One step; ``apply`` runs inside a transaction and must not end it."""

    version: int
    """``PRAGMA user_version`` afterwards."""
    apply: Callable[[sqlite3.Connection], None]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, m0001_initial.apply),
    Migration(2, m0002_library.apply),
    Migration(3, m0003_search.apply),
    Migration(4, m0004_edits.apply),
    Migration(5, m0005_left_ends.apply),
)
