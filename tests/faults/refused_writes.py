"""A process in which every write of a whole story is refused once; see ``failing_writes.c``.

Run as ``python -m tests.faults.refused_writes FOLDER ERRNO COUNT FIRST STEP``: with the library
preloaded, the story is told once for each k = FIRST, FIRST + STEP, …, with the k-th write and the
COUNT - 1 after it refused, until the story ends before the k-th write. The last line of the output
is JSON: the number of stories, of writes in one story, and of refusals that were told.
"""

import ctypes
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from kochat_gui.core.conversation import ConversationSettings, MessageId, MessageState, Role
from kochat_gui.core.errors import StorageError
from kochat_gui.core.events import EventBus
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import OpenProfile, open_profile
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths

T = TypeVar("T")

OLD_DATABASE = Path(__file__).parents[1] / "data" / "databases" / "v1.db"
PLAIN = ConversationSettings()
RETRY_S = 0.02
WAIT_S = 20.0


class Story:
    """What happens to one profile, from opening an old database to closing the new one."""

    def __init__(self, paths: ProfilePaths) -> None:
        self._paths = paths
        self._notices = NoticeCenter(EventBus())
        self._texts: dict[MessageId, str] = {}
        self.refusals = 0
        self.writes = 0

    def tell(self) -> None:
        """Everything once; what is refused is done again, as a person would."""
        profile = self._insist(lambda: open_profile(self._paths, self._notices))
        store = ConversationStore(profile.database)
        watch = StoreWatch(profile, store, self._notices, EventBus(), retry_s=RETRY_S)
        keeper = AnswerKeeper(store, retry_s=RETRY_S)
        try:
            self._go_on(profile, store, keeper)
        finally:
            keeper.close()
            watch.close()
            profile.close()
        self._check()

    def _go_on(self, profile: OpenProfile, store: ConversationStore, keeper: AnswerKeeper) -> None:
        library = ConversationLibrary(store, EventBus())
        turn = self._insist(lambda: store.add_turn(None, None, "질문 " * 700, PLAIN))
        self._texts[turn.user_id] = "질문 " * 700
        cid, answer = turn.conversation_id, ""
        for number in range(4):
            part = f"[{number}]" + "가나다 " * 600
            keeper.append(turn.answer_id, part)
            answer += part
            assert store.message(turn.answer_id).text == answer
            self._until(lambda: not store.live.unsaved())
        keeper.finish(FinalAnswer(turn.answer_id, answer, MessageState.DONE))
        self._texts[turn.answer_id] = answer
        edited = self._insist(lambda: library.edit_answer(turn.answer_id, "고친 답변"))
        self._texts[edited] = "고친 답변"
        added = self._insist(lambda: library.add_message(cid, Role.SYSTEM, "덧붙임 " * 2000))
        self._texts[added] = "덧붙임 " * 2000
        folder_id = self._insist(lambda: library.create_folder("폴더"))
        self._insist(lambda: library.move([cid], folder_id))
        self._insist(lambda: library.add_tag([cid], "태그"))
        self._insist(lambda: library.set_pinned([cid], is_pinned=True))
        self._insist(lambda: library.save_draft(cid, "초안"))
        self._until(lambda: not store.live.unstored())
        fork = self._insist(lambda: library.fork(turn.answer_id)).conversation_id
        self._insist(lambda: library.delete(fork))
        self._insist(lambda: library.restore(fork))
        self._insist(lambda: library.delete(fork))
        self._insist(lambda: library.delete_for_good(fork))
        self._insist(lambda: profile.database.back_up(self._paths.backup_dir))
        last = self._insist(lambda: store.add_turn(cid, added, "마지막 질문", PLAIN))
        self._texts[last.user_id] = "마지막 질문"
        keeper.append(last.answer_id, "끊긴 답변 " * 400)
        self._until(lambda: not store.live.unsaved())
        self._texts[last.answer_id] = "끊긴 답변 " * 400
        self._until(lambda: self._notices.active() == [])
        found = library.get(cid)
        assert (found.folder_id, found.tags, found.is_pinned) == (folder_id, ("태그",), True)

    def _check(self) -> None:
        """After the next start, without faults."""
        self.writes = _library.fault_seen()
        arm(0, 0, 0)
        with closing(Database(self._paths.database)) as database:
            assert database.check() == []
            store = ConversationStore(database)
            for message_id, text in self._texts.items():
                assert store.message(message_id).text == text
            before = [found for found in store.list() if "배고파" in found.title]
            assert len(before) == 1, "what was there before"
            # What could not even be deleted is, by the next backup after an hour.
            for part in self._paths.backup_dir.glob("*.part*"):
                os.utime(part, (0, 0))
            database.back_up(self._paths.backup_dir)
        left = {path.name for path in self._paths.data.iterdir()}
        assert left == {"kochat.db", "kochat.lock", "backups"}, left
        names = {path.suffix for path in self._paths.backup_dir.iterdir()}
        assert names == {".db"}, names

    def _insist(self, action: Callable[[], T]) -> T:
        """Do something until the disk takes it; each refusal must say what it is."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                return action()
            except StorageError as error:
                self.refusals += 1
                refusal = error
            # Whoever shows it must not make a second notice of it.
            if refusal.notice_id:
                self._notices.post_error(refusal, "chat")
            assert refusal.text()
            assert len(self._notices.active()) <= 1
            assert time.monotonic() < deadline, refusal
            time.sleep(RETRY_S)

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < deadline, self._notices.active()
            time.sleep(0.002)


_library = ctypes.CDLL(None)
_library.fault_seen.restype = ctypes.c_long


def arm(k: int, count: int, error: int) -> None:
    """Refuse the k-th write from now on, and what follows it."""
    _library.fault_arm(ctypes.c_long(k), ctypes.c_long(count), ctypes.c_int(error))


def main() -> None:
    folder, error, count, first, step = Path(sys.argv[1]), *map(int, sys.argv[2:])
    k, stories, refusals, writes = first, 0, 0, first
    while writes >= k:
        paths = profile_paths(folder / "profile")
        shutil.rmtree(paths.root, ignore_errors=True)
        paths.data.mkdir(parents=True)
        shutil.copy(OLD_DATABASE, paths.database)
        story = Story(paths)
        arm(k, count, error)
        try:
            story.tell()
        except BaseException:
            sys.stderr.write(f"write {k} refused with errno {error}\n")
            raise
        stories, refusals, writes = stories + 1, refusals + story.refusals, story.writes
        k += step
    sys.stdout.write(json.dumps({"stories": stories, "writes": writes, "refusals": refusals}))


if __name__ == "__main__":
    main()
