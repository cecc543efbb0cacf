"""The vocabulary that a GGML model gets in GGUF: rebuilt from the original's, or its own mended."""

import itertools
import math
import re
from dataclasses import replace
from pathlib import Path

from kochat_gui.catalog.file_errors import missing, unsupported
from kochat_gui.catalog.ggml_pieces import MAX_PIECES, StoredPieces
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import (
    BYTE_PIECES,
    SPACE,
    PrefixSpace,
    TokenizerKind,
    TokenType,
    Vocabulary,
)
from kochat_gui.core.errors import ModelDamagedError, ModelError, ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

UNKNOWN_ID, BOS_ID, EOS_ID = 0, 1, 2
_FIRST_BYTE = 3
_SPECIALS = {UNKNOWN_ID: "<unk>", BOS_ID: "<s>", EOS_ID: "</s>"}
_UNKNOWN_SHOWN = " ⁇ "
"""How SentencePiece decodes the unknown token; 2023's converter stored that."""
_MARKUP = re.compile(r"<\|?[A-Za-z/][\w/ -]*\|?>|\[PAD\d*\]")
"""Tokens that were added to mark turns or to pad, not to write with."""
_PADDING = re.compile(r"|<pad>|\[PAD\d*\]|<dummy\d+>")
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model")
_SHOWN_LETTERS = 40
_HANGUL = re.compile(rb"[\xea-\xed][\x80-\xbf]{2}")
_FEW = 50


def tokenizer_file(path: Path) -> Path:
    """The tokenizer at ``path``: itself or, for a folder, the one inside."""
    if not path.is_dir():
        return path
    found = (path / name for name in _TOKENIZER_FILES)
    chosen = next((file for file in found if file.is_file()), None)
    if chosen is None:
        raise missing(path / _TOKENIZER_FILES[0])
    return chosen


def has_unordered_korean(stored: StoredPieces) -> bool:
    """Whether Korean tokens were added without the order in which they are put together."""
    first = stored.unordered_from()
    if first == len(stored):
        return False
    found = _HANGUL.finditer(stored.content, stored.starts[first])
    return next(itertools.islice(found, _FEW - 1, None), None) is not None


def mended_vocabulary(stored: StoredPieces, vocab_size: int, path: Path) -> Vocabulary:
    """The file's own vocabulary for llama.cpp's SentencePiece, which joins by score.

    Spaces become ``▁`` in every piece, so stored ``▁안녕`` and `` 안녕`` are the same. Tokens
    without an order of their own are joined after all others, the first one listed first: BPE
    trainers number their pieces in the order of the merges, so this splits as the original does
    except where two merges of one piece compete.
    """
    texts = [_text(stored.piece(number), number) for number in range(len(stored))]
    texts += [""] * (vocab_size - len(texts))
    if not set(BYTE_PIECES) <= set(texts):
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "The vocabulary of {name} cannot be converted exactly."
            ),
            QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF file of the same model."),
        )
    ordered = stored.unordered_from()
    types = [_type(text, number, ordered) for number, text in enumerate(texts)]
    taken, seen = set(texts), set[str]()
    for number, text in enumerate(texts):
        if not text or text in seen:
            # llama.cpp wants every token to be spelled differently.
            texts[number], types[number] = _unused_name(number, taken), TokenType.UNUSED
        seen.add(text)
    return Vocabulary(
        kind=TokenizerKind.SENTENCEPIECE,
        pieces=tuple(texts),
        types=tuple(types),
        scores=_scores(stored, ordered, vocab_size),
        space=PrefixSpace.ALWAYS,
        unknown_id=UNKNOWN_ID,
        first_id=BOS_ID,
    )


def _unused_name(number: int, taken: set[str]) -> str:
    name = f"[PAD{number}]"
    while name in taken:
        name += "_"
    return name


def _text(piece: bytes, number: int) -> str:
    if number in _SPECIALS:
        return _SPECIALS[number]
    byte = number - _FIRST_BYTE
    if 0 <= byte < len(BYTE_PIECES) and piece == bytes([byte]):
        return BYTE_PIECES[byte]
    return piece.decode("utf-8", "replace").replace(" ", SPACE)


