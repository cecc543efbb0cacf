"""What goes wrong, what is refused and what is left behind by the transformers engine."""

import gc
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import (
    Cancelled,
    EngineError,
    MemoryShortError,
    ModelDamagedError,
    ModelError,
    ModelUnsupportedError,
)
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationRequest,
    ParametersIgnored,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import FinishReason
from tests.helpers.endless_model import endless_model, strong_adapter
from tests.helpers.repeating import ask_to_repeat
from tests.helpers.tiny_models import BUILT_IN

torch: Any = pytest.importorskip("torch")
engine_module: Any = pytest.importorskip("kochat_gui.engines.transformers_engine")
device_module: Any = pytest.importorskip("kochat_gui.engines.transformers_device")

OPTIONS = LoadOptions(context_tokens=512, gpu_layers=0)
SPEC = ModelSpec(
    "ko-tiny-chat", "ko-tiny-chat", BUILT_IN, ModelFormat.SAFETENSORS, "fp32", 0,
    template="kullm-v2",
)  # fmt: skip
GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=32)


def _load(engine: Any, spec: ModelSpec = SPEC, options: LoadOptions = OPTIONS) -> Any:
    return engine.load(spec, options, lambda _: None, CancelToken())


@pytest.fixture
def engine() -> Iterator[Any]:
    engine = engine_module.TransformersEngine()
    yield engine
    engine.unload()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "모델"
    shutil.copytree(BUILT_IN, target)
    return target


def _ask(text: str = "배고파", sampling: SamplingParams = GREEDY, **more: Any) -> GenerationRequest:
    return GenerationRequest((ChatMessage(Role.USER, text),), sampling=sampling, **more)


def _text(engine: Any, request: GenerationRequest) -> str:
    events = engine.stream(request, CancelToken())
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def _change(folder: Path, **changes: Any) -> ModelSpec:
    path = folder / "config.json"
    plain = {**json.loads(path.read_text("utf-8")), **changes}
    path.write_text(json.dumps(plain), "utf-8")
    return replace(SPEC, path=folder)


def test_unknown_levels_are_refused(engine: Any) -> None:
    with pytest.raises(ModelUnsupportedError, match="q4_k_m"):
        _load(engine, replace(SPEC, quantization="q4_k_m"))


@pytest.mark.parametrize("level", ["int8", "nf4"])
def test_levels_without_their_library_say_so(
    engine: Any, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ModelUnsupportedError, match="bitsandbytes"):
        _load(engine, replace(SPEC, quantization=level))


