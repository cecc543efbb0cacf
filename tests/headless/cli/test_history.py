"""``kochat history`` on a real database."""

import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from kochat_gui.cli.arguments import build_parser
from kochat_gui.cli.main import run
from kochat_gui.core.conversation import ConversationSettings, Message, MessageState
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.migrations import MIGRATIONS
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from kochat_gui.storage.profile_lock import ProfileLock

DATA = Path(__file__).parents[2] / "data" / "exchange"


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return profile_paths(tmp_path / "프로필")


@pytest.fixture
def store(paths: ProfilePaths) -> Iterator[ConversationStore]:
    """The store of a running window."""
    paths.data.mkdir(parents=True)
    database = Database(paths.database)
    yield ConversationStore(database)
    database.close()


@pytest.fixture
def answer(store: ConversationStore) -> Message:
    turn = store.add_turn(None, None, "배고파", ConversationSettings())
    store.finish_answer(FinalAnswer(turn.answer_id, "뭐 좀 챙겨드세요.", MessageState.DONE))
    return store.message(turn.answer_id)


def kochat(paths: ProfilePaths, *arguments: str) -> int:
    return run(build_parser().parse_args(["--profile", str(paths.root), "history", *arguments]))


def test_list_while_the_window_is_open(
    answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{answer.conversation_id}  ")
    assert line.endswith("배고파")


def test_show(answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert kochat(paths, "show", str(answer.conversation_id)) == 0
    assert capsys.readouterr().out == ("# 배고파\n\n[you]\n배고파\n\n[answer]\n뭐 좀 챙겨드세요.\n")


def test_json(answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert kochat(paths, "list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["title"]) == (answer.conversation_id, "배고파")
    assert kochat(paths, "show", str(row["id"]), "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert [message["text"] for message in shown["messages"]] == ["배고파", "뭐 좀 챙겨드세요."]
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant"]
    assert shown["messages"][1]["state"] == "done"


def test_nothing_stored_is_an_empty_list(
    paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "list") == 0
    assert kochat(paths, "list", "--json") == 0
    assert capsys.readouterr().out == "[]\n"
    assert not paths.root.exists()


@pytest.mark.parametrize("is_stored", [True, False])
def test_unknown_number_is_one_line(
    is_stored: bool,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if is_stored:
        request.getfixturevalue("answer")
    assert kochat(paths, "show", "4711") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kochat: ")
    assert said.err.count("\n") == 1


def test_damaged_database_is_one_line(
    paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.data.mkdir(parents=True)
    paths.database.write_bytes(b"not a database at all" * 1000)
    assert kochat(paths, "list") == 1
    said = capsys.readouterr()
    assert said.err.startswith("kochat: ")
    assert said.err.count("\n") == 1
    assert paths.database.read_bytes() == b"not a database at all" * 1000


def test_backup_and_restore_by_hand(
    answer: Message,
    store: ConversationStore,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert kochat(paths, "backup", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert Path(made["path"]).stat().st_size == made["size_bytes"]
    store.rename(answer.conversation_id, "다른 이름")
    assert kochat(paths, "restore") == 0
    assert Path(made["path"]).name in capsys.readouterr().out


def test_restore_brings_back_and_keeps_what_was_there(
    paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(text: str) -> None:
        database = Database(paths.database)
        ConversationStore(database).add_turn(None, None, text, ConversationSettings())
        database.close()

    paths.data.mkdir(parents=True)
    write("먼저")
    assert kochat(paths, "backup") == 0
    backup = Path(capsys.readouterr().out.strip())
    kept = backup.rename(paths.root / "따로 둔 것.db")
    write("나중")
    assert kochat(paths, "restore", str(kept), "--json") == 0
    replaced = json.loads(capsys.readouterr().out)["replaced"]
    kochat(paths, "list")
    assert "나중" not in capsys.readouterr().out
    assert kochat(paths, "restore", Path(replaced).name) == 0
    capsys.readouterr()
    kochat(paths, "list")
    assert "나중" in capsys.readouterr().out


def test_restore_waits_for_the_window_to_be_closed(
    answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "backup") == 0
    lock = ProfileLock(paths.lock_file)
    try:
        assert kochat(paths, "restore", "newest") == 1
    finally:
        lock.release()
    assert "already open" in capsys.readouterr().err


def test_check(
    answer: Message,
    store: ConversationStore,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert kochat(paths, "check") == 0
    assert capsys.readouterr().out == "All is well: 1 conversations, 2 messages.\n"


def test_check_names_damage(paths: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> None:
    paths.data.mkdir(parents=True)
    database = Database(paths.database)
    store = ConversationStore(database)
    for _ in range(20):
        store.add_turn(None, None, "긴 말 " * 500, ConversationSettings())
    database.close()
    content = bytearray(paths.database.read_bytes())
    content[40_960:61_440] = b"\xa5" * 20_480
    paths.database.write_bytes(content)
    assert kochat(paths, "check", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["is_sound"]
    assert told["problems"]


@pytest.mark.parametrize("action", [("backup",), ("check",), ("restore", "newest")])
def test_nothing_stored_yet(
    action: tuple[str, ...], paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, *action) == 2
    assert "kochat: " in capsys.readouterr().err
    assert not paths.data.exists()


def test_search_beside_an_open_window(
    answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "search", "ㅂㄱㅍ") == 0
    (title, message) = sorted(capsys.readouterr().out.splitlines(), key=len)
    assert title.startswith(f"{answer.conversation_id}  ")
    assert title.endswith("title  배고파")
    assert message.endswith("you    배고파: 배고파")


def test_search_as_json(
    answer: Message, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "search", "--role", "assistant", "--json", "챙겨") == 0
    (hit,) = json.loads(capsys.readouterr().out)
    created_at = hit.pop("created_at")
    assert datetime.fromisoformat(created_at) == answer.created_at
    assert hit == {
        "conversation": answer.conversation_id,
        "title": "배고파",
        "message": answer.message_id,
        "role": "assistant",
        "snippet": "뭐 좀 챙겨드세요.",
        "spans": [[4, 6]],
    }


def test_search_filters(
    answer: Message,
    store: ConversationStore,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = FolderStore(store.database)
    folders.move([answer.conversation_id], folders.create("식사"))
    folders.add_tag([answer.conversation_id], "급함")
    today = answer.created_at.astimezone().date().isoformat()
    found = {
        arguments: kochat(paths, "search", *arguments, "챙겨") or bool(capsys.readouterr().out)
        for arguments in (
            ("--folder", "식사", "--tag", "급함", "--since", today, "--until", today),
            ("--tag", "없음"),
            ("--since", "2999-12-31"),
            ("--until", "1999-12-31"),
            ("--role", "user"),
            ("--model", "없음"),
        )
    }
    assert list(found.values()) == [True] + [False] * 5
    assert kochat(paths, "search", "--folder", "없음", "챙겨") == 2
    assert "없음" in capsys.readouterr().err


def test_search_where_nothing_is_stored(
    paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "search", "--json", "배고파") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert not paths.data.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--since", "어제", "x"),
        ("--role", "bot", "x"),
        ("--limit", "x", "x"),
        ("--limit", "0", "x"),
    ],
)
def test_wrong_search_arguments_are_told_in_one_line(
    arguments: tuple[str, ...], paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        kochat(paths, "search", *arguments)
    assert ending.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "99999999999999999999"),
        ("show", "-99999999999999999999"),
        ("export", "--conversation", "99999999999999999999", "-o", "a.md"),
        ("export", "--message", "-99999999999999999999", "-o", "a.md"),
        ("export", "--folder", "\udcff", "-o", "a.md"),
        ("search", "\udcff"),
        ("search", "--tag", "\udcff", "x"),
        ("search", "--model", "\udcff", "x"),
        ("search", "--folder", "\udcff", "x"),
        ("search", "--tag", " ", "x"),
    ],
    ids=ascii,
)
def test_arguments_that_name_nothing_are_one_line(
    arguments: tuple[str, ...],
    answer: Message,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ending:
        kochat(paths, *arguments)
    assert ending.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kochat: ")
    assert said.err.count("\n") == 1


def test_names_are_found_however_they_were_typed(
    answer: Message,
    store: ConversationStore,
    paths: ProfilePaths,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = FolderStore(store.database)
    folders.move([answer.conversation_id], folders.create("식사"))
    folders.add_tag([answer.conversation_id], "급함")
    folder, tag, query = (unicodedata.normalize("NFD", text) for text in ("식사", "급함", "챙겨"))
    assert kochat(paths, "search", "--folder", folder, "--tag", tag, query) == 0
    assert "챙겨드세요" in capsys.readouterr().out
    as_bytes = "급함".encode().decode("ascii", "surrogateescape")
    assert kochat(paths, "search", "--tag", as_bytes, query) == 0
    assert "챙겨드세요" in capsys.readouterr().out
    target = str(tmp_path / "a.md")
    assert kochat(paths, "export", "--folder", folder, "-o", target) == 0


def _without_tables(path: Path, version: int = len(MIGRATIONS)) -> None:
    """A sound database that says it is of this program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(version),))
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.mark.parametrize("version", [1, len(MIGRATIONS)])
@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "1"),
        ("search", "x"),
        ("check",),
        ("backup",),
        ("export", "-o", "a.md"),
        ("import", str(DATA / "jan")),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_database_without_our_tables_is_one_line(
    arguments: tuple[str, ...],
    version: int,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _without_tables(paths.database, version)
    assert kochat(paths, *arguments) == 1
    said = capsys.readouterr()
    assert (said.out + said.err).count("\n") == 1
    assert "damaged" in said.out + said.err
    assert arguments != ("backup",) or not paths.backup_dir.exists()


def test_a_backup_without_our_tables_replaces_nothing(
    answer: Message,
    store: ConversationStore,
    paths: ProfilePaths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store.close()
    store.database.close()
    _without_tables(paths.root / "a.db")
    assert kochat(paths, "restore", str(paths.root / "a.db")) == 2
    assert "no backup of KoChat" in capsys.readouterr().err
    assert kochat(paths, "list") == 0
    assert "배고파" in capsys.readouterr().out


@pytest.mark.allow_log("kochat_gui.services.crash_reports")
def test_a_bug_is_one_line_and_a_report(
    answer: Message,
    paths: ProfilePaths,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("뭐 좀 챙겨드세요")

    monkeypatch.setattr(ConversationLibrary, "list", fail)
    assert kochat(paths, "list") == 1
    said = capsys.readouterr()
    assert said.err.startswith("kochat: Something went wrong inside KoChat.")
    assert said.err.count("\n") == 1
    [report] = paths.crash_dir.iterdir()
    written = report.read_text("utf-8")
    assert "ValueError" in written
    assert "챙겨" not in written
