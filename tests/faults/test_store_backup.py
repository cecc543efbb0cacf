"""Backup and restore bring everything back, and nobody waits for a backup."""

import hashlib
import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from kochat_gui.core.conversation import ConversationSettings, MessageId
from kochat_gui.storage.backups import back_up
from kochat_gui.storage.connection import connect_for_reading
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.restore import restore
from tests.faults.conftest import Tell
from tests.faults.store_writer import Writer

ROUNDS, ROUNDS_THOROUGH = 4, 100
CHANGES_A_ROUND = 12
LARGE_TURNS = 120
LONG = "가나다 " * 20_000
BLOCKED_MS = 50.0
OWN_KEYS = ("is_open", "identity", "store_id")
"""Rows of ``meta`` that say something about the file, not about conversations."""


def _hash(path: Path) -> str:
    """Of all rows of all tables, whatever pages they lie on."""
    digest = hashlib.sha256()
    with closing(connect_for_reading(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2'):
                if table != "meta" or row[0] not in OWN_KEYS:
                    digest.update(repr((table, row)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def test_a_restored_backup_has_the_same_content(
    tmp_path: Path, is_thorough: bool, tell: Tell
) -> None:
    path, folder = tmp_path / "kochat.db", tmp_path / "backups"
    rounds = ROUNDS_THOROUGH if is_thorough else ROUNDS
    hashes = set()
    for number in range(rounds):
        with closing(Database(path)) as database:
            writer = Writer(database, random.Random(number))
            writer.run(CHANGES_A_ROUND)
            with closing(connect_for_reading(path)) as connection:
                made = back_up(connection, tmp_path / "of" / str(number))
            before = _hash(path)
            writer.run(CHANGES_A_ROUND)
            assert _hash(path) != before
        restore(path, made.path, folder)
        assert _hash(path) == before
        hashes.add(before)
    assert len(hashes) == rounds
    tell(f"R19 {rounds} of {rounds} restored backups have the same content")


def _longest_append_ms(store: ConversationStore, answer_id: MessageId, for_s: float) -> float:
    """Of many small commits of a streaming answer, one every 10 ms."""
    longest, ends = 0.0, time.monotonic() + for_s
    while time.monotonic() < ends:
        store.live.append(answer_id, "토큰 ")
        began = time.perf_counter()
        store.append_chunks(store.live.unsaved())
        longest = max(longest, (time.perf_counter() - began) * 1000)
        time.sleep(0.01)
    return longest


def test_a_backup_does_not_block_an_answer(tmp_path: Path, is_thorough: bool, tell: Tell) -> None:
    path = tmp_path / "kochat.db"
    with closing(Database(path)) as database:
        store = ConversationStore(database)
        for number in range(LARGE_TURNS):
            store.add_turn(None, None, f"{number} {LONG}", ConversationSettings())
        turn = store.add_turn(None, None, "길게", ConversationSettings())
        alone_ms = _longest_append_ms(store, turn.answer_id, 0.5)
        backups: list[float] = []
        is_over = threading.Event()

        def back_up_again() -> None:
            while not is_over.is_set():
                began = time.monotonic()
                database.back_up(tmp_path / "backups")
                backups.append(time.monotonic() - began)
                time.sleep(0.05)

        thread = threading.Thread(target=back_up_again)
        thread.start()
        try:
            beside_ms = _longest_append_ms(store, turn.answer_id, 3.0)
        finally:
            is_over.set()
            thread.join()
        text = store.message(turn.answer_id).text
        assert database.check() == []
    assert backups
    for made in (tmp_path / "backups").glob("*.db"):
        with closing(sqlite3.connect(made)) as copy:
            [chunks] = copy.execute(
                "SELECT coalesce(group_concat(text, ''), '') FROM "
                "(SELECT text FROM message_chunks ORDER BY seq)"
            ).fetchone()
        assert text.startswith(chunks), "a backup is of one moment"
    size_mb = path.stat().st_size / 1e6
    tell(
        f"R19 {len(backups)} backups of {size_mb:.0f} MB while streaming: a commit took at most "
        f"{beside_ms:.0f} ms, {alone_ms:.0f} ms without"
    )
    # On a machine that is busy, what a commit takes by itself is no fault of the backup.
    assert beside_ms <= BLOCKED_MS + alone_ms
