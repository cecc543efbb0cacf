"""Reads ``tokenizer.json`` of byte-fallback BPE tokenizers (Llama 2 and its Korean descendants)."""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import bad_header
from kochat_gui.catalog.llama_config import unsupported_kind
from kochat_gui.catalog.safetensors_folder import read_json

SPACE = "▁"
"""Stands for a space inside pieces (U+2581)."""
_MAX_BYTES = 100 * 10**6
_BYTES = tuple(f"<0x{value:02X}>" for value in range(256))


class TokenType(IntEnum):
    """GGUF's token types, as far as they occur here."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True)
class Vocabulary:
    """A byte-fallback BPE vocabulary: everything that decides how text becomes tokens."""

    pieces: tuple[str, ...]
    """By id."""
    types: tuple[TokenType, ...]
    merges: tuple[tuple[str, str], ...]
    """The first one is applied first."""
    prepends_space: bool
    """One space goes before each text segment."""
    unknown_id: int | None


def read_tokenizer(path: Path, vocab_size: int) -> Vocabulary:
    """Read ``path`` for a model whose embedding has ``vocab_size`` rows.

    Raises ``ModelDamagedError``, or ``ModelUnsupportedError`` for other kinds of tokenizers.
    """
    plain = read_json(path, _MAX_BYTES)
    model = plain.get("model")
    if not isinstance(model, dict):
        raise bad_header(path, "no model")
    _refuse_other_kinds(model, path)
    prepends_space = _prepends_space(plain, path)
    pieces: list[str | None] = [None] * vocab_size
    types = [TokenType.NORMAL] * vocab_size
    for piece, number in _pairs(model.get("vocab"), path):
        _place(pieces, number, piece, path)
        if piece in _BYTES:
            types[number] = TokenType.BYTE
    unknown_id = _place_added(plain, model, pieces, types, path)
    for number, found in enumerate(pieces):
        if found is None:
            # Rows that only pad the matrix to a round size.
            pieces[number], types[number] = f"[PAD{number}]", TokenType.UNUSED
    merges = tuple(_merge(entry, path) for entry in _list(model.get("merges"), path))
    vocabulary = {piece for piece in pieces if piece is not None}
    if not vocabulary.issuperset(_BYTES):
        raise unsupported_kind(path, "tokenizer: bytes")
    if not all({left, right, left + right} <= vocabulary for left, right in merges):
        raise bad_header(path, "a merge of unknown pieces")
    final = tuple(piece for piece in pieces if piece is not None)
    return Vocabulary(final, tuple(types), merges, prepends_space, unknown_id)


def _refuse_other_kinds(model: dict[str, Any], path: Path) -> None:
    if model.get("type", "BPE") != "BPE" or model.get("byte_fallback") is not True:
        raise unsupported_kind(path, f"tokenizer: {str(model.get('type'))[:40]}")
    for key in ("dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"):
        if model.get(key):
            raise unsupported_kind(path, f"tokenizer: {key}")


def _prepends_space(plain: dict[str, Any], path: Path) -> bool:
    """Whether a space goes first; also refuses text changes that the engine would not make."""
    normalizer, splitter = plain.get("normalizer"), plain.get("pre_tokenizer")
    prepends = False
    match normalizer:
        case None:
            escapes = False
        case {"type": "Sequence", "normalizers": [*steps]}:
            escapes = {
                "type": "Replace",
                "pattern": {"String": " "},
                "content": SPACE,
            } in steps
            prepends = {"type": "Prepend", "prepend": SPACE} in steps
            if len(steps) != escapes + prepends:
                raise unsupported_kind(path, "tokenizer: normalizer")
        case _:
            raise unsupported_kind(path, "tokenizer: normalizer")
    match splitter:
        case None if escapes:
            return prepends
        case {"type": "Metaspace", "replacement": "▁", **rest} if rest.get("split") is not True:
            scheme = rest.get("prepend_scheme")
            if scheme is None:
                scheme = "always" if rest.get("add_prefix_space") else "never"
            return prepends or scheme in {"always", "first"}
    raise unsupported_kind(path, "tokenizer: pre_tokenizer")


def _place_added(
    plain: dict[str, Any],
    model: dict[str, Any],
    pieces: list[str | None],
    types: list[TokenType],
    path: Path,
) -> int | None:
    for token in _list(plain.get("added_tokens") or [], path):
        match token:
            case {"id": int(number), "content": str(piece)}:
                _place(pieces, number, piece, path)
                is_special = token.get("special") is True
                types[number] = TokenType.CONTROL if is_special else TokenType.USER_DEFINED
            case _:
                raise bad_header(path, "an added token is not described")
    unknown = model.get("unk_token") or "<unk>"
    if unknown in pieces:
        number = pieces.index(unknown)
        types[number] = TokenType.UNKNOWN
        return number
    return None


def _place(pieces: list[str | None], number: int, piece: str, path: Path) -> None:
    if not 0 <= number < len(pieces) or pieces[number] not in {None, piece}:
        raise bad_header(path, f"token {number} is outside the vocabulary or there twice")
    pieces[number] = piece


def _pairs(plain: object, path: Path) -> list[tuple[str, int]]:
    if not isinstance(plain, dict) or not all(type(number) is int for number in plain.values()):
        raise bad_header(path, "no vocabulary")
    return list(plain.items())


def _list(plain: object, path: Path) -> list[Any]:
    if not isinstance(plain, list):
        raise bad_header(path, "not a list")
    return plain


def _merge(entry: object, path: Path) -> tuple[str, str]:
    """Older files write ``"a b"``, newer ones ``["a", "b"]``."""
    pair = entry.split(" ") if isinstance(entry, str) else entry
    match pair:
        case [str(left), str(right)]:
            return left, right
    raise bad_header(path, "a merge is not a pair")
