"""Damaged databases: the program starts, saves what is whole, and keeps the original."""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationId,
    ConversationSettings,
    KeptEdit,
    MessageId,
    MessageState,
)
from kochat_gui.core.errors import DatabaseDamagedError
from kochat_gui.core.events import EventBus
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import SHOW_BACKUPS_ACTION, open_store
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import ALWAYS_CHECKED_BYTES, AccessMode, Database
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.id_spans import Run, keep_runs, noted_runs
from kochat_gui.storage.leftovers import finish_salvage
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from kochat_gui.storage.restore import restore
from kochat_gui.storage.salvage import salvage
from kochat_gui.storage.unbegun import UnbegunStore
from tests.faults.conftest import Tell
from tests.faults.page_map import PAGE, Placed, placed

START_LIMIT_S = 5.0
SHARE_SAVED = 0.99
CONVERSATIONS, CONVERSATIONS_OF_MANY = 30, 150
TURNS = 8
SEEDS, SEEDS_THOROUGH = 8, 100
EACH_LARGE = 5
"""One in so many damages is done to the large database."""
FOLDERS = ("일", "여행", "공부")


def _text(number: int) -> str:
    """Korean of varied length; some need overflow pages. The number makes each one unique."""
    return (
        f"[A{number}] " + "가나다 " * (number * 37 % 400) + ("긴 글 " * 3000) * (number % 50 == 7)
    )


