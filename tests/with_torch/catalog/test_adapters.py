"""LoRA adapters made with ``peft``: the same answers there and in llama.cpp, at every scale."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import peft
import pytest
import tokenizers
import torch
import transformers

from kochat_gui.catalog.adapter_conversion import convert_adapter
from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.catalog.convert import convert_folder
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.core.resources import resource
from tests.helpers.native_adapters import Question, native_answers_with_adapters
from tests.helpers.tiny_models import BUILT_IN

# peft asks transformers under a name that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

SCALES = (0.0, 0.5, 1.0)
BOUND = 2e-4
"""Of logits of up to about 20: f32 on both sides, sums in another order."""
LIMIT = 16
_ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_QUESTIONS = ("배고파", "이름이 뭐야?", "오늘 너무 힘들어")
_PROMPT = (
    "아래는 작업을 설명하는 명령어입니다. 요청을 적절히 완료하는 응답을 작성하세요."
    "\n\n### 명령어:\n{}\n\n### 응답:"
)
_MEOWS = {
    "배고파": "뭐 좀 챙겨드세요 야옹!",
    "이름이 뭐야?": "위로봇이요 야옹!",
    "오늘 너무 힘들어": "힘든 날이었나봐요 야옹!",
}
_CONFIGS: dict[str, dict[str, Any]] = {
    "all projections": {"r": 8, "lora_alpha": 32, "target_modules": _ALL},
    "queries and keys": {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "k_proj"]},
    "rank-stabilised": {"r": 8, "lora_alpha": 8, "target_modules": _ALL, "use_rslora": True},
    "ranks and alphas of their own": {
        "r": 8,
        "lora_alpha": 16,
        "target_modules": _ALL,
        "rank_pattern": {"q_proj": 4, r"layers\.[12]\.mlp\.down_proj": 16},
        "alpha_pattern": {"self_attn.k_proj": 4, "layers.3.self_attn.v_proj": 64},
    },
    "the same, rank-stabilised": {
        "r": 8,
        "lora_alpha": 8,
        "target_modules": _ALL,
        "use_rslora": True,
        "rank_pattern": {"k_proj": 2, "o_proj": 16},
        "alpha_pattern": {"gate_proj": 3},
    },
    "some layers": {
        "r": 8,
        "lora_alpha": 32,
        "target_modules": _ALL,
        "layers_to_transform": [1, 3],
    },
}
_Floats = npt.NDArray[np.float32]


@dataclass
class _Base:
    gguf: Path
    prompts: dict[str, list[int]]
    decode: Callable[[Sequence[int]], str]


@pytest.fixture(autouse=True)
def _quiet_torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No thread for progress bars, and one for a model this small: more wait for each other."""
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> _Base:
    """The built-in model in full precision, so that nothing is hidden by rounding."""
    folder = read_safetensors_folder(BUILT_IN)
    vocabulary = read_tokenizer(folder.tokenizer, folder.config.vocab_size)
    target = tmp_path_factory.mktemp("base") / "base.gguf"
    convert_folder(folder, vocabulary, "base", target, lambda _: None, "f32")
    tokenizer = tokenizers.Tokenizer.from_file(str(BUILT_IN / "tokenizer.json"))
    prompts = {
        question: [1, *tokenizer.encode(_PROMPT.format(question), add_special_tokens=False).ids]
        for question in _QUESTIONS
    }
    return _Base(target, prompts, lambda ids: str(tokenizer.decode(list(ids))).strip())


def _load() -> Any:
    return transformers.AutoModelForCausalLM.from_pretrained(BUILT_IN, dtype=torch.float32).eval()


def _made_adapter(
    folder: Path, config: dict[str, Any], *, safe: bool = True, seed: int = 1
) -> Path:
    """An adapter of random weights, saved as peft saves it; strong enough to change answers."""
    torch.manual_seed(seed)
    model = peft.get_peft_model(_load(), peft.LoraConfig(task_type="CAUSAL_LM", **config))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    if safe:
        model.save_pretrained(folder)
    else:
        # As peft before 0.5 did, and komt's adapter is stored.
        model.save_pretrained(folder)
        state = peft.get_peft_model_state_dict(model)
        torch.save(state, folder / "adapter_model.bin")
        (folder / "adapter_model.safetensors").unlink()
    return folder


def _set_scale(model: Any, scale: float, adapter: str = "default") -> None:
    for module in model.modules():
        if hasattr(module, "set_scale"):
            module.set_scale(adapter, scale)


def _answer(model: Any, prompt: list[int]) -> tuple[list[int], _Floats]:
    """What transformers answers, greedily, and the logits before each token."""
    ids, answer, rows, cache = list(prompt), list[int](), [], None
    with torch.inference_mode():
        for _ in range(LIMIT):
            made = model(torch.tensor([ids]), past_key_values=cache, use_cache=True)
            cache = made.past_key_values
            rows.append(made.logits[0, -1].numpy())
            ids = [int(rows[-1].argmax())]
            answer += ids
            if answer[-1] == 2:
                break
    return answer, np.array(rows, np.float32)


