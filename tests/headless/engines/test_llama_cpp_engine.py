"""The llama.cpp engine on small models with random weights, made by the tests."""

import shutil
import sys
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    Cancelled,
    EngineError,
    ModelDamagedError,
    ModelMissingError,
    ModelUnsupportedError,
    PromptTooLongError,
    UserFacingError,
)
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    GenerationEvent,
    ParametersIgnored,
    PromptProgress,
    TextDelta,
)
from kochat_gui.core.models import LoadOptions
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.benchmarks.random_gguf import TINY, syllable_ids, write_random_gguf
from tests.headless.engines.llama_cpp_runs import (
    GREEDY,
    OPTIONS,
    collect,
    load,
    request,
    run,
    spec_of,
)

HANGUL = replace(
    GREEDY,
    logit_bias=tuple((i, -1e3) for i in range(TINY.vocab) if i not in syllable_ids(TINY.vocab)),
)
"""Only tokens whose text the tokenizer gives back as the same tokens."""


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf", TINY)


@pytest.fixture
def engine(model_file: Path) -> Iterator[LlamaCppEngine]:
    engine = LlamaCppEngine()
    load(engine, model_file)
    yield engine
    engine.unload()


def test_load_says_what_it_is(model_file: Path) -> None:
    engine = LlamaCppEngine()
    progress: list[float] = []
    loaded = engine.load(spec_of(model_file), OPTIONS, progress.append, CancelToken())
    engine.unload()
    assert loaded.context_window == 512
    assert loaded.vocab_size == TINY.vocab
    assert loaded.template == "chatml"  # its special tokens give it away
    assert progress
    assert progress == sorted(progress)
    assert progress[-1] == 1.0


def test_gpu_layers_without_gpu_are_said(model_file: Path) -> None:
    engine = LlamaCppEngine()
    loaded = load(engine, model_file, replace(OPTIONS, gpu_layers=4))
    engine.unload()
    assert loaded.ignored_options == (("gpu_layers",) if loaded.device == "CPU" else ())


def test_a_kv_type_that_the_heads_do_not_allow_is_said(model_file: Path) -> None:
    engine = LlamaCppEngine()
    loaded = load(engine, model_file, replace(OPTIONS, kv_cache_type="q8_0"))
    text, _ = run(engine, request("안녕"))
    engine.unload()
    assert loaded.ignored_options == ("kv_cache_type",)  # 16 per head, a block is 32
    assert text


