"""P14: what is written to the disk while an answer streams, and what a kill costs.

Beside two ways of storing that other programs have: the whole conversation as one JSON file that
is written anew at every token, and a file that is written when the program closes.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MessageId,
    MessageState,
)
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from tests.benchmarks.measuring import Figure, report, scratch_folder, told

ROOT = Path(__file__).parents[2]
TOKENS = 1_000
TOKENS_PER_SECOND = 50
TOKENS_OF_JSON = 50
"""So many tokens of the JSON file are measured; each writes the same, so that the rest follows."""
CONVERSATION_BYTES = 2_000_000
TURNS = 200
MOST_WRITTEN = 1_000_000
KILLS = 100
KILL_WITHIN_S = 0.5


def _token(number: int) -> str:
    return f"토큰{number % 10} "


def _written_bytes() -> int:
    """What this process has had written to the disk, as the system counts it (pages of 4 KiB)."""
    for line in Path("/proc/self/io").read_text("ascii").splitlines():
        name, _, value = line.partition(": ")
        if name == "write_bytes":
            return int(value)
    raise OSError("this system does not count what is written")


def _texts() -> list[str]:
    """Texts of a conversation of 2 MB."""
    words = "가나다 " * (CONVERSATION_BYTES // (TURNS * 2) // 10)
    return [f"[{number}] {words}" for number in range(TURNS * 2)]


def _store_of_2_mb(database: Database) -> tuple[ConversationStore, ConversationId, MessageId]:
    store = ConversationStore(database)
    conversation_id, parent_id = None, None
    texts = iter(_texts())
    for question in texts:
        turn = store.add_turn(conversation_id, parent_id, question, ConversationSettings())
        store.finish_answer(FinalAnswer(turn.answer_id, next(texts), MessageState.DONE))
        conversation_id, parent_id = turn.conversation_id, turn.answer_id
    assert conversation_id is not None
    assert parent_id is not None
    return store, conversation_id, parent_id


def ours(folder: Path) -> int:
    """Bytes from the question to the clean end, with every page that is put in its place then."""
    path = folder / "kochat.db"
    with closing(Database(path)) as database:
        _, cid, tip = _store_of_2_mb(database)
    database = Database(path)
    store = ConversationStore(database)
    keeper = AnswerKeeper(store)
    before = _written_bytes()
    turn = store.add_turn(cid, tip, "질문이에요", ConversationSettings())
    for number in range(TOKENS):
        keeper.append(turn.answer_id, _token(number))
        time.sleep(1 / TOKENS_PER_SECOND)
    text = keeper.text(turn.answer_id)
    keeper.finish(FinalAnswer(turn.answer_id, text, MessageState.DONE))
    keeper.close()
    database.close()
    written = _written_bytes() - before
    with closing(Database(path)) as database:
        assert ConversationStore(database).message(turn.answer_id).text == text
    return written


def json_per_token(folder: Path) -> int:
    """The same with one JSON file, written anew and synced at every token."""
    messages = [*_texts(), "질문이에요", ""]
    before = _written_bytes()
    for number in range(TOKENS_OF_JSON):
        messages[-1] += _token(number)
        with (folder / "conversation.json").open("w", encoding="utf-8") as file:
            json.dump(messages, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
    return (_written_bytes() - before) * TOKENS // TOKENS_OF_JSON


WRITES_JSON = """
import itertools, json, os, sys
messages, name = [], sys.argv[1]
for number in itertools.count():
    messages.append(f"메시지 {number} " + "가나다 " * 300)
    with open(name, "w", encoding="utf-8") as file:
        json.dump(messages, file, ensure_ascii=False)
    print(number, flush=True)
"""
SAVES_ON_CLOSE = """
import atexit, itertools, json, sys, time
messages = []
atexit.register(lambda: json.dump(messages, open(sys.argv[1], "w")))
for number in itertools.count():
    messages.append(f"메시지 {number} " + "가나다 " * 300)
    print(number, flush=True)
    time.sleep(0.001)
"""
OURS = """
import itertools, sys
from pathlib import Path
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
store = ConversationStore(Database(Path(sys.argv[1])))
for number in itertools.count():
    text = f"메시지 {number} " + "가나다 " * 300
    store.add_turn(None, None, text, ConversationSettings())
    print(number, flush=True)
"""


def _kept_json(path: Path) -> int:
    try:
        return len(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return 0


def _kept_ours(path: Path) -> int:
    with closing(Database(path)) as database:
        return len(ConversationStore(database).list(limit=1 << 30))


def lost_by_kills(folder: Path, script: str, kept: Callable[[Path], int]) -> tuple[int, int]:
    """Messages that were said to be stored before a kill and are not there; and how many of all."""
    rng = random.Random(14)
    lost = total = 0
    for number in range(KILLS):
        path, said = folder / str(number), folder / "said"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=output
            )
            while not said.stat().st_size:
                time.sleep(0.002)
            time.sleep(rng.uniform(0, KILL_WITHIN_S))
            process.kill()
            process.wait()
        acknowledged = said.read_bytes().count(b"\n")
        lost += max(0, acknowledged - kept(path))
        total += acknowledged
    return lost, total


def main() -> int:
    with scratch_folder() as folder:
        written, whole = ours(folder), json_per_token(folder)
        figures = [
            told(
                Figure(
                    "P14 bytes for 1,000 tokens", written, whole, "bytes", whole / written, 1_000
                )
            ),
            told(
                Figure(
                    "P14 bytes allowed / written",
                    written,
                    MOST_WRITTEN,
                    "bytes",
                    MOST_WRITTEN / written,
                    1,
                )
            ),
        ]
        kills = {}
        for name, script, kept in (
            ("ours", OURS, _kept_ours),
            ("json_per_message", WRITES_JSON, _kept_json),
            ("save_on_close", SAVES_ON_CLOSE, _kept_json),
        ):
            own = folder / name
            own.mkdir()
            lost, total = lost_by_kills(own, script, kept)
            kills[name] = {"lost": lost, "of": total}
            sys.stderr.write(f"  {KILLS} kills, {name}: {lost} of {total} messages lost\n")
    status = report("bench_store", figures, kills=kills)
    return status or int(kills["ours"]["lost"] > 0)


if __name__ == "__main__":
    sys.exit(main())
