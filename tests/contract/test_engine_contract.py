"""What every engine must do, asked of each one directly and through its child process."""

from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    Cancelled,
    ModelDamagedError,
    ModelMissingError,
    PromptTooLongError,
)
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    ParametersIgnored,
    PromptProgress,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.states import FinishReason
from tests.contract.cases import EngineCase
from tests.contract.subject import GREEDY, OPTIONS, WINDOW, Subject, ask, ignore, run


def test_load_progress_rises_to_one(subject: Subject, case: EngineCase, tmp_path: Path) -> None:
    seen: list[float] = []
    loaded = subject.load(case.make_model(tmp_path), OPTIONS, seen.append, CancelToken())
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert loaded.context_window == WINDOW
    assert loaded.vocab_size > 0
    assert loaded.device
    assert loaded.template


def test_events_come_in_order(loaded: Subject) -> None:
    events, text, last = run(loaded, ask("안녕하세요"))
    kinds = [type(event) for event in events]
    first_text = kinds.index(TextDelta)
    assert all(kind is PromptProgress for kind in kinds[:first_text])
    assert all(kind is TextDelta for kind in kinds[first_text:-1])
    assert text
    assert last.reason is FinishReason.LENGTH


def test_counts_are_those_of_the_prompt(loaded: Subject) -> None:
    request = ask("안녕하세요")
    events, _, last = run(loaded, request)
    progress = [event for event in events if isinstance(event, PromptProgress)]
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert progress[-1].done == progress[-1].total == last.usage.prompt_tokens
    assert last.usage.prompt_tokens == loaded.count_tokens(request)
    assert last.usage.new_tokens == 24
    assert last.usage.context_window == WINDOW
    assert last.usage.seed == 7
    assert last.usage.time_to_first_token_s > 0


@pytest.mark.parametrize("limit", [1, 5])
def test_max_new_tokens(loaded: Subject, limit: int) -> None:
    sampling = replace(GREEDY, max_new_tokens=limit)
    _, _, last = run(loaded, ask("안녕하세요", sampling=sampling))
    assert last.usage.new_tokens == limit
    assert last.reason is FinishReason.LENGTH


def test_equal_seeds_give_equal_answers(loaded: Subject, case: EngineCase, tmp_path: Path) -> None:
    sampling = SamplingParams(temperature=1.0, seed=42, max_new_tokens=16)
    _, first, _ = run(loaded, ask("안녕하세요", sampling=sampling))
    run(loaded, ask("그 사이에 다른 말"))
    if not case.is_repeatable:
        loaded.load(case.make_model(tmp_path), OPTIONS, ignore, CancelToken())
    _, second, _ = run(loaded, ask("안녕하세요", sampling=sampling))
    assert first == second


def test_an_earlier_prompt_is_reused(loaded: Subject, case: EngineCase) -> None:
    _, first, _ = run(loaded, ask("안녕하세요, 오늘은 날씨가 참 좋네요"))
    _, second, last = run(loaded, ask("안녕하세요, 오늘은 날씨가 참 좋네요"))
    assert second == first
    reuses = case.make_engine().capabilities.supports_prefix_reuse
    assert (last.usage.reused_tokens > 0) == reuses
    assert last.usage.reused_tokens < last.usage.prompt_tokens


def test_stop_strings_end_the_answer_unseen(loaded: Subject) -> None:
    _, whole, _ = run(loaded, ask("안녕하세요"))
    middle = len(whole) // 2
    for stop in (whole[middle], whole[middle : middle + 3], whole[:1]):
        sampling = replace(GREEDY, stop=("없는 말", stop))
        _, text, last = run(loaded, ask("안녕하세요", sampling=sampling))
        assert text == whole[: whole.index(stop)]
        assert last.reason is FinishReason.STOP


def test_a_stop_string_that_only_begins_changes_nothing(loaded: Subject) -> None:
    _, whole, _ = run(loaded, ask("안녕하세요"))
    sampling = replace(GREEDY, stop=(whole[-2:] + "\0", whole[2:5] + "\0"))
    _, text, _ = run(loaded, ask("안녕하세요", sampling=sampling))
    assert text == whole


def test_a_cancel_before_the_start(loaded: Subject) -> None:
    cancel = CancelToken()
    cancel.cancel()
    _, _, last = run(loaded, ask("안녕하세요"), cancel)
    assert last.reason is FinishReason.CANCELLED


def test_a_cancel_while_reading(loaded: Subject) -> None:
    cancel = CancelToken()
    reasons = []
    for event in loaded.stream(ask("가나다라 " * 20), cancel):
        if isinstance(event, PromptProgress):
            cancel.cancel()
        if isinstance(event, Finished):
            reasons.append(event.reason)
    assert len(reasons) == 1
    assert reasons[0] in {FinishReason.CANCELLED, FinishReason.LENGTH}


def test_a_cancel_while_answering(subject: Subject, case: EngineCase, tmp_path: Path) -> None:
    options = replace(OPTIONS, context_tokens=2048)
    subject.load(case.make_model(tmp_path), options, ignore, CancelToken())
    cancel = CancelToken()
    deltas = 0
    last = None
    request = ask("안녕하세요", sampling=replace(GREEDY, max_new_tokens=1500))
    for event in subject.stream(request, cancel):
        if isinstance(event, TextDelta):
            deltas += 1
            cancel.cancel()
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert 0 < deltas < 1500
    _, text, _ = run(subject, ask("다시"))
    assert text


