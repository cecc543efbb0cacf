"""Folded texts, and the way back to the text as it was written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kochat_gui.core.folding import folded, original_spans

TRICKY = "aAßİ\u0131ŉǰ각ﬁΐ👍🏽 \n\0ㄱ\u0301\u0345\u0308\u1100\u1161\u11a8\u09c7\u09be\u200d"
TEXTS = st.text(st.sampled_from(TRICKY), max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("text", "spans", "found"),
    [
        ("GPU메모리", [(0, 3)], ["GPU"]),
        ("Straße", [(4, 5)], ["ß"]),
        (unicodedata.normalize("NFD", "한국어"), [(1, 2)], [unicodedata.normalize("NFD", "국")]),
        ("가" * 5000 + "ßx", [(5002, 5003)], ["x"]),
        ("ß" * 5000 + "x", [(0, 1), (10_000, 10_001)], ["ß", "x"]),
        ("가나", [], []),
    ],
)
def test_original_spans(text: str, spans: list[tuple[int, int]], found: list[str]) -> None:
    assert [text[start:end] for start, end in original_spans(text, spans)] == found


@given(TEXTS, st.data())
def test_the_original_of_a_span_folds_to_what_holds_it(text: str, data: st.DataObject) -> None:
    plain = folded(text)
    edges = data.draw(st.lists(st.integers(0, len(plain)), max_size=6, unique=True).map(sorted))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    originals = original_spans(text, spans)
    for (start, end), (first, last) in zip(spans, originals, strict=True):
        assert plain[start:end] in folded(text[first:last])
