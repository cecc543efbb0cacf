"""Random histories of a person's doings: the store and a model of it in plain Python stay equal."""

import itertools
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationId,
    ConversationSettings,
    FolderId,
    MessageId,
    MessageState,
    Role,
    title_from,
)
from kochat_gui.core.errors import UsageError
from kochat_gui.core.events import EventBus
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.rows import storable_text
from tests.faults.conftest import Tell

STEPS, EXAMPLES, EXAMPLES_THOROUGH = 50, 8, 300
PLAIN = ConversationSettings()

pick = st.integers(0, 1 << 16)
"""Chooses among whatever there is, modulo its number."""
texts = st.text(
    st.sampled_from("가힣ㄱ뷁é👨‍👩‍👧 \n\t\0\ufffd#%'\";ab"), min_size=1, max_size=20
).filter(str.strip)
names = st.sampled_from(["일", "여행", "공부", "a b"])


@dataclass
class Node:
    """A message of the model."""

    conversation: int
    parent: int | None
    role: Role
    text: str
    state: MessageState = MessageState.DONE
    is_excluded: bool = False


@dataclass
class Talk:
    """A conversation of the model."""

    title: str = ""
    tip: int | None = None
    draft: str = ""
    folder: int | None = None
    is_pinned: bool = False
    is_deleted: bool = False
    tags: set[str] = field(default_factory=set)
    left: list[int] = field(default_factory=list, compare=False)
    """Ends that were shown before, the last one last."""

    def end_at(self, message: int) -> None:
        """Show the path to ``message``."""
        if self.tip is not None:
            self.left.append(self.tip)
        self.tip = message


