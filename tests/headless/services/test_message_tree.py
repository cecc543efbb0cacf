"""Hidden messages, messages of any role, answers made again: on a real store and engine process."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.source_files import content_hash
from kochat_gui.core.conversation import (
    ConversationSettings,
    MadeBy,
    Message,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.errors import DiskFullError, ModelError, UsageError, UserFacingError
from kochat_gui.core.generation import GenerationRequest, SamplingParams
from kochat_gui.services.made_by import check_same
from kochat_gui.services.model_adapters import AppliedAdapters
from kochat_gui.storage import statements
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from tests.headless.services.chat_setup import Chat, limit_pages

ECHO = {"text": "«{message}» {seed}"}
NONE = ConversationSettings()
MakeChat = Callable[..., Chat]


@pytest.fixture
def chat_of(tmp_path: Path) -> Iterator[MakeChat]:
    made: list[Chat] = []

    def make(**script: Any) -> Chat:
        made.append(Chat(tmp_path, **script))
        return made[-1]

    yield make
    for chat in made:
        chat.close()


def _told(request: GenerationRequest) -> list[str]:
    return [f"{message.role.value}: {message.content}" for message in request.messages]


def _answer(chat: Chat, answer_id: MessageId) -> Message:
    assert chat.ended(answer_id).error is None
    return chat.message(answer_id)


def test_hidden_messages_are_not_told(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "네."})
    first = chat.session.send(None, "하나")
    cid = first.conversation_id
    _answer(chat, first.answer_id)
    chat.library.set_excluded(first.answer_id, is_excluded=True)
    assert _told(chat.session.request_for(cid, "둘", NONE)) == ["user: 하나\n\n둘"]
    chat.library.set_excluded(first.user_id, is_excluded=True)
    assert _told(chat.session.request_for(cid, "둘", NONE)) == ["user: 둘"]
    with pytest.raises(UsageError, match="no message to show"):
        chat.session.request_for(cid, "", NONE)
    with pytest.raises(UsageError, match="hidden from the model"):
        chat.session.regenerate(first.answer_id)
    chat.library.set_excluded(first.user_id, is_excluded=False)
    assert _told(chat.session.request_for(cid, "", NONE)) == ["user: 하나"]
    assert _answer(chat, chat.session.regenerate(first.answer_id).answer_id).text == "네."


def test_messages_of_any_role_reach_the_template_in_turns(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "«{message}»"})
    settings = ConversationSettings(system_prompt="짧게.")
    cid = chat.library.begin_with(Role.USER, "하나", settings)
    for role, text in (
        (Role.ASSISTANT, "네."),
        (Role.ASSISTANT, "또 네."),
        (Role.SYSTEM, "반말로."),
        (Role.USER, "둘"),
    ):
        chat.library.add_message(cid, role, text)
    assert _told(chat.session.request_for(cid, "셋", settings)) == [
        "system: 짧게.\n\n반말로.",
        "user: 하나",
        "assistant: 네.\n\n또 네.",
        "user: 둘\n\n셋",
    ]
    last = chat.library.path(cid)[-1]
    answer = _answer(chat, chat.session.answer(last.message_id).answer_id)
    assert (answer.text, answer.parent_id) == ("«둘»", last.message_id)
    assert answer.made_by is not None
    assert answer.made_by.system_prompt == "짧게.\n\n반말로."


def test_a_system_message_at_the_end_is_answered_with_the_question_before(
    chat_of: MakeChat,
) -> None:
    chat = chat_of(default={"text": "«{message}»"})
    cid = chat.library.begin_with(Role.USER, "하나", NONE)
    system = chat.library.add_message(cid, Role.SYSTEM, "반말로.")
    answer = _answer(chat, chat.session.answer(system).answer_id)
    assert (answer.text, answer.parent_id) == ("«하나»", system)
    again = _answer(chat, chat.session.regenerate(answer.message_id).answer_id)
    assert (again.text, again.parent_id) == ("«하나»", system)


def test_what_no_question_stands_before_is_not_answered(chat_of: MakeChat) -> None:
    chat = chat_of()
    cid = chat.library.begin_with(Role.SYSTEM, "반말로.", NONE)
    with pytest.raises(UsageError, match="no message of yours"):
        chat.session.answer(chat.library.path(cid)[0].message_id)
    alone = chat.library.begin_with(Role.ASSISTANT, "제가 먼저 말할게요.", NONE)
    first = chat.library.path(alone)[0]
    with pytest.raises(UsageError, match="no message of yours"):
        chat.session.regenerate(first.message_id)
    with pytest.raises(UsageError):
        chat.session.answer(first.message_id)
    turn = chat.session.send(alone, "네")
    assert _answer(chat, turn.answer_id).state is MessageState.DONE


def test_a_first_message_makes_the_title_and_uses_the_draft_up(chat_of: MakeChat) -> None:
    chat = chat_of()
    chat.library.save_draft(None, "하나")
    cid = chat.library.begin_with(Role.USER, "하나", NONE)
    assert chat.library.new_draft() == ""
    chat.library.save_draft(cid, "둘")
    chat.library.add_message(cid, Role.ASSISTANT, "둘")
    kept = chat.library.get(cid)
    assert (kept.title, kept.draft) == ("하나", "")
    incognito = chat.library.create(is_incognito=True).conversation_id
    chat.library.add_message(incognito, Role.USER, "비밀")
    assert chat.library.get(incognito).title == "비밀"


def test_incognito_conversations_are_listed_while_they_last(chat_of: MakeChat) -> None:
    chat = chat_of()
    assert chat.library.incognito() == []
    one = chat.library.create(is_incognito=True).conversation_id
    two = chat.library.create(is_incognito=True).conversation_id
    assert [found.conversation_id for found in chat.library.incognito()] == [two, one]
    chat.library.delete(two)
    assert [found.conversation_id for found in chat.library.incognito()] == [one]
    assert chat.library.list() == []


def test_an_answer_knows_what_made_it(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    chat.models.model_hash = "0123"
    own = ConversationSettings("짧게.", SamplingParams(temperature=0.3), "chatml")
    turn = chat.session.send(None, "안녕", own)
    answer = _answer(chat, turn.answer_id)
    made_by, usage = answer.made_by, answer.usage
    assert made_by is not None
    assert made_by.sampling is not None
    assert usage is not None
    assert made_by.sampling == SamplingParams(temperature=0.3, seed=usage.seed)
    assert usage.seed is not None
    assert (made_by.model_hash, made_by.system_prompt, made_by.is_edited) == (
        "0123",
        "짧게.",
        False,
    )
    assert made_by.prompt_hash


def _after_a_kill(chat: Chat, answer_id: MessageId, folder: Path) -> Message:
    """The answer as it would be found if the program were killed now, once some of it is stored."""
    while not chat.database.read(lambda c: c.execute("SELECT * FROM message_chunks").fetchall()):
        time.sleep(0.01)
    # Another program knows nothing of this one's memory.
    looking = Database(folder / "kochat.db", AccessMode.READ_ONLY)
    try:
        return ConversationStore(looking).message(answer_id)
    finally:
        looking.close()


def test_what_makes_an_answer_is_on_the_disk_while_it_is_written(
    chat_of: MakeChat, tmp_path: Path
) -> None:
    chat = chat_of(default={"text": "가나다 라마바. " * 400, "tokens_per_second": 100})
    turn = chat.session.send(None, "길게")
    killed = _after_a_kill(chat, turn.answer_id, tmp_path)
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    stopped = chat.message(turn.answer_id)
    assert stopped.usage is not None
    assert killed.made_by is not None
    assert killed.made_by.sampling is not None
    assert killed.made_by.sampling.seed == stopped.usage.seed
    assert killed.made_by == stopped.made_by


def test_an_answer_is_made_again_exactly(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    turn = chat.session.send(None, "안녕", ConversationSettings("짧게.", None, "chatml"))
    first = _answer(chat, turn.answer_id)
    # What the conversation asks for now is not what the answer was made with.
    changed = ConversationSettings("길게.", SamplingParams(seed=7, temperature=1.5))
    chat.library.set_settings(turn.conversation_id, changed)
    other = _answer(chat, chat.session.regenerate(first.message_id).answer_id)
    again = _answer(chat, chat.session.repeat(first.message_id).answer_id)
    assert other.text != first.text
    assert again.text == first.text
    assert again.made_by == first.made_by
    assert chat.library.siblings(first.message_id)[-1] == again.message_id


def test_an_answer_of_another_model_says_what_is_needed(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    chat.models.level, chat.models.model_hash = "q4_0", "0123"
    turn = chat.session.send(None, "안녕")
    _answer(chat, turn.answer_id)

    def refusal() -> str:
        with pytest.raises(ModelError) as raised:
            chat.session.repeat(turn.answer_id)
        return raised.value.text()

    chat.models.level = "q8_0"
    assert "Choose script q4_0" in refusal()
    chat.models.level, chat.models.model_hash = "q4_0", "4567"
    assert "Choose script q4_0" in refusal()
    chat.models.model_hash = "0123"
    chat.models.adapters = AppliedAdapters(names="말투")
    assert "Switch all adapters" in refusal()
    chat.models.adapters = AppliedAdapters()
    assert len(chat.library.siblings(turn.answer_id)) == 1
    _answer(chat, chat.session.repeat(turn.answer_id).answer_id)


def test_a_file_that_became_another_is_seen_once_it_is_loaded(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    chat.models.model_hash = "0123"
    turn = chat.session.send(None, "안녕")
    _answer(chat, turn.answer_id)
    chat.host.unload()
    chat.models.model_hash = "4567"
    end = chat.ended(chat.session.repeat(turn.answer_id).answer_id)
    assert isinstance(end.error, ModelError)


def test_adapters_and_engine_that_are_needed_are_named(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    turn = chat.session.send(None, "안녕")
    then = _answer(chat, turn.answer_id).made_by
    assert then is not None
    adapted = dataclasses.replace(then, adapters="말투 ×0.5")
    with pytest.raises(ModelError) as raised:
        check_same(adapted, then)
    assert "말투 ×0.5" in raised.value.text()
    with pytest.raises(ModelError) as raised:
        check_same(then, dataclasses.replace(then, engine="transformers"))
    assert then.engine in raised.value.text()
    check_same(then, dataclasses.replace(then, engine="", model_hash=""))


def test_what_cannot_be_made_again_says_why(chat_of: MakeChat) -> None:
    chat = chat_of(default=ECHO)
    first = chat.session.send(None, "하나")
    cid = first.conversation_id
    _answer(chat, first.answer_id)
    second = chat.session.send(cid, "둘")
    _answer(chat, second.answer_id)
    chat.library.set_excluded(first.answer_id, is_excluded=True)
    with pytest.raises(UserFacingError, match="exactly") as raised:
        chat.session.repeat(second.answer_id)
    assert "hidden or shown" in raised.value.text()
    chat.library.set_excluded(first.answer_id, is_excluded=False)
    edited = chat.library.edit_answer(second.answer_id, "고친 답")
    with pytest.raises(UserFacingError) as raised:
        chat.session.repeat(edited)
    assert "A person changed it" in raised.value.text()
    chat.library.select_end(second.user_id)
    written = chat.library.add_message(cid, Role.ASSISTANT, "직접 쓴 답")
    with pytest.raises(UserFacingError) as raised:
        chat.session.repeat(written)
    assert "A person changed it" in raised.value.text()
    chat.library.select_end(second.user_id)
    unseeded = _answer(chat, chat.session.answer(second.user_id).answer_id)
    old = MadeBy("script", "script", "", "scripted", "script")
    chat.database.write(lambda c: statements.set_made_by(c, unseeded.message_id, old))
    with pytest.raises(UserFacingError) as raised:
        chat.session.repeat(unseeded.message_id)
    assert "not known" in raised.value.text()


def _stopped(chat: Chat, answer_id: MessageId) -> Message:
    """An answer that was stopped after more of it was written."""
    before = len(chat.texts)
    chat.wait(lambda: len(chat.texts) > before)
    chat.session.stop(chat.message(answer_id).conversation_id)
    chat.ended(answer_id)
    return chat.message(answer_id)


def test_a_continued_answer_knows_what_made_each_part(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "가나다 라마바. " * 400, "tokens_per_second": 100})
    chat.models.level, chat.models.model_hash = "q4_0", "0123"
    turn = chat.session.send(None, "길게", ConversationSettings("짧게.", SamplingParams(seed=1)))
    stages = [_stopped(chat, turn.answer_id)]
    for level, seed in (("q8_0", 2), ("q8_0", 3)):
        chat.models.level = level
        own = ConversationSettings(sampling=SamplingParams(seed=seed, temperature=0.2))
        chat.library.set_settings(turn.conversation_id, own)
        chat.session.continue_answer(turn.answer_id)
        stages.append(_stopped(chat, turn.answer_id))
    first, second, third = (message.made_by for message in stages)
    assert first is not None
    assert second is not None
    assert third is not None
    assert dataclasses.replace(third, later_parts=()) == first
    assert third.later_parts[:1] == second.later_parts
    assert [part.start for part in third.later_parts] == [len(m.text) for m in stages[:2]]
    makers = [first, *(part.made_by for part in third.later_parts)]
    assert [made.quantization for made in makers] == ["q4_0", "q8_0", "q8_0"]
    assert [made.sampling and made.sampling.seed for made in makers] == [1, 2, 3]
    assert [made.system_prompt for made in makers] == ["짧게.", "", ""]
    usages = [message.usage for message in stages if message.usage is not None]
    assert usages[2].answer_tokens == sum(usage.new_tokens for usage in usages)
    assert len(stages[2].text) <= (usages[2].answer_tokens or 0) * 16


def test_a_part_that_nobody_knows_the_maker_of_is_ascribed_to_nobody(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "가나다 라마바. " * 400, "tokens_per_second": 100})
    turn = chat.session.send(None, "길게")
    _stopped(chat, turn.answer_id)
    # As earlier versions left an answer that the program's sudden end interrupted.
    chat.database.write(
        lambda c: c.execute(
            "UPDATE messages SET state = 'interrupted', made_by = NULL, usage = NULL WHERE id = ?",
            (turn.answer_id,),
        )
    )
    before = chat.message(turn.answer_id)
    chat.session.continue_answer(turn.answer_id)
    after = _stopped(chat, turn.answer_id)
    assert after.made_by is not None
    assert after.made_by.model_name == ""
    [part] = after.made_by.later_parts
    assert (part.start, part.made_by.model_name) == (len(before.text), "script")
    assert after.usage is not None
    assert after.usage.answer_tokens is None


def test_a_kill_while_an_answer_is_continued_leaves_what_made_both_parts(
    chat_of: MakeChat, tmp_path: Path
) -> None:
    chat = chat_of(default={"text": "가나다 라마바. " * 2000, "tokens_per_second": 300})
    turn = chat.session.send(None, "길게")
    stopped = _stopped(chat, turn.answer_id)
    chat.session.continue_answer(turn.answer_id)
    killed = _after_a_kill(chat, turn.answer_id, tmp_path)
    assert len(killed.text) > len(stopped.text)
    assert killed.made_by is not None
    assert dataclasses.replace(killed.made_by, later_parts=()) == stopped.made_by
    assert [part.start for part in killed.made_by.later_parts] == [len(stopped.text)]
    assert killed.usage is None
    assert _stopped(chat, turn.answer_id).made_by == killed.made_by


def test_continuing_that_adds_nothing_is_no_part(chat_of: MakeChat) -> None:
    chat = chat_of(
        default={"text": "가나다 라마바. " * 400, "tokens_per_second": 100},
        prompt_tokens_per_second=20,
    )
    turn = chat.session.send(None, "길게")
    stopped = _stopped(chat, turn.answer_id)
    chat.host.unload()
    before = len(chat.states)
    chat.session.continue_answer(turn.answer_id)
    chat.wait(lambda: any(e.remaining_s for e in chat.states[before:]))
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    assert chat.message(turn.answer_id) == stopped


def test_a_continued_answer_is_not_made_again(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "가나다 라마바. " * 40, "tokens_per_second": 100})
    turn = chat.session.send(None, "길게")
    chat.first_text()
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    chat.session.continue_answer(turn.answer_id)
    chat.ended(turn.answer_id)
    with pytest.raises(UserFacingError) as raised:
        chat.session.repeat(turn.answer_id)
    assert "continued" in raised.value.text()


def test_nothing_is_added_to_a_conversation_that_is_being_answered(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "가나다 " * 400, "tokens_per_second": 40})
    turn = chat.session.send(None, "길게")
    chat.first_text()
    with pytest.raises(UserFacingError, match="being answered"):
        chat.session.check_free(turn.conversation_id)
    chat.session.check_free(None)
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    chat.session.check_free(turn.conversation_id)


def test_a_full_disk_changes_nothing(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "네."})
    turn = chat.session.send(None, "하나")
    _answer(chat, turn.answer_id)
    before = chat.library.messages(turn.conversation_id)
    limit_pages(chat.database)
    long = "가" * 50_000
    with pytest.raises(DiskFullError):
        chat.session.edit_and_resend(turn.user_id, long)
    with pytest.raises(DiskFullError):
        chat.library.edit_answer(turn.answer_id, long)
    with pytest.raises(DiskFullError):
        chat.library.add_message(turn.conversation_id, Role.USER, long)
    with pytest.raises(DiskFullError):
        chat.library.begin_with(Role.USER, long, NONE)
    assert chat.library.messages(turn.conversation_id) == before
    assert len(chat.library.list()) == 1


def test_copies_of_a_file_have_one_hash(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / name for name in ("a.gguf", "b.gguf", "c.gguf"))
    start, middle = b"GGUF" * 2**19, b"x" * 2**20
    first.write_bytes(start + middle + b"end")
    copy.write_bytes(start + middle + b"end")
    other.write_bytes(start + middle + b"END")
    assert content_hash([first]) == content_hash([copy]) != content_hash([other])
    assert content_hash([first, other]) != content_hash([other, first])
