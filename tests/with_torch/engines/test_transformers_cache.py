"""The kept memory, and steps of fixed shape, against models as ``transformers`` runs them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kochat_gui.core.models import LoadOptions

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
cache_module: Any = pytest.importorskip("kochat_gui.engines.transformers_cache")
fast_module: Any = pytest.importorskip("kochat_gui.engines.transformers_fast_steps")
device_module: Any = pytest.importorskip("kochat_gui.engines.transformers_device")
model_module: Any = pytest.importorskip("kochat_gui.engines.transformers_model")

_WINDOW = 64
_SMALL = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
}
_GROUPED = {"num_key_value_heads": 2, "head_dim": 8}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": _GROUPED,
    "mistral": {**_GROUPED, "sliding_window": 7},
    "qwen2": _GROUPED,
    "qwen3": _GROUPED,
    "gemma2": {**_GROUPED, "sliding_window": 7},
    "gemma3_text": {**_GROUPED, "sliding_window": 7},
    "exaone4": {**_GROUPED, "sliding_window": 7, "sliding_window_pattern": 2},
    "gpt_neox": {},
    "gpt2": {"n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 128},
    "phi3": {"num_key_value_heads": 2},
    "hyperclovax": {"num_key_value_heads": 2},
    "cohere2": {"num_key_value_heads": 2, "sliding_window": 7},
    "qwen3_moe": {**_GROUPED, "num_experts": 4, "num_experts_per_tok": 2},
    "gpt_oss": {**_GROUPED, "num_local_experts": 4, "sliding_window": 7},
}
_EAGER = {"gemma2", "gpt_oss"}


def _module(kind: str) -> Any:
    torch.manual_seed(1)
    shape = {**_SMALL, **FAMILIES[kind]}
    if kind == "gpt2":  # has names of its own
        shape = {"vocab_size": 97, **FAMILIES[kind]}
    config = transformers.AutoConfig.for_model(kind, **shape)
    attention = "eager" if kind in _EAGER else "sdpa"
    return transformers.AutoModelForCausalLM.from_config(
        config, attn_implementation=attention, dtype=torch.float32
    ).eval()


def _model(module: Any, **options: Any) -> Any:
    options = {"context_tokens": _WINDOW, "gpu_layers": 0, "threads": 1, **options}
    return model_module.HfModel(module, device_module.Device("cpu"), LoadOptions(**options))


def _expected(module: Any, ids: list[int]) -> Any:
    with torch.no_grad():
        return module(torch.tensor([ids])).logits[0]


def _ids(count: int, seed: int = 3) -> list[int]:
    found: list[int] = torch.randint(
        1, 97, (count,), generator=torch.Generator().manual_seed(seed)
    ).tolist()
    return found


def _same(found: Any, expected: Any) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", list(FAMILIES))
# Made-up configs: the library remarks on ids that such small vocabularies do not have.
@pytest.mark.allow_log("transformers.configuration_utils")
@pytest.mark.allow_log("transformers.modeling_rope_utils")
def test_a_text_in_parts_is_the_text_as_a_whole(kind: str) -> None:
    module = _module(kind)
    model = _model(module)
    ids = _ids(30)
    expected = _expected(module, ids)
    _same(model.read(ids[:11]), expected[10])
    _same(model.read(ids[11:20]), expected[19])
    for position in range(20, 30):
        _same(model.step(torch.tensor([ids[position]])), expected[position])


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_what_was_cut_back_leaves_no_trace(kind: str) -> None:
    """Also beyond the reach of windows, where other caches have forgotten."""
    module = _module(kind)
    model = _model(module)
    first, other = _ids(40), _ids(40, seed=5)
    model.read(first)
    mixed = first[:6] + other[6:30]
    model.truncate(6)
    _same(model.read(mixed[6:]), _expected(module, mixed)[-1])


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_fixed_steps_compute_the_same(kind: str) -> None:
    module = _module(kind)
    cache = cache_module.KeptCache(_WINDOW, is_cleared=True)
    ids = _ids(30)
    expected = _expected(module, ids)
    with torch.no_grad():
        module(input_ids=torch.tensor([ids[:8]]), past_key_values=cache, use_cache=True)
        cache.length = 8
        for span in (16, 32):
            fixed = fast_module.FixedStep(module, cache, span, "cpu")
            tried = fixed.compute()
            assert torch.isfinite(tried).all()
            cache.layers()[0][0][:, :, 16:] += 1.0  # what others write meanwhile changes nothing
            assert torch.equal(fixed.compute(), tried)
            cache.layers()[0][0][:, :, 16:] -= 1.0
            for position in range(cache.length, min(span, 30)):
                fixed.put(torch.tensor([ids[position]]), position)
                _same(fixed.compute(), expected[position])
                cache.length += 1


def _stepped(model: Any, ids: list[int], expected: Any, wait: Callable[[int], bool]) -> list[bool]:
    """Whether each step was a fast one; all of them must be right."""
    used = []
    step = model._fast.step

    def noted(token: Any) -> Any:
        logits = step(token)
        used.append(logits is not None)
        return logits

    model._fast.step = noted
    for position in range(model.length, len(ids)):
        wait(position + 1)
        _same(model.step(torch.tensor([ids[position]])), expected[position])
    model._fast.step = step
    return used


def _fast_model(module: Any, monkeypatch: pytest.MonkeyPatch, speed_up: Any) -> Any:
    monkeypatch.setattr(fast_module, "_SHORTEST", 16)
    model = _model(module)
    model._cache = cache_module.KeptCache(_WINDOW, is_cleared=True)
    model.read([1])
    model.truncate(0)
    model._fast = fast_module.FastSteps(module, model._cache, "cpu", None, speed_up)
    return model


def test_steps_are_made_in_the_background_and_for_longer_texts_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = _module("llama")
    made: list[int] = []
    begin = threading.Event()

    def speed_up(fixed: Any) -> Any:
        begin.wait(10)
        made.append(fixed._view.get_max_length())
        return fixed.compute

    model = _fast_model(module, monkeypatch, speed_up)
    ids = _ids(60)
    expected = _expected(module, ids)
    model.read(ids[:4])
    slow = _stepped(model, ids[:8], expected, lambda _: True)
    assert not any(slow)
    assert made == []
    begin.set()
    assert model.wait_until_fast(9, 10)
    fast = _stepped(model, ids, expected, lambda length: model.wait_until_fast(length, 10))
    assert all(fast)
    assert made == [16, 32, 64]
    model.close()


def test_other_weights_make_other_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    module = _module("llama")
    model = _fast_model(module, monkeypatch, lambda fixed: fixed.compute)
    ids = _ids(12)
    model.read(ids[:4])
    assert model.wait_until_fast(5, 10)
    model.weights_changed()
    assert not model._fast._ready
    assert model.wait_until_fast(5, 10)
    model.close()


def test_where_nothing_can_be_made_it_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_fixed: Any) -> Any:
        raise RuntimeError("no compiler")

    module = _module("llama")
    model = _fast_model(module, monkeypatch, fails)
    ids = _ids(12)
    expected = _expected(module, ids)
    model.read(ids[:4])
    assert not model.wait_until_fast(5, 10)
    assert not any(_stepped(model, ids, expected, lambda _: True))
    model.close()


def test_compiled_code_is_checked() -> None:
    logits = torch.tensor([1.0, 20.0, 3.0])
    assert fast_module.is_close(logits + 0.5, logits)
    assert not fast_module.is_close(logits + 2.0, logits)
    assert not fast_module.is_close(logits * torch.nan, logits)
