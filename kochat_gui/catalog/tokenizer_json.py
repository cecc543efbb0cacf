"""Reads ``tokenizer.json`` of BPE tokenizers: byte-fallback (Llama 2) and byte-level (GPT-2)."""

from pathlib import Path
from typing import Any, NamedTuple

from kochat_gui.catalog.config_values import unsupported_kind
from kochat_gui.catalog.file_errors import bad_header
from kochat_gui.catalog.header_reader import read_whole
from kochat_gui.catalog.safetensors_header import parse_json_object
from kochat_gui.catalog.sentencepiece_model import read_sentencepiece
from kochat_gui.catalog.splitters import find_splitter
from kochat_gui.catalog.vocabulary import (
    BYTE_PIECES,
    SPACE,
    PrefixSpace,
    TokenizerKind,
    TokenType,
    Vocabulary,
)

_MAX_BYTES = 100 * 10**6
_ESCAPE = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
_PREPEND = {"type": "Prepend", "prepend": SPACE}
_COMPOSE = {"type": "NFC"}
_BYTE_SET = frozenset(BYTE_PIECES)
_REFUSED = ("dropout", "continuing_subword_prefix", "end_of_word_suffix")


class _Pieces(NamedTuple):
    """Pieces and types by id, while they are being collected."""

    texts: list[str | None]
    types: list[TokenType]


def read_tokenizer(path: Path, vocab_size: int) -> Vocabulary:
    """Read ``tokenizer.json`` or ``tokenizer.model`` for an embedding of ``vocab_size`` rows.

    Raises ``ModelDamagedError``, or ``ModelUnsupportedError`` for other kinds of tokenizers.
    """
    if path.suffix == ".model":
        return read_sentencepiece(path, vocab_size)
    plain = parse_json_object(read_whole(path, _MAX_BYTES), path)
    model = plain.get("model")
    if not isinstance(model, dict):
        raise bad_header(path, "no model")
    kind = _kind(plain, model, path)
    pieces = _Pieces([None] * vocab_size, [TokenType.NORMAL] * vocab_size)
    for text, token in _pairs(model.get("vocab"), path):
        _place(pieces, token, text, path)
        if kind is TokenizerKind.BYTE_FALLBACK and text in _BYTE_SET:
            pieces.types[token] = TokenType.BYTE
    unknown_id = _place_added(plain, model, pieces, path)
    texts = _padded(pieces)
    vocabulary = set(texts)
    if kind is TokenizerKind.BYTE_FALLBACK and not vocabulary.issuperset(BYTE_PIECES):
        raise unsupported_kind(path, "tokenizer: bytes")
    if len(vocabulary) != vocab_size:
        raise bad_header(path, "a piece is there twice")
    merges = tuple(_merge(entry, path) for entry in _list(model.get("merges"), path))
    if not all(
        left in vocabulary and right in vocabulary and left + right in vocabulary
        for left, right in merges
    ):
        raise bad_header(path, "a merge of unknown pieces")
    steps = _normalizer_steps(plain.get("normalizer"), path)
    is_fallback = kind is TokenizerKind.BYTE_FALLBACK
    ignores_merges = model.get("ignore_merges") is True
    return Vocabulary(
        kind=kind,
        pieces=texts,
        types=tuple(pieces.types),
        merges=merges,
        splitter=""
        if is_fallback
        else find_splitter(plain.get("pre_tokenizer"), ignores_merges=ignores_merges, path=path),
        space=_prefix_space(steps, plain, path) if is_fallback else _no_space(steps, path),
        composes=_COMPOSE in steps,
        unknown_id=unknown_id,
        first_id=_first_id(plain.get("post_processor"), vocab_size, path),
    )


def _kind(plain: dict[str, Any], model: dict[str, Any], path: Path) -> TokenizerKind:
    if model.get("type", "BPE") != "BPE":
        raise unsupported_kind(path, f"tokenizer: {str(model.get('type'))[:40]}")
    is_fallback = model.get("byte_fallback") is True
    for key in _REFUSED:
        if model.get(key):
            raise unsupported_kind(path, f"tokenizer: {key}")
    if is_fallback and model.get("ignore_merges"):
        raise unsupported_kind(path, "tokenizer: ignore_merges")
    return TokenizerKind.BYTE_FALLBACK if is_fallback else TokenizerKind.BYTE_LEVEL