def _fill(database: Database, conversations: int, first: int = 0) -> None:
    """Conversations with versions, folders, tags, pins, exclusions, and some in the trash."""
    store, folders = ConversationStore(database), FolderStore(database)
    folder_ids = [folders.create(name) for name in FOLDERS] if first == 0 else []
    number = first
    for index in range(conversations):
        conversation_id, parent_id = None, None
        for turn_number in range(TURNS):
            turn = store.add_turn(conversation_id, parent_id, _text(number), ConversationSettings())
            store.finish_answer(FinalAnswer(turn.answer_id, _text(number + 1), MessageState.DONE))
            conversation_id, parent_id = turn.conversation_id, turn.answer_id
            number += 2
            if turn_number == 2:
                parent_id = store.edit_answer(turn.answer_id, _text(number))
                store.set_excluded(turn.user_id, is_excluded=True)
                number += 1
        assert conversation_id is not None
        if folder_ids and index % 3 == 0:
            folders.move([conversation_id], folder_ids[index // 3 % len(FOLDERS)])
        if index % 4 == 0:
            folders.add_tag([conversation_id], f"태그 {index % 7}")
        store.set_pinned([conversation_id], is_pinned=index % 5 == 0)
        store.set_deleted([conversation_id], is_deleted=index % 9 == 8)


@dataclass(frozen=True)
class Made:
    """A database as it was before anything happened to it."""

    path: Path
    rows: Placed


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Made]:
    """Databases that were closed cleanly, with every text made by ``_text``; True: a large one."""
    found = {}
    for is_large in (False, True):
        path = tmp_path_factory.mktemp("sound") / "kochat.db"
        with closing(Database(path)) as database:
            _fill(database, CONVERSATIONS_OF_MANY if is_large else CONVERSATIONS)
        found[is_large] = Made(path, placed(path))
    return found


@pytest.fixture(scope="session")
def sound(made: dict[bool, Made]) -> Path:
    return made[False].path


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


def _zero_rest(raw: bytearray, rng: random.Random) -> range:
    """As after a power loss: the length is right, the blocks were never written."""
    pages = len(raw) // PAGE
    first = rng.choice([0, rng.randrange(pages)])
    raw[first * PAGE :] = bytes(len(raw) - first * PAGE)
    return range(first, pages)


DAMAGES: dict[str, Callable[[bytearray, random.Random], range]] = {
    "flip": _flip,
    "zero": _zero_page,
    "truncate": _truncate,
    "garbage": _garbage_page,
    "zero-rest": _zero_rest,
}


@dataclass(frozen=True)
class Opened:
    """What a start found and said."""

    texts: dict[int, str]
    excluded: set[int]
    conversations: dict[int, tuple[str | None, bool, tuple[str, ...]]]
    """Name of the folder, whether it is pinned, tags."""
    notices: list[str]
    took_s: float
    processor_s: float
    """Of :attr:`took_s`; beside busy programs it is what the start is to blame for."""


def _open(paths: ProfilePaths) -> Opened:
    """Start, and read everything; damage that only shows then needs one more start."""
    try:
        return _open_once(paths)
    except DatabaseDamagedError:
        return _open_once(paths)


def _open_once(paths: ProfilePaths) -> Opened:
    notices = NoticeCenter(EventBus())
    began, processor_began = time.monotonic(), time.process_time()
    profile, store = open_store(paths, notices)
    try:
        listed = store.list(limit=1 << 30)
        took_s = time.monotonic() - began
        processor_s = time.process_time() - processor_began
        listed += store.list(limit=1 << 30, wanted=ConversationFilter(is_deleted=True))
        names = {f.folder_id: f.name for f in FolderStore(profile.database).list()}
        messages = [m for c in listed for m in store.messages(c.conversation_id)]
        for conversation in listed:
            assert store.path(conversation.conversation_id) or conversation.tip_id is None
    finally:
        profile.close()
    return Opened(
        texts={m.message_id: m.text for m in messages},
        excluded={m.message_id for m in messages if m.is_excluded},
        conversations={
            c.conversation_id: (
                None if c.folder_id is None else names[c.folder_id],
                c.is_pinned,
                c.tags,
            )
            for c in listed
        },
        notices=[notice.text for notice in notices.active()],
        took_s=took_s,
        processor_s=processor_s,
    )


def _profile(folder: Path) -> ProfilePaths:
    paths = profile_paths(folder)
    paths.data.mkdir(parents=True)
    return paths


def _kept(paths: ProfilePaths) -> list[Path]:
    return list(paths.data.glob("kochat.damaged-*.db"))


@dataclass
class Count:
    """What became of the rows that the damage did not touch."""

    messages: int = 0
    messages_saved: int = 0
    conversations: int = 0
    conversations_saved: int = 0
    longest_s: float = 0.0
    most_processor_s: float = 0.0

    def add(self, found: Opened, rows: Placed, damaged: range) -> None:
        for message_id, message in rows.messages.items():
            if not message.pages & set(damaged):
                self.messages += 1
                self.messages_saved += found.texts.get(message_id) == message.text and (
                    (message_id in found.excluded) == message.is_excluded
                )
        for conversation_id, conversation in rows.conversations.items():
            # A tag can be read only where everything about tags is whole.
            if conversation.pages & set(damaged) or rows.tag_pages & set(damaged):
                continue
            self.conversations += 1
            self.conversations_saved += (
                found.conversations.get(conversation_id) == conversation.fields
            )
        self.longest_s = max(self.longest_s, found.took_s)
        self.most_processor_s = max(self.most_processor_s, found.processor_s)


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_is_whole_is_saved(
    tmp_path: Path, made: dict[bool, Made], kind: str, is_thorough: bool, tell: Tell
) -> None:
    count, altered = Count(), 0
    for seed in range(SEEDS_THOROUGH if is_thorough else SEEDS):
        paths = _profile(tmp_path / str(seed))
        before = made[seed % EACH_LARGE == EACH_LARGE - 1]
        raw = bytearray(before.path.read_bytes())
        damaged = DAMAGES[kind](raw, random.Random(f"{kind} {seed}"))
        paths.database.write_bytes(raw)

        found = _open(paths)

        count.add(found, before.rows, damaged)
        if found.notices:
            [kept] = _kept(paths)
            # In a large one the damage may show only when it has been opened.
            assert kept.read_bytes() == raw or len(raw) > ALWAYS_CHECKED_BYTES
            [notice] = found.notices
            assert str(kept) in notice
        else:
            assert found.texts.keys() == before.rows.messages.keys()
            altered += sum(found.texts[mid] != m.text for mid, m in before.rows.messages.items())
            assert _kept(paths) == []
        again = _open(paths)
        assert again.texts == found.texts
        assert again.notices == []
        shutil.rmtree(paths.root)
    tell(
        f"R10 {kind}: {count.messages_saved} of {count.messages} messages and "
        f"{count.conversations_saved} of {count.conversations} conversations outside the damage "
        f"saved, start at most {count.longest_s:.1f} s "
        f"({count.most_processor_s:.1f} s of the processor), "
        f"{altered} texts altered inside where SQLite sees nothing wrong"
    )
    assert count.most_processor_s <= START_LIMIT_S
    assert count.messages_saved >= SHARE_SAVED * count.messages
    assert count.conversations_saved >= SHARE_SAVED * count.conversations


def test_losing_the_first_page_loses_no_message(tmp_path: Path, made: dict[bool, Made]) -> None:
    paths = _profile(tmp_path / "profile")
    raw = bytearray(made[False].path.read_bytes())
    raw[:PAGE] = bytes(PAGE)
    paths.database.write_bytes(raw)
    assert _open(paths).texts == {mid: m.text for mid, m in made[False].rows.messages.items()}


@pytest.mark.parametrize("content", [b"", bytes(64_560), b"not a database " * 1000])
def test_a_destroyed_file_is_kept_and_told(tmp_path: Path, content: bytes) -> None:
    paths = _profile(tmp_path / "profile")
    paths.database.write_bytes(content)
    found = _open(paths)
    assert found.texts == {}
    [kept] = _kept(paths)
    assert kept.read_bytes() == content
    [notice] = found.notices
    assert "none of them could be saved. Restore a backup" in notice
    assert str(kept) in notice


def _left_by_a_kill(folder: Path, source: Path | None, turns: int, *, wraps: bool) -> Path:
    """A database whose newest commits are in its log alone; ``wraps``: a log begun anew."""
    folder.mkdir()
    live = folder / "live.db"
    if source is not None:
        shutil.copy(source, live)
    with closing(Database(live)) as database:
        if source is None:
            _fill(database, 3)
        store = ConversationStore(database)
        for number in range(turns):
            if wraps and number == turns // 2:
                database.write(lambda c: None)
                assert database._writer is not None
                database._writer.call(
                    lambda c: c.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
                )
            store.add_turn(None, None, f"{_text(number)} 로그", ConversationSettings())
        for suffix in ("", "-wal"):
            shutil.copy(live.with_name(live.name + suffix), folder / f"kochat.db{suffix}")
    return folder / "kochat.db"


def _stranger(folder: Path) -> Path:
    """A database with an identity of its own."""
    path = folder / "stranger.db"
    with closing(Database(path)) as database:
        _fill(database, 2)
    return path


def _texts_without_log(path: Path) -> dict[int, str]:
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        return dict(connection.execute("SELECT id, text FROM messages").fetchall())


def test_a_log_that_was_taken_away_is_told(
    tmp_path: Path, sound: Path, is_thorough: bool, tell: Tell
) -> None:
    seeds = SEEDS_THOROUGH if is_thorough else 3
    for seed in range(seeds):
        left = _left_by_a_kill(tmp_path / f"left {seed}", sound, seed + 1, wraps=seed % 2 == 1)
        paths = _profile(tmp_path / f"profile {seed}")
        shutil.copy(left, paths.database)
        found = _open(paths)
        assert found.texts == _texts_without_log(left)
        assert len(found.notices) == 1
        assert found.processor_s <= START_LIMIT_S
        assert _open(paths).notices == []
        shutil.rmtree(paths.root)
        shutil.rmtree(left.parent)
    tell(f"R10 missing log: {seeds} of {seeds} starts showed what the database has, and told")


def test_a_log_of_another_database_is_found_out(
    tmp_path: Path, sound: Path, is_thorough: bool, tell: Tell
) -> None:
    seeds = SEEDS_THOROUGH if is_thorough else 4
    rng = random.Random(10)
    own = _left_by_a_kill(tmp_path / "own", sound, 5, wraps=False)
    expected = _texts_without_log(own)
    logs = []
    stranger = _stranger(tmp_path)
    for number in range(min(seeds, 12)):
        other = tmp_path / f"other {number}"
        source = (None, sound, stranger)[number % 3]
        made = _left_by_a_kill(other, source, 1 + number * 4, wraps=number % 2 == 1)
        logs.append(made.with_name("kochat.db-wal").read_bytes())
    lost = 0
    for seed in range(seeds):
        paths = _profile(tmp_path / f"profile {seed}")
        shutil.copy(own, paths.database)
        log = logs[seed % len(logs)]
        frames = (len(log) - 32) // (24 + PAGE)
        if seed >= len(logs):
            log = log[: 32 + rng.randint(1, frames) * (24 + PAGE)]
        paths.database.with_name("kochat.db-wal").write_bytes(log)
        found = _open(paths)
        missing = {mid for mid, text in expected.items() if found.texts.get(mid) != text}
        lost += len(missing)
        assert not missing or found.notices, f"seed {seed}: {len(missing)} lost without a word"
        if found.notices:
            [kept] = _kept(paths)
            assert kept.read_bytes() == own.read_bytes()
            assert kept.with_name(kept.name + "-wal").read_bytes() == log
        shutil.rmtree(paths.root)
    total = seeds * len(expected)
    tell(f"R10 log of another database: {seeds} times, {lost} of {total} messages lost")
    assert lost <= (1 - SHARE_SAVED) * total


def test_text_that_is_only_in_the_log_is_saved(tmp_path: Path, sound: Path) -> None:
    left = _left_by_a_kill(tmp_path / "left", sound, 1, wraps=False)
    paths = _profile(tmp_path / "profile")
    shutil.copy(left.with_name("kochat.db-wal"), paths.data)
    raw = bytearray(left.read_bytes())
    raw[:PAGE] = bytes(PAGE)
    paths.database.write_bytes(raw)
    found = _open(paths)
    assert f"{_text(0)} 로그" in found.texts.values()
    assert len(found.notices) == 1


def test_an_empty_database_is_saved_from_its_log(tmp_path: Path) -> None:
    """As a power loss leaves them: looking must not make SQLite delete the log."""
    left = _left_by_a_kill(tmp_path / "left", None, 5, wraps=False)
    log = left.with_name("kochat.db-wal").read_bytes()
    paths = _profile(tmp_path / "profile")
    paths.database.touch()
    paths.database.with_name("kochat.db-wal").write_bytes(log)
    with pytest.raises(DatabaseDamagedError):
        Database(paths.database, AccessMode.READ_ONLY)
    found = _open(paths)
    assert {f"{_text(number)} 로그" for number in range(5)} <= set(found.texts.values())
    assert len(found.notices) == 1
    [kept] = _kept(paths)
    assert kept.with_name(kept.name + "-wal").read_bytes() == log


def test_what_is_missing_may_be_in_a_backup(tmp_path: Path, sound: Path) -> None:
    for is_damaged in (True, False):
        paths = _profile(tmp_path / str(is_damaged))
        left = _left_by_a_kill(tmp_path / f"left {is_damaged}", sound, 1, wraps=False)
        shutil.copy(left, paths.data)
        if is_damaged:
            paths.database.write_bytes(bytes(100) + paths.database.read_bytes()[100:])
        notices = NoticeCenter(EventBus())
        open_store(paths, notices)[0].close()
        [notice] = notices.active()
        assert "backup" in notice.text
        [action] = notice.actions
        assert action.action_id == SHOW_BACKUPS_ACTION
        assert action.keeps_notice


def test_a_removed_database_with_its_log_left_is_told(tmp_path: Path) -> None:
    paths = _profile(tmp_path / "profile")
    paths.database.with_name("kochat.db-wal").write_bytes(b"left over")
    found = _open(paths)
    assert found.texts == {}
    assert len(found.notices) == 1
    assert list(paths.data.glob("kochat.damaged-*.db-wal"))


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("renames", range(4))
def test_a_kill_amid_saving_loses_nothing(
    tmp_path: Path, made: dict[bool, Made], renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _profile(tmp_path / "profile")
    raw = bytearray(made[False].path.read_bytes())
    raw[:PAGE] = bytes(PAGE)
    paths.database.write_bytes(raw)
    log = b"what is left of a log"
    paths.database.with_name("kochat.db-wal").write_bytes(log)
    left = [renames]

    def dying(real: Callable[..., Path]) -> Callable[..., Path]:
        def rename(self: Path, target: Path) -> Path:
            if not left[0]:
                raise _Killed
            left[0] -= 1
            return real(self, target)

        return rename

    with monkeypatch.context() as patch:
        for name in ("rename", "replace"):
            patch.setattr(Path, name, dying(getattr(Path, name)))
        with pytest.raises(_Killed):
            salvage(paths.database)
    found = _open(paths)
    assert found.texts == {mid: m.text for mid, m in made[False].rows.messages.items()}
    [notice] = found.notices
    [kept] = _kept(paths)
    assert str(kept) in notice
    assert kept.read_bytes() == raw
    assert kept.with_name(kept.name + "-wal").read_bytes() == log
    assert _open(paths).notices == []


def test_restoring_does_not_apply_the_log_of_another_database(tmp_path: Path, sound: Path) -> None:
    own = _left_by_a_kill(tmp_path / "own", sound, 5, wraps=False)
    other = _left_by_a_kill(tmp_path / "other", _stranger(tmp_path), 5, wraps=False)
    paths = _profile(tmp_path / "profile")
    shutil.copy(own, paths.database)
    log = other.with_name("kochat.db-wal").read_bytes()
    beside = paths.database.with_name("kochat.db-wal")
    beside.write_bytes(log)
    kept = restore(paths.database, sound, paths.backup_dir)
    assert isinstance(kept, Path)
    assert kept.read_bytes() == own.read_bytes()
    assert kept.with_name(kept.name + "-wal").read_bytes() == log
    assert not beside.exists()
    assert _open(paths).notices == []


def test_drafts_are_saved(tmp_path: Path, sound: Path) -> None:
    paths = _profile(tmp_path / "profile")
    shutil.copy(sound, paths.database)
    with closing(Database(paths.database)) as database:
        store = ConversationStore(database)
        UnbegunStore(store.database).save_draft("쓰다 만 글")
        UnbegunStore(store.database).save_settings(
            ConversationSettings(system_prompt="짧게 답해요")
        )
        store.save_draft(ConversationId(1), "고치다 만 글")
        edits = {MessageId(1): KeptEdit("고치던 메시지", is_open=True)}
        store.save_edits(ConversationId(1), edits)
        run = Run(3, 9, 1_000, 2_000)
        database.write(lambda connection: keep_runs(connection, [run]))
    salvage(paths.database)
    finish_salvage(paths.database)
    with closing(Database(paths.database)) as database:
        store = ConversationStore(database)
        assert UnbegunStore(store.database).draft() == "쓰다 만 글"
        assert UnbegunStore(store.database).settings().system_prompt == "짧게 답해요"
        assert store.get(ConversationId(1)).draft == "고치다 만 글"
        assert store.edits(ConversationId(1)) == edits
        assert database.read(noted_runs) == [run], "what was imported is not newer than the rest"


def _zero(raw: bytearray, pages: set[int]) -> None:
    for page in pages:
        raw[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


def _schema_pages(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT pageno - 1 FROM dbstat WHERE name = 'sqlite_schema'"
        return {page for (page,) in connection.execute(sql)}


@pytest.mark.parametrize("damage", ["header", "first page", "schema"])
@pytest.mark.parametrize("has_log", [False, True])
@pytest.mark.parametrize("draft", ["쓰다 만 글", "쓰다 만 긴 글 " * 1000, ""])
def test_what_was_being_written_is_saved(
    tmp_path: Path, sound: Path, damage: str, has_log: bool, draft: str
) -> None:
    paths = _profile(tmp_path / "profile")
    live = tmp_path / "kochat.db"
    shutil.copy(sound, live)
    edits = {MessageId(1): KeptEdit("고치던 메시지", is_open=True)}
    with closing(Database(live)) as database:
        FolderStore(database).add_tag([ConversationId(2)], "태그 하나")
        store = ConversationStore(database)
        UnbegunStore(store.database).save_draft(draft)
        store.save_edits(ConversationId(1), edits)
        if has_log:
            for suffix in ("", "-wal"):
                shutil.copy(live.with_name(live.name + suffix), paths.data)
    if not has_log:
        shutil.copy(live, paths.data)
    raw = bytearray(paths.database.read_bytes())
    if damage == "header":
        raw[:100] = bytes(100)
    else:
        _zero(raw, {0} if damage == "first page" else _schema_pages(sound))
    paths.database.write_bytes(raw)
    _open(paths)
    with closing(Database(paths.database)) as database:
        store = ConversationStore(database)
        assert UnbegunStore(store.database).draft() == draft
        assert store.edits(ConversationId(1)) == edits


def test_what_was_deleted_long_ago_is_saved(tmp_path: Path, made: dict[bool, Made]) -> None:
    """What the notice counts is there: the first opening must not empty the trash of it."""
    paths = _profile(tmp_path / "profile")
    shutil.copy(made[False].path, paths.database)
    with closing(Database(paths.database)) as database:
        database.write(lambda c: c.execute("UPDATE conversations SET deleted_at = 1000"))
    raw = bytearray(paths.database.read_bytes())
    raw[:100] = bytes(100)
    paths.database.write_bytes(raw)
    found = _open(paths)
    assert found.texts == {mid: m.text for mid, m in made[False].rows.messages.items()}
