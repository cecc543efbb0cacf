"""Byte-fallback BPE as ``tokenizers`` does it, plain and slow: conversions are checked with it."""

import itertools

from kochat_gui.catalog.tokenizer_json import SPACE, TokenType, Vocabulary

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
)
"""Texts that touch every kind of piece: syllables, jamo, spaces, lines, bytes."""


class ReferenceBpe:
    """Encodes text with a vocabulary; no special tokens are recognised or added."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ids = {
            piece: number
            for number, piece in enumerate(vocabulary.pieces)
            if vocabulary.types[number] is not TokenType.CONTROL
        }
        self._ranks = {pair: rank for rank, pair in enumerate(vocabulary.merges)}
        self._prepends_space = vocabulary.prepends_space

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text`` as one segment."""
        escaped = text.replace(" ", SPACE)
        if self._prepends_space and not escaped.startswith(SPACE):
            escaped = SPACE + escaped
        parts = [part for char in escaped for part in self._base(char)]
        while len(parts) > 1:
            ranked = [
                (self._ranks[pair], index)
                for index, pair in enumerate(itertools.pairwise(parts))
                if pair in self._ranks
            ]
            if not ranked:
                break
            _, index = min(ranked)
            parts[index : index + 2] = [parts[index] + parts[index + 1]]
        return [self._ids[part] for part in parts]

    def _base(self, char: str) -> list[str]:
        if char in self._ids:
            return [char]
        return [f"<0x{byte:02X}>" for byte in char.encode()]
