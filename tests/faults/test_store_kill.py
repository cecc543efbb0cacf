"""The program is killed while it writes: what was acknowledged is there."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.conversation import (
    Conversation,
    ConversationFilter,
    ConversationId,
    Message,
    MessageId,
    MessageState,
)
from kochat_gui.core.errors import ProfileBusyError
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.profile_lock import ProfileLock
from tests.faults.conftest import Tell
from tests.faults.store_writer import MADE_BY

ROOT = Path(__file__).parents[2]
KILLS, KILLS_THOROUGH = 10, 850
STREAM_KILLS, STREAM_KILLS_THOROUGH = 2, 150
KILLS_OF_ONE_DATABASE = 50
LOST_S = 1.0

HOLDS_LOCK = """
import sys, time
from pathlib import Path
from kochat_gui.storage.profile_lock import ProfileLock
lock = ProfileLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""

Facts = dict[str, Any]


@dataclass
class Acknowledged:
    """What the store has said is stored."""

    messages: dict[int, Facts] = field(default_factory=dict)
    conversations: dict[int, Facts] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    """Conversations that are gone, or were just being changed when the process was killed."""
    count: int = 0

    def take(self, lines: list[str]) -> None:
        """Read what one process said before it was killed."""
        begun: int | None = None
        self.count += len(lines)
        for fact in map(json.loads, lines):
            if "begins" in fact:
                begun = fact["begins"]
            elif "message" in fact:
                self.messages[fact["message"]] = fact
            else:
                begun = None
                self.conversations[fact["conversation"]] = fact
                if fact.get("is_gone"):
                    self.deleted.add(fact["conversation"])
        if begun is not None:
            # Killed between the change and its acknowledgement: both states are right.
            self.conversations.pop(begun, None)
            self.deleted.add(begun)

    def lost(self, store: ConversationStore) -> list[str]:
        """What was acknowledged and is not there, in words."""
        there = {c.conversation_id: c for c in _conversations(store)}
        found = {m.message_id: m for cid in there for m in store.messages(cid)}
        assert all(m.state is not MessageState.STREAMING for m in found.values())
        wrong = []
        for number, fact in self.messages.items():
            if fact["of"] in self.deleted and fact["of"] not in there:
                continue
            message = found.get(MessageId(number))
            if message is None or not _is_kept(message, fact):
                wrong.append(f"message {number}: {fact['text'][:30]}")
        for number, fact in self.conversations.items():
            conversation = there.get(ConversationId(number))
            if conversation is None and number in self.deleted:
                continue
            if conversation is None or not _is_as_described(conversation, fact):
                wrong.append(f"conversation {number}: {fact}, not {conversation}")
        return wrong


def _conversations(store: ConversationStore) -> list[Conversation]:
    return [
        *store.list(limit=1 << 30),
        *store.list(limit=1 << 30, wanted=ConversationFilter(is_deleted=True)),
    ]


def _is_kept(message: Message, fact: Facts) -> bool:
    """More of an answer may be on the disk than was acknowledged."""
    text: str = fact["text"]
    return message.text.startswith(text) if fact.get("grows") else message.text == text


def _is_as_described(conversation: Conversation, fact: Facts) -> bool:
    return fact == {
        "conversation": conversation.conversation_id,
        "title": conversation.title,
        "draft": conversation.draft,
        "folder": conversation.folder_id,
        "is_pinned": conversation.is_pinned,
        "is_deleted": conversation.deleted_at is not None,
        "tags": list(conversation.tags),
    }


def _start(script: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def _run_and_kill(path: Path, rng: random.Random, mode: str, longest_s: float) -> list[str]:
    """What a writer said until it was killed at a random moment after its first line."""
    said = path.with_suffix(".said")
    command = [sys.executable, "-m", "tests.faults.store_writer"]
    # A file: a writer must never wait for somebody to read.
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(path), str(rng.randrange(1 << 30)), mode],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdout=output,
        )
        while not said.stat().st_size:
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(rng.uniform(0, longest_s))
        process.kill()
        process.wait()
    *complete, _torn = said.read_bytes().split(b"\n")
    return [line.decode() for line in complete]


def _quick_check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def test_acknowledged_changes_survive_kills(tmp_path: Path, is_thorough: bool, tell: Tell) -> None:
    rng = random.Random(20)
    kills = KILLS_THOROUGH if is_thorough else KILLS
    lost: list[str] = []
    acknowledged = Acknowledged()
    total = messages = 0
    for number in range(kills):
        if number % KILLS_OF_ONE_DATABASE == 0:
            total, messages = total + acknowledged.count, messages + len(acknowledged.messages)
            acknowledged = Acknowledged()
        path = tmp_path / f"{number // KILLS_OF_ONE_DATABASE}.db"
        acknowledged.take(_run_and_kill(path, rng, "change", 0.25))
        if number % 2:
            # Every other time the next writer is the first to see what the kill has left.
            _quick_check(path)
            with closing(Database(path)) as database:
                lost += acknowledged.lost(ConversationStore(database))
            _quick_check(path)
    total, messages = total + acknowledged.count, messages + len(acknowledged.messages)
    assert total > 10 * kills
    tell(f"R1 {kills} kills, {total} acknowledged changes, {messages} messages: {len(lost)} lost")
    assert lost == []


def _lost_seconds(lines: list[str], text: str) -> float:
    """How long before the end the first token was taken that is not in ``text``."""
    tokens = [json.loads(line) for line in lines]
    everything = "".join(token["token"] for token in tokens)
    assert everything.startswith(text) or text.startswith(everything)
    length = 0
    for token in tokens:
        length += len(token["token"])
        if length > len(text):
            return float(tokens[-1]["at"] - token["at"])
    return 0.0


def test_a_kill_while_streaming_loses_at_most_a_second(
    tmp_path: Path, is_thorough: bool, tell: Tell
) -> None:
    path = tmp_path / "kochat.db"
    rng = random.Random(21)
    lost_s = []
    for _ in range(STREAM_KILLS_THOROUGH if is_thorough else STREAM_KILLS):
        first, *lines = _run_and_kill(path, rng, "stream", 3.0)
        _quick_check(path)
        with closing(Database(path)) as database:
            answer = ConversationStore(database).message(MessageId(json.loads(first)["answer"]))
        assert answer.state is MessageState.INTERRUPTED
        assert answer.can_continue
        assert answer.made_by == (MADE_BY if answer.text else None)
        lost_s.append(_lost_seconds(lines, answer.text) if lines else 0.0)
    tell(f"R1 {len(lost_s)} kills while streaming: at most {max(lost_s):.2f} s of text lost")
    assert max(lost_s) <= LOST_S


def test_one_program_per_profile(tmp_path: Path) -> None:
    path = tmp_path / "kochat.lock"
    process = _start(HOLDS_LOCK, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(ProfileBusyError):
        ProfileLock(path)
    process.kill()
    process.communicate()
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
