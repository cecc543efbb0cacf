"""Damaged databases: the program starts, saves what is whole, and keeps the original."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.events import EventBus
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import open_profile
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths

PAGE = 4096
START_LIMIT_S = 5.0
CONVERSATIONS = 30
TURNS = 8


def _text(number: int) -> str:
    """Korean of varied length; some need overflow pages. The number makes each one unique."""
    return (
        f"[A{number}] " + "가나다 " * (number * 37 % 400) + ("긴 글 " * 3000) * (number % 50 == 7)
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was closed cleanly, with every text made by ``_text``."""
    path = tmp_path_factory.mktemp("sound") / "kochat.db"
    database = Database(path)
    store = ConversationStore(database)
    number = 0
    for _ in range(CONVERSATIONS):
        conversation_id, parent_id = None, None
        for _ in range(TURNS):
            turn = store.add_turn(conversation_id, parent_id, _text(number), ConversationSettings())
            store.finish_answer(FinalAnswer(turn.answer_id, _text(number + 1), MessageState.DONE))
            conversation_id, parent_id = turn.conversation_id, turn.answer_id
            number += 2
    database.close()
    return path


def _flip(raw: bytearray, rng: random.Random) -> range:
    offset = rng.randrange(len(raw))
    raw[offset] ^= 1 << rng.randrange(8)
    return range(offset // PAGE, offset // PAGE + 1)


def _zero_page(raw: bytearray, rng: random.Random) -> range:
    page = rng.randrange(len(raw) // PAGE)
    raw[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    return range(page, page + 1)


def _truncate(raw: bytearray, rng: random.Random) -> range:
    pages = len(raw) // PAGE
    length = rng.randrange(len(raw))
    del raw[length:]
    return range(length // PAGE, pages)


def _garbage_page(raw: bytearray, rng: random.Random) -> range:
    page = rng.randrange(len(raw) // PAGE)
    raw[page * PAGE : (page + 1) * PAGE] = rng.randbytes(PAGE)
    return range(page, page + 1)


DAMAGES: dict[str, Callable[[bytearray, random.Random], range]] = {
    "flip": _flip,
    "zero": _zero_page,
    "truncate": _truncate,
    "garbage": _garbage_page,
}


def _outside(sound: bytes, damaged: range) -> set[int]:
    """Numbers of the texts that stand entirely in pages which are whole."""
    found: set[int] = set()
    for number in range(CONVERSATIONS * TURNS * 2):
        text = _text(number).encode()
        start = sound.find(text)
        if start < 0:
            continue
        pages = range(start // PAGE, (start + len(text)) // PAGE + 1)
        if not set(pages) & set(damaged):
            found.add(number)
    return found


def _open_and_read(paths: ProfilePaths) -> tuple[set[str], NoticeCenter, float]:
    notices = NoticeCenter(EventBus())
    began = time.monotonic()
    profile = open_profile(paths, notices)
    store = ConversationStore(profile.database)
    conversations = store.list()
    took_s = time.monotonic() - began
    texts = {m.text for c in conversations for m in store.messages(c.conversation_id)}
    for conversation in conversations:
        assert store.path(conversation.conversation_id) or conversation.tip_id is None
    profile.close()
    return texts, notices, took_s


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("kind", DAMAGES)
def test_what_is_whole_is_saved(tmp_path: Path, sound: Path, kind: str, seed: int) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    original = sound.read_bytes()
    raw = bytearray(original)
    damaged_pages = DAMAGES[kind](raw, random.Random(f"{kind} {seed}"))
    paths.database.write_bytes(raw)

    texts, notices, took_s = _open_and_read(paths)

    assert took_s <= START_LIMIT_S
    whole = {_text(number) for number in _outside(original, damaged_pages)}
    assert whole <= texts, f"{len(whole - texts)} of {len(whole)} texts are lost"
    kept = list(paths.data.glob("kochat.damaged-*.db"))
    if kept:
        assert kept[0].read_bytes() == raw
        [notice] = notices.active()
        assert str(kept[0]) in notice.text
    again, later_notices, _ = _open_and_read(paths)
    assert again == texts
    assert later_notices.active() == []


def test_losing_the_first_page_loses_no_message(tmp_path: Path, sound: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    raw = bytearray(sound.read_bytes())
    raw[:PAGE] = bytes(PAGE)
    paths.database.write_bytes(raw)
    texts, _, _ = _open_and_read(paths)
    assert texts == {_text(number) for number in range(CONVERSATIONS * TURNS * 2)}


@pytest.mark.parametrize("content", [b"", bytes(64_560), b"not a database " * 1000])
def test_a_destroyed_file_is_kept_and_told(tmp_path: Path, content: bytes) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    paths.database.write_bytes(content)
    texts, notices, _ = _open_and_read(paths)
    assert texts == set()
    [kept] = paths.data.glob("kochat.damaged-*.db")
    assert kept.read_bytes() == content
    assert len(notices.active()) == 1


def test_text_that_is_only_in_the_log_is_saved(tmp_path: Path, sound: Path) -> None:
    live = tmp_path / "live" / "kochat.db"
    live.parent.mkdir()
    shutil.copy(sound, live)
    database = Database(live)
    store = ConversationStore(database)
    store.add_turn(None, None, "마지막 메시지", ConversationSettings())
    paths = profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    # As a kill leaves them: the newest commit is in the log alone.
    for suffix in ("", "-wal"):
        name = live.name + suffix
        shutil.copy(live.with_name(name), paths.data / name)
    database.close()
    raw = bytearray(paths.database.read_bytes())
    raw[:PAGE] = bytes(PAGE)
    paths.database.write_bytes(raw)
    texts, notices, _ = _open_and_read(paths)
    assert "마지막 메시지" in texts
    assert len(notices.active()) == 1
    paths.database.unlink()


def test_a_removed_database_with_its_log_left_is_told(tmp_path: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    paths.database.with_name("kochat.db-wal").write_bytes(b"left over")
    texts, notices, _ = _open_and_read(paths)
    assert texts == set()
    assert len(notices.active()) == 1
    assert list(paths.data.glob("kochat.damaged-*.db-wal"))
