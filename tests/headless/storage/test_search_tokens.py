"""What a pattern matches always meets the condition that the index is asked."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from kochat_gui.core.folding import folded
from kochat_gui.core.search import SearchQuery
from kochat_gui.storage import search_tokens
from kochat_gui.storage.search_tokens import Condition, Frequencies, tokens
from tests.helpers.search_texts import corpora

EVERYWHERE = Frequencies(["이 그 한국인 한국어"] * 10)
"""As if all texts were these."""


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE entries USING fts5 "
        "(tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii')"
    )
    yield connection
    connection.close()


def _ids(index: sqlite3.Connection, condition: Condition) -> set[int]:
    sql = "SELECT rowid FROM entries WHERE entries MATCH ?"
    return {row[0] for row in index.execute(sql, (condition.expression,))}


def _fill(index: sqlite3.Connection, texts: list[str]) -> None:
    index.execute("INSERT INTO entries (entries) VALUES ('delete-all')")
    index.executemany(
        "INSERT INTO entries (rowid, tokens) VALUES (?, ?)", enumerate(map(tokens, texts))
    )


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corpora())
def test_no_match_is_missed(index: sqlite3.Connection, corpus: tuple[list[str], str]) -> None:
    texts, query = corpus
    _fill(index, texts)
    for tier in SearchQuery(query).tiers:
        matching = {i for i, text in enumerate(texts) if tier.matches(folded(text))}
        assert matching <= _ids(index, Condition(tier.terms, Frequencies([])))


@pytest.mark.parametrize(
    ("query", "is_broad"),
    [
        ("한", True),
        ("한국", False),
        ("이 한국", False),
        ("이 그", True),
        ('"이 한국"', False),
    ],
)
def test_a_broad_word_is_not_asked_beside_a_narrow_one(query: str, is_broad: bool) -> None:
    condition = Condition(SearchQuery(query).tiers[0].terms, EVERYWHERE)
    assert condition.is_broad is is_broad
    assert ("*" in condition.expression) is is_broad


@pytest.mark.parametrize(
    ("query", "is_broad"),
    [("ㅎㄱ", True), ("ㅎㄱㅇ", True), ("ㅎㄱㅍ", False), ("한ㄱ", True), ("ㅎㄱㅇㅅ", False)],
)
def test_what_only_a_prefix_finds_is_broad_unless_it_is_rare(query: str, is_broad: bool) -> None:
    assert Condition(SearchQuery(query).tiers[1].terms, EVERYWHERE).is_broad is is_broad


def test_the_index_tells_texts_apart(index: sqlite3.Connection) -> None:
    _fill(
        index, ["한국 사람", "국한 사람", "한 국", "hi (there)", "어둑하늘 속", "둑하니 어둑하게"]
    )
    found = {
        query: _ids(index, Condition(SearchQuery(query).tiers[0].terms, Frequencies([])))
        for query in ("한국", "사람", "한", "(t", "e)", "둑하늘", "둑하 속")
    }
    assert found == {
        "한국": {0},
        "사람": {0, 1},
        "한": {0, 1, 2},
        "(t": {3},
        "e)": {3},
        "둑하늘": {4},
        "둑하 속": {4},
    }
    initials = {
        query: _ids(index, Condition(SearchQuery(query).tiers[1].terms, Frequencies([])))
        for query in ("ㄷㅎㄴ", "ㅇㄷㅎㄴ", "ㄷㅎ")
    }
    assert initials == {"ㄷㅎㄴ": {4, 5}, "ㅇㄷㅎㄴ": {4}, "ㄷㅎ": {4, 5}}


def test_a_long_query_asks_little(index: sqlite3.Connection) -> None:
    text = "".join(chr(0xAC00 + 37 * number) for number in range(300))
    _fill(index, [text, text[:-1]])
    condition = Condition(SearchQuery(text).tiers[0].terms, Frequencies([]))
    assert condition.expression.count("AND") < 30
    assert 0 in _ids(index, condition)


def test_a_reading_within_another_one_is_asked_alone() -> None:
    meant = SearchQuery("대한민국에서 일").tiers[1]
    whole, stem = SearchQuery("대한민국에서").tiers[0], SearchQuery("대한민국").tiers[0]
    asked = Condition([(*whole.terms[0], *stem.terms[0])], Frequencies([])).expression
    assert asked == Condition(stem.terms, Frequencies([])).expression
    assert stem.terms[0][0] in meant.terms[0]
    assert stem.terms[0][0].is_within(whole.terms[0][0])
    assert not whole.terms[0][0].is_within(stem.terms[0][0])


_LONG = "".join(chr(0xAC00 + 37 * number % 11_172) + "ㅎㄱa"[number % 4 :] for number in range(400))


@pytest.mark.parametrize("length", [255, 256, 257, 258, 259, 260, 511, 513, 514, 515, 516, 900])
def test_a_run_without_spaces_has_the_same_tokens_in_pieces(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pieces = tokens(_LONG[:length])
    monkeypatch.setattr(search_tokens, "_PIECE", length)
    assert set(in_pieces.split()) == set(tokens(_LONG[:length]).split())


@pytest.mark.parametrize("text", [_LONG * 100, " ".join(_LONG) * 50], ids=["one run", "words"])
def test_long_texts_let_others_work(text: str) -> None:
    pauses = []
    tokens(text, lambda: pauses.append(len(pauses)))
    assert len(pauses) > len(text) / 300