def test_an_answer_is_continued_with_new_text_only(loaded: Subject) -> None:
    _, whole, _ = run(loaded, ask("안녕하세요"))
    prefix = whole[: len(whole) // 2]
    _, rest, last = run(loaded, ask("안녕하세요", prefix=prefix))
    assert last.usage.new_tokens > 0
    assert not rest.startswith(prefix)
    assert last.usage.prompt_tokens > loaded.count_tokens(ask("안녕하세요"))


def test_unsupported_parameters_are_said_first(loaded: Subject, case: EngineCase) -> None:
    sampling = replace(GREEDY, **case.unsupported)
    events, _, _ = run(loaded, ask("안녕하세요", sampling=sampling))
    said = [event for event in events if isinstance(event, ParametersIgnored)]
    assert said == events[: len(said)]
    assert [set(event.names) for event in said] == [set(case.unsupported)][: len(case.unsupported)]


def test_a_message_that_cannot_fit_is_refused(loaded: Subject) -> None:
    with pytest.raises(PromptTooLongError) as caught:
        run(loaded, ask("가나다라마바사아자차카타파하 " * WINDOW))
    assert caught.value.lines()
    _, text, _ = run(loaded, ask("안녕하세요"))
    assert text


def test_old_messages_are_left_out_and_said(loaded: Subject) -> None:
    request = ask(*[f"{number}번째 이야기예요. " * 4 for number in range(60)], "안녕하세요")
    assert loaded.count_tokens(request) > WINDOW
    events, text, last = run(loaded, request)
    trimmed = [event for event in events if isinstance(event, ContextTrimmed)]
    assert trimmed == events[:1]
    assert 0 < trimmed[0].dropped_messages < len(request.messages)
    assert last.usage.prompt_tokens < WINDOW
    assert text


def test_an_answer_ends_where_the_window_does(loaded: Subject) -> None:
    sampling = replace(GREEDY, max_new_tokens=4000)
    _, _, last = run(loaded, ask("안녕하세요", sampling=sampling))
    assert last.reason in {FinishReason.LENGTH, FinishReason.STOP}
    assert last.usage.prompt_tokens + last.usage.new_tokens <= WINDOW + 1


@pytest.mark.parametrize(
    "text", ["\0", "\ud800 홀로", "\u202e뒤집기", "👨‍👩‍👧", "<|im_end|>", " \n"]
)
def test_strange_messages_do_no_harm(loaded: Subject, text: str) -> None:
    _, _, last = run(loaded, ask(text))
    assert last.reason in {FinishReason.LENGTH, FinishReason.STOP}


def test_loading_again_replaces_the_model(
    loaded: Subject, case: EngineCase, tmp_path: Path
) -> None:
    options = replace(OPTIONS, context_tokens=256)
    again = loaded.load(case.make_model(tmp_path), options, ignore, CancelToken())
    assert again.context_window == 256
    _, text, last = run(loaded, ask("안녕하세요"))
    assert text
    assert last.usage.reused_tokens == 0


def test_unloading_twice_is_fine(loaded: Subject, case: EngineCase, tmp_path: Path) -> None:
    loaded.unload()
    loaded.unload()
    loaded.load(case.make_model(tmp_path), OPTIONS, ignore, CancelToken())
    _, text, _ = run(loaded, ask("안녕하세요"))
    assert text


def test_loading_can_be_cancelled(subject: Subject, case: EngineCase, tmp_path: Path) -> None:
    spec = case.make_model(tmp_path)
    early = CancelToken()
    early.cancel()
    with pytest.raises(Cancelled):
        subject.load(spec, OPTIONS, ignore, early)
    during = CancelToken()
    with pytest.raises(Cancelled):
        subject.load(spec, OPTIONS, lambda _progress: during.cancel(), during)
    subject.load(spec, OPTIONS, ignore, CancelToken())


def test_a_missing_file_is_said(subject: Subject, case: EngineCase, tmp_path: Path) -> None:
    spec = replace(case.make_model(tmp_path), path=tmp_path / "한글 폴더" / "없는 모델 (1).bin")
    with pytest.raises(ModelMissingError) as caught:
        subject.load(spec, OPTIONS, ignore, CancelToken())
    assert caught.value.lines()


@pytest.mark.parametrize("damage", ["cut off", "empty", "noise"])
def test_a_damaged_file_is_said(
    subject: Subject, case: EngineCase, tmp_path: Path, damage: str
) -> None:
    spec = case.make_model(tmp_path)
    content = spec.path.read_bytes()
    damaged = {"cut off": content[: len(content) // 2], "empty": b"", "noise": b"\x93\xff" * 5000}
    spec.path.write_bytes(damaged[damage])
    with pytest.raises(ModelDamagedError) as caught:
        subject.load(spec, OPTIONS, ignore, CancelToken())
    assert caught.value.lines()
    spec.path.write_bytes(content)
    subject.load(spec, OPTIONS, ignore, CancelToken())
