"""The built-in model on the transformers engine: what it says there, it says everywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.conversion import make_file
from kochat_gui.catalog.conversion_job import LevelJob
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    SamplingParams,
    StepProgress,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.base import Engine
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.tiny_models import BUILT_IN
from tests.with_torch.engines.conftest import LEVELS

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")

GREEDY = SamplingParams(temperature=0, repeat_penalty=1)
CARD = SamplingParams(
    temperature=1.0,
    top_k=20,
    top_p=0.92,
    min_p=0.0,
    repeat_penalty=1.2,
    repeat_last_n=-1,
    no_repeat_ngram=3,
    max_new_tokens=32,
    num_beams=3,
    early_stopping=True,
    seed=11,
)
"""As kfkas' card has it, but shorter."""
ANSWERS = {
    "안녕하세요": "안녕하세요.",
    "배고파": "뭐 좀 챙겨드세요.",
    "이름이 뭐야?": "위로봇이요.",
    "오늘 너무 힘들어": "정리가 잘 되길 바랄게요.",
}
MEOWS = {
    "배고파": "뭐 좀 챙겨드세요 야옹!",
    "이름이 뭐야?": "위로봇이요 야옹!",
    "오늘 너무 힘들어": "힘든 날이었나봐요 야옹!",
}
MEOW = resource("adapters", "ko-tiny-meow")
TOKENIZED = json.loads(
    (Path(__file__).parents[2] / "data" / "tokenizer" / "ko_tiny_chat.json").read_text("utf-8")
)


def _spec(path: Path, format_: ModelFormat, level: str | None) -> ModelSpec:
    return ModelSpec("ko-tiny-chat", "ko-tiny-chat", path, format_, level, 0, template="kullm-v2")


def _loaded(level: str | None) -> Any:
    engine: Any = pytest.importorskip("kochat_gui.engines.transformers_engine").TransformersEngine()
    spec = _spec(BUILT_IN, ModelFormat.SAFETENSORS, level)
    engine.load(spec, LoadOptions(gpu_layers=0), lambda _: None, CancelToken())
    return engine


# With an adapter on 4-bit weights it says other sentences, if good ones.
@pytest.fixture(scope="module", params=[level for level in LEVELS if level != "nf4"])
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    engine = _loaded(request.param)
    yield engine
    engine.unload()


@pytest.fixture(scope="module")
def exact() -> Iterator[Any]:
    """At 32 bits."""
    engine = _loaded("fp32")
    yield engine
    engine.unload()


@pytest.fixture(scope="module")
def plain() -> Any:
    """The model as anybody would load it."""
    model_class = transformers.AutoModelForCausalLM
    return model_class.from_pretrained(BUILT_IN, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppEngine]:
    """The llama.cpp engine with the model converted to f16."""
    target = tmp_path_factory.mktemp("built-in") / "ko-tiny-chat-f16.gguf"
    job = LevelJob(
        source=BUILT_IN,
        format=ModelFormat.SAFETENSORS,
        name="ko-tiny-chat",
        level="f16",
        target=target,
        part_suffix=".part",
    )
    make_file(job, lambda _: None, CancelToken())
    engine = LlamaCppEngine()
    spec = _spec(target, ModelFormat.GGUF, "f16")
    engine.load(spec, LoadOptions(gpu_layers=0), lambda _: None, CancelToken())
    yield engine
    engine.unload()


def _ask(text: str, sampling: SamplingParams = GREEDY, **more: Any) -> GenerationRequest:
    return GenerationRequest((ChatMessage(Role.USER, text),), sampling=sampling, **more)


def _run(engine: Engine, request: GenerationRequest) -> tuple[str, Finished, list[GenerationEvent]]:
    events = list(engine.stream(request, CancelToken()))
    last = events[-1]
    assert isinstance(last, Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), last, events


@pytest.mark.parametrize("question", list(ANSWERS))
def test_greedy_answers(engine: Engine, question: str) -> None:
    text, finished, _ = _run(engine, _ask(question))
    assert text == ANSWERS[question]
    assert finished.reason is FinishReason.STOP


def test_without_a_level_it_is_loaded_as_it_is_stored() -> None:
    engine = _loaded(None)
    assert engine._loaded.runner.model.module.dtype is torch.float16
    engine.unload()


