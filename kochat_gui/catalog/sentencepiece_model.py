"""Reads ``tokenizer.model``, SentencePiece's own file: protocol buffers, bounds first."""

import struct
from collections.abc import Iterator
from pathlib import Path

from kochat_gui.catalog.config_values import unsupported_kind
from kochat_gui.catalog.file_errors import bad_header
from kochat_gui.catalog.header_reader import read_whole
from kochat_gui.catalog.vocabulary import (
    BYTE_PIECES,
    PrefixSpace,
    TokenizerKind,
    TokenType,
    Vocabulary,
)

_MAX_BYTES = 20 * 10**6
_MAX_VARINT_BYTES = 10
_BPE = 2
_UNUSED_SCORE = -10_000.0
_TYPES: dict[int | bytes, TokenType] = {int(kind): kind for kind in TokenType}

# Numbers of fields (sentencepiece_model.proto).
_PIECE, _TRAINER, _NORMALIZER = 1, 2, 3
_TEXT, _SCORE, _TYPE = 1, 2, 3
_MODEL_TYPE, _BYTE_FALLBACK, _BOS_ID = 3, 35, 41
_CHARS_MAP, _DUMMY_PREFIX, _EXTRA_SPACES, _ESCAPE_SPACES, _RULES = 2, 3, 4, 5, 6

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_Fields = Iterator[tuple[int, int | bytes]]


class _MessageError(Exception):
    """The bytes are no protocol buffer message."""


def read_sentencepiece(path: Path, vocab_size: int) -> Vocabulary:
    """Read ``path`` for an embedding of ``vocab_size`` rows.

    Raises ``ModelDamagedError``, or ``ModelUnsupportedError`` for models that llama.cpp would not
    follow exactly: unigram ones, and those that change the text first.
    """
    content = read_whole(path, _MAX_BYTES)
    try:
        return _vocabulary(content, vocab_size, path)
    except (_MessageError, UnicodeDecodeError, struct.error) as error:
        raise bad_header(path, "it is no SentencePiece model") from error


def _vocabulary(content: bytes, vocab_size: int, path: Path) -> Vocabulary:
    pieces: list[tuple[str, float, TokenType]] = []
    trainer: dict[int, int | bytes] = {}
    normalizer: dict[int, int | bytes] = {}
    for number, value in _fields(content):
        if number == _PIECE:
            if len(pieces) == vocab_size:
                raise bad_header(path, "more pieces than the model has rows")
            pieces.append(_piece(_message(value)))
        elif number == _TRAINER:
            trainer.update(_fields(_message(value)))
        elif number == _NORMALIZER:
            normalizer.update(_fields(_message(value)))
    _refuse_other_kinds(trainer, normalizer, path)
    texts = [text for text, _, _ in pieces]
    if not set(texts).issuperset(BYTE_PIECES):
        raise unsupported_kind(path, "tokenizer: bytes")
    padding = range(len(pieces), vocab_size)
    types = [kind for _, _, kind in pieces]
    texts += [f"[PAD{number}]" for number in padding]
    if len(set(texts)) != vocab_size:
        raise bad_header(path, "a piece is there twice")
    first = trainer.get(_BOS_ID, 1)
    return Vocabulary(
        kind=TokenizerKind.SENTENCEPIECE,
        pieces=tuple(texts),
        types=(*types, *(TokenType.UNUSED for _ in padding)),
        scores=(*(score for _, score, _ in pieces), *(_UNUSED_SCORE for _ in padding)),
        space=PrefixSpace.ALWAYS if normalizer.get(_DUMMY_PREFIX, 1) else PrefixSpace.NEVER,
        unknown_id=types.index(TokenType.UNKNOWN) if TokenType.UNKNOWN in types else None,
        first_id=first if isinstance(first, int) and first < len(pieces) else None,
    )


def _refuse_other_kinds(
    trainer: dict[int, int | bytes], normalizer: dict[int, int | bytes], path: Path
) -> None:
    if trainer.get(_MODEL_TYPE, 1) != _BPE or not trainer.get(_BYTE_FALLBACK, 0):
        raise unsupported_kind(path, "tokenizer: SentencePiece, unigram")
    changes_text = normalizer.get(_CHARS_MAP) or normalizer.get(_RULES)
    if changes_text or normalizer.get(_EXTRA_SPACES, 1) or not normalizer.get(_ESCAPE_SPACES, 1):
        raise unsupported_kind(path, "tokenizer: SentencePiece, normalizer")


def _piece(content: bytes) -> tuple[str, float, TokenType]:
    text, score, kind = "", 0.0, TokenType.NORMAL
    for number, value in _fields(content):
        if number == _TEXT:
            text = _message(value).decode("utf-8")
        elif number == _SCORE:
            score = struct.unpack("<f", _message(value))[0]
        elif number == _TYPE:
            if value not in _TYPES:
                raise _MessageError
            kind = _TYPES[value]
    if not text:
        raise _MessageError
    return text, score, kind


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise _MessageError
    return value


def _fields(content: bytes) -> _Fields:
    """Field numbers and values; numbers of fixed width come as their bytes."""
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        kind = tag & 7
        if kind == _VARINT:
            value, position = _varint(content, position)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            length, position = _varint(content, position)
        elif kind in {_FIXED32, _FIXED64}:
            length = 4 if kind == _FIXED32 else 8
        else:
            raise _MessageError
        end = position + length
        if end > len(content):
            raise _MessageError
        yield tag >> 3, content[position:end]
        position = end


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if position + index >= len(content):
            break
        byte = content[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise _MessageError
