"""The n-gram index against a search through everything."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kochat_gui.engines.repeated_ngrams import RepeatedNgrams


def _by_searching(n: int, tokens: list[int]) -> set[int]:
    context = tokens[len(tokens) - n + 1 :] if n > 1 else []
    if len(context) < n - 1:
        return set()
    return {
        tokens[i + n - 1] for i in range(len(tokens) - n + 1) if tokens[i : i + n - 1] == context
    }


@given(st.integers(1, 5), st.lists(st.integers(0, 3), max_size=40))
def test_equal_to_searching(n: int, tokens: list[int]) -> None:
    assert set(RepeatedNgrams(n, tokens).banned()) == _by_searching(n, tokens)


@given(st.integers(2, 4), st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_obeying_it_never_repeats(n: int, wishes: list[int]) -> None:
    index, text = RepeatedNgrams(n), list[int]()
    for wish in wishes:
        allowed = [t for t in (wish, *range(6)) if t not in index.banned()]
        if not allowed:
            break
        text.append(allowed[0])
        index.add(allowed[0])
    grams = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
    assert len(grams) == len(set(grams))


@pytest.mark.parametrize("n", [3, 10])
def test_a_long_text_is_cheap(n: int) -> None:
    began = time.process_time()
    index = RepeatedNgrams(n, range(100_000))
    for _ in range(1_000):
        index.banned()
    assert time.process_time() - began < 2.0
