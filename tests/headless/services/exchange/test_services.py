"""The two doors: what is exported where, and imports that take all of a file or nothing."""

import errno
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, ConversationSettings, MessageId
from kochat_gui.core.errors import (
    Cancelled,
    DiskFullError,
    ExchangeError,
    FileThereError,
    ImportUnknownError,
    UsageError,
)
from kochat_gui.core.events import EventBus
from kochat_gui.services.events import ConversationsChanged
from kochat_gui.services.exchange import export_service
from kochat_gui.services.exchange.doors import Exchange
from kochat_gui.services.exchange.export_service import ExportFormat, ExportService, Selection
from kochat_gui.services.exchange.import_service import ImportService
from kochat_gui.services.exchange.report import ExportedFiles, ImportedFile, LeftOut
from kochat_gui.services.search import EVERYTHING as SEARCHED
from kochat_gui.services.search import HistorySearch
from kochat_gui.storage import statements
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.folders import FolderStore
from tests.headless.services.exchange.conversations import DATA, talk

EVERYTHING = Selection()
ROOT = Path(__file__).parents[4]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    database = Database(tmp_path / "db" / "kochat.db")
    yield ConversationStore(database)
    database.close()


def fill(store: ConversationStore, *titles: str) -> list[ConversationId]:
    made = [talk(f"물음 {n}", "답", title=title) for n, title in enumerate(titles)]
    inserted = ArchiveStore(store).insert(made, [], CancelToken())
    return list(inserted.conversation_ids)


def export(
    store: ConversationStore,
    target: Path,
    name: str = "md",
    selection: Selection = EVERYTHING,
    **more: Any,
) -> ExportedFiles:
    service = ExportService(store)
    return service.run(
        selection, ExportFormat(name), target, lambda _share: None, CancelToken(), **more
    )


