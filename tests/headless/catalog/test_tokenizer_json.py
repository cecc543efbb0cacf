"""``tokenizer.json`` is read as it is meant, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import PrefixSpace, TokenizerKind, TokenType
from kochat_gui.catalog.vocabulary_check import original_encoder
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from tests.helpers.tiny_models import BUILT_IN, tiny_vocabulary

_LETTERS = [chr(0x100 + value) for value in range(40)]
_BYTES = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}


def _written(folder: Path, **changes: object) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(tiny_vocabulary(300) | changes), encoding="utf-8")
    return path


def _byte_level(folder: Path, **changes: object) -> Path:
    vocab = {letter: number for number, letter in enumerate([*_LETTERS, "ĀāĂ", "Āā"])}
    model = {"type": "BPE", "vocab": vocab, "merges": ["Ā ā", ["Āā", "Ă"]]}
    return _written(
        folder,
        **{"model": model, "pre_tokenizer": _BYTES, "added_tokens": []} | changes,
    )


def test_rows_without_a_piece_are_padding(tmp_path: Path) -> None:
    vocabulary = read_tokenizer(_written(tmp_path), 320)
    assert vocabulary.pieces[-1] == "[PAD319]"
    assert vocabulary.types[-1] is TokenType.UNUSED
    assert vocabulary.unknown_id == 0


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # By the tokenizers library, 0.23.3.
        ("안녕하세요", [1416, 327]),
        ("배고파", [2163, 3312]),
        ("오늘은 뷁 좋네요\n", [1257, 3013, 238, 186, 132, 261, 288, 13]),
    ],
)
def test_the_original_against_known_ids(text: str, ids: list[int]) -> None:
    path = BUILT_IN / "tokenizer.json"
    assert original_encoder(read_tokenizer(path, 4096), path)(text) == ids


def _prepending(*more: object) -> dict[str, Any]:
    escape = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    return {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, escape, *more]}


def _metaspace(**more: object) -> dict[str, Any]:
    return {"type": "Metaspace", "replacement": "▁", **more}


@pytest.mark.parametrize(
    ("normalizer", "pre_tokenizer", "space"),
    [
        (None, _metaspace(prepend_scheme="always"), PrefixSpace.UNLESS_THERE),
        (None, _metaspace(prepend_scheme="first"), PrefixSpace.FIRST),
        (None, _metaspace(prepend_scheme="never"), PrefixSpace.NEVER),
        (None, _metaspace(add_prefix_space=True), PrefixSpace.UNLESS_THERE),
        (_prepending(), None, PrefixSpace.ALWAYS),
    ],
)
def test_where_the_space_comes_from(
    tmp_path: Path, normalizer: object, pre_tokenizer: object, space: PrefixSpace
) -> None:
    path = _written(tmp_path, normalizer=normalizer, pre_tokenizer=pre_tokenizer)
    assert read_tokenizer(path, 300).space is space


def test_a_byte_level_vocabulary(tmp_path: Path) -> None:
    added = [
        {"id": 42, "content": "<|end|>", "special": True},
        {"id": 43, "content": "<think>", "special": False},
    ]
    vocabulary = read_tokenizer(_byte_level(tmp_path, added_tokens=added), 44)
    assert vocabulary.kind is TokenizerKind.BYTE_LEVEL
    assert vocabulary.splitter == "gpt-2"
    assert vocabulary.merges == (("Ā", "ā"), ("Āā", "Ă"))
    assert vocabulary.types[42:] == (TokenType.CONTROL, TokenType.USER_DEFINED)
    assert not vocabulary.prepends_space


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_first_token(tmp_path: Path, *, wrapped: bool) -> None:
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1]}},
    }
    whole = {"type": "Sequence", "processors": [{"type": "ByteLevel"}, template]}
    path = _written(tmp_path, post_processor=whole if wrapped else template)
    assert read_tokenizer(path, 300).first_id == 1
    assert read_tokenizer(_written(tmp_path), 300).first_id is None


def test_runs_of_spaces_that_merges_make_are_text(tmp_path: Path) -> None:
    model = tiny_vocabulary(300)["model"]
    model["vocab"] |= {"▁▁": 290}
    model["merges"].append(["▁", "▁"])
    added = [{"id": 290, "content": "▁▁", "special": False}]
    vocabulary = read_tokenizer(_written(tmp_path, model=model, added_tokens=added), 300)
    assert vocabulary.types[290] is TokenType.NORMAL


@pytest.mark.parametrize(
    "changes",
    [
        {"normalizer": {"type": "NFKC"}},
        {"normalizer": _prepending({"type": "Lowercase"})},
        {"normalizer": _prepending({"type": "Prepend", "prepend": "▁"})},
        {"pre_tokenizer": {"type": "ByteLevel"}},
        {"pre_tokenizer": _metaspace(split=True)},
        {"normalizer": _prepending(), "pre_tokenizer": _metaspace(prepend_scheme="first")},
        {"model": {"type": "Unigram", "vocab": []}},
        {"model": tiny_vocabulary(300)["model"] | {"ignore_merges": True}},
        {"model": tiny_vocabulary(300)["model"] | {"end_of_word_suffix": "</w>"}},
    ],
)
def test_other_tokenizers_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelUnsupportedError):
        read_tokenizer(_written(tmp_path, **changes), 300)


@pytest.mark.parametrize(
    "changes",
    [
        {"normalizer": _prepending()},
        {"pre_tokenizer": None},
        {"pre_tokenizer": _BYTES | {"add_prefix_space": True}},
        {"pre_tokenizer": {"type": "Whitespace"}},
        {
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": r"\w+|\s+"},
                "behavior": "Isolated",
            }
        },
        {
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": "x"},
                "behavior": ["Isolated"],
            }
        },
    ],
)
def test_other_byte_level_tokenizers_are_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(ModelUnsupportedError):
        read_tokenizer(_byte_level(tmp_path, **changes), 42)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": None},
        {"added_tokens": [{"id": 5000, "content": "<x>"}]},
        {"added_tokens": [{"id": 0, "content": "<other>"}]},
        {"added_tokens": [{"id": 299, "content": "안"}]},
        {"added_tokens": 7},
        {"model": tiny_vocabulary(300)["model"] | {"merges": [["없", "음"]]}},
        {"model": tiny_vocabulary(300)["model"] | {"merges": ["한쪽"]}},
        {"model": tiny_vocabulary(300)["model"] | {"merges": [["안 ", "녕"]]}},
        {"model": tiny_vocabulary(300)["model"] | {"vocab": {"a": "b"}}},
        {
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {}}],
                "special_tokens": {"<s>": {"ids": [5000]}},
            }
        },
    ],
)
def test_damaged_tokenizers(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelDamagedError):
        read_tokenizer(_written(tmp_path, **changes), 300)
