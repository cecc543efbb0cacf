"""What the card of Llama-2-Ko says of its tokenizer, as a test of every conversion of it."""

from collections.abc import Callable

from kochat_gui.catalog.vocabulary import Vocabulary

SELF_TEST_TEXT = "안녕하세요, 오늘은 날씨가 좋네요"
"""The card ends it with a period, which its own tables leave out."""
SELF_TEST_PIECES = ("▁안녕", "하세요", ",", "▁오늘은", "▁날", "씨가", "▁좋네요")
SELF_TEST_KEY = "kochat.passed_self_test"
"""Own metadata: the converted vocabulary cuts the card's sentence as the card says."""
_LLAMA_2_KO_PIECES = 46_336
"""Rows of the embedding of llama-2-ko-7b and of what was trained from it."""


def has_self_test(vocabulary: Vocabulary) -> bool:
    """Whether this is the vocabulary of the card; smaller ones may share the pieces."""
    return len(vocabulary.pieces) >= _LLAMA_2_KO_PIECES and set(SELF_TEST_PIECES) <= set(
        vocabulary.pieces
    )


def passes_self_test(vocabulary: Vocabulary, encode: Callable[[str], list[int]]) -> bool:
    """Whether ``encode`` cuts the card's sentence into the card's pieces."""
    pieces = tuple(vocabulary.pieces[token] for token in encode(SELF_TEST_TEXT))
    return pieces == SELF_TEST_PIECES
