"""Search, lists and commits with 100,000 conversations of 1,000,000 messages.

``python -m tests.benchmarks.bench_history``: P13 (search of 1 to 20 syllables, newest 50 with
snippets, against ``LIKE``; nothing missed against a plain scan), P13b (list, open, commit) and the
size of the index. ``--small`` tries it out with a hundredth of that.
"""

import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.core.conversation import ConversationId, ConversationSettings
from kochat_gui.core.folding import folded
from kochat_gui.core.keyboard import INITIALS, as_latin, is_syllable, taken_apart
from kochat_gui.services.search import HistorySearch
from kochat_gui.services.search_indexer import SearchIndexer
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from tests.benchmarks.measuring import Figure, refuse_when_busy, report, scratch_folder, told
from tests.helpers.korean_corpus import Words, fill, make_words, texts

CONVERSATIONS = 100_000
SMALL = 1_000
LONGEST = 20
PAGE = 50
EACH = 6
"""Queries of each length and sort."""
COMMITS = 300
LIKES = 12
RECALLS = 40
GOAL_SEARCH_MS = 20.0
GOAL_TIMES_LIKE = 50.0
GOAL_LIST_MS, GOAL_OPEN_MS, GOAL_COMMIT_MS = 5.0, 10.0, 3.0
GOAL_SIZE = 0.7
_LIKE = "SELECT id, text FROM messages WHERE text LIKE ? ORDER BY id DESC LIMIT 50"

Queries = dict[str, list[str]]


@dataclass(frozen=True)
class Built:
    """A filled and indexed profile."""

    paths: ProfilePaths
    words: Words
    conversations: int
    text_bytes: int


def main() -> int:
    """Measure, print a table and one line of JSON; 1 when a goal is missed."""
    refuse_when_busy()
    with scratch_folder() as folder:
        return measure(build(folder, SMALL if "--small" in sys.argv else CONVERSATIONS))


def build(folder: Path, conversations: int) -> Built:
    """Fill a profile and index it, without the rests that a person's computer gets."""
    paths = profile_paths(folder)
    words = make_words()
    database = Database(paths.database)
    size = fill(database, words, conversations)
    indexer = SearchIndexer(database, paths.search_index)
    indexer.open()
    while indexer.step():
        pass
    indexer.close()
    database.close()
    return Built(paths, words, conversations, size)


def measure(built: Built) -> int:
    """All figures of a profile."""
    database = Database(built.paths.database)
    store = ConversationStore(database)
    search = HistorySearch(database, built.paths.search_index)
    search.start()
    search.find("데우기")
    queries = _queries(built)
    figures: list[Figure] = []
    percentiles: dict[str, str] = {}
    walls: list[float] = []
    for sort, asked in queries.items():
        taken = [_timed(lambda query=query: search.find(query)) for query in asked]  # type: ignore[misc]
        walls += [wall for wall, _ in taken]
        percentiles[sort] = _spread([wall for wall, _ in taken])
        percentiles[f"{sort}, processor"] = _spread([cpu for _, cpu in taken])
    like = _like(database, queries)
    p95 = _percentile(walls, 95)
    figures.append(told(Figure("search p95 (LIKE: median)", p95, like, "ms", like / p95, 50.0)))
    figures.append(told(_limit("search p95", p95, GOAL_SEARCH_MS)))
    figures.append(told(_limit("missed by search (+1)", 1.0 + _missed(search, built, queries), 1)))
    for name, goal, taken_ms in (
        ("list of the newest 50, p99", GOAL_LIST_MS, _lists(store)),
        ("open a conversation, p99", GOAL_OPEN_MS, _opens(store, built)),
        ("commit of a message, p99", GOAL_COMMIT_MS, _commits(store)),
    ):
        percentiles[name] = _spread(taken_ms)
        figures.append(told(_limit(name, _percentile(taken_ms, 99), goal)))
    search.close()
    store.close()
    database.close()
    share = built.paths.search_index.stat().st_size / built.text_bytes
    figures.append(told(_limit("index / texts", share, GOAL_SIZE, "")))
    for sort, spread in percentiles.items():
        sys.stdout.write(f"  {sort:<34} {spread}\n")
    sizes = {"text_bytes": built.text_bytes, "database": built.paths.database.stat().st_size}
    return report("bench_history", figures, percentiles=percentiles, **sizes)