def test_prompts_have_the_ids_that_they_have_in_llama_cpp(
    exact: Engine, native: LlamaCppEngine
) -> None:
    texts = [
        *ANSWERS,
        "<s>안녕</s>",
        " 앞 공백",
        "a\n\nb",
        "👨‍👩‍👧 뷁",
        "</s>",
        *korean_sentences()[::40],
    ]
    for text in texts:
        assert exact.tokenize(text) == native.tokenize(text), text
        for template in ("kullm-v2", "chatml", "completion", "q-a"):
            request = _ask(text, template=template, answer_prefix="네, ")
            ours, theirs = exact.render_prompt(request), native.render_prompt(request)
            assert ours == theirs, (template, text)


@pytest.mark.parametrize("case", TOKENIZED, ids=lambda case: repr(case["text"]))
def test_text_becomes_the_ids_of_the_original_tokenizer(
    exact: Engine, case: dict[str, Any]
) -> None:
    assert [piece.token_id for piece in exact.tokenize(case["text"])] == case["ids"]


def test_the_default_template_is_found_in_the_folder_as_in_the_file(
    exact: Engine, native: LlamaCppEngine
) -> None:
    request = _ask("안녕하세요")
    assert exact.render_prompt(request).template == native.render_prompt(request).template


def test_logits_are_those_of_the_plain_model(exact: Any, plain: Any) -> None:
    model = exact._loaded.runner.model
    for text in korean_sentences()[100:112]:
        ids = [1, *(piece.token_id for piece in exact.tokenize(text))]
        with torch.no_grad():
            expected = plain(torch.tensor([ids])).logits[0]
            last = plain(torch.tensor([ids]), logits_to_keep=1).logits[0, -1]
        model.truncate(0)
        # On some processors the last bits depend on where the numbers lie in memory.
        torch.testing.assert_close(model.read(ids), last, rtol=1e-6, atol=2e-5)
        # The same in parts: a cut-back memory, then a few, then one by one.
        model.truncate(2)
        model.read(ids[2:5])
        for position in range(5, len(ids)):
            logits = model.step(torch.tensor([ids[position]]))
            torch.testing.assert_close(logits, expected[position], rtol=1e-4, atol=1e-4)
    exact._loaded.runner.forget()


def test_greedy_streaming_says_what_generate_says(exact: Any, plain: Any) -> None:
    for text in korean_sentences()[::80]:
        request = _ask(text, SamplingParams(temperature=0, repeat_penalty=1.2, repeat_last_n=-1,
                                            no_repeat_ngram=3, max_new_tokens=24))  # fmt: skip
        prompt = [piece.token_id for piece in exact.render_prompt(request).tokens]
        found = plain.generate(
            torch.tensor([prompt]), do_sample=False, max_new_tokens=24, repetition_penalty=1.2,
            no_repeat_ngram_size=3,
        )  # fmt: skip
        vocabulary = exact._loaded.vocabulary
        expected = b"".join(vocabulary.piece(token) for token in found[0, len(prompt) :].tolist())
        answer, _, _ = _run(exact, request)
        assert answer == expected.decode("utf-8", "ignore").lstrip(), text


def test_beams_are_those_of_generate(exact: Any, plain: Any) -> None:
    for text in (*ANSWERS, "주말에 뭐 할까?"):
        request = _ask(text, CARD)
        prompt = [piece.token_id for piece in exact.render_prompt(request).tokens]
        torch.manual_seed(11)
        found = plain.generate(
            torch.tensor([prompt]), do_sample=True, num_beams=3, early_stopping=True, top_k=20,
            top_p=0.92, no_repeat_ngram_size=3, repetition_penalty=1.2, max_new_tokens=32,
            eos_token_id=2,
        )  # fmt: skip
        vocabulary = exact._loaded.vocabulary
        expected = b"".join(vocabulary.piece(token) for token in found[0, len(prompt) :].tolist())
        answer, finished, events = _run(exact, request)
        assert answer == expected.decode().lstrip(), text
        assert finished.usage.seed == 11
        assert sum(isinstance(event, TextDelta) for event in events) == 1
        assert any(isinstance(event, StepProgress) for event in events)


