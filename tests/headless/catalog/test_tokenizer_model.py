"""``tokenizer.model``: SentencePiece's file is read, and llama.cpp cuts text as it says."""

import json
import random
import struct
from pathlib import Path

import pytest

from kochat_gui.catalog.safetensors_folder import read_hf_model, vocabulary_header
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import (
    BYTE_PIECES,
    PrefixSpace,
    TokenizerKind,
    TokenType,
)
from kochat_gui.catalog.vocabulary_check import original_encoder, prepared_text
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError, UserFacingError
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.native_model import native_ids
from tests.helpers.tiny_models import BUILT_IN, TINY_CONFIG

_BPE, _UNIGRAM = 2, 1
_CONTROL, _BYTE, _UNKNOWN, _NORMAL = 3, 6, 2, 1
MUTATIONS = 2_000


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _piece(text: str, score: float, kind: int) -> bytes:
    body = _message(1, text.encode()) + _varint(2 << 3 | 5) + struct.pack("<f", score)
    return _message(1, body + _number(3, kind))


def _model(
    pieces: list[str],
    trainer: bytes = _number(3, _BPE) + _number(35, 1) + _number(41, 1),
    normalizer: bytes = _message(1, b"identity") + _number(4, 0),
) -> bytes:
    content = (
        _piece("<unk>", 0, _UNKNOWN) + _piece("<s>", 0, _CONTROL) + _piece("</s>", 0, _CONTROL)
    )
    content += b"".join(_piece(piece, 0, _BYTE) for piece in BYTE_PIECES)
    content += b"".join(_piece(piece, -rank, _NORMAL) for rank, piece in enumerate(pieces))
    return content + _message(2, trainer) + _message(3, normalizer)


def _built_in_pieces() -> list[str]:
    """The built-in model's pieces in the order in which its merges make them."""
    plain = json.loads((BUILT_IN / "tokenizer.json").read_text("utf-8"))["model"]
    made = ["".join(merge) for merge in plain["merges"]]
    made = [piece for piece in dict.fromkeys(made) if piece not in BYTE_PIECES]
    letters = [piece for piece in plain["vocab"] if len(piece) == 1]
    return list(dict.fromkeys([*made, *letters]))


def _folder(folder: Path, content: bytes, vocab_size: int) -> Path:
    folder.mkdir(exist_ok=True)
    config = TINY_CONFIG | {"vocab_size": vocab_size}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "tokenizer.model").write_bytes(content)
    return folder


def test_llama_cpp_cuts_text_as_the_file_says(tmp_path: Path) -> None:
    pieces = _built_in_pieces()
    size = len(pieces) + 259 + 5
    folder = _folder(tmp_path / "model", _model(pieces), size)
    path = folder / "tokenizer.model"
    vocabulary = read_tokenizer(path, size)
    assert vocabulary.kind is TokenizerKind.SENTENCEPIECE
    assert vocabulary.space is PrefixSpace.ALWAYS
    assert (vocabulary.unknown_id, vocabulary.first_id) == (0, 1)
    assert vocabulary.types[-1] is TokenType.UNUSED
    (tmp_path / "v.gguf").write_bytes(vocabulary_header(folder, "tiny"))
    sentences = korean_sentences()[::4]
    found = native_ids(tmp_path / "v.gguf", [prepared_text(text, vocabulary) for text in sentences])
    original = original_encoder(vocabulary, path)
    assert found == [original(text) for text in sentences]
    assert len(found[0]) > 1


def test_the_json_file_is_preferred(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _model(["가"]), 300)
    assert read_hf_model(folder).tokenizer.name == "tokenizer.model"
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    assert read_hf_model(folder).tokenizer.name == "tokenizer.json"


@pytest.mark.parametrize(
    "content",
    [
        _model(["가"], trainer=_number(3, _UNIGRAM) + _number(35, 1)),
        _model(["가"], trainer=_number(35, 1)),
        _model(["가"], trainer=_number(3, _BPE)),
        _model(["가"], normalizer=_message(2, b"charsmap") + _number(4, 0)),
        _model(["가"], normalizer=_message(1, b"identity")),
        _piece("<unk>", 0, _UNKNOWN) + _message(2, _number(3, _BPE) + _number(35, 1)),
    ],
)
def test_other_models_are_refused(tmp_path: Path, content: bytes) -> None:
    path = _folder(tmp_path, content, 300) / "tokenizer.model"
    with pytest.raises(ModelUnsupportedError):
        read_tokenizer(path, 300)


@pytest.mark.parametrize(
    "content",
    [
        _model(["가"] * 2),
        _model(["가"])[:-3],
        _model([""]),
        _model(["가", "나"] * 30),
        b"\x0f" * 40,
        b"\x80" * 40,
        _piece("가", 0, 9),
        _number(1, 7),
        _message(1, _message(1, b"\xff\xfe")),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    path = _folder(tmp_path, content, 300) / "tokenizer.model"
    with pytest.raises(ModelDamagedError):
        read_tokenizer(path, 300)


def test_mutated_files_never_surprise(tmp_path: Path) -> None:
    sound = _model(["가", "나", "가나"])
    path = _folder(tmp_path, sound, 300) / "tokenizer.model"
    chance, refused = random.Random(5), 0
    for _ in range(MUTATIONS):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            read_tokenizer(path, 300)
        except UserFacingError:
            refused += 1
    assert refused > MUTATIONS // 4