@pytest.mark.parametrize(
    ("method", "named"),
    [({"quant_method": "gptq", "bits": 4}, "gptq"), ({"load_in_4bit": True}, "bitsandbytes")],
)
def test_weights_quantized_otherwise_are_refused(
    engine: Any, folder: Path, method: dict[str, Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kochat_gui.engines.transformers_loading.missing_for", lambda _level: "no")
    with pytest.raises(ModelUnsupportedError, match=named):
        _load(engine, _change(folder, quantization_config=method))


@pytest.mark.parametrize(
    "changes", [{"num_hidden_layers": 5}, {"hidden_size": 384}, {"vocab_size": 5000}]
)
def test_weights_of_another_shape_are_damage(
    engine: Any, folder: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(ModelDamagedError) as caught:
        _load(engine, _change(folder, **changes))
    assert caught.value.lines()


def test_own_code_is_not_run(engine: Any, folder: Path) -> None:
    (folder / "evil.py").write_text("raise SystemExit('ran')", "utf-8")
    spec = _change(folder, auto_map={"AutoModelForCausalLM": "evil.Model"})
    loaded = _load(engine, spec)
    assert any("program code" in remark.source for remark in loaded.remarks)
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."


def test_a_folder_does_not_say_how_to_choose_tokens(engine: Any, folder: Path) -> None:
    path = folder / "generation_config.json"
    plain = {"do_sample": True, "num_beams": 4, "temperature": 9.0, "eos_token_id": 2}
    path.write_text(json.dumps({**plain, "repetition_penalty": 9.0}), "utf-8")
    _load(engine, replace(SPEC, path=folder))
    beams = replace(GREEDY, num_beams=2)
    before = _text(engine, _ask(sampling=beams))
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."
    _load(engine)
    assert _text(engine, _ask(sampling=beams)) == before


def test_a_processor_without_bf16_computes_in_fp32(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "computes_in", lambda *_args: False)
    loaded = _load(engine, replace(SPEC, quantization="bf16"))
    assert [remark.source for remark in loaded.remarks] == [
        "This processor does not compute in bf16, so the model runs in fp32."
    ]
    assert engine._loaded.runner.model.module.dtype is torch.float32


def test_the_probe_knows_what_this_processor_can() -> None:
    device = device_module.Device("cpu")
    assert device_module.computes_in(torch.float32, device)
    assert not device_module.computes_in(torch.int8, device)


def test_options_that_do_nothing_here_are_said(engine: Any) -> None:
    loaded = _load(engine, options=replace(OPTIONS, gpu_layers=99, kv_cache_type="q8_0"))
    expected = {"kv_cache_type"} if torch.cuda.is_available() else {"kv_cache_type", "gpu_layers"}
    assert set(loaded.ignored_options) == expected


def test_the_number_of_threads_is_kept(engine: Any) -> None:
    _load(engine, options=replace(OPTIONS, threads=1))
    _text(engine, _ask())
    assert torch.get_num_threads() == 1


def test_beams_look_back_at_everything(engine: Any) -> None:
    _load(engine)
    sampling = replace(GREEDY, num_beams=2, repeat_penalty=1.2, repeat_last_n=64)
    first = next(iter(engine.stream(_ask(sampling=sampling), CancelToken())))
    assert first == ParametersIgnored(("repeat_last_n",))


def test_a_model_too_large_for_the_memory(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MemoryShortError) as caught:
        _load(engine, options=replace(OPTIONS, context_tokens=2**44))
    assert caught.value.lines()
    with pytest.raises(EngineError):
        _text(engine, _ask())  # nothing is loaded
    _load(engine)
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."


@pytest.mark.parametrize("beams", [1, 2])
@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), MemoryShortError),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0."), MemoryShortError),
        (torch.OutOfMemoryError("no"), MemoryShortError),
        (ValueError("something inside"), EngineError),
    ],
)
def test_what_fails_while_answering_is_told_and_over(
    engine: Any, problem: Exception, kind: type[Exception], beams: int
) -> None:
    _load(engine)
    calls = 0

    def fails(*_args: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise problem

    layer = engine._loaded.runner.model.module.model.layers[0]
    hook = layer.register_forward_pre_hook(fails)
    seen: list[Any] = []
    with pytest.raises(kind) as caught:
        seen.extend(engine.stream(_ask(sampling=replace(GREEDY, num_beams=beams)), CancelToken()))
    hook.remove()
    assert type(caught.value) is kind
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."


def test_a_stop_acts_inside_a_step(engine: Any) -> None:
    _load(engine)
    cancel = CancelToken()
    module = engine._loaded.runner.model.module
    reached: list[int] = []
    module.model.layers[0].register_forward_hook(lambda *_: cancel.cancel())
    module.model.layers[2].register_forward_pre_hook(lambda *_: reached.append(1))
    events = list(engine.stream(_ask(), cancel))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.CANCELLED
    assert reached == []


def test_loading_is_given_up_between_tensors(engine: Any) -> None:
    cancel = CancelToken()
    seen: list[float] = []

    def progress(value: float) -> None:
        seen.append(value)
        if value > 0.3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        engine.load(SPEC, OPTIONS, progress, cancel)
    assert 0.3 < seen[-1] < 0.4


def test_a_step_ahead_says_the_same(engine: Any) -> None:
    """As on a GPU, where the next token is begun before this one is looked at."""
    _load(engine)
    model = engine._loaded.runner.model
    questions = ("안녕하세요", "배고파", "이름이 뭐야?", "오늘 너무 힘들어", "배고파")
    expected = [_text(engine, _ask(question)) for question in questions]
    model.runs_ahead = True
    assert [_text(engine, _ask(question)) for question in questions] == expected
    stop = replace(GREEDY, stop=("챙겨",))
    assert _text(engine, _ask(sampling=stop)) == "뭐 좀 "
    more = (ChatMessage(Role.ASSISTANT, "뭐 좀"), ChatMessage(Role.USER, "고마워"))
    request = GenerationRequest((*_ask().messages, *more), template="chatml", sampling=GREEDY)
    ahead = _text(engine, request)
    model.runs_ahead = False
    engine._loaded.runner.forget()
    assert _text(engine, request) == ahead


def test_a_step_ahead_ends_where_the_window_does(engine: Any, tmp_path: Path) -> None:
    _load(engine, endless_model(tmp_path, "fp32"), replace(OPTIONS, context_tokens=256))
    engine._loaded.runner.model.runs_ahead = True
    events = list(engine.stream(_ask(sampling=replace(GREEDY, max_new_tokens=999)), CancelToken()))
    assert events[-1].reason is FinishReason.LENGTH
    assert events[-1].usage.prompt_tokens + events[-1].usage.new_tokens == 257


@pytest.mark.parametrize(
    "changes",
    [
        {"peft_type": "IA3"},
        {"use_dora": True},
        {"modules_to_save": ["lm_head"]},
        {"bias": "all"},
        {"target_modules": "all-linear"},
        {"target_modules": ["q_proj"]},
        {"r": 0},
        {"r": "8"},
        {"r": 8},
        {"rank_pattern": {"a": "b"}},
        {"alpha_pattern": {"([a-z._0-9]+)+!": 4}},
    ],
)
def test_adapters_that_cannot_be_applied(
    engine: Any, tmp_path: Path, changes: dict[str, Any]
) -> None:
    _load(engine)
    bad = strong_adapter(tmp_path, **changes)
    good = AdapterUse(resource("adapters", "ko-tiny-meow"), 1.0)
    assert _text(engine, _ask(adapters=(good,))) == "뭐 좀 챙겨드세요 야옹!"
    with pytest.raises(ModelError) as caught:
        _text(engine, _ask(adapters=(good, AdapterUse(bad, 1.0))))
    assert "무작위 어댑터" in caught.value.lines()[0]
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."
    assert _text(engine, _ask(adapters=(good,))) == "뭐 좀 챙겨드세요 야옹!"


@pytest.mark.parametrize("damage", ["empty", "cut off", "noise", "pickle", "nothing"])
def test_damaged_adapters(engine: Any, tmp_path: Path, damage: str) -> None:
    _load(engine)
    adapter = strong_adapter(tmp_path)
    file = adapter / "adapter_model.safetensors"
    content = file.read_bytes()
    if damage == "pickle":
        file.rename(adapter / "adapter_model.bin")
    elif damage == "nothing":
        file.unlink()
    else:
        bad = {"empty": b"", "cut off": content[: len(content) // 2], "noise": b"\x93\xff" * 999}
        file.write_bytes(bad[damage])
    with pytest.raises(ModelError) as caught:
        _text(engine, _ask(adapters=(AdapterUse(adapter, 1.0),)))
    assert caught.value.lines()
    assert _text(engine, _ask()) == "뭐 좀 챙겨드세요."


def test_an_adapter_that_was_replaced_is_read_again(engine: Any, tmp_path: Path) -> None:
    _load(engine)
    adapter = strong_adapter(tmp_path)
    file = adapter / "adapter_model.safetensors"
    use = (AdapterUse(adapter, 1.0),)
    strong = _text(engine, _ask(adapters=use))
    meow = resource("adapters", "ko-tiny-meow")
    file.write_bytes((meow / "adapter_model.safetensors").read_bytes())
    shutil.copy(meow / "adapter_config.json", adapter)
    assert _text(engine, _ask(adapters=use)) == "뭐 좀 챙겨드세요 야옹!" != strong
    adapters = engine._loaded.runner.adapters
    assert len(adapters._names) == 1


def test_two_adapters_at_once(engine: Any, tmp_path: Path) -> None:
    _load(engine)
    strong = strong_adapter(tmp_path)
    meow = resource("adapters", "ko-tiny-meow")
    alone = _text(engine, _ask(adapters=(AdapterUse(strong, 1.0),)))
    both = _text(engine, _ask(adapters=(AdapterUse(strong, 1.0), AdapterUse(meow, 4.0))))
    assert alone != both
    assert _text(engine, _ask(adapters=(AdapterUse(meow, 1.0),))) == "뭐 좀 챙겨드세요 야옹!"


def test_loading_and_unloading_leave_the_memory_as_it_was(engine: Any) -> None:
    """Short; ``bench_transformers_memory`` does it a thousand times."""
    adapter = (AdapterUse(resource("adapters", "ko-tiny-meow"), 1.0),)

    def cycle() -> int:
        _load(engine)
        _text(engine, _ask(adapters=adapter))
        _text(engine, _ask(sampling=replace(GREEDY, num_beams=2)))
        engine.unload()
        gc.collect()
        return int(psutil.Process().memory_info().rss)

    def growth() -> int:
        before = cycle()
        return max(cycle() for _ in range(8)) - before

    for _ in range(2):
        cycle()
    # What is lost each time grows in every round; the allocator may take a large piece in one.
    assert any(growth() < 16 * 2**20 for _ in range(2))


def test_a_model_that_repeats_itself_does_not_outgrow_the_context(engine: Any) -> None:
    _load(engine)
    ask_to_repeat(engine, turns=5, new_tokens=100, window=512)