def _queries(built: Built) -> Queries:
    """As a person may type them, of every length: out of texts, and such that no text has."""
    chance = random.Random(5)
    sample = list(texts(built.words, min(20_000, built.conversations * 10)))
    made: Queries = {
        sort: []
        for sort in (
            "of texts",
            "as words",
            "absent",
            "absent, of common parts",
            "초성",
            "other keyboard",
        )
    }
    for length in range(1, LONGEST + 1):
        for _ in range(EACH):
            part = _part(chance, sample, length)
            made["of texts"].append(f'"{part}"' if " " in part else part)
            made["as words"].append(part)
            made["absent"].append(
                "".join(chr(chance.randint(0xAC00, 0xD7A3)) for _ in range(length))
            )
            glued = "".join(chance.choice(built.words.nouns[:300]) for _ in range(length))
            made["absent, of common parts"].append(glued[:length])
            hangul = _part(chance, sample, length, is_korean=True)
            made["초성"].append("".join(INITIALS[taken_apart(char)[0]] for char in hangul))
            made["other keyboard"].append(as_latin(_part(chance, sample, length, is_korean=True)))
    return made


def _part(
    chance: random.Random, sample: Sequence[str], length: int, *, is_korean: bool = False
) -> str:
    """``length`` characters out of a text; in one word of as many syllables at most."""
    while True:
        text = chance.choice(sample)
        if is_korean:
            text = chance.choice(text.split())
            part = text[:length]
            if all(map(is_syllable, part)) and len(part) >= min(length, 4):
                return part
            continue
        start = chance.randrange(max(1, len(text) - length))
        part = text[start : start + length]
        if len(part) == length and part == part.strip():
            return part


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the clock, and of the processor in this thread."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000


def _like(database: Database, queries: Queries) -> float:
    """Median of ``LIKE`` for what is absent or rare: what is common, it finds at once, too."""

    def ask(connection: sqlite3.Connection, query: str) -> None:
        connection.execute(_LIKE, (f"%{query}%",)).fetchall()

    asked = queries["absent"][EACH : EACH + LIKES]
    return statistics.median(
        _timed(lambda query=query: database.read(lambda c: ask(c, query)))[0]  # type: ignore[misc]
        for query in asked
    )


def _missed(search: HistorySearch, built: Built, queries: Queries) -> int:
    """Messages among the newest that hold a query's words, and are not found."""
    database = Database(built.paths.database)
    rows = database.read(
        lambda connection: connection.execute("SELECT id, text FROM messages").fetchall()
    )
    database.close()
    plain = [(message_id, folded(text)) for message_id, text in reversed(rows)]
    asked = [query for sort in ("of texts", "as words", "absent") for query in queries[sort]]
    missed = 0
    for query in random.Random(7).sample(asked, RECALLS):
        hits = search.find(query, limit=4 * PAGE)
        found = [hit.message_id for hit in hits if hit.message_id is not None]
        words = [query.strip('"')] if query.startswith('"') else folded(query).split()
        expected = _newest(plain, words, len(found) if len(hits) == 4 * PAGE else 4 * PAGE)
        missed += len(set(expected) - set(found))
    return missed


def _newest(plain: Sequence[tuple[int, str]], words: Sequence[str], count: int) -> list[int]:
    def matching() -> Iterator[int]:
        for message_id, text in plain:
            if all(word in text for word in words):
                yield message_id

    return [message_id for message_id, _ in zip(matching(), range(count), strict=False)]


def _lists(store: ConversationStore) -> list[float]:
    return [_timed(lambda: store.list(limit=PAGE))[0] for _ in range(200)]


def _opens(store: ConversationStore, built: Built) -> list[float]:
    chance = random.Random(9)

    def open_one() -> None:
        conversation_id = ConversationId(chance.randint(1, built.conversations))
        store.get(conversation_id)
        store.path(conversation_id)

    return [_timed(open_one)[0] for _ in range(200)]


def _commits(store: ConversationStore) -> list[float]:
    plain = ConversationSettings()
    first = store.add_turn(None, None, "첫 질문", plain)

    def commit() -> None:
        store.add_turn(first.conversation_id, first.answer_id, "이어서 묻는 말이에요 " * 6, plain)

    return [_timed(commit)[0] for _ in range(COMMITS)]


def _limit(metric: str, ours: float, goal: float, unit: str = "ms") -> Figure:
    return Figure(metric, ours, goal, unit, goal / max(ours, 1e-9), 1.0)


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _spread(values: Sequence[float]) -> str:
    return " ".join(f"p{p} {_percentile(values, p):.2f}" for p in (50, 95, 99)) + " ms"


if __name__ == "__main__":
    sys.exit(main())
