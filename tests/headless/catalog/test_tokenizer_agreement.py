"""The converted vocabulary splits Korean exactly as ``tokenizer.json`` says."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.reference_bpe import PROBES, ReferenceBpe
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from tests.helpers.tiny_models import BUILT_IN, tiny_vocabulary

_SUBJECTS = ("저는", "오늘", "우리 고양이가", "그 사람은", "김철수 씨가", "내일 아침에", "왜 자꾸")
_OBJECTS = ("밥을", "한국어 책을", "3번 버스를", "AI 모델(q4_0)을", "뷁 같은 글자를", "☕ 커피를")
_ENDS = ("먹어요.", "좋아하나요?", "못 봤습니다…", "기다렸는데 안 왔어 ㅠㅠ", "\n\n### 응답:")
SENTENCES = [*PROBES, *map(" ".join, itertools.product(_SUBJECTS, _OBJECTS, _ENDS))]

_ENCODE = """
import json, os, sys, llama_cpp
from kochat_gui.catalog.quantize_child import native_tokens
params = llama_cpp.llama_model_default_params()
params.vocab_only = True
model = llama_cpp.llama_model_load_from_file(os.fsencode(sys.argv[1]), params)
texts = json.load(sys.stdin)
print(json.dumps([native_tokens(model, text, True) for text in texts]))
"""


def _native(path: Path, texts: list[str]) -> list[list[int]]:
    """Ids by llama.cpp, in a process of its own as always."""
    done = subprocess.run(
        [sys.executable, "-c", _ENCODE, str(path)],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    found: list[list[int]] = json.loads(done.stdout)
    return found


def test_llama_cpp_agrees_on_every_sentence(tmp_path: Path) -> None:
    assert len(SENTENCES) > 200
    spec = inspect_model(BUILT_IN)
    path = LevelCache(tmp_path).make(spec, "f16", level_sizes(spec), lambda _: None, CancelToken())
    reference = ReferenceBpe(read_tokenizer(BUILT_IN / "tokenizer.json", 4096))
    expected = [reference.encode(text) for text in SENTENCES]
    assert _native(path, SENTENCES) == expected


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # By the tokenizers library, 0.23.3 (which agreed on all SENTENCES).
        ("안녕하세요", [1416, 327]),
        ("배고파", [2163, 3312]),
        ("오늘은 뷁 좋네요\n", [1257, 3013, 238, 186, 132, 261, 288, 13]),
    ],
)
def test_the_reference_against_known_ids(text: str, ids: list[int]) -> None:
    reference = ReferenceBpe(read_tokenizer(BUILT_IN / "tokenizer.json", 4096))
    assert reference.encode(text) == ids


def _written(folder: Path, **changes: object) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(tiny_vocabulary(300) | changes), encoding="utf-8")
    return path


def test_rows_without_a_piece_are_padding(tmp_path: Path) -> None:
    vocabulary = read_tokenizer(_written(tmp_path), 320)
    assert vocabulary.pieces[-1] == "[PAD319]"
    assert vocabulary.unknown_id == 0


@pytest.mark.parametrize(
    ("normalizer", "pre_tokenizer", "prepends"),
    [
        (None, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}, True),
        (None, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}, False),
        (None, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}, True),
        (
            {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Prepend", "prepend": "▁"},
                    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                ],
            },
            None,
            True,
        ),
    ],
)
def test_where_the_space_comes_from(
    tmp_path: Path, normalizer: object, pre_tokenizer: object, prepends: bool
) -> None:
    path = _written(tmp_path, normalizer=normalizer, pre_tokenizer=pre_tokenizer)
    assert read_tokenizer(path, 300).prepends_space is prepends


@pytest.mark.parametrize(
    "changes",
    [
        {"normalizer": {"type": "NFKC"}},
        {"pre_tokenizer": {"type": "ByteLevel"}},
        {"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "split": True}},
        {"model": {"type": "Unigram", "vocab": []}},
        {"model": {"type": "BPE", "byte_fallback": False, "vocab": {}, "merges": []}},
        {"model": tiny_vocabulary(300)["model"] | {"ignore_merges": True}},
    ],
)
def test_other_tokenizers_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelUnsupportedError):
        read_tokenizer(_written(tmp_path, **changes), 300)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": None},
        {"added_tokens": [{"id": 5000, "content": "<x>"}]},
        {"added_tokens": [{"id": 0, "content": "<other>"}]},
        {"added_tokens": 7},
        {"model": tiny_vocabulary(300)["model"] | {"merges": [["없", "음"]]}},
        {"model": tiny_vocabulary(300)["model"] | {"merges": ["한쪽"]}},
        {"model": tiny_vocabulary(300)["model"] | {"vocab": {"a": "b"}}},
    ],
)
def test_damaged_tokenizers(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelDamagedError):
        read_tokenizer(_written(tmp_path, **changes), 300)
