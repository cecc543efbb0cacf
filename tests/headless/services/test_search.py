"""Search over all conversations: nothing is missed, with and without an index."""

import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.core.folding import folded
from kochat_gui.services.search import find_in_text
from kochat_gui.storage import searching
from kochat_gui.storage.id_spans import Span
from kochat_gui.storage.search_tokens import Condition
from kochat_gui.storage.searching import _MESSAGES, OpenIndex
from tests.headless.services.search_setup import Shelf
from tests.helpers.search_texts import corpora

MUST_HAVES = [
    ("하", "안녕하세요"),
    ("결제", "카드결제를 했어요"),
    ("결제를", "카드결제를 했어요"),
    ("혈당에서", "혈당 수치가 높아요"),
    ("GPU를", "gpu 메모리"),
    ("ㅎㄱ", "나는 한국 사람"),
    ("ㅎㄱㅅㄹ", "나는 한국사람"),
    ("ㄳ", "감사합니다"),
    ("ㅋㅋ", "ㅋㅋㅋ 웃겨"),
    ("한구", "한국"),
    ("한ㄱ", "한국"),
    ("고", "과자"),
    ("간", "가나다"),
    ("갉", "갈고닦다"),
    ("dkssud", "안녕"),
    ("dkssu", "안녕"),
    ("gksrnr", "한국"),
    ("ㅗ디ㅣㅐ", "Hello, world"),
    ("ㅗ디ㅣ", "Hello, world"),
    (unicodedata.normalize("NFD", "한국"), "한국"),
    ("한국", unicodedata.normalize("NFD", "한국어")),
    ("메모리", "GPU메모리"),
    ("gpu메", "GPU메모리"),
    ('"카드 결제"', "신용카드 결제하기"),
    ('"카드 결', "신용카드\n결제하기"),
    ("결제 카드", "카드로 하는 결제"),
    ("결제 AND 카드", "카드로 하는 결제"),
    ("결제 OR 카드", "카드로 하는 결제"),
    ("NEAR(결제", "NEAR(결제"),
    ("결제*", "카드로 하는 결제"),
    ("-결제", "카드로 하는 결제"),
    ("(결제)", "카드로 하는 결제"),
    ("결제:", "카드로 하는 결제"),
    ('결제"', "카드로 하는 결제"),
    ('"', 'a"b'),
    ("*", "2*3"),
    ("👍", "좋아요👍🏽"),
    ("()", "print()"),
    ("ẞ", "Straße"),
    ("\0", "앞\0뒤"),
]
NOT_HITS = [
    ("혈압", "혈당"),
    ('"결제 카드"', "카드 결제"),
    ("결제 없는", "카드 결제"),
    ("ㅎㄷ", "한국"),
    ("%", "한국"),
    ("_", "한국"),
    ("가나", "간"),
    ("간", "it works"),
    ("ㅎㄱ", "great"),
    ("", "한국"),
    (" \t", "한국"),
]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


@pytest.mark.parametrize("is_indexed", [False, True])
def test_what_is_to_be_found(shelf: Shelf, is_indexed: bool) -> None:
    for text in dict.fromkeys(text for _, text in MUST_HAVES + NOT_HITS):
        shelf.say(text)
    if is_indexed:
        shelf.index()
    missing = [(q, t) for q, t in MUST_HAVES if t not in shelf.texts(q)]
    wrong = [(q, t) for q, t in NOT_HITS if t in shelf.texts(q)]
    assert (missing, wrong) == ([], [])


@pytest.mark.parametrize(("query", "text"), MUST_HAVES)
def test_the_same_in_one_text(query: str, text: str) -> None:
    spans = find_in_text(text, query)
    assert spans
    assert all(0 <= start < end <= len(text) for start, end in spans)


def _scanned(texts: list[str], query: str) -> list[str]:
    """What a plain look at every text finds, newest first."""
    words = folded(query).split()
    return [text for text in reversed(texts) if all(word in folded(text) for word in words)]


@settings(max_examples=40, deadline=None)
@given(corpora(), st.booleans())
def test_nothing_is_missed(corpus: tuple[list[str], str], is_indexed: bool) -> None:
    texts, query = corpus
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        for text in texts:
            shelf.say(text)
        if is_indexed:
            shelf.index()
        found = shelf.texts(query)
        shelf.close()
    expected = _scanned(texts, query) if query.strip() else []
    # A quoted phrase may be found in more places than with its quotes, but not in fewer.
    assert set(expected) <= set(found)
    if '"' not in query:
        assert found[: len(expected)] == expected


def _say_in_english(shelf: Shelf, count: int) -> None:
    """Many messages at once, newer than all others."""
    turn = shelf.say("code", "x")
    sql = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "INSERT INTO messages (conversation_id, role, state, created_at, text) "
        "SELECT ?, 'user', 'done', 0, 'plain words ' || i FROM n"
    )
    shelf.database.write(lambda c: c.execute(sql, (count, turn.conversation_id)))


def _use_up_ids(shelf: Shelf) -> None:
    """As an import does that is taken back for good."""
    sql = "UPDATE sqlite_sequence SET seq = seq + 5000 WHERE name = 'messages'"
    shelf.database.write(lambda c: c.execute(sql))
    shelf.say("code", "x")


@pytest.mark.parametrize("make_newer", [lambda shelf: _say_in_english(shelf, 4_000), _use_up_ids])
def test_a_common_syllable_is_not_looked_up_when_the_newest_have_none(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, make_newer: Callable[[Shelf], None]
) -> None:
    """The index would read its longest lists: a second for a million messages."""
    for number in range(1_500):
        shelf.say(f"가게에 가는 길 {number}", "지도를 보고 가세요")
    make_newer(shelf)
    shelf.index()
    asked: list[str] = []

    def ids(_: OpenIndex, sql: str, condition: Condition, span: Span) -> Iterator[list[int]]:
        if sql == _MESSAGES.candidates:
            asked.append(f"{condition.expression} below {span.below}")
        return iter(())

    monkeypatch.setattr(OpenIndex, "ids", ids)
    assert len(shelf.search.find("가", limit=50)) == 50
    assert asked == []


@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("looked_at", [1, 2000])
def test_titles_are_those_of_the_conversations_used_last(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, looked_at: int, *, is_indexed: bool
) -> None:
    monkeypatch.setattr(searching, "_LAST_ACTIVE", looked_at)
    first, second = (shelf.say(f"제주 여행 {number}").conversation_id for number in range(2))
    for number in range(2, 12):
        shelf.say(f"제주 여행 {number}")
    for conversation_id in (second, first):
        shelf.say("어디로 갈까?", conversation_id=conversation_id)
    if is_indexed:
        shelf.index()
    titles = [hit.title for hit in shelf.search.find("여행", limit=6) if hit.message_id is None]
    assert titles[:2] == ["제주 여행 0", "제주 여행 1"]
