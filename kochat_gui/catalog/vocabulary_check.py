"""Whether a converted vocabulary cuts text as the original does. For the converter's process.

The original is asked through the ``tokenizers`` library, which knows nothing of llama.cpp.
"""

import unicodedata
from collections.abc import Callable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, models, normalizers

from kochat_gui.catalog.file_errors import reading, unsupported
from kochat_gui.catalog.self_test import has_self_test, passes_self_test
from kochat_gui.catalog.vocabulary import (
    SPACE,
    PrefixSpace,
    TokenizerKind,
    TokenType,
    Vocabulary,
)
from kochat_gui.core.errors import ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

PROBES = (
    "안녕하세요",
    "오늘은 날씨가 좋네요. 산책하러 갈까요?",
    "이름이 뭐야?",
    "배고파 ㅠㅠ  뭐 먹지…",
    "대한민국의 수도는 서울특별시이고, 인구는 약 9,400,000명이다.",
    "아래는 작업을 설명하는 명령어입니다.\n\n### 명령어:\n오늘 너무 힘들어\n\n### 응답:",
    " 앞에 공백이 있고 뒤에도 있어요 ",
    "뷁 쀍 훑는 닭 값싼 넋두리",
    "KoChat은 GGUF(q4_0)를 써요: http://example.org/?q=한글",
    "def 인사(이름):\n\treturn f'안녕, {이름}'\n\n\n",
    "가격은 ₩12,000 · 할인 30% 👨‍👩‍👧 🇰🇷",
    "漢字와 ひらがな, café naïve",
    unicodedata.normalize("NFD", "나눠 쓴 한글 자모도 있어요"),
    "ㄱㄴㄷ ㅏㅑㅓ ｱｲｳ ﾡﾢ 훈민정음ᄒᆞᆫ글",
    "I've seen it, HE'S told we'll; 1234567 3.14 -42\r\n끝",
    "공백   셋\t탭\n \n  \n마지막",
    "!!!???... ((괄호)) [대괄호] {중괄호} <태그> #해시 @골뱅이 $100 50%",
)
"""Texts that touch every kind of piece: syllables, jamo, spaces, lines, bytes, digits."""

_MAX_ADDED = 64
"""Added tokens that are tried inside text."""

Encode = Callable[[str], list[int]]
Native = Callable[[bytes], list[int]]


def check_vocabulary(native: Native | None, vocabulary: Vocabulary, tokenizer: Path) -> None:
    """Refuse a vocabulary whose tokens are not those of ``tokenizer``: it would talk nonsense.

    ``native``: llama.cpp's ids of plain text as it stands; None when it could not load the file.
    Raises ``ModelUnsupportedError``.
    """
    if native is None or not _is_exact(native, vocabulary, tokenizer):
        raise _inexact(tokenizer)


def _inexact(tokenizer: Path) -> ModelUnsupportedError:
    return unsupported(
        tokenizer.parent,
        QT_TRANSLATE_NOOP("ModelFiles", "The vocabulary of {name} cannot be converted exactly."),
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Get a GGUF file of this model; those do not need converting."
        ),
    )


def _is_exact(native: Native, vocabulary: Vocabulary, tokenizer: Path) -> bool:
    original = original_encoder(vocabulary, tokenizer)

    def converted(text: str) -> list[int]:
        return native(prepared_text(text, vocabulary).encode())

    probes = (*PROBES, *_added_probes(vocabulary))
    if any(converted(text) != original(text) for text in probes):
        return False
    return not has_self_test(vocabulary) or passes_self_test(vocabulary, converted)


def prepared_text(text: str, vocabulary: Vocabulary) -> str:
    """A first text as the engine hands it to llama.cpp."""
    if vocabulary.composes:
        text = unicodedata.normalize("NFC", text)
    has_space = text.startswith((" ", SPACE))
    if vocabulary.space is PrefixSpace.ALWAYS or (vocabulary.prepends_space and not has_space):
        return " " + text
    return text


def original_encoder(vocabulary: Vocabulary, tokenizer: Path) -> Encode:
    """Ids by the ``tokenizers`` library, without special tokens around them."""
    if vocabulary.kind is TokenizerKind.SENTENCEPIECE:
        original = _from_scores(vocabulary)
    else:
        try:
            with reading(tokenizer):
                original = Tokenizer.from_str(tokenizer.read_text("utf-8"))
        except Exception as error:  # the library raises nothing narrower
            raise _inexact(tokenizer) from error
        original.no_truncation()
        original.no_padding()

    def encode(text: str) -> list[int]:
        ids: list[int] = original.encode(text, add_special_tokens=False).ids
        return ids

    return encode


def _from_scores(vocabulary: Vocabulary) -> Tokenizer:
    """SentencePiece's joining by score as merges: every way to make a piece, best pieces first."""
    normal = {
        piece: token
        for token, piece in enumerate(vocabulary.pieces)
        if vocabulary.types[token] is not TokenType.CONTROL
    }
    merges = [
        (vocabulary.scores[token], piece[:cut], piece[cut:])
        for piece, token in normal.items()
        if vocabulary.types[token] is TokenType.NORMAL
        for cut in range(1, len(piece))
        if piece[:cut] in normal and piece[cut:] in normal
    ]
    merges.sort(key=lambda merge: (-merge[0], normal[merge[1]], normal[merge[2]]))
    unknown = None if vocabulary.unknown_id is None else vocabulary.pieces[vocabulary.unknown_id]
    found = Tokenizer(
        models.BPE(
            vocab=normal,
            merges=[(left, right) for _, left, right in merges],
            unk_token=unknown,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    steps: list[normalizers.Normalizer] = [normalizers.Replace(" ", SPACE)]
    if vocabulary.prepends_space:
        steps.insert(0, normalizers.Prepend(SPACE))
    found.normalizer = normalizers.Sequence(steps)
    found.add_tokens(
        [
            AddedToken(piece, normalized=False)
            for token, piece in enumerate(vocabulary.pieces)
            if vocabulary.types[token] is TokenType.USER_DEFINED
        ]
    )
    return found


def _added_probes(vocabulary: Vocabulary) -> list[str]:
    added = [
        piece
        for piece, kind in zip(vocabulary.pieces, vocabulary.types, strict=True)
        if kind is TokenType.USER_DEFINED
    ]
    return [f"앞 말 {piece} 뒷말{piece}끝" for piece in added[:_MAX_ADDED]]