def take(store: ConversationStore, *paths: Path, bus: EventBus | None = None) -> list[ImportedFile]:
    service = ImportService(store, bus or EventBus())
    return service.run(paths, lambda _path, _share: None, CancelToken())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_window_starts_without_what_exports_need() -> None:
    script = (
        "import sys; import kochat_gui.services.assembly\n"
        "late = ('fpdf', 'fontTools', 'PIL', 'markdown_it', 'kochat_gui.services.exchange.reading',"
        " 'kochat_gui.services.exchange.export_service')\n"
        "sys.exit(', '.join(name for name in late if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )
    assert done.stderr.decode().strip() == ""


def test_the_doors_lead_to_the_same_store(store: ConversationStore, folder: Path) -> None:
    exchange = Exchange(store, EventBus())
    [taken] = exchange.imports().run([DATA / "jan"], lambda _path, _share: None, CancelToken())
    selection = Selection(taken.conversation_ids)
    assert exchange.exports().name(selection, ExportFormat.PDF) == "여행 계획.pdf"


# Exports


def test_one_conversation_is_one_file(store: ConversationStore, folder: Path) -> None:
    [one, _] = fill(store, "하나", "둘")
    written = export(store, folder / "a.md", selection=Selection((one,)))
    assert written.paths == (folder / "a.md",)
    assert (folder / "a.md").read_text("utf-8").startswith("# 하나\n")


@pytest.mark.parametrize("name", ["md", "html", "txt", "pdf"])
def test_several_are_a_file_each(store: ConversationStore, folder: Path, name: str) -> None:
    fill(store, "같은 이름", "같은 이름", "CON", "A", "a")
    written = export(store, folder / "새 폴더", name)
    found = names(folder / "새 폴더")
    assert found == sorted(
        [f"같은 이름 (2).{name}", f"같은 이름.{name}", f"_CON.{name}", f"A.{name}", f"a (2).{name}"]
    )
    assert written.conversations == 5
    export(store, folder / "새 폴더", name)
    assert len(names(folder / "새 폴더")) == 10


@pytest.mark.parametrize(
    ("name", "suffix"), [("json", ".json"), ("sharegpt", ".jsonl"), ("instruction", ".jsonl")]
)
def test_several_are_one_file(
    store: ConversationStore, folder: Path, name: str, suffix: str
) -> None:
    fill(store, "하나", "둘")
    written = export(store, folder, name)
    assert written.paths == (folder / f"KoChat conversations{suffix}",)
    assert len(written.paths[0].read_text("utf-8").splitlines()) == (4 if name == "json" else 2)


def test_a_folder_of_the_library(store: ConversationStore, folder: Path) -> None:
    ids = fill(store, "하나", "둘", "셋")
    folders = FolderStore(store.database)
    folders.move(ids[:2], folders.create("업무"))
    folders.create("빈 폴더")
    service, selection = ExportService(store), Selection(folder="업무")
    assert service.needs_folder(selection, ExportFormat.PDF)
    assert service.name(selection, ExportFormat.PDF) == "업무"
    export(store, folder / "나간 것", selection=selection)
    assert names(folder / "나간 것") == ["둘.md", "하나.md"]
    export(store, folder / "a.json", "json", selection)
    assert json.loads((folder / "a.json").read_text("utf-8"))["folders"] == ["업무"]
    export(store, folder / "b.json", "json")
    assert json.loads((folder / "b.json").read_text("utf-8"))["folders"] == ["업무", "빈 폴더"]
    with pytest.raises(UsageError):
        export(store, folder / "c.md", selection=Selection(folder="없는 것"))


def test_one_message(store: ConversationStore, folder: Path) -> None:
    [one] = fill(store, "하나")
    answer = store.path(one)[1]
    selection = Selection(message_id=answer.message_id)
    export(store, folder, selection=selection)
    [name] = names(folder)
    assert name == "답.md"
    assert "물음" not in (folder / name).read_text("utf-8")
    with pytest.raises(UsageError):
        export(store, folder / "b.md", selection=Selection(message_id=MessageId(4711)))


def test_a_file_is_replaced_only_when_asked(store: ConversationStore, folder: Path) -> None:
    [one] = fill(store, "하나")
    path = folder / "a.md"
    path.write_text("내 것", "utf-8")
    with pytest.raises(FileThereError):
        export(store, path, selection=Selection((one,)))
    assert path.read_text("utf-8") == "내 것"
    export(store, path, selection=Selection((one,)), replace=True)
    assert path.read_text("utf-8").startswith("# 하나")
    export(store, folder, selection=Selection((one,)), replace=True)
    export(store, folder, selection=Selection((one,)), replace=True)
    assert names(folder) == ["a.md", "하나 (2).md", "하나.md"]


def test_nothing_to_export(store: ConversationStore, folder: Path) -> None:
    with pytest.raises(ExchangeError):
        export(store, folder / "a")
    with pytest.raises(UsageError):
        export(store, folder / "a.md", selection=Selection((ConversationId(4711),)))
    assert not names(folder)


def test_conversations_without_answers_are_no_training_data(
    store: ConversationStore, folder: Path
) -> None:
    fill(store, "하나")
    store.add_turn(None, None, "물음만", ConversationSettings())
    written = export(store, folder / "a.jsonl", "sharegpt")
    assert (written.conversations, written.skipped) == (1, 1)


def test_deleted_and_incognito_ones_stay(store: ConversationStore, folder: Path) -> None:
    one, two = fill(store, "하나", "둘")
    store.set_deleted([two], is_deleted=True)
    store.create(ConversationSettings(), is_incognito=True)
    export(store, folder / "a.json", "json")
    content = json.loads((folder / "a.json").read_text("utf-8"))
    assert [c["title"] for c in content["conversations"]] == ["하나"]
    assert ExportService(store).name(EVERYTHING, ExportFormat.MARKDOWN) == "하나.md"
    assert one != two
    store.close()


@pytest.mark.parametrize("name", ["md", "pdf", "json", "sharegpt"])
def test_stopping_leaves_no_part_of_a_file(
    store: ConversationStore, folder: Path, name: str
) -> None:
    fill(store, "하나", "둘", "셋")
    cancel = CancelToken()
    service = ExportService(store)
    target = (
        folder / "여럿"
        if ExportFormat(name) in {ExportFormat.MARKDOWN, ExportFormat.PDF}
        else folder / "a"
    )
    with pytest.raises(Cancelled):
        service.run(EVERYTHING, ExportFormat(name), target, lambda _share: cancel.cancel(), cancel)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.suffix == f".{name}" and path.stat().st_size > 0 for path in left)
    assert len(left) <= 1


