"""``kochat history export`` and ``import``."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.cli.arguments import build_parser
from kochat_gui.cli.main import run
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from kochat_gui.storage.profile_lock import ProfileLock

DATA = Path(__file__).parents[2] / "data" / "exchange"


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return profile_paths(tmp_path / "프로필")


@pytest.fixture
def turn(paths: ProfilePaths) -> Iterator[Turn]:
    """What a window that is open has stored."""
    lock, database = ProfileLock(paths.lock_file), Database(paths.database)
    store = ConversationStore(database)
    made = store.add_turn(None, None, "배고파", ConversationSettings())
    store.finish_answer(FinalAnswer(made.answer_id, "밥 먹어요.", MessageState.DONE))
    yield made
    database.close()
    lock.release()


def kochat(paths: ProfilePaths, *arguments: str) -> int:
    return run(build_parser().parse_args(["--profile", str(paths.root), "history", *arguments]))


def test_export_beside_an_open_window(
    turn: Turn, paths: ProfilePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "나간 것.txt"
    assert kochat(paths, "export", "-o", str(target)) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert "[You]\n배고파\n\n[Answer]\n밥 먹어요.\n" in target.read_text("utf-8")


def test_the_format_is_named_or_that_of_the_ending(
    turn: Turn, paths: ProfilePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = str(turn.conversation_id)
    for name in ("a.pdf", "a.jsonl", "a.html"):
        assert kochat(paths, "export", "--conversation", one, "-o", str(tmp_path / name)) == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert "from" in json.loads((tmp_path / "a.jsonl").read_text("utf-8"))["conversations"][0]
    target = str(tmp_path / "b.jsonl")
    capsys.readouterr()
    assert kochat(paths, "export", "--format", "instruction", "-o", target, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["conversations"], told["skipped"]) == ([target], 1, 0)
    assert json.loads((tmp_path / "b.jsonl").read_text("utf-8"))["output"] == "밥 먹어요."
    message = str(turn.answer_id)
    assert kochat(paths, "export", "--message", message, "-o", str(tmp_path / "c.md")) == 0
    assert "배고파" not in (tmp_path / "c.md").read_text("utf-8")


def test_a_file_that_is_there_stays(
    turn: Turn, paths: ProfilePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.md"
    target.write_text("내 것", "utf-8")
    assert kochat(paths, "export", "-o", str(target)) == 1
    assert target.read_text("utf-8") == "내 것"
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "docx", "-o", "a"),
        ("--conversation", "4711", "-o", "a.md"),
        ("--folder", "없는 것", "-o", "a"),
    ],
)
def test_wrong_arguments_are_one_line(
    arguments: tuple[str, ...],
    turn: Turn,
    paths: ProfilePaths,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert kochat(paths, "export", *arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.glob("a*"))


@pytest.mark.parametrize("arguments", [("export",), ("import",)])
def test_what_is_missing_is_told(
    arguments: tuple[str, ...], paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        kochat(paths, *arguments)
    assert left.value.code == 2
    assert "is missing" in capsys.readouterr().err


def test_nothing_stored_yet(paths: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert kochat(paths, "export", "-o", "a.md") == 2
    assert not paths.data.exists()


def test_import_and_export_again(
    paths: ProfilePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "import", str(DATA / "chatgpt.json"), str(DATA / "jan")) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "chatgpt.json (ChatGPT): 2 conversations, 6 messages. Not taken: 2 hidden messages, "
        "1 images, 1 trains of thought, 2 tool calls, 1 messages of unknown senders."
    )
    assert second.startswith("jan (Jan): 1 conversations, 4 messages.")
    assert kochat(paths, "import", str(DATA / "jan"), "--json") == 0
    [again] = json.loads(capsys.readouterr().out)
    assert (again["conversations"], again["duplicates"]) == ([], 1)
    once, twice = tmp_path / "1.json", tmp_path / "2.json"
    assert kochat(paths, "export", "-o", str(once)) == 0
    other = profile_paths(tmp_path / "다른 프로필")
    assert kochat(other, "import", str(once)) == 0
    assert kochat(other, "export", "-o", str(twice)) == 0
    assert once.read_bytes() == twice.read_bytes()


def test_import_waits_for_the_window_to_be_closed(
    turn: Turn, paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(paths, "import", str(DATA / "jan")) == 1
    assert "already open" in capsys.readouterr().err


def test_a_refused_file_is_one_line(
    paths: ProfilePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text("[{", "utf-8")
    assert kochat(paths, "import", str(tmp_path / "a.json"), str(DATA / "jan")) == 1
    said = capsys.readouterr()
    assert said.err == (
        "kochat: a.json is damaged or too large. Nothing of it was taken. "
        "Export it again, and choose the new file.\n"
    )
    assert "(Jan)" in said.out
