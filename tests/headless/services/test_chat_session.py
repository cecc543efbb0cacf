"""Turns of a chat, on a real store and a real engine process."""

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    Message,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.errors import (
    DiskFullError,
    EngineCrashedError,
    MemoryShortError,
    ModelMissingError,
    UsageError,
    UserFacingError,
)
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    GenerationEvent,
    GenerationRequest,
    SamplingParams,
    TextDelta,
    Usage,
)
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.models import AdapterUse
from kochat_gui.core.states import FinishReason, GenerationState
from kochat_gui.services.chat_session import ChatSession
from kochat_gui.services.model_adapters import AppliedAdapters
from kochat_gui.services.presets import preset_named
from kochat_gui.services.prompt_request import build_request, sampling_defaults
from tests.engine_scripts import ANSWER
from tests.headless.services.chat_setup import WAIT_S, Chat, limit_pages

LONG = {"blocks": ["가나다라 마바사 아자차카 타파하. "], "characters": 60_000}
SLOW = {**LONG, "tokens_per_second": 200}
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


def test_a_turn_from_send_to_the_stored_answer(chat_of: MakeChat) -> None:
    chat = chat_of()
    turn = chat.session.send(None, "안녕")
    end = chat.ended(turn.answer_id)
    assert (end.state, end.error) == (GenerationState.FINISHED, None)
    answer = chat.message(turn.answer_id)
    assert answer.text == ANSWER == chat.shown(turn.answer_id)
    assert (answer.state, answer.finish_reason) == (MessageState.DONE, FinishReason.STOP)
    assert answer.usage is not None
    assert answer.made_by is not None
    assert answer.made_by.engine == "scripted"
    states = list(dict.fromkeys(event.state for event in chat.states))
    assert states == [
        GenerationState.QUEUED,
        GenerationState.LOADING_MODEL,
        GenerationState.PROCESSING_PROMPT,
        GenerationState.GENERATING,
    ]
    assert not chat.session.is_busy
    assert chat.session.state(turn.conversation_id) is None
    assert chat.library.get(turn.conversation_id).title == "안녕"


def test_offsets_join_texts_with_what_was_read_before(chat_of: MakeChat) -> None:
    chat = chat_of()
    turn = chat.session.send(None, "안녕")
    chat.ended(turn.answer_id)
    text = ""
    for event in chat.texts:
        assert event.offset == len(text)
        text += event.text


def test_follow_up_edit_and_regenerate(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "«{message}»"})
    first = chat.session.send(None, "하나")
    chat.ended(first.answer_id)
    second = chat.session.send(first.conversation_id, "둘")
    chat.ended(second.answer_id)
    again = chat.session.regenerate(second.answer_id)
    chat.ended(again.answer_id)
    edited = chat.session.edit_and_resend(second.user_id, "셋")
    chat.ended(edited.answer_id)
    texts = [message.text for message in chat.library.path(first.conversation_id)]
    assert texts == ["하나", "«하나»", "셋", "«셋»"]
    assert again.user_id == second.user_id
    assert chat.library.siblings(again.answer_id) == [second.answer_id, again.answer_id]
    assert chat.library.siblings(edited.user_id) == [second.user_id, edited.user_id]
    chat.library.select_version(second.user_id)
    assert chat.library.path(first.conversation_id)[-1].message_id == again.answer_id


def test_stop_keeps_what_there_is_and_continue_goes_on(chat_of: MakeChat) -> None:
    chat = chat_of(default=SLOW)
    turn = chat.session.send(None, "길게")
    chat.first_text()
    with pytest.raises(UserFacingError):
        chat.session.send(turn.conversation_id, "또")
    with pytest.raises(UserFacingError):
        chat.session.regenerate(turn.answer_id)
    chat.session.stop(turn.conversation_id)
    assert chat.ended(turn.answer_id).state is GenerationState.STOPPED
    stopped = chat.message(turn.answer_id)
    assert stopped.text == chat.shown(turn.answer_id) != ""
    assert (stopped.state, stopped.finish_reason) == (
        MessageState.STOPPED,
        FinishReason.CANCELLED,
    )
    before = len(chat.texts)
    assert chat.session.continue_answer(turn.answer_id) == turn
    chat.wait(lambda: len(chat.texts) > before)
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    continued = chat.message(turn.answer_id)
    assert continued.text == chat.shown(turn.answer_id)
    assert len(continued.text) > len(stopped.text)
    assert chat.texts[before].offset == len(stopped.text)


