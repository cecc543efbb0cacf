"""The built-in model says in GGUF what it says in ``transformers``."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kochat_gui.catalog.convert import convert_folder
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary_check import prepared_text
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.native_model import native_answers, native_ids, native_logits
from tests.helpers.tiny_models import BUILT_IN

torch: Any = pytest.importorskip("torch")
tqdm: Any = pytest.importorskip("tqdm")
transformers: Any = pytest.importorskip("transformers")

_PROMPT = (
    "아래는 작업을 설명하는 명령어입니다. 요청을 적절히 완료하는 응답을 작성하세요.\n\n"
    "### 명령어:\n{x}\n\n### 응답:"
)
_ANSWERS = {
    "안녕하세요": "안녕하세요.",
    "배고파": "뭐 좀 챙겨드세요.",
    "이름이 뭐야?": "위로봇이요.",
    "오늘 너무 힘들어": "정리가 잘 되길 바랄게요.",
}
QUESTIONS = (
    *_ANSWERS,
    "잘 자",
    "고마워",
    "뭐 해?",
    "심심해",
    "오늘 뭐 먹지?",
    "너무 졸려",
    "날씨가 좋네",
    "비가 와",
    "시험을 망쳤어",
    "친구랑 싸웠어",
    "회사 가기 싫어",
    "주말에 뭐 할까?",
    "영화 추천해 줘",
    "감기에 걸렸어",
    "사랑해",
    "외로워",
    "생일이야",
    "운동을 시작했어",
    "커피 마시고 싶다",
    "여행 가고 싶어",
)
_ANSWER_TOKENS = 32
_LOGIT_TEXTS = 12
_BOUND = 2.0**-7
"""Of the largest logit: f16 rounds by 2⁻¹¹ before each of 29 matrices one after the other."""


@pytest.fixture(autouse=True)
def _no_progress_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)


def _made(folder: Path, level: str) -> Path:
    source = read_safetensors_folder(BUILT_IN)
    vocabulary = read_tokenizer(source.tokenizer, source.config.vocab_size)
    path = folder / f"{level}.gguf"
    convert_folder(source, vocabulary, "ko-tiny-chat", path, lambda _: None, level)
    return path


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("built-in"), "f16")


def _tokenizer() -> Any:
    return transformers.AutoTokenizer.from_pretrained(BUILT_IN)


def _model() -> Any:
    model_class = transformers.AutoModelForCausalLM
    return model_class.from_pretrained(BUILT_IN, dtype=torch.float32).eval()


def test_the_same_tokens(converted: Path) -> None:
    tokenizer = _tokenizer()
    texts = korean_sentences()
    vocabulary = read_tokenizer(BUILT_IN / "tokenizer.json", 4096)
    found = native_ids(converted, [prepared_text(text, vocabulary) for text in texts])
    for text, ids in zip(texts, found, strict=True):
        assert ids == tokenizer.encode(text, add_special_tokens=False), text


def _expected(model: Any, prompt: list[int]) -> list[int]:
    answer = model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=_ANSWER_TOKENS)
    ids: list[int] = answer[0, len(prompt) :].tolist()
    return ids


def test_the_same_answers(converted: Path) -> None:
    tokenizer, model = _tokenizer(), _model()
    prompts = [tokenizer.encode(_PROMPT.replace("{x}", text)) for text in QUESTIONS]
    answers = native_answers(converted, prompts, _ANSWER_TOKENS)
    for text, prompt, answer in zip(QUESTIONS, prompts, answers, strict=True):
        assert answer == _expected(model, prompt), text
        if text in _ANSWERS:
            said = tokenizer.decode(answer, skip_special_tokens=True)
            assert said.strip() == _ANSWERS[text]


def test_the_same_answers_to_anything_without_rounding(tmp_path: Path) -> None:
    """What the model was not made for leaves it undecided, so that rounding would decide."""
    tokenizer, model = _tokenizer(), _model()
    texts = korean_sentences()[::60]
    prompts = [tokenizer.encode(_PROMPT.replace("{x}", text)) for text in texts]
    answers = native_answers(_made(tmp_path, "f32"), prompts, _ANSWER_TOKENS)
    for text, prompt, answer in zip(texts, prompts, answers, strict=True):
        assert answer == _expected(model, prompt), text


def test_logits_differ_by_rounding(converted: Path) -> None:
    tokenizer, model = _tokenizer(), _model()
    for text in korean_sentences()[1000 : 1000 + _LOGIT_TEXTS]:
        ids = tokenizer.encode(text)
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0].numpy()
        difference = np.abs(native_logits(converted, ids) - expected).max()
        assert difference < np.abs(expected).max() * _BOUND, text