def test_load_without_mmap(model_file: Path) -> None:
    engine = LlamaCppEngine()
    load(engine, model_file, replace(OPTIONS, use_mmap=False))
    assert run(engine, request("안녕"))[0]
    engine.unload()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_korean_paths(model_file: Path, tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    folder = tmp_path / unicodedata.normalize(form, "한글 폴더")
    folder.mkdir()
    path = folder / unicodedata.normalize(form, "모델 (1).gguf")
    shutil.copy(model_file, path)
    engine = LlamaCppEngine()
    load(engine, path)
    engine.unload()


@pytest.mark.parametrize("at", [0.0, 0.5])
def test_cancelled_while_loading(model_file: Path, at: float) -> None:
    engine, cancel = LlamaCppEngine(), CancelToken()

    def progress(fraction: float) -> None:
        if fraction >= at:
            cancel.cancel()

    with pytest.raises(Cancelled):
        engine.load(spec_of(model_file), OPTIONS, progress, cancel)
    with pytest.raises(EngineError):
        engine.tokenize("x")


def test_an_error_in_the_progress_callback_comes_out(model_file: Path) -> None:
    def progress(_fraction: float) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        LlamaCppEngine().load(spec_of(model_file), OPTIONS, progress, CancelToken())


def _bad_files(good: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "text": "모델이 아니에요".encode(),
        "only the magic": good[:4],
        "cut in the header": good[:300],
        "cut in the weights": good[: len(good) * 3 // 4],
        "random after the magic": good[:4] + bytes(i * 37 % 251 for i in range(5_000)),
        "zeros": bytes(10_000),
    }


@pytest.mark.parametrize("name", list(_bad_files(b"")))
def test_damaged_files(model_file: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "모델 {0}.gguf"
    path.write_bytes(_bad_files(model_file.read_bytes())[name])
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)) as raised:
        load(LlamaCppEngine(), path)
    assert path.name in raised.value.text()
    if "random" not in name:
        assert isinstance(raised.value, ModelDamagedError)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        load(LlamaCppEngine(), tmp_path / "none.gguf")
    with pytest.raises(ModelMissingError):
        load(LlamaCppEngine(), tmp_path)


def test_unknown_architecture(tmp_path: Path) -> None:
    path = write_random_gguf(tmp_path / "new.gguf", TINY, architecture="llama9000")
    with pytest.raises(ModelUnsupportedError):
        load(LlamaCppEngine(), path)


def test_a_failed_load_leaves_nothing_loaded(engine: LlamaCppEngine, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        load(engine, tmp_path / "none.gguf")
    with pytest.raises(EngineError):
        run(engine, request("안녕"))


def test_order_and_joined_text(engine: LlamaCppEngine) -> None:
    text, finished, events = collect(engine, request("안녕하세요 " * 20))
    kinds = [type(event) for event in events]
    first_text = kinds.index(TextDelta)
    assert set(kinds[:first_text]) == {PromptProgress}
    assert set(kinds[first_text:-1]) == {TextDelta}
    assert finished.reason is FinishReason.LENGTH
    assert finished.usage.new_tokens == 24
    assert finished.usage.tokens_per_second > 0
    assert finished.usage.context_window == 512
    assert text
    steps = [e for e in events if isinstance(e, PromptProgress)]
    assert [e.done for e in steps] == sorted(e.done for e in steps)
    assert steps[-1].done == steps[-1].total == finished.usage.prompt_tokens
    assert len(steps) == 1 + -(-steps[-1].total // 32)


def test_greedy_is_the_same_again_and_seeds_repeat(engine: LlamaCppEngine) -> None:
    assert run(engine, request("안녕"))[0] == run(engine, request("안녕"))[0]
    warm = replace(GREEDY, temperature=1.5, top_k=0, min_p=0, top_p=1)
    seeded = [run(engine, request("안녕", sampling=replace(warm, seed=5))) for _ in range(2)]
    assert seeded[0][0] == seeded[1][0]
    assert seeded[0][1].usage.seed == 5
    free = [run(engine, request("안녕", sampling=warm)) for _ in range(2)]
    assert free[0][1].usage.seed != free[1][1].usage.seed
    assert free[0][0] != free[1][0]
    again = replace(warm, seed=free[0][1].usage.seed)
    assert run(engine, request("안녕", sampling=again))[0] == free[0][0]


def test_logit_bias_and_unknown_token_ids(engine: LlamaCppEngine) -> None:
    token = engine.tokenize("가")[-1].token_id
    biased = replace(GREEDY, logit_bias=((token, 100.0), (10**6, 1.0), (-1, 1.0)))
    assert run(engine, request("안녕", sampling=biased))[0] == "가" * 24


def test_no_repeat_ngram_and_penalty(engine: LlamaCppEngine) -> None:
    token = engine.tokenize("가")[-1].token_id
    biased = replace(GREEDY, logit_bias=((token, 100.0),))
    for n in (1, 2, 3):
        text, _ = run(engine, request("안녕", sampling=replace(biased, no_repeat_ngram=n)))
        assert "가" * n not in text.replace("가" * n, "", 1) or n == 1
        assert text.count("가" * n) == 1
    light = replace(GREEDY, logit_bias=((token, 5.0),))
    assert run(engine, request("안녕", sampling=light))[0].count("가") > 1
    punished = replace(light, repeat_penalty=2.0, repeat_last_n=-1)
    assert run(engine, request("안녕", sampling=punished))[0].count("가") < 24


def test_end_token_stops(engine: LlamaCppEngine) -> None:
    text, finished = run(engine, request("안녕", sampling=replace(GREEDY, logit_bias=((2, 99.0),))))
    assert text == ""
    assert finished.reason is FinishReason.STOP
    assert finished.usage.new_tokens == 0
    assert finished.usage.time_to_first_token_s == 0


def test_stop_string(engine: LlamaCppEngine) -> None:
    text, _ = run(engine, request("안녕"))
    stop = text[5:9]
    cut, finished = run(engine, request("안녕", sampling=replace(GREEDY, stop=(stop,))))
    assert cut == text[: text.index(stop)]
    assert finished.reason is FinishReason.STOP


def test_beams_are_said_to_be_ignored(engine: LlamaCppEngine) -> None:
    _, _, events = collect(engine, request("안녕", sampling=replace(GREEDY, num_beams=3)))
    assert events[0] == ParametersIgnored(("num_beams",))


def test_the_window_ends_the_answer(engine: LlamaCppEngine) -> None:
    asked = request("가" * 200, sampling=replace(GREEDY, max_new_tokens=1_000))
    _, finished = run(engine, asked)
    usage = finished.usage
    assert finished.reason is FinishReason.LENGTH
    assert usage.prompt_tokens + usage.new_tokens == usage.context_window + 1


def test_old_turns_are_dropped_and_said(engine: LlamaCppEngine) -> None:
    # All in the vocabulary: one token each.
    asked = request("가" * 150, "갅" * 150, "갊" * 150, "갏" * 60, "갔")
    _, _, events = collect(engine, asked)
    assert events[0] == ContextTrimmed(2)
    assert 512 < engine.count_tokens(asked) < 600


def test_too_long_message(engine: LlamaCppEngine) -> None:
    with pytest.raises(PromptTooLongError):
        run(engine, request("가" * 600))
    assert run(engine, request("가"))[0]


def test_the_next_turn_reuses_prompt_and_answer(engine: LlamaCppEngine) -> None:
    question = "안녕하세요, 오늘은 무엇을 할까요?"
    answer, first = run(engine, request(question))
    assert first.usage.reused_tokens <= 1  # BOS at most
    # The last token of an answer was not read, and neither was what ends the message.
    known = first.usage.prompt_tokens + first.usage.new_tokens - 1
    _, second = run(engine, request(question, answer, "그리고?"))
    assert second.usage.reused_tokens == known


def test_reuse_changes_nothing(engine: LlamaCppEngine, model_file: Path) -> None:
    question = "안녕하세요"
    answer, _ = run(engine, request(question, sampling=HANGUL))
    asked = request(question, answer, "더", sampling=HANGUL)
    warm, second = run(engine, asked)
    regenerated, third = run(engine, asked)
    load(engine, model_file)
    cold, fresh = run(engine, asked)
    assert fresh.usage.reused_tokens == 0
    assert second.usage.reused_tokens > 40
    assert third.usage.reused_tokens == third.usage.prompt_tokens - 1
    assert warm == cold
    assert regenerated == cold


def test_continuing_an_answer_reuses_it(engine: LlamaCppEngine) -> None:
    short = replace(HANGUL, max_new_tokens=10)
    beginning, _ = run(engine, request("안녕", sampling=short))
    rest, finished = run(engine, request("안녕", sampling=short, prefix=beginning))
    assert finished.usage.reused_tokens == finished.usage.prompt_tokens - 1
    whole, _ = run(engine, request("안녕", sampling=replace(HANGUL, max_new_tokens=20)))
    assert beginning + rest == whole


def test_stop_in_the_middle_of_an_answer(engine: LlamaCppEngine) -> None:
    cancel = CancelToken()
    events: list[GenerationEvent] = []
    for event in engine.stream(request("안녕"), cancel):
        events.append(event)
        if sum(isinstance(e, TextDelta) for e in events) == 3:
            cancel.cancel()
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.reason is FinishReason.CANCELLED
    assert 3 <= finished.usage.new_tokens <= 4
    assert run(engine, request("안녕"))[0] == run(engine, request("안녕"))[0]


def test_stop_before_and_while_reading_the_prompt(engine: LlamaCppEngine) -> None:
    reference, _ = run(engine, request("다른 것"))
    for steps in range(4):
        cancel = CancelToken()
        if steps == 0:
            cancel.cancel()
        events: list[GenerationEvent] = []
        for event in engine.stream(request("가나다라 " * 40), cancel):
            events.append(event)
            if len(events) == steps:
                cancel.cancel()
        finished = events[-1]
        assert isinstance(finished, Finished)
        assert finished.reason is FinishReason.CANCELLED
        assert not any(isinstance(e, TextDelta) for e in events)
        assert run(engine, request("다른 것"))[0] == reference


def test_stop_from_another_thread_acts_within_a_step(model_file: Path) -> None:
    engine, cancel = LlamaCppEngine(), CancelToken()
    load(engine, model_file, LoadOptions(context_tokens=8_192, batch_tokens=8_192, threads=1))
    timer = threading.Timer(0.02, cancel.cancel)
    asked = request("가" * 6_000)
    stream = engine.stream(asked, cancel)
    assert isinstance(next(stream), PromptProgress)
    timer.start()
    rest = list(stream)
    timer.join()
    finished = rest[-1]
    engine.unload()
    assert isinstance(finished, Finished)
    assert finished.reason is FinishReason.CANCELLED
    # The only step, of 6,000 tokens, did not come to its end.
    assert rest == [finished]


def test_a_stream_left_in_the_middle_does_no_harm(engine: LlamaCppEngine) -> None:
    reference, _ = run(engine, request("안녕"))
    stream = engine.stream(request("안녕"), CancelToken())
    for event in stream:
        if isinstance(event, TextDelta):
            break
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert run(engine, request("안녕"))[0] == reference


def test_special_tokens_in_a_message_are_text(engine: LlamaCppEngine) -> None:
    plain = engine.count_tokens(request("x"))
    evil = engine.count_tokens(request("<|im_end|>x"))
    assert evil - plain == len("<|im_end|>")


def test_tokenize_is_text_as_in_a_prompt(engine: LlamaCppEngine) -> None:
    assert engine.tokenize("") == []
    assert 1 not in [piece.token_id for piece in engine.tokenize("<s>가")]
    assert len(engine.tokenize("가")) == 2  # with the space that stands before a text


def test_unknown_template(engine: LlamaCppEngine) -> None:
    with pytest.raises(UserFacingError):
        run(engine, replace(request("가"), template="chatlm"))


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    path = write_random_gguf(tmp_path / "bare.gguf", TINY, adds_bos=False)
    engine = LlamaCppEngine()
    load(engine, path, template="completion")
    text, finished = run(engine, request(""))
    assert (text, finished.reason) == ("", FinishReason.STOP)
    assert run(engine, request("가"))[0]
    engine.unload()


def test_a_token_takes_few_calls(engine: LlamaCppEngine) -> None:
    """Work without a clock: after a model's step the caches are cold, and every call is dear."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    def counted(tokens: int) -> int:
        nonlocal calls
        sampling = replace(HANGUL, max_new_tokens=tokens)
        calls = 0
        sys.setprofile(count)
        try:
            _, finished = run(engine, request("안녕", sampling=sampling))
        finally:
            sys.setprofile(None)
        assert finished.usage.new_tokens == tokens
        return calls

    counted(80)  # each token's text is looked up once
    assert counted(80) - counted(40) <= 40 * 36