def test_stop_while_loading_and_while_queued(chat_of: MakeChat) -> None:
    chat = chat_of(load={"seconds": 30})
    loading = chat.session.send(None, "하나")
    chat.wait(lambda: any(e.state is GenerationState.LOADING_MODEL for e in chat.states))
    queued = chat.session.send(None, "둘")
    assert chat.session.state(queued.conversation_id) is GenerationState.QUEUED
    chat.session.stop(queued.conversation_id)
    assert chat.ended(queued.answer_id).state is GenerationState.STOPPED
    chat.session.stop(loading.conversation_id)
    assert chat.ended(loading.answer_id).state is GenerationState.STOPPED
    assert not chat.session.is_busy


def test_stop_while_reading_the_prompt(chat_of: MakeChat) -> None:
    chat = chat_of(prompt_tokens_per_second=100)
    turn = chat.session.send(None, "긴 질문 " * 3000)
    chat.wait(lambda: any((e.progress or 0) > 0.0 and e.remaining_s for e in chat.states))
    chat.session.stop(turn.conversation_id)
    assert chat.ended(turn.answer_id).state is GenerationState.STOPPED


@pytest.mark.allow_log("kochat_gui.services.engine_host")
def test_a_crash_fails_the_message_and_the_next_one_works(chat_of: MakeChat) -> None:
    fault = {"kind": "signal", "name": "SIGKILL"}
    crash = {"when": "죽어", "text": ANSWER, "fault": fault}
    chat = chat_of(answers=[crash])
    turn = chat.session.send(None, "죽어")
    end = chat.ended(turn.answer_id)
    assert end.state is GenerationState.FAILED
    assert isinstance(end.error, EngineCrashedError)
    failed = chat.message(turn.answer_id)
    assert failed.state is MessageState.FAILED
    assert failed.text == chat.shown(turn.answer_id)
    assert failed.error == end.error.text()
    follow = chat.session.send(None, "안녕")
    assert chat.ended(follow.answer_id).state is GenerationState.FINISHED


