"""Copies a database page by page, and checks one, telling how far it is; both can be stopped."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kochat_gui.core.cancellation import CancelToken

_PAGES = 2048
"""8 MB: a few hundredths of a second between two looks at the stop."""
_STEPS = 20_000
"""Of SQLite's machine, between two looks at the stop while it reads on its own."""


def _tell_nobody(_done: float) -> None:
    """For copies that nobody watches."""


@dataclass(frozen=True)
class CopyWatch:
    """How far a copy is, and the wish to stop it."""

    on_progress: Callable[[float], None] = _tell_nobody
    """Called with 0–1 on the copying thread."""
    cancel: CancelToken = field(default_factory=CancelToken)

    def part(self, begin: float, end: float) -> "CopyWatch":
        """For one of several steps: its 0–1 is ``begin`` to ``end`` of the whole."""
        return CopyWatch(lambda done: self.on_progress(begin + (end - begin) * done), self.cancel)


def copy_pages(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    watch: CopyWatch,
    *,
    pages: int = _PAGES,
    after_piece: Callable[[], None] = lambda: None,
) -> None:
    """Copy all of ``source``, as it is at one moment; raises ``Cancelled``, ``sqlite3.Error``.

    ``after_piece`` is called after each ``pages`` pages.
    """

    def on_step(_status: int, remaining: int, total: int) -> None:
        watch.cancel.raise_if_cancelled()
        after_piece()
        watch.on_progress(1.0 - remaining / max(1, total))

    # One snapshot for all steps: without it, each write elsewhere begins the copy anew.
    source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(target, pages=pages, progress=on_step)
    finally:
        if source.in_transaction:
            source.execute("ROLLBACK")


def is_sound(connection: sqlite3.Connection, cancel: CancelToken) -> bool:
    """Read everything, and say whether it fits together; raises ``Cancelled``."""
    with stoppable(connection, cancel):
        [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
    return bool(verdict == "ok")


@contextmanager
def stoppable(connection: sqlite3.Connection, cancel: CancelToken) -> Iterator[None]:
    """While inside, ``cancel`` interrupts what ``connection`` runs: ``Cancelled`` is raised."""
    cancel.raise_if_cancelled()
    connection.set_progress_handler(lambda: int(cancel.is_cancelled), _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        cancel.raise_if_cancelled()
        raise
    finally:
        connection.set_progress_handler(None, 0)
    cancel.raise_if_cancelled()
