"""The program is killed while it writes: what was acknowledged is there."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kochat_gui.core.conversation import MessageId, MessageState
from kochat_gui.core.errors import ProfileBusyError
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.profile_lock import ProfileLock

ROOT = Path(__file__).parents[2]
KILLS = 10

COMMITS = """
import sys
from pathlib import Path
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
store = ConversationStore(Database(Path(sys.argv[1])))
cid = parent = None
number = 0
while True:
    turn = store.add_turn(cid, parent, f"질문 {number}", ConversationSettings())
    store.live.append(turn.answer_id, f"답 {number}")
    store.append_chunks(store.live.unsaved())
    print(turn.user_id, turn.answer_id, number, flush=True)
    if number % 3:
        store.finish_answer(FinalAnswer(turn.answer_id, f"답 {number}", MessageState.DONE))
    cid, parent = turn.conversation_id, turn.answer_id
    number += 1
"""

STREAMS = """
import sys, time
from pathlib import Path
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.events import EventBus
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
store = ConversationStore(Database(Path(sys.argv[1])))
keeper = AnswerKeeper(store, NoticeCenter(EventBus()))
turn = store.add_turn(None, None, "길게 말해줘", ConversationSettings())
print(turn.answer_id, flush=True)
number = 0
while True:
    text = f"토큰{number} "
    keeper.append(turn.answer_id, text)
    print(time.monotonic(), text, flush=True)
    number += 1
    time.sleep(0.02)
"""

HOLDS_LOCK = """
import sys, time
from pathlib import Path
from kochat_gui.storage.profile_lock import ProfileLock
lock = ProfileLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def _start(script: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def _kill_and_read(process: subprocess.Popen[str]) -> list[str]:
    """Lines that were complete before the end."""
    process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    return [line for line in output.splitlines(keepends=True) if line.endswith("\n")]


def test_acknowledged_messages_survive_kills(tmp_path: Path) -> None:
    path = tmp_path / "kochat.db"
    rng = random.Random(20)
    acknowledged: dict[int, str] = {}
    for _ in range(KILLS):
        process = _start(COMMITS, path)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(rng.uniform(0, 0.3))
        for line in [first, *_kill_and_read(process)]:
            user_id, answer_id, number = line.split()
            acknowledged[int(user_id)] = f"질문 {number}"
            acknowledged[int(answer_id)] = f"답 {number}"
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    check.close()
    database = Database(path)
    store = ConversationStore(database)
    stored = {m.message_id: m for c in store.list() for m in store.messages(c.conversation_id)}
    database.close()
    assert len(acknowledged) > 10 * KILLS
    lost = [i for i, text in acknowledged.items() if stored[MessageId(i)].text != text]
    assert lost == []
    assert all(m.state is not MessageState.STREAMING for m in stored.values())


def test_a_kill_while_streaming_loses_at_most_a_second(tmp_path: Path) -> None:
    path = tmp_path / "kochat.db"
    process = _start(STREAMS, path)
    assert process.stdout is not None
    answer_id = MessageId(int(process.stdout.readline()))
    time.sleep(2.5)
    lines = _kill_and_read(process)
    shown = [
        (float(at), text) for at, _, text in (line.rstrip("\n").partition(" ") for line in lines)
    ]
    database = Database(path)
    answer = ConversationStore(database).message(answer_id)
    database.close()
    assert answer.state is MessageState.INTERRUPTED
    assert answer.can_continue
    everything = "".join(text for _, text in shown)
    assert everything.startswith(answer.text) or answer.text.startswith(everything)
    length, first_lost = 0, shown[-1][0]
    for at, text in shown:
        length += len(text)
        if length > len(answer.text):
            first_lost = at
            break
    assert answer.text
    assert shown[-1][0] - first_lost <= 1.0


def test_one_program_per_profile(tmp_path: Path) -> None:
    path = tmp_path / "kochat.lock"
    process = _start(HOLDS_LOCK, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(ProfileBusyError):
        ProfileLock(path)
    _kill_and_read(process)
    lock = ProfileLock(path)
    with pytest.raises(ProfileBusyError):
        ProfileLock(path)
    lock.release()
    ProfileLock(path).release()


def test_two_programs_that_start_together(tmp_path: Path) -> None:
    path = tmp_path / "kochat.lock"
    processes = [_start(HOLDS_LOCK.replace("60", "1"), path) for _ in range(4)]
    outputs = [process.communicate()[0] for process in processes]
    # They overlap for a second; who starts late may find the lock free again.
    assert outputs.count("held\n") >= 1
    assert [p.returncode for p in processes].count(0) == outputs.count("held\n")