def _type(text: str, number: int, ordered: int) -> TokenType:
    if number == UNKNOWN_ID:
        return TokenType.UNKNOWN
    if number in _SPECIALS or (number >= ordered and _MARKUP.fullmatch(text)):
        return TokenType.CONTROL
    is_byte = 0 <= number - _FIRST_BYTE < len(BYTE_PIECES) and text in BYTE_PIECES
    return TokenType.BYTE if is_byte else TokenType.NORMAL


def _scores(stored: StoredPieces, ordered: int, vocab_size: int) -> tuple[float, ...]:
    if not stored.has_scores:
        # Llama's own scores are just this.
        return tuple(float(min(_FIRST_BYTE + 256 - number, 0)) for number in range(vocab_size))
    found = (stored.score(number) for number in range(ordered))
    known = [score if math.isfinite(score) else 0.0 for score in found]
    lowest = min(known, default=0.0)
    return (*known, *(lowest - 1 - index for index in range(vocab_size - ordered)))


def joined_by_score(vocabulary: Vocabulary, text: str) -> list[int]:
    """Ids of ``text`` as SentencePiece joins them; for texts of whole pieces."""
    ids = {piece: number for number, piece in enumerate(vocabulary.pieces)}
    parts = list((" " + text).replace(" ", SPACE))
    while True:
        made = [
            (-vocabulary.scores[ids[left + right]], index)
            for index, (left, right) in enumerate(itertools.pairwise(parts))
            if left + right in ids
        ]
        if not made:
            return [ids.get(part, UNKNOWN_ID) for part in parts]
        _, index = min(made)
        parts[index : index + 2] = [parts[index] + parts[index + 1]]


def rebuilt_vocabulary(
    stored: StoredPieces, vocab_size: int, tokenizer: Path, path: Path
) -> Vocabulary:
    """The vocabulary of ``tokenizer`` once every token of ``path`` turned out to be the same.

    Raises ``ModelUnsupportedError`` naming the first that is not.
    """
    file = tokenizer_file(tokenizer)
    try:
        vocabulary = read_tokenizer(file, vocab_size)
    except ModelDamagedError as error:
        # One of more tokens than the model has is sound, but not the right one.
        try:
            vocabulary = read_tokenizer(file, MAX_PIECES)
        except ModelError:
            raise error from None
    count = len(vocabulary.pieces)
    while count > vocab_size and vocabulary.types[count - 1] is TokenType.UNUSED:
        count -= 1
    differing = [n for n in range(count) if not _is_same(vocabulary, stored, n, vocab_size)]
    if differing:
        raise _other_tokenizer(vocabulary, stored, differing, path)
    # Every Llama model reads a text from its BOS token on, also where tokenizer.json is silent.
    return replace(vocabulary, first_id=BOS_ID)


def _is_same(vocabulary: Vocabulary, stored: StoredPieces, number: int, vocab_size: int) -> bool:
    if number >= len(stored):
        return number < vocab_size
    piece, text = stored.piece(number), vocabulary.pieces[number]
    shown = piece.decode("utf-8", "replace")
    match vocabulary.types[number]:
        case TokenType.BYTE:
            return piece == bytes([BYTE_PIECES.index(text)]) or shown == text
        case TokenType.UNUSED:
            return _PADDING.fullmatch(shown) is not None
        case TokenType.CONTROL | TokenType.UNKNOWN if shown in {"", _UNKNOWN_SHOWN}:
            return True
    return shown.replace(" ", SPACE) == text.replace(" ", SPACE)


def _other_tokenizer(
    vocabulary: Vocabulary, stored: StoredPieces, differing: list[int], path: Path
) -> ModelUnsupportedError:
    first = differing[0]
    kept = stored.piece(first).decode("utf-8", "replace") if first < len(stored) else ""
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "The tokenizer is not that of {name}: {differing} of {count} tokens differ, "
            "first token {number} (“{stored}” in the file, “{given}” in the tokenizer).",
        ),
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "Choose the tokenizer.json of the model that this file was made from, "
            "or import without one.",
        ),
        differing=f"{len(differing):,}",
        count=f"{max(len(stored), differing[-1] + 1):,}",
        number=f"{first:,}",
        stored=kept[:_SHOWN_LETTERS],
        given=vocabulary.pieces[first][:_SHOWN_LETTERS],
    )