def _normalizer_steps(plain: object, path: Path) -> list[Any]:
    match plain:
        case None:
            return []
        case {"type": "Sequence", "normalizers": [*steps]}:
            return steps
        case {"type": str()}:
            return [plain]
    raise unsupported_kind(path, "tokenizer: normalizer")


def _no_space(steps: list[Any], path: Path) -> PrefixSpace:
    if steps not in ([], [_COMPOSE]):
        raise unsupported_kind(path, "tokenizer: normalizer")
    return PrefixSpace.NEVER


def _prefix_space(steps: list[Any], plain: dict[str, Any], path: Path) -> PrefixSpace:
    """Where a space goes first; also refuses text changes that the engine would not make."""
    rest = [step for step in steps if step not in (_ESCAPE, _PREPEND, _COMPOSE)]
    if rest or len(steps) > len({str(step) for step in steps}):
        raise unsupported_kind(path, "tokenizer: normalizer")
    always = PrefixSpace.ALWAYS if _PREPEND in steps else None
    match plain.get("pre_tokenizer"):
        case None if _ESCAPE in steps:
            return always or PrefixSpace.NEVER
        case {"type": "Split", "pattern": {"String": " "}} if _ESCAPE in steps:
            # The normalizer has left no space to split at.
            return always or PrefixSpace.NEVER
        case {"type": "Metaspace", "replacement": "▁", **rest_} if rest_.get("split") is not True:
            scheme = rest_.get("prepend_scheme")
            if scheme is None:
                scheme = "always" if rest_.get("add_prefix_space") else "never"
            found = {
                "always": PrefixSpace.UNLESS_THERE,
                "first": PrefixSpace.FIRST,
                "never": PrefixSpace.NEVER,
            }.get(str(scheme))
            if found is not None and always is None:
                return found
    raise unsupported_kind(path, "tokenizer: pre_tokenizer")


def _place_added(
    plain: dict[str, Any], model: dict[str, Any], pieces: _Pieces, path: Path
) -> int | None:
    for token in _list(plain.get("added_tokens") or [], path):
        match token:
            case {"id": int(number), "content": str(text)}:
                is_known = 0 <= number < len(pieces.texts) and pieces.texts[number] == text
                _place(pieces, number, text, path)
                if token.get("special") is True:
                    pieces.types[number] = TokenType.CONTROL
                elif not (is_known and SPACE in text):
                    # Runs of spaces, which the merges make, would be shown as they are spelled.
                    pieces.types[number] = TokenType.USER_DEFINED
            case _:
                raise bad_header(path, "an added token is not described")
    unknown = model.get("unk_token") or "<unk>"
    if unknown in pieces.texts:
        number = pieces.texts.index(unknown)
        pieces.types[number] = TokenType.UNKNOWN
        return number
    return None


def _place(pieces: _Pieces, number: int, text: str, path: Path) -> None:
    is_row = 0 <= number < len(pieces.texts)
    if not is_row or (pieces.texts[number] is not None and pieces.texts[number] != text):
        raise bad_header(path, f"token {number} is outside the vocabulary or there twice")
    pieces.texts[number] = text


def _padded(pieces: _Pieces) -> tuple[str, ...]:
    """All pieces; rows that only pad the matrix to a round size get names."""
    for number, text in enumerate(pieces.texts):
        if text is None:
            pieces.types[number] = TokenType.UNUSED
    return tuple(
        f"[PAD{number}]" if text is None else text for number, text in enumerate(pieces.texts)
    )


def _first_id(plain: object, vocab_size: int, path: Path) -> int | None:
    """The token that the post-processor puts before a text."""
    match plain:
        case {"type": "Sequence", "processors": [*inner]}:
            found = [_first_id(item, vocab_size, path) for item in inner]
            return next((token for token in found if token is not None), None)
        case {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": str(name)}}, {"Sequence": _}, *_],
            "special_tokens": dict(known),
        }:
            match known.get(name):
                case {"ids": [int(token)]} if 0 <= token < vocab_size:
                    return token
            raise bad_header(path, "the first token is not in the vocabulary")
        case {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": _}, {"SpecialToken": _}, *_],
        }:
            raise unsupported_kind(path, "tokenizer: post_processor")
    return None


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
        case [str(left), str(right)] if " " not in left + right:
            return left, right
    raise bad_header(path, "a merge is not a pair")
