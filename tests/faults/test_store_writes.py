"""Every write is refused once: nothing is lost, it is told, and it works when it is done again."""

import errno
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kochat_gui.core.conversation import MessageState
from kochat_gui.core.errors import StorageError
from kochat_gui.core.events import EventBus
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.connection import connect_for_writing
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from tests.faults.conftest import Tell
from tests.faults.store_operations import PLAIN, operations

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("failing_writes.c")
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS}
STEP = 90
"""Between the writes that are refused in the short form; the long one refuses each."""
MANY = 15
"""Writes that are refused in a row where one is not enough."""


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that refuses writes."""
    if sys.platform != "linux":
        pytest.skip("counts writes as Linux names them")
    library = tmp_path_factory.mktemp("shim") / "failing_writes.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs a C compiler")
    return library


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("name", ERRORS)
def test_every_write_is_refused_once(
    tmp_path: Path, shim: Path, name: str, count: int, is_thorough: bool, tell: Tell
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    step = 1 if is_thorough else STEP
    # Not the same writes for each error in the short form.
    first = 1 if is_thorough else 1 + sorted(ERRORS).index(name) * 29 + count
    arguments = [str(ERRORS[name]), str(count), str(first), str(step if count == 1 else step * 5)]
    told = subprocess.run(
        [sys.executable, "-m", "tests.faults.refused_writes", str(folder), *arguments],
        cwd=ROOT,
        env=os.environ | {"FAULT_FOLDER": f"{folder}/", "LD_PRELOAD": str(shim)},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert told.returncode == 0, told.stderr
    assert told.stderr == ""
    found = json.loads(told.stdout)
    tell(
        f"R4 {name}, {count} in a row: {found['stories']} of {found['writes']} writes refused, "
        f"{found['refusals']} told, nothing lost, all done without a new start"
    )
    assert found["refusals"] > 0


def test_a_database_that_another_program_holds(tmp_path: Path, tell: Tell) -> None:
    path = tmp_path / "kochat.db"
    with closing(Database(path)) as database, closing(connect_for_writing(path)) as other:
        store = ConversationStore(database)
        library = ConversationLibrary(store, EventBus())
        turn = store.add_turn(None, None, "안녕", PLAIN)
        store.finish_answer(FinalAnswer(turn.answer_id, "네", MessageState.DONE))
        database.write(lambda connection: connection.execute("PRAGMA busy_timeout = 20"))
        wanted = operations(library, store, turn)
        for operation in wanted:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError):
                operation()
            other.execute("ROLLBACK")
            operation()
        assert store.message(turn.answer_id).text == "네"
        assert database.check() == []
    tell(f"R4 SQLITE_BUSY: {len(wanted)} kinds of change refused, told, and done afterwards")