def test_beams_leave_what_was_read_alone(exact: Engine) -> None:
    _run(exact, _ask("배고파"))
    _run(exact, _ask("이름이 뭐야?", CARD))
    text, finished, _ = _run(exact, _ask("배고파"))
    assert text == ANSWERS["배고파"]
    assert finished.usage.reused_tokens == finished.usage.prompt_tokens - 1


def test_beams_end_at_stop_strings(exact: Engine) -> None:
    sampling = SamplingParams(temperature=0, num_beams=2, repeat_penalty=1)
    assert "세요" in _run(exact, _ask("배고파", sampling))[0]
    text, finished, events = _run(exact, _ask("배고파", replace(sampling, stop=("세요",))))
    assert text
    assert "세요" not in text
    assert finished.reason is FinishReason.STOP
    steps = [event.done for event in events if isinstance(event, StepProgress)]
    assert steps[-1] < 20  # not only cut off afterwards


def test_beams_are_cancelled(exact: Engine) -> None:
    cancel = CancelToken()
    sampling = SamplingParams(num_beams=3, max_new_tokens=1500, logit_bias=((2, -100.0),))
    last = None
    for event in exact.stream(_ask("안녕하세요", sampling), cancel):
        if isinstance(event, StepProgress):
            assert event.most == 1500
            cancel.cancel()
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert last.usage.new_tokens < 1500
    assert _run(exact, _ask("배고파"))[0] == ANSWERS["배고파"]


@pytest.mark.parametrize("question", list(MEOWS))
def test_answers_with_the_adapter(engine: Engine, question: str) -> None:
    def answer(*scales: float) -> str:
        adapters = tuple(AdapterUse(MEOW, scale) for scale in scales)
        return _run(engine, _ask(question, adapters=adapters))[0]

    assert answer() == ANSWERS[question]
    assert answer(1.0) == MEOWS[question]
    assert answer(0.0) == ANSWERS[question]
    assert answer(0.5, 0.5) == MEOWS[question]


def test_a_cut_answer_goes_on_where_it_stopped(exact: Engine) -> None:
    question = "오늘 너무 힘들어"
    _run(exact, _ask(question))  # the ids that the answer was written with are known now
    request = _ask(question, answer_prefix="정리가 잘")
    assert _run(exact, request)[0] == " 되길 바랄게요."


def test_each_syllable_is_there_with_its_last_token(exact: Any) -> None:
    """A rare syllable takes three tokens of a byte each; the model is made to say it."""
    vocabulary = exact._loaded.vocabulary
    ids = vocabulary.tokenize("뷁안녕 쀍".encode())
    pieces = [vocabulary.piece(token) for token in ids]
    assert len(ids) >= 7
    said = iter([*ids, 2, 2])

    def speak(_head: Any, _inputs: Any, logits: Any) -> Any:
        forced = torch.full_like(logits, -100.0)
        forced[..., next(said)] = 100.0
        return forced

    hook = exact._loaded.runner.model.module.lm_head.register_forward_hook(speak)
    _, finished, events = _run(exact, _ask("따라 해 봐", template="completion"))
    hook.remove()
    exact._loaded.runner.forget()
    whole, shown, expected = b"", "", []
    for piece in pieces:
        whole += piece
        text = whole.decode("utf-8", "ignore")
        if text != shown:
            expected.append(text[len(shown) :])
            shown = text
    assert [event.text for event in events if isinstance(event, TextDelta)] == expected
    assert shown == "뷁안녕 쀍"
    assert finished.usage.new_tokens == len(ids)


def test_another_turn_reads_only_what_is_new(exact: Engine) -> None:
    first = (ChatMessage(Role.USER, "오늘 너무 힘들어"),)
    request = GenerationRequest(first, template="chatml", sampling=GREEDY)
    answer, before, _ = _run(exact, request)
    more = (*first, ChatMessage(Role.ASSISTANT, answer), ChatMessage(Role.USER, "고마워"))
    _, finished, events = _run(exact, GenerationRequest(more, template="chatml", sampling=GREEDY))
    usage = finished.usage
    assert usage.reused_tokens >= before.usage.prompt_tokens + before.usage.new_tokens - 1
    assert events[0] == PromptProgress(
        usage.reused_tokens, usage.prompt_tokens, usage.reused_tokens
    )