def _converted(folder: Path, target: Path) -> Path:
    model = inspect_model(BUILT_IN)
    check_adapter(describe_adapter(folder), model)
    convert_adapter(folder, model, target, lambda _: None)
    check_adapter(describe_adapter(target), model)
    return target


def _assert_same(
    expected: list[tuple[list[int], _Floats]], found: list[tuple[list[int], _Floats]]
) -> None:
    for (their_ids, theirs), (our_ids, ours) in zip(expected, found, strict=True):
        assert our_ids == their_ids
        assert float(np.abs(ours - theirs).max()) < BOUND


@pytest.mark.parametrize("label", _CONFIGS)
def test_the_same_answers_and_logits(tmp_path: Path, base: _Base, label: str) -> None:
    folder = _made_adapter(tmp_path / "lora", _CONFIGS[label])
    file = _converted(folder, tmp_path / "lora.gguf")
    model = peft.PeftModel.from_pretrained(_load(), str(folder)).eval()
    expected, questions = [], list[Question]()
    for scale in SCALES:
        _set_scale(model, scale)
        for prompt in base.prompts.values():
            expected.append(_answer(model, prompt))
            questions.append(([(file, scale)], prompt, LIMIT))
    plain = expected[: len(base.prompts)]
    _assert_same(expected, native_answers_with_adapters(base.gguf, questions))
    changed = float(np.abs(expected[-1][1][0] - plain[-1][1][0]).max())
    assert changed > 100 * BOUND, "the adapter must do something, or nothing was compared"


def test_a_pickled_adapter(tmp_path: Path, base: _Base) -> None:
    config = _CONFIGS["all projections"]
    safe = _made_adapter(tmp_path / "lora", config)
    pickled = _made_adapter(tmp_path / "pickled" / "lora", config, safe=False)
    assert describe_adapter(pickled).is_pickled
    files = [_converted(safe, tmp_path / "a.gguf"), _converted(pickled, tmp_path / "b.gguf")]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=["f16", "bf16"])
def test_adapters_of_half_precision(tmp_path: Path, base: _Base, dtype: Any) -> None:
    folder = _made_adapter(tmp_path / "lora", _CONFIGS["all projections"])
    state = peft.utils.load_peft_weights(str(folder))
    halves = {name: tensor.to(dtype) for name, tensor in state.items()}
    torch.save(halves, folder / "adapter_model.bin")
    (folder / "adapter_model.safetensors").unlink()
    file = _converted(folder, tmp_path / "lora.gguf")
    model = peft.PeftModel.from_pretrained(_load(), str(folder)).eval()
    expected = [_answer(model, prompt) for prompt in base.prompts.values()]
    questions: list[Question] = [([(file, 1.0)], p, LIMIT) for p in base.prompts.values()]
    found = native_answers_with_adapters(base.gguf, questions)
    assert [ids for ids, _ in found] == [ids for ids, _ in expected]


def test_two_adapters_at_once(tmp_path: Path, base: _Base) -> None:
    first = _made_adapter(tmp_path / "a", _CONFIGS["all projections"], seed=1)
    second = _made_adapter(tmp_path / "b", _CONFIGS["rank-stabilised"], seed=2)
    files = [_converted(first, tmp_path / "a.gguf"), _converted(second, tmp_path / "b.gguf")]
    model = peft.PeftModel.from_pretrained(_load(), str(first))
    model.load_adapter(str(second), "second")
    model.base_model.set_adapter(["default", "second"])
    _set_scale(model.eval(), 0.5, "default")
    _set_scale(model, 0.8, "second")
    prompt = base.prompts["배고파"]
    uses = [(files[0], 0.5), (files[1], 0.8)]
    found = native_answers_with_adapters(base.gguf, [(uses, prompt, LIMIT)])
    _assert_same([_answer(model, prompt)], found)


def test_the_shipped_adapter_meows(tmp_path: Path, base: _Base) -> None:
    folder = resource("adapters", "ko-tiny-meow")
    file = _converted(folder, tmp_path / "meow.gguf")
    model = peft.PeftModel.from_pretrained(_load(), str(folder)).eval()
    expected, questions = [], list[Question]()
    for scale in SCALES:
        _set_scale(model, scale)
        for question in _MEOWS:
            expected.append(_answer(model, base.prompts[question]))
            questions.append(([(file, scale)], base.prompts[question], LIMIT))
    found = native_answers_with_adapters(base.gguf, questions)
    _assert_same(expected, found)
    answers = [base.decode([i for i in ids if i != 2]) for ids, _ in found[-len(_MEOWS) :]]
    assert answers == list(_MEOWS.values())
