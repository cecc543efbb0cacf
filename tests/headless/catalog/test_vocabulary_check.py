"""A vocabulary that does not cut text as the original is refused, with a test of its own for
Llama-2-Ko's.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.safetensors_folder import read_hf_model, vocabulary_header
from kochat_gui.catalog.self_test import (
    SELF_TEST_KEY,
    SELF_TEST_PIECES,
    SELF_TEST_TEXT,
    has_self_test,
    passes_self_test,
)
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import BYTE_PIECES, PrefixSpace, Vocabulary
from kochat_gui.catalog.vocabulary_check import (
    PROBES,
    check_vocabulary,
    original_encoder,
    prepared_text,
)
from kochat_gui.core.errors import ModelUnsupportedError
from tests.helpers.native_model import native_ids
from tests.helpers.tiny_models import BUILT_IN, TINY_CONFIG

_CARD_ROWS = 46_336


def _card_folder(folder: Path, pieces: tuple[str, ...] = SELF_TEST_PIECES) -> Path:
    """A model with as many tokens as Llama-2-Ko, which puts ``pieces`` together."""
    letters = sorted({letter for piece in SELF_TEST_PIECES for letter in piece})
    merges = []
    for piece in pieces:
        starts = [piece[:end] for end in range(1, len(piece) + 1)]
        merges += [[start, whole[-1]] for start, whole in pairwise(starts)]
    made = ["".join(merge) for merge in merges]
    vocab = list(dict.fromkeys(["<unk>", "<s>", "</s>", *BYTE_PIECES, *letters, *made]))
    vocab += [f"<dummy{number}>" for number in range(len(vocab), _CARD_ROWS)]
    model = {
        "type": "BPE",
        "vocab": {piece: number for number, piece in enumerate(vocab)},
        "merges": merges,
        "byte_fallback": True,
        "unk_token": "<unk>",
    }
    space = {
        "type": "Metaspace",
        "replacement": "▁",
        "prepend_scheme": "always",
        "split": False,
    }
    plain: dict[str, Any] = {"version": "1.0", "added_tokens": [], "model": model}
    plain |= {"pre_tokenizer": space, "normalizer": None, "post_processor": None, "decoder": None}
    folder.mkdir()
    config = TINY_CONFIG | {"vocab_size": _CARD_ROWS}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(plain), "utf-8")
    return folder


def _check(folder: Path, path: Path) -> Vocabulary:
    """Convert the vocabulary of ``folder`` to ``path`` and check it."""
    model = read_hf_model(folder)
    vocabulary = read_tokenizer(model.tokenizer, model.config.vocab_size)
    path.write_bytes(vocabulary_header(folder, "tiny"))
    check_vocabulary(_native(path, vocabulary), vocabulary, model.tokenizer)
    return vocabulary


def _native(path: Path, vocabulary: Vocabulary) -> Callable[[bytes], list[int]]:
    """llama.cpp's ids of the texts of the check; asked once, in a process of its own."""
    texts = [prepared_text(text, vocabulary) for text in (*PROBES, SELF_TEST_TEXT)]
    known = dict(zip((text.encode() for text in texts), native_ids(path, texts), strict=True))
    return known.__getitem__


def test_the_sentence_of_the_card(tmp_path: Path) -> None:
    path = tmp_path / "v.gguf"
    vocabulary = _check(_card_folder(tmp_path / "m"), path)
    assert has_self_test(vocabulary)
    assert read_gguf_header(path).metadata[SELF_TEST_KEY] is True
    ids = native_ids(path, [prepared_text(SELF_TEST_TEXT, vocabulary)])[0]
    assert tuple(vocabulary.pieces[token] for token in ids) == SELF_TEST_PIECES
    assert len(ids) == 7


def test_a_vocabulary_that_fails_the_test_of_the_card(tmp_path: Path) -> None:
    folder = _card_folder(tmp_path / "m")
    vocabulary = read_tokenizer(folder / "tokenizer.json", _CARD_ROWS)
    assert not passes_self_test(vocabulary, lambda text: [vocabulary.pieces.index("▁")] * 7)


def test_other_vocabularies_have_no_such_test(tmp_path: Path) -> None:
    path = tmp_path / "v.gguf"
    vocabulary = _check(BUILT_IN, path)
    assert not has_self_test(vocabulary)
    assert SELF_TEST_KEY not in read_gguf_header(path).metadata


def test_a_file_that_does_not_load_is_refused() -> None:
    vocabulary = read_tokenizer(BUILT_IN / "tokenizer.json", 4096)
    with pytest.raises(ModelUnsupportedError, match="exactly"):
        check_vocabulary(None, vocabulary, BUILT_IN / "tokenizer.json")


def test_a_tokenizer_that_the_library_does_not_take_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    plain = json.loads((BUILT_IN / "tokenizer.json").read_text("utf-8"))
    path.write_text(json.dumps(plain | {"decoder": {"type": "Unheard"}}), "utf-8")
    with pytest.raises(ModelUnsupportedError, match="exactly"):
        check_vocabulary(lambda _: [], read_tokenizer(path, 4096), path)


@pytest.mark.parametrize(
    "changes",
    [
        {"space": PrefixSpace.NEVER},
        {"space": PrefixSpace.ALWAYS},
    ],
)
def test_other_tokens_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "v.gguf"
    vocabulary = replace(_check(BUILT_IN, path), **changes)
    native = _native(path, vocabulary)
    with pytest.raises(ModelUnsupportedError, match="exactly"):
        check_vocabulary(native, vocabulary, BUILT_IN / "tokenizer.json")


def test_one_wrong_token_is_enough() -> None:
    path = BUILT_IN / "tokenizer.json"
    vocabulary = read_tokenizer(path, 4096)
    encode = original_encoder(vocabulary, path)
    calls: list[bytes] = []

    def almost(text: bytes) -> list[int]:
        calls.append(text)
        ids = encode(text.decode().removeprefix(" "))
        return ids if len(calls) < 9 else [*ids, 5]

    with pytest.raises(ModelUnsupportedError):
        check_vocabulary(almost, replace(vocabulary, space=PrefixSpace.FIRST), path)
    assert len(calls) == 9