def test_a_full_disk_leaves_no_part_of_a_file(
    store: ConversationStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    fill(store, "하나")
    monkeypatch.setattr(export_service, "write_json", full)
    with pytest.raises(DiskFullError):
        export(store, folder / "a.json", "json")
    assert not names(folder)


def test_progress_rises_to_the_end(store: ConversationStore, folder: Path) -> None:
    fill(store, "하나", "둘", "셋")
    shares: list[float] = []
    ExportService(store).run(EVERYTHING, ExportFormat.PDF, folder, shares.append, CancelToken())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 3


# Imports


def test_every_program(store: ConversationStore, tmp_path: Path) -> None:
    told: list[ConversationsChanged] = []
    bus = EventBus()
    bus.subscribe(ConversationsChanged, told.append)
    reports = take(store, DATA, bus=bus)
    assert {r.program: (len(r.conversation_ids), r.messages) for r in reports} == {
        "ChatGPT": (2, 6),
        "Jan": (1, 4),
        "LM Studio": (1, 4),
        "Open WebUI": (1, 5),
    }
    assert not [report.error for report in reports if report.error]
    assert len([i for event in told for i in event.conversation_ids]) == 5
    search = HistorySearch(store.database, tmp_path / "search.db")
    hits = search.find("국수", SEARCHED, 10)
    search.close()
    [dinner] = [c for c in store.list() if c.title == "저녁 메뉴"]
    assert [hit.conversation_id for hit in hits] == [dinner.conversation_id]
    assert [m.text for m in store.path(dinner.conversation_id)] == ["뭐 먹지?", "밥 먹어."]
    again = take(store, DATA)
    assert sum(report.duplicates for report in again) == 5
    assert not [i for report in again for i in report.conversation_ids]


def test_what_was_left_out_is_told(store: ConversationStore) -> None:
    [report] = take(store, DATA / "chatgpt.json")
    assert report.left_out[LeftOut.TOOL_CALLS] == 2
    assert LeftOut.TOOL_CALLS.label.text(count=2) == "2 tool calls"


def test_a_thread_by_one_of_its_files(store: ConversationStore) -> None:
    for name in ("thread.json", "messages.jsonl"):
        [report] = take(store, DATA / "jan" / name)
        assert (report.path, report.program) == (DATA / "jan", "Jan")


def test_one_bad_file_does_not_stop_the_others(store: ConversationStore, folder: Path) -> None:
    (folder / "a.json").write_text('[{"mapping": {', "utf-8")
    (folder / "user.json").write_text('{"id": "user"}', "utf-8")
    shutil.copy(DATA / "open_webui.json", folder / "b.json")
    bad, good = take(store, folder)
    assert bad.error is not None
    assert (bad.program, good.program) == ("", "Open WebUI")
    missing, named = take(store, folder / "missing.json", folder / "user.json")
    assert missing.error is not None
    assert isinstance(named.error, ImportUnknownError)


def test_a_folder_with_nothing_says_so(store: ConversationStore, folder: Path) -> None:
    [report] = take(store, folder)
    assert isinstance(report.error, ImportUnknownError)


def test_links_in_folders_are_not_followed(store: ConversationStore, folder: Path) -> None:
    (folder / "link.json").symlink_to(DATA / "chatgpt.json")
    (folder / "link").symlink_to(DATA)
    [report] = take(store, folder)
    assert isinstance(report.error, ImportUnknownError)


def test_a_file_is_taken_whole_or_not_at_all(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails at each message in turn."""
    insert = statements.insert_archived_message

    tables = ("conversations", "messages", "unindexed", "folders", "tags")
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)

    def count() -> Any:
        return store.database.read(lambda c: c.execute(f"SELECT {counts}").fetchone())

    before = count()
    for failing in range(6):
        left = [failing]

        def fail(*arguments: Any, left: list[int] = left) -> MessageId:
            if left[0] == 0:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            left[0] -= 1
            return insert(*arguments)

        monkeypatch.setattr(statements, "insert_archived_message", fail)
        [report] = take(store, DATA / "chatgpt.json")
        assert isinstance(report.error, DiskFullError)
        assert count() == before
    monkeypatch.setattr(statements, "insert_archived_message", insert)
    [report] = take(store, DATA / "chatgpt.json")
    assert report.messages == 6


def test_stopping_takes_nothing_of_the_file(store: ConversationStore) -> None:
    cancel = CancelToken()
    service = ImportService(store, EventBus())
    with pytest.raises(Cancelled):
        service.run([DATA / "chatgpt.json"], lambda _path, _share: cancel.cancel(), cancel)
    assert not store.list()


def test_half_characters_are_stored_as_marks(store: ConversationStore, folder: Path) -> None:
    message = {
        "author": {"role": "assistant"},
        "content": {"parts": ["a\ud800b"]},
        "metadata": {"model_slug": "m\udfff"},
    }
    chat = {"mapping": {"a": {"message": message}}, "title": "t\ud800"}
    (folder / "a.json").write_text(json.dumps([chat]), "utf-8")
    [report] = take(store, folder / "a.json")
    [stored] = store.messages(report.conversation_ids[0])
    assert stored.text == "a\ufffdb"
    assert stored.made_by is not None
    assert stored.made_by.model_name == "m\ufffd"
    assert store.get(report.conversation_ids[0]).title == "t\ufffd"


def test_progress_of_imports(store: ConversationStore) -> None:
    shares: list[float] = []
    service = ImportService(store, EventBus())
    service.run([DATA], lambda _path, share: shares.append(share), CancelToken())
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
