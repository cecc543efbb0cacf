"""The converted vocabulary cuts Korean exactly as the original, by the ``tokenizers`` library.

Tokenizers of each kind are trained here on the project's own sentences, with the settings that the
published ones have.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from kochat_gui.catalog.safetensors_folder import read_hf_model, vocabulary_header
from kochat_gui.catalog.splitters import SPLITTERS
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import PrefixSpace
from kochat_gui.catalog.vocabulary_check import PROBES, original_encoder, prepared_text
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.native_model import native_ids
from tests.helpers.tiny_models import BUILT_IN, TINY_CONFIG

SENTENCES = korean_sentences()
_LINES = [line for text in SENTENCES for line in text.splitlines()]
"""No published byte-fallback vocabulary has pieces across the ends of lines."""
_SIZE = 1_200
_LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN_2 = _LLAMA_3.replace("{1,3}", "")
_GPT_4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_TEKKEN = _GPT_4O.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "").replace("{1,3}", "")
_BYTES_ALONE = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
_BYTES = _BYTES_ALONE | {"use_regex": False}


def _split(pattern: str, behaviour: str = "Isolated") -> dict[str, Any]:
    split = {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": behaviour,
        "invert": behaviour == "Removed",
    }
    return {"type": "Sequence", "pretokenizers": [split, _BYTES]}


BYTE_LEVEL: dict[str, tuple[str, dict[str, Any], bool]] = {
    "Llama 3": ("llama-bpe", _split(_LLAMA_3), True),
    "Llama 3, merges first": ("smaug-bpe", _split(_LLAMA_3), False),
    "Qwen 2": ("qwen2", _split(_QWEN_2), False),
    "Qwen 2, removed": ("qwen2", _split(_QWEN_2, "Removed"), False),
    "GPT-2, A.X 4, EXAONE 4": ("gpt-2", _BYTES_ALONE | {"use_regex": True}, False),
    "EXAONE 3": (
        "exaone",
        {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, _BYTES_ALONE],
        },
        False,
    ),
    "Kanana 2": ("gpt-4o", _split(_GPT_4O), False),
    "Mistral Nemo": ("tekken", _split(_TEKKEN), True),
}
_PREPEND = {"type": "Prepend", "prepend": "▁"}
_ESCAPE = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
BYTE_FALLBACK: dict[str, tuple[PrefixSpace, Any, Any]] = {
    "Llama 2": (PrefixSpace.ALWAYS, {"type": "Sequence", "normalizers": [_PREPEND, _ESCAPE]}, None),
    "Mistral 0.3": (
        PrefixSpace.FIRST,
        None,
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False},
    ),
    "Gemma": (
        PrefixSpace.NEVER,
        _ESCAPE,
        {
            "type": "Split",
            "pattern": {"String": " "},
            "behavior": "MergedWithPrevious",
            "invert": False,
        },
    ),
}


def _folder(folder: Path, tokenizer: dict[str, Any]) -> Path:
    """A model folder without weights around ``tokenizer``."""
    folder.mkdir()
    config = TINY_CONFIG | {"vocab_size": _SIZE}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    return folder


def _trained(changes: dict[str, Any], alphabet: list[str], texts: Iterable[str]) -> dict[str, Any]:
    """A BPE tokenizer trained on ``texts`` with the normalizer and splitter in ``changes``."""
    tokenizer = Tokenizer(models.BPE())
    plain = json.loads(tokenizer.to_str())
    tokenizer = Tokenizer.from_str(json.dumps(plain | changes))
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_SIZE - 8,
        initial_alphabet=alphabet,
        special_tokens=["<unk>", "<s>", "</s>", *(a for a in alphabet if len(a) > 1)],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    found: dict[str, Any] = json.loads(tokenizer.to_str())
    return found


def _check(folder: Path, path: Path, texts: list[str]) -> None:
    """Compare the ids of ``texts``; ``path``: for the vocabulary file."""
    model = read_hf_model(folder)
    vocabulary = read_tokenizer(model.tokenizer, model.config.vocab_size)
    path.write_bytes(vocabulary_header(folder, "tiny"))
    found = native_ids(path, [prepared_text(text, vocabulary) for text in texts])
    original = original_encoder(vocabulary, model.tokenizer)
    for text, ids in zip(texts, found, strict=True):
        assert ids == original(text), text


def test_the_sentences() -> None:
    assert len(set(SENTENCES)) == len(SENTENCES) > 2_000
    assert len(set(PROBES)) == len(PROBES)


def test_the_built_in_vocabulary(tmp_path: Path) -> None:
    _check(BUILT_IN, tmp_path / "vocabulary.gguf", SENTENCES)


@pytest.mark.parametrize("kind", BYTE_LEVEL)
def test_byte_level_vocabularies(tmp_path: Path, kind: str) -> None:
    name, splitter, ignores_merges = BYTE_LEVEL[kind]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    normalizer = {"type": "NFC"} if name == "qwen2" else None
    plain = _trained({"pre_tokenizer": splitter, "normalizer": normalizer}, alphabet, SENTENCES)
    plain["model"]["ignore_merges"] = ignores_merges
    _add(plain, "<|im_start|>", special=True)
    _add(plain, "<think>", special=False)
    folder = _folder(tmp_path / "model", plain)
    vocabulary = read_tokenizer(folder / "tokenizer.json", _SIZE)
    assert vocabulary.splitter == name
    assert vocabulary.composes is (name == "qwen2")
    _check(folder, tmp_path / "vocabulary.gguf", SENTENCES[::3])


def test_every_splitter_is_compared() -> None:
    assert {name for name, _, _ in BYTE_LEVEL.values()} == {s.name for s in SPLITTERS}


@pytest.mark.parametrize("kind", BYTE_FALLBACK)
def test_byte_fallback_vocabularies(tmp_path: Path, kind: str) -> None:
    space, normalizer, splitter = BYTE_FALLBACK[kind]
    alphabet = [f"<0x{value:02X}>" for value in range(256)]
    plain = _trained({"pre_tokenizer": splitter, "normalizer": normalizer}, alphabet, _LINES)
    plain["model"] |= {"byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True}
    plain["added_tokens"] = [token for token in plain["added_tokens"] if token["id"] < 3]
    if kind == "Gemma":
        _add(plain, "\n\n", special=False)
        _add(plain, "\n\n\n", special=False)
    folder = _folder(tmp_path / "model", plain)
    vocabulary = read_tokenizer(folder / "tokenizer.json", _SIZE)
    assert vocabulary.space is space
    _check(folder, tmp_path / "vocabulary.gguf", SENTENCES[::3])


def _add(plain: dict[str, Any], text: str, *, special: bool) -> None:
    used = {*plain["model"]["vocab"].values(), *(token["id"] for token in plain["added_tokens"])}
    token = {"id": max(used) + 1, "content": text, "special": special, "normalized": False}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
    plain["added_tokens"].append(token | flags)