def _has_a_bug(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.allow_log("kochat_gui.services.generation_run")
def test_a_bug_fails_the_message_and_the_worker_lives(chat_of: MakeChat) -> None:
    chat = chat_of()
    chat.settings.set("sampling.max_new_tokens", 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat.models, "ensure_ready", _has_a_bug)
        turn = chat.session.send(None, "안녕")
        end = chat.ended(turn.answer_id)
    assert end.state is GenerationState.FAILED
    assert chat.message(turn.answer_id).error
    again = chat.session.regenerate(turn.answer_id)
    assert chat.ended(again.answer_id).state is GenerationState.FINISHED
    answer = chat.message(again.answer_id)
    assert answer.finish_reason is FinishReason.LENGTH
    assert answer.can_continue


def test_refusals_store_nothing(chat_of: MakeChat) -> None:
    chat = chat_of()
    for text in ("", "  \n\t"):
        with pytest.raises(UsageError):
            chat.session.send(None, text)
    assert chat.library.list() == []


def test_what_cannot_be_done_is_said(chat_of: MakeChat) -> None:
    chat = chat_of()
    turn = chat.session.send(None, "안녕")
    chat.ended(turn.answer_id)
    with pytest.raises(UsageError):
        chat.session.continue_answer(turn.answer_id)
    with pytest.raises(UsageError):
        chat.session.regenerate(turn.user_id)
    with pytest.raises(UsageError):
        chat.session.edit_and_resend(turn.answer_id, "글")


def test_lone_surrogates_are_replaced_and_said(chat_of: MakeChat) -> None:
    chat = chat_of(default={"text": "«{message}»"})
    turn = chat.session.send(None, "a\ud800b")
    chat.ended(turn.answer_id)
    assert chat.message(turn.user_id).text == "a\ufffdb"
    assert chat.message(turn.answer_id).text == "«a\ufffdb»"
    assert [notice.notice_id for notice in chat.notices.active()] == ["characters-replaced"]


def test_ignored_parameters_are_told_once(chat_of: MakeChat) -> None:
    chat = chat_of()
    own = ConversationSettings(sampling=SamplingParams(no_repeat_ngram=3))
    turn = chat.session.send(None, "안녕", own)
    chat.ended(turn.answer_id)
    chat.ended(chat.session.send(turn.conversation_id, "또").answer_id)
    [notice] = chat.notices.active()
    assert "no_repeat_ngram" in notice.text


def test_a_full_disk_refuses_the_message(chat_of: MakeChat) -> None:
    chat = chat_of()
    limit_pages(chat.database)
    with pytest.raises(DiskFullError):
        chat.session.send(None, "가" * 50_000)
    assert not chat.session.is_busy
    assert chat.library.list() == []


def test_a_disk_that_fills_up_loses_no_answer(chat_of: MakeChat) -> None:
    chat = chat_of(default=LONG)
    chat.settings.set("sampling.max_new_tokens", 32_768)
    turn = chat.session.send(None, "길게")
    limit_pages(chat.database)
    assert chat.ended(turn.answer_id).state is GenerationState.FINISHED
    answer = chat.message(turn.answer_id)
    assert answer.text == chat.shown(turn.answer_id)
    assert len(answer.text) >= 60_000
    assert answer.state is MessageState.DONE
    limit_pages(chat.database, 1 << 30)
    chat.session.close()
    on_disk = chat.database.read(
        lambda c: c.execute(
            "SELECT text, state FROM messages WHERE id = ?", (turn.answer_id,)
        ).fetchone()
    )
    assert on_disk == (answer.text, "done")


def test_close_stops_and_stores(chat_of: MakeChat) -> None:
    chat = chat_of(default=SLOW)
    turn = chat.session.send(None, "길게")
    waiting = chat.session.send(None, "다음")
    chat.first_text()
    chat.session.close()
    assert chat.message(turn.answer_id).state is MessageState.STOPPED
    assert chat.message(turn.answer_id).text == chat.shown(turn.answer_id)
    assert chat.message(waiting.answer_id).state is MessageState.STOPPED
    with pytest.raises(UserFacingError):
        chat.session.send(None, "닫은 뒤")


class _Stubborn:
    """An engine that says one word and then hears no stop."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def stream(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[GenerationEvent, None, None]:
        yield ContextTrimmed(2)
        yield TextDelta("한 마디")
        self.released.wait(WAIT_S)
        yield TextDelta("늦은 말")
        yield Finished(FinishReason.STOP, Usage(1, 0, 2, 0.1, 10.0))


@pytest.mark.allow_log("kochat_gui.services.chat_session")
def test_close_does_not_wait_for_ever(chat_of: MakeChat) -> None:
    chat = chat_of()
    engine = _Stubborn()
    before = set(threading.enumerate())
    session = ChatSession(chat.store, chat.models, engine, chat.bus, chat.settings, chat.notices)
    turn = session.send(None, "안녕")
    chat.first_text()
    session.close(timeout_s=0.1)
    answer = chat.message(turn.answer_id)
    assert (answer.text, answer.state) == ("한 마디", MessageState.INTERRUPTED)
    assert answer.can_continue
    [notice] = chat.notices.active()
    assert notice.text.startswith("2 ")
    engine.released.set()
    for thread in set(threading.enumerate()) - before:
        if thread.name == "generation":
            thread.join(WAIT_S)
    assert chat.message(turn.answer_id) == answer


class _TooLarge:
    """An engine that runs out of memory in the middle of an answer."""

    def stream(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[GenerationEvent, None, None]:
        yield TextDelta("여기까지")
        raise MemoryShortError(TextKey("Test", "no memory"), advice=TextKey("Test", "smaller"))


def test_out_of_memory_frees_the_process_and_keeps_the_answer(chat_of: MakeChat) -> None:
    chat = chat_of()
    chat.models.ensure_ready(lambda _: None, CancelToken())
    session = ChatSession(
        chat.store, chat.models, _TooLarge(), chat.bus, chat.settings, chat.notices
    )
    try:
        turn = session.send(None, "안녕")
        end = chat.ended(turn.answer_id)
        assert isinstance(end.error, MemoryShortError)
        answer = chat.message(turn.answer_id)
        assert (answer.text, answer.state) == ("여기까지", MessageState.FAILED)
        assert answer.error == "no memory. smaller"
        assert chat.models.status.loaded is None
    finally:
        session.close()


def _message(number: int, role: Role, text: str, state: MessageState) -> Message:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Message(MessageId(number), ConversationId(1), None, role, text, state, now)


def test_a_request_leaves_out_failed_and_empty_answers() -> None:
    done, failed = MessageState.DONE, MessageState.FAILED
    path = [
        _message(1, Role.USER, "하나", done),
        _message(2, Role.ASSISTANT, "답", MessageState.STOPPED),
        _message(3, Role.USER, "둘", done),
        _message(4, Role.ASSISTANT, "반쪽", failed),
        _message(5, Role.USER, "셋", done),
        _message(6, Role.ASSISTANT, " ", done),
    ]
    own = ConversationSettings("존댓말로", None, "kullm-v2")
    request = build_request(path, "넷", own, SamplingParams(seed=3), "앞")
    assert [(m.role, m.content) for m in request.messages] == [
        (Role.SYSTEM, "존댓말로"),
        (Role.USER, "하나"),
        (Role.ASSISTANT, "답"),
        (Role.USER, "둘\n\n셋\n\n넷"),
    ]
    assert (request.template, request.sampling.seed, request.answer_prefix) == (
        "kullm-v2",
        3,
        "앞",
    )


def test_adapters_reach_the_engine_and_are_remembered(chat_of: MakeChat, tmp_path: Path) -> None:
    path = tmp_path / "말투.gguf"
    path.write_bytes(b"adapter")
    chat = chat_of(default={"text": "[{adapters}]"})
    chat.models.adapters = AppliedAdapters((AdapterUse(path, 0.5),), "말투 ×0.5")
    turn = chat.session.send(None, "안녕")
    assert chat.ended(turn.answer_id).error is None
    answer = chat.message(turn.answer_id)
    assert answer.text == "[말투:0.5]"
    assert answer.made_by is not None
    assert answer.made_by.adapters == "말투 ×0.5"


def test_an_adapter_that_fails_is_the_answers_error(chat_of: MakeChat, tmp_path: Path) -> None:
    chat = chat_of()
    chat.models.adapters = AppliedAdapters((AdapterUse(tmp_path / "없음.gguf"),), "없음")
    turn = chat.session.send(None, "안녕")
    end = chat.ended(turn.answer_id)
    assert isinstance(end.error, ModelMissingError)
    assert chat.message(turn.answer_id).state is MessageState.FAILED
    chat.models.adapters = AppliedAdapters()
    assert chat.ended(chat.session.regenerate(turn.answer_id).answer_id).error is None


def test_an_answer_remembers_the_template_that_was_asked_for(chat_of: MakeChat) -> None:
    chat = chat_of()
    settings = ConversationSettings(template="chatml")
    turn = chat.session.send(None, "안녕", settings)
    chat.ended(turn.answer_id)
    made_by = chat.message(turn.answer_id).made_by
    assert made_by is not None
    assert made_by.template == "chatml"


def test_a_preset_chosen_for_the_model_holds_where_nothing_else_does(chat_of: MakeChat) -> None:
    chat = chat_of()
    chat.models.preset = "kfkas-live"
    preset = preset_named("kfkas-live")
    assert preset is not None
    assert sampling_defaults(chat.settings, "kfkas-live") == preset.sampling
    assert sampling_defaults(chat.settings, "none of that name") == sampling_defaults(chat.settings)
    assert preset.sampling != sampling_defaults(chat.settings)
    turn = chat.session.send(None, "안녕")
    assert chat.ended(turn.answer_id).error is None


def test_defaults_are_those_of_the_model_that_answers(chat_of: MakeChat) -> None:
    chat = chat_of(load={"seconds": 1.0})
    chat.models.preset, chat.models.preset_template = "kfkas-live", "chatml"
    turn = chat.session.send(None, "안녕")
    chat.wait(lambda: any(e.state is GenerationState.LOADING_MODEL for e in chat.states))
    chat.models.preset, chat.models.preset_template = None, None
    chat.ended(turn.answer_id)
    made_by = chat.message(turn.answer_id).made_by
    assert made_by is not None
    assert made_by.sampling is not None
    defaults = sampling_defaults(chat.settings)
    assert made_by.sampling == replace(defaults, seed=made_by.sampling.seed)
    assert made_by.template != "chatml"


def test_what_a_conversation_chose_stays_whatever_model_answers(chat_of: MakeChat) -> None:
    chat = chat_of()
    chat.models.preset, chat.models.preset_template = "kfkas-live", "completion"
    own = ConversationSettings(sampling=SamplingParams(seed=5), template="chatml")
    turn = chat.session.send(None, "안녕", own)
    chat.ended(turn.answer_id)
    made_by = chat.message(turn.answer_id).made_by
    assert made_by is not None
    assert (made_by.sampling, made_by.template) == (SamplingParams(seed=5), "chatml")


def test_adapters_of_a_model_that_is_no_longer_chosen_are_not_used(
    chat_of: MakeChat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "말투.gguf"
    path.write_bytes(b"adapter")
    chat = chat_of(default={"text": "[{adapters}]"})
    chat.models.level = "one"

    def converted(*_: object) -> AppliedAdapters:
        if chat.models.level == "other":
            return AppliedAdapters()
        chat.models.level = "other"  # chosen while this is being converted
        return AppliedAdapters((AdapterUse(path, 1.0),), "말투")

    monkeypatch.setattr(chat.models, "adapters_in_use", converted)
    turn = chat.session.send(None, "안녕")
    assert chat.ended(turn.answer_id).error is None
    answer = chat.message(turn.answer_id)
    assert answer.text == "[]"
    assert answer.made_by is not None
    assert (answer.made_by.quantization, answer.made_by.adapters) == ("other", "")


def _stopped_answer(chat: Chat) -> Message:
    turn = chat.session.send(None, "길게")
    chat.first_text()
    chat.session.stop(turn.conversation_id)
    chat.ended(turn.answer_id)
    return chat.message(turn.answer_id)


def _no_model(*_: object) -> None:
    raise ModelMissingError(TextKey("Test", "no model"))


def test_continuing_that_fails_at_once_changes_nothing(
    chat_of: MakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = chat_of(default=SLOW)
    stopped = _stopped_answer(chat)
    assert stopped.usage is not None
    monkeypatch.setattr(chat.models, "ensure_ready", _no_model)
    chat.session.continue_answer(stopped.message_id)
    assert chat.ended(stopped.message_id).state is GenerationState.FAILED
    assert chat.message(stopped.message_id) == stopped
    assert [notice.text for notice in chat.notices.active()] == ["no model"]
    own = ConversationSettings()
    told = chat.session.request_for(stopped.conversation_id, "다음", own).messages
    assert [message.content for message in told] == ["길게", stopped.text, "다음"]
    monkeypatch.undo()
    chat.texts.clear()
    chat.session.continue_answer(stopped.message_id)
    chat.first_text()
    assert chat.notices.active() == []


def test_continuing_that_is_stopped_in_the_queue_changes_nothing(chat_of: MakeChat) -> None:
    chat = chat_of(default=SLOW)
    stopped = _stopped_answer(chat)
    chat.session.send(None, "다른 대화")
    chat.session.continue_answer(stopped.message_id)
    chat.session.stop(stopped.conversation_id)
    chat.ended(stopped.message_id)
    assert chat.message(stopped.message_id) == stopped


def test_continuing_that_fails_later_keeps_the_answer_known_to_the_model(chat_of: MakeChat) -> None:
    chat = chat_of(default=SLOW)
    stopped = _stopped_answer(chat)
    session = ChatSession(
        chat.store, chat.models, _TooLarge(), chat.bus, chat.settings, chat.notices
    )
    try:
        session.continue_answer(stopped.message_id)
        assert chat.ended(stopped.message_id).state is GenerationState.FAILED
        answer = chat.message(stopped.message_id)
        assert answer.text == stopped.text + "여기까지"
        assert (answer.state, answer.error) == (MessageState.STOPPED, "no memory. smaller")
        assert stopped.usage is not None
        assert answer.usage == replace(stopped.usage, earlier_tokens=None)
        assert answer.can_continue
    finally:
        session.close()
