"""A process that changes conversations without a pause and says what the store acknowledged.

Run as ``python -m tests.faults.store_writer DATABASE SEED MODE``. It prints JSON lines:
``{"message": ID, "of": CONVERSATION, "text": TEXT}`` for a whole message, the same with
``"grows": true`` for the stored part of an answer, ``{"begins": CONVERSATION}`` before a
conversation is changed, and ``{"conversation": ID, …}`` with what it is like afterwards;
``"is_gone"`` when it was deleted for good. With the mode ``stream`` it writes one answer for ever
instead: ``{"answer": ID}``, then ``{"at": SECONDS, "token": TEXT}`` for each token when it has
been handed to the store.
"""

import itertools
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationId,
    ConversationSettings,
    MadeBy,
    Message,
    MessageState,
    Role,
)
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.live_answers import FinalAnswer

MADE_BY = MadeBy("id", "모델", "q8_0", "llama.cpp", "chatml")
"""What makes the answer of the mode ``stream``."""
_TOKEN_PAUSE_S = 0.01
_CHOICE = 40
"""So many of the newest conversations are changed."""


def _say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Writer:
    """Random changes of every kind that the store knows."""

    def __init__(self, database: Database, rng: random.Random) -> None:
        self._store = ConversationStore(database)
        self._folders = FolderStore(database)
        self._rng = rng
        self._number = rng.randrange(1 << 40)
        self._actions: list[tuple[Callable[[], None], int]] = [
            (self._send, 8),
            (self._edit_answer, 3),
            (self._add_message, 2),
            (self._fork, 2),
            (self._duplicate, 1),
            (self._show_version, 2),
            (self._move, 2),
            (self._tag, 2),
            (self._change, 4),
            (self._delete_for_good, 1),
        ]

    def run(self, changes: int | None = None) -> None:
        """Change something so many times; None: for ever."""
        self._send()
        for _ in itertools.count() if changes is None else range(changes):
            actions, weights = zip(*self._actions, strict=True)
            self._rng.choices(actions, weights)[0]()

    def _text(self) -> str:
        self._number += 1
        return f"[{self._number}] " + "가나다 " * self._rng.choice([1, 3, 30, 600])

    def _send(self) -> None:
        conversation_id, parent_id = None, None
        if self._rng.random() < 0.7 and (cid := self._some()) is not None:
            conversation_id, parent_id = cid, self._store.get(cid).tip_id
            _say(begins=cid)
        text, answer = self._text(), ""
        turn = self._store.add_turn(conversation_id, parent_id, text, ConversationSettings())
        _say(message=turn.user_id, of=turn.conversation_id, text=text)
        self._describe(turn.conversation_id)
        for _ in range(self._rng.randrange(4)):
            part = self._text()
            self._store.live.append(turn.answer_id, part)
            self._store.append_chunks(self._store.live.unsaved())
            answer += part
            _say(message=turn.answer_id, of=turn.conversation_id, text=answer, grows=True)
        if self._rng.random() < 0.7:
            self._store.finish_answer(FinalAnswer(turn.answer_id, answer, MessageState.DONE))
            _say(message=turn.answer_id, of=turn.conversation_id, text=answer)

    def _edit_answer(self) -> None:
        if (message := self._some_message(Role.ASSISTANT)) is None:
            return
        text = self._text()
        made = self._store.edit_answer(message.message_id, text)
        _say(message=made, of=message.conversation_id, text=text)
        # The one before it is a version now, not gone.
        _say(message=message.message_id, of=message.conversation_id, text=message.text)

    def _add_message(self) -> None:
        if (cid := self._some()) is None:
            return
        text = self._text()
        tip_id = self._store.get(cid).tip_id
        # It uses the draft up.
        _say(begins=cid)
        made = self._store.add_message(cid, tip_id, Role.SYSTEM, text)
        _say(message=made, of=cid, text=text)
        self._describe(cid)

    def _fork(self) -> None:
        if (message := self._some_message(None)) is None:
            return
        path = self._store.path_to(message.message_id)
        if all(m.state is not MessageState.STREAMING for m in path):
            made = self._store.fork(message.message_id).conversation_id
            self._say_copies(made, path)

    def _duplicate(self) -> None:
        if (cid := self._some()) is None:
            return
        tree = self._store.messages(cid)
        if all(m.state is not MessageState.STREAMING for m in tree) and len(tree) < 30:
            self._say_copies(self._store.duplicate(cid).conversation_id, tree)

    def _say_copies(self, made: ConversationId, originals: list[Message]) -> None:
        for copy, original in zip(self._store.messages(made), originals, strict=True):
            _say(message=copy.message_id, of=made, text=original.text)
        self._describe(made)

    def _show_version(self) -> None:
        if (message := self._some_message(None)) is not None:
            self._store.show_version(message.message_id)

    def _move(self) -> None:
        if (cid := self._some()) is None:
            return
        folders = self._folders.list()
        folder_id = self._rng.choice([None, *(f.folder_id for f in folders)])
        if len(folders) < 5:
            folder_id = self._folders.create(f"폴더 {len(folders)}")
        _say(begins=cid)
        self._folders.move([cid], folder_id)
        self._describe(cid)

    def _tag(self) -> None:
        if (cid := self._some()) is None:
            return
        tag = f"태그{self._rng.randrange(9)}"
        _say(begins=cid)
        if self._rng.random() < 0.7:
            self._folders.add_tag([cid], tag)
        else:
            self._folders.remove_tag([cid], tag)
        self._describe(cid)

    def _change(self) -> None:
        if (cid := self._some()) is None:
            return
        _say(begins=cid)
        match self._rng.randrange(4):
            case 0:
                self._store.rename(cid, self._text()[:40])
            case 1:
                self._store.set_pinned([cid], is_pinned=self._rng.random() < 0.5)
            case 2:
                self._store.set_deleted([cid], is_deleted=True)
            case _:
                self._store.save_draft(cid, self._text())
        self._describe(cid)

    def _delete_for_good(self) -> None:
        deleted = self._store.list(wanted=ConversationFilter(is_deleted=True))
        if not deleted:
            return
        cid = self._rng.choice(deleted).conversation_id
        _say(begins=cid)
        if self._rng.random() < 0.5:
            self._store.set_deleted([cid], is_deleted=False)
            self._describe(cid)
        else:
            self._store.delete_for_good([cid])
            _say(conversation=cid, is_gone=True)

    def _some(self) -> ConversationId | None:
        found = self._store.list(limit=_CHOICE)
        return self._rng.choice(found).conversation_id if found else None

    def _some_message(self, role: Role | None) -> Message | None:
        cid = self._some()
        found = [] if cid is None else self._store.messages(cid)
        fitting = [
            m
            for m in found
            if m.state is not MessageState.STREAMING and (role is None or m.role is role)
        ]
        return self._rng.choice(fitting) if fitting else None

    def _describe(self, cid: ConversationId) -> None:
        found = self._store.get(cid)
        _say(
            conversation=cid,
            title=found.title,
            draft=found.draft,
            folder=found.folder_id,
            is_pinned=found.is_pinned,
            is_deleted=found.deleted_at is not None,
            tags=list(found.tags),
        )


def _stream(database: Database) -> None:
    store = ConversationStore(database)
    keeper = AnswerKeeper(store)
    turn = store.add_turn(None, None, "길게 말해줘", ConversationSettings())
    _say(answer=turn.answer_id)
    number = 0
    while True:
        token = f"토큰{number} "
        keeper.append(turn.answer_id, token, MADE_BY)
        _say(at=time.monotonic(), token=token)
        number += 1
        time.sleep(_TOKEN_PAUSE_S)


def main() -> None:
    path, seed, mode = sys.argv[1:]
    database = Database(Path(path))
    if mode == "stream":
        _stream(database)
    Writer(database, random.Random(int(seed))).run()


if __name__ == "__main__":
    main()
