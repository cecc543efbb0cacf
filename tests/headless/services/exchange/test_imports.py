"""Imports of the window: looked at first, filed under their program, taken back as a whole."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationFilter, ConversationId
from kochat_gui.core.errors import DiskFullError
from kochat_gui.core.events import EventBus
from kochat_gui.services.exchange.export_service import ExportFormat, ExportService, Selection
from kochat_gui.services.exchange.import_service import ImportService, may_hold_conversations
from kochat_gui.services.exchange.imports import ConversationImports
from kochat_gui.services.exchange.report import LeftOut
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.connection import connect_for_reading
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from tests.helpers.chat_exports import chatgpt_export

DELETED = ConversationFilter(is_deleted=True)


class Desk:
    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "kochat.db")
        self.store = ConversationStore(self.database)
        bus = EventBus()
        self.library = ConversationLibrary(self.store, bus)
        self.stopped: list[ConversationId] = []
        importer = ImportService(self.store, bus)
        self.imports = ConversationImports(importer, self.library, self.stopped.append)

    def titles(self, wanted: ConversationFilter | None = None) -> set[str]:
        found = self.library.list(wanted=wanted) if wanted else self.library.list()
        return {conversation.title for conversation in found}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.database.close()


def nobody(_path: Path, _done: float) -> None:
    """Takes no notice of progress."""


def test_looking_counts_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "받은 것"
    folder.mkdir()
    export = chatgpt_export(folder / "conversations.json", "여행", "요리", images=3)
    (folder / "다른 것.json").write_text("{}")
    told: list[float] = []
    [found] = desk.imports.look([folder], lambda _path, done: told.append(done), CancelToken())
    assert (found.path, found.program) == (export, "ChatGPT")
    assert (found.conversations, found.messages) == (2, 4)
    assert found.left_out == {LeftOut.IMAGES: 6}
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert desk.titles() == set()
    [other] = desk.imports.look([folder / "다른 것.json"], nobody, CancelToken())
    assert other.error is not None
    [empty] = desk.imports.look([tmp_path / "없음.json"], nobody, CancelToken())
    assert empty.error is not None


def test_imports_share_the_folder_of_their_program(desk: Desk, tmp_path: Path) -> None:
    first = desk.imports.take([chatgpt_export(tmp_path / "1.json", "여행")], nobody, CancelToken())
    second = desk.imports.take(
        [chatgpt_export(tmp_path / "2.json", "요리", "운동")], nobody, CancelToken()
    )
    [folder] = desk.library.folders()
    assert (folder.name, folder.count) == ("From ChatGPT", 3)
    assert first.folder_ids == (folder.folder_id,)
    assert second.folder_ids == ()
    desk.imports.take_back(second)
    assert desk.stopped == sorted(second.conversation_ids), "somebody may have gone on in them"
    assert desk.titles() == {"여행"}
    assert desk.titles(DELETED) == {"요리", "운동"}
    desk.imports.take_back(first)
    assert desk.library.folders() == []


def test_a_folder_that_got_something_else_stays(desk: Desk, tmp_path: Path) -> None:
    done = desk.imports.take([chatgpt_export(tmp_path / "1.json", "여행")], nobody, CancelToken())
    own = desk.library.create()
    desk.library.move([own.conversation_id], done.folder_ids[0])
    desk.imports.take_back(done)
    assert [folder.count for folder in desk.library.folders()] == [1]


def test_stopped_in_the_middle_it_says_what_is_there(desk: Desk, tmp_path: Path) -> None:
    paths = [chatgpt_export(tmp_path / f"{number}.json", str(number)) for number in range(3)]
    cancel = CancelToken()

    def stop_at_the_second(path: Path, _done: float) -> None:
        if path == paths[1]:
            cancel.cancel()

    done = desk.imports.take(paths, stop_at_the_second, cancel)
    assert desk.titles() == {"0"}
    assert len(done.conversation_ids) == 1
    desk.imports.take_back(done)
    assert desk.titles() == set()


def test_our_own_export_keeps_its_folders(desk: Desk, tmp_path: Path) -> None:
    taken = desk.imports.take([chatgpt_export(tmp_path / "1.json", "여행")], nobody, CancelToken())
    desk.library.rename_folder(taken.folder_ids[0], "내 폴더")
    loose = desk.library.create()
    desk.library.rename(loose.conversation_id, "폴더 없는 대화")
    ExportService(desk.store).run(
        Selection(), ExportFormat.JSON, tmp_path / "모두.json", lambda _done: None, CancelToken()
    )
    desk.library.delete(*taken.conversation_ids, loose.conversation_id)
    back = desk.imports.take([tmp_path / "모두.json"], nobody, CancelToken())
    assert len(back.conversation_ids) == 2
    assert back.folder_ids == ()
    assert [(folder.name, folder.count) for folder in desk.library.folders()] == [("내 폴더", 1)]


def test_names_tell_what_is_worth_a_look(tmp_path: Path) -> None:
    export = chatgpt_export(tmp_path / "conversations.json", "여행")
    assert may_hold_conversations(export)
    assert may_hold_conversations(tmp_path)
    (tmp_path / "안").mkdir()
    assert not may_hold_conversations(tmp_path / "안")
    assert not may_hold_conversations(tmp_path / "model.gguf")


def test_a_full_disk_takes_nothing_and_keeps_no_room(desk: Desk, tmp_path: Path) -> None:
    titles = (f"{number} " + "긴 제목 " * 3000 for number in range(200))
    export = chatgpt_export(tmp_path / "conversations.json", *titles)
    desk.database.write(lambda c: c.execute("PRAGMA max_page_count = 1500"))
    imported = desk.imports.take([export], nobody, CancelToken())
    [file] = imported.files
    assert file.error is not None
    assert "Nothing of this file was taken over" in file.error.text()
    assert "import it again" in file.error.text()
    assert "by itself" not in file.error.text()
    assert desk.titles() == set()
    assert (tmp_path / "kochat.db-wal").stat().st_size == 0


def test_a_full_disk_is_told_also_while_somebody_reads(desk: Desk, tmp_path: Path) -> None:
    titles = (f"{number} " + "긴 제목 " * 3000 for number in range(200))
    export = chatgpt_export(tmp_path / "conversations.json", *titles)
    desk.database.write(lambda c: c.execute("PRAGMA max_page_count = 1500"))
    with closing(connect_for_reading(tmp_path / "kochat.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        [file] = desk.imports.take([export], nobody, CancelToken()).files
    assert isinstance(file.error, DiskFullError)
    desk.database.try_writing()
    assert (tmp_path / "kochat.db-wal").stat().st_size < 1 << 20