class StoreMachine(RuleBasedStateMachine):
    """Each rule does one thing to the store, through its library where that has it, and here."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="kochat-model-")
        self._path = Path(self._folder.name) / "kochat.db"
        self._talks: dict[int, Talk] = {}
        self._nodes: dict[int, Node] = {}
        self._folders: dict[int, str] = {}
        self._new_draft = ""
        self._gone: set[int] = set()

    def teardown(self) -> None:
        self._database.close()
        self._folder.cleanup()

    @initialize()
    def open(self) -> None:
        self._database = Database(self._path)
        self._store = ConversationStore(self._database)
        self._library = ConversationLibrary(self._store, EventBus())

    # What a person says and reads.

    @rule(text=texts, number=pick, is_new=st.booleans())
    def send(self, text: str, number: int, is_new: bool) -> None:
        cid = None if is_new or not self._talks else self._talk(number)
        parent = None if cid is None else self._talks[cid].tip
        self._ask(cid, parent, text)

    @precondition(lambda self: self._done(Role.USER))
    @rule(text=texts, number=pick)
    def edit_and_resend(self, text: str, number: int) -> None:
        node = self._nodes[self._one_of(self._done(Role.USER), number)]
        self._ask(node.conversation, node.parent, text)

    def _ask(self, cid: int | None, parent: int | None, text: str) -> None:
        turn = self._store.add_turn(
            None if cid is None else ConversationId(cid),
            None if parent is None else MessageId(parent),
            text,
            PLAIN,
        )
        if cid is None:
            self._talks[turn.conversation_id] = Talk()
            self._new_draft = ""
        talk = self._talks[turn.conversation_id]
        talk.title = talk.title or self._store.get(turn.conversation_id).title
        assert talk.title
        talk.draft = ""
        talk.end_at(turn.answer_id)
        self._nodes[turn.user_id] = Node(turn.conversation_id, parent, Role.USER, text)
        self._nodes[turn.answer_id] = Node(
            turn.conversation_id, turn.user_id, Role.ASSISTANT, "", MessageState.STREAMING
        )

    @precondition(lambda self: self._answered())
    @rule(number=pick)
    def regenerate(self, number: int) -> None:
        question = self._one_of(self._answered(), number)
        turn = self._store.add_answer(MessageId(question))
        cid = turn.conversation_id
        self._nodes[turn.answer_id] = Node(
            cid, question, Role.ASSISTANT, "", MessageState.STREAMING
        )
        self._talks[cid].end_at(turn.answer_id)

    @precondition(lambda self: self._streaming())
    @rule(text=texts, number=pick, is_saved=st.booleans())
    def grow(self, text: str, number: int, is_saved: bool) -> None:
        answer = self._one_of(self._streaming(), number)
        self._store.live.append(MessageId(answer), text)
        self._nodes[answer].text += text
        if is_saved:
            self._store.append_chunks(self._store.live.unsaved())

    @precondition(lambda self: self._streaming())
    @rule(number=pick, state=st.sampled_from([MessageState.DONE, MessageState.STOPPED]))
    def finish(self, number: int, state: MessageState) -> None:
        answer = self._one_of(self._streaming(), number)
        self._store.finish_answer(FinalAnswer(MessageId(answer), self._nodes[answer].text, state))
        self._nodes[answer].state = state

    @precondition(lambda self: self._cut_off())
    @rule(number=pick)
    def continue_answer(self, number: int) -> None:
        answer = self._one_of(self._cut_off(), number)
        self._store.reopen_answer(MessageId(answer))
        self._nodes[answer].state = MessageState.STREAMING

    @precondition(lambda self: self._done(Role.ASSISTANT))
    @rule(text=texts, number=pick)
    def edit_answer(self, text: str, number: int) -> None:
        node = self._nodes[self._one_of(self._done(Role.ASSISTANT), number)]
        answer = self._one_of(self._done(Role.ASSISTANT), number)
        made = self._library.edit_answer(MessageId(answer), text)
        self._nodes[made] = Node(node.conversation, node.parent, Role.ASSISTANT, text)
        self._talks[node.conversation].end_at(made)

    @precondition(lambda self: self._talks)
    @rule(text=texts, number=pick, role=st.sampled_from(Role))
    def add_message(self, text: str, number: int, role: Role) -> None:
        cid = self._talk(number)
        tip = self._talks[cid].tip
        made = self._library.add_message(ConversationId(cid), role, text)
        self._nodes[made] = Node(cid, tip, role, text)
        talk = self._talks[cid]
        talk.end_at(made)
        talk.draft = ""
        talk.title = talk.title or title_from(storable_text(text))

    @precondition(lambda self: self._nodes)
    @rule(number=pick)
    def select_version(self, number: int) -> None:
        chosen = self._one_of(self._nodes, number)
        self._library.select_version(MessageId(chosen))
        talk = self._talks[self._nodes[chosen].conversation]
        assert talk.tip is not None
        ends = [end for end in [*talk.left, talk.tip] if chosen in self._upwards(end)]
        if talk.tip == chosen:  # what follows it is wanted
            ends = [end for end in ends if end != chosen]
        talk.end_at(ends[-1] if ends else self._newest_end(chosen))

    def _newest_end(self, message: int) -> int:
        while children := [mid for mid, node in self._nodes.items() if node.parent == message]:
            message = max(children)
        return message

    @precondition(lambda self: self._nodes)
    @rule(number=pick)
    def select_end(self, number: int) -> None:
        chosen = self._one_of(self._nodes, number)
        self._library.select_end(MessageId(chosen))
        self._talks[self._nodes[chosen].conversation].end_at(chosen)

    @precondition(lambda self: self._nodes)
    @rule(number=pick, is_excluded=st.booleans())
    def exclude(self, number: int, is_excluded: bool) -> None:
        chosen = self._one_of(self._nodes, number)
        self._library.set_excluded(MessageId(chosen), is_excluded=is_excluded)
        self._nodes[chosen].is_excluded = is_excluded

    # What a person does with whole conversations.

    @precondition(lambda self: self._nodes)
    @rule(number=pick)
    def fork(self, number: int) -> None:
        chosen = self._one_of(self._nodes, number)
        self._copy(self._nodes[chosen].conversation, self._path_to(chosen), chosen, fork=True)

    @precondition(lambda self: self._talks)
    @rule(number=pick)
    def duplicate(self, number: int) -> None:
        cid = self._talk(number)
        tree = sorted(mid for mid, node in self._nodes.items() if node.conversation == cid)
        self._copy(cid, tree, self._talks[cid].tip, fork=False)

    def _copy(self, cid: int, originals: list[int], tip: int | None, *, fork: bool) -> None:
        def act() -> int:
            if fork:
                assert tip is not None
                return self._library.fork(MessageId(tip)).conversation_id
            return self._library.duplicate(ConversationId(cid)).conversation_id

        if any(self._nodes[mid].state is MessageState.STREAMING for mid in originals):
            with pytest.raises(UsageError):
                act()
            return
        made = act()
        copies = [m.message_id for m in self._store.messages(ConversationId(made))]
        by_original: dict[int | None, int | None] = {None: None}
        for original, copy in zip(originals, copies, strict=True):
            node = self._nodes[original]
            parent = by_original.get(node.parent)
            self._nodes[copy] = Node(
                made, parent, node.role, node.text, node.state, node.is_excluded
            )
            by_original[original] = copy
        talk = self._talks[cid]
        self._talks[made] = Talk(talk.title, by_original[tip], folder=talk.folder)
        self._talks[made].tags = set(talk.tags)

    @precondition(lambda self: self._talks)
    @rule(title=texts, number=pick)
    def rename(self, title: str, number: int) -> None:
        cid = self._talk(number)
        self._library.rename(ConversationId(cid), title)
        self._talks[cid].title = " ".join(title.split())

    @precondition(lambda self: self._talks)
    @rule(number=pick, is_deleted=st.booleans())
    def delete_or_restore(self, number: int, is_deleted: bool) -> None:
        cid = self._talk(number)
        (self._library.delete if is_deleted else self._library.restore)(ConversationId(cid))
        self._talks[cid].is_deleted = is_deleted

    @precondition(lambda self: self._talks)
    @rule(number=pick)
    def delete_for_good(self, number: int) -> None:
        cid = self._talk(number)
        self._library.delete_for_good(ConversationId(cid))
        if self._talks[cid].is_deleted:
            del self._talks[cid]
            self._gone.add(cid)
            for mid in [mid for mid, node in self._nodes.items() if node.conversation == cid]:
                self._store.live._live.pop(MessageId(mid), None)
                del self._nodes[mid]

    @rule(name=names)
    def create_folder(self, name: str) -> None:
        free = self._free_folder_name(name)
        self._folders[self._library.create_folder(name)] = free

    @precondition(lambda self: self._folders)
    @rule(number=pick, name=names)
    def rename_folder(self, number: int, name: str) -> None:
        folder = self._one_of(self._folders, number)
        self._folders[folder] = ""
        self._folders[folder] = self._free_folder_name(name)
        self._library.rename_folder(FolderId(folder), name)

    @precondition(lambda self: self._folders)
    @rule(number=pick)
    def delete_folder(self, number: int) -> None:
        folder = self._one_of(self._folders, number)
        self._library.delete_folder(FolderId(folder))
        del self._folders[folder]
        for talk in self._talks.values():
            talk.folder = None if talk.folder == folder else talk.folder

    @precondition(lambda self: self._folders)
    @rule(number=pick)
    def reorder_folders(self, number: int) -> None:
        first = self._one_of(self._folders, number)
        self._library.reorder_folders([FolderId(first)])
        self._folders = {first: self._folders.pop(first)} | self._folders

    @precondition(lambda self: self._talks)
    @rule(number=pick, folder=pick, is_out=st.booleans())
    def move(self, number: int, folder: int, is_out: bool) -> None:
        cid = self._talk(number)
        into = None if is_out or not self._folders else self._one_of(self._folders, folder)
        self._library.move([ConversationId(cid)], None if into is None else FolderId(into))
        self._talks[cid].folder = into

    @precondition(lambda self: self._talks)
    @rule(number=pick, name=names, is_added=st.booleans())
    def tag(self, number: int, name: str, is_added: bool) -> None:
        cid = self._talk(number)
        change = self._library.add_tag if is_added else self._library.remove_tag
        change([ConversationId(cid)], name)
        (self._talks[cid].tags.add if is_added else self._talks[cid].tags.discard)(name)

    @precondition(lambda self: self._talks)
    @rule(number=pick, is_pinned=st.booleans())
    def pin(self, number: int, is_pinned: bool) -> None:
        cid = self._talk(number)
        self._library.set_pinned([ConversationId(cid)], is_pinned=is_pinned)
        self._talks[cid].is_pinned = is_pinned

    @rule(number=pick, text=texts, is_new=st.booleans())
    def save_draft(self, number: int, text: str, is_new: bool) -> None:
        if is_new or not self._talks:
            self._library.save_draft(None, text)
            self._new_draft = text
        else:
            cid = self._talk(number)
            self._library.save_draft(ConversationId(cid), text)
            self._talks[cid].draft = text

    @rule()
    def close_and_reopen(self) -> None:
        self._store.append_chunks(self._store.live.unsaved())
        self._database.close()
        self.open()
        for node in self._nodes.values():
            if node.state is MessageState.STREAMING:
                node.state = MessageState.INTERRUPTED

    # What must always be so.

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        type(self).steps += 1
        listed = self._store.list(limit=1 << 20) + self._store.list(
            limit=1 << 20, wanted=ConversationFilter(is_deleted=True)
        )
        found = {}
        for talk in listed:
            assert sorted(talk.tags) == list(talk.tags)
            found[talk.conversation_id] = Talk(
                talk.title,
                talk.tip_id,
                talk.draft,
                talk.folder_id,
                talk.is_pinned,
                talk.deleted_at is not None,
                set(talk.tags),
            )
        assert found == self._talks
        assert self._library.new_draft() == self._new_draft
        assert [(f.folder_id, f.name) for f in self._library.folders()] == list(
            self._folders.items()
        )

    @invariant()
    def every_text_can_be_reached(self) -> None:
        messages = {}
        for cid in self._talks:
            shown = self._library.path(ConversationId(cid))
            tip = self._talks[cid].tip
            assert [m.message_id for m in shown] == ([] if tip is None else self._path_to(tip))
            for message in self._library.messages(ConversationId(cid)):
                messages[message.message_id] = Node(
                    cid,
                    message.parent_id,
                    message.role,
                    message.text,
                    message.state,
                    message.is_excluded,
                )
        assert messages == self._nodes

    def _path_to(self, tip: int) -> list[int]:
        return list(reversed(list(self._upwards(tip))))

    def _upwards(self, tip: int | None) -> Iterator[int]:
        while tip is not None:
            yield tip
            tip = self._nodes[tip].parent

    def _talk(self, number: int) -> int:
        return self._one_of(self._talks, number)

    def _one_of(self, ids: Collection[int], number: int) -> int:
        return next(itertools.islice(ids, number % len(ids), None))

    def _free_folder_name(self, name: str) -> str:
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        taken = set(self._folders.values())
        return next(free for free in itertools.chain([name], numbered) if free not in taken)

    def _with_state(self, *states: MessageState) -> list[int]:
        return [mid for mid, node in self._nodes.items() if node.state in states]

    def _streaming(self) -> list[int]:
        return self._with_state(MessageState.STREAMING)

    def _cut_off(self) -> list[int]:
        return self._with_state(MessageState.STOPPED, MessageState.INTERRUPTED)

    def _done(self, role: Role) -> list[int]:
        done = self._with_state(MessageState.DONE, MessageState.STOPPED, MessageState.INTERRUPTED)
        return [mid for mid in done if self._nodes[mid].role is role]

    def _answered(self) -> list[int]:
        """Messages of a person that have an answer."""
        parents = {n.parent for n in self._nodes.values() if n.role is Role.ASSISTANT}
        return [mid for mid in self._done(Role.USER) if mid in parents]


def test_the_store_does_what_the_model_does(is_thorough: bool, tell: Tell) -> None:
    StoreMachine.steps = 0
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=EXAMPLES_THOROUGH if is_thorough else EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not is_thorough,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    tell(f"R17 {StoreMachine.steps} steps: the store and its model were equal after each")
