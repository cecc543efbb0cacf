"""Conversations in made-up Korean with the statistics of real text: Zipf's law, 조사, endings."""

import itertools
import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kochat_gui.core.conversation import title_from
from kochat_gui.storage.database import Database
from kochat_gui.storage.rows import now_ms, preview

MESSAGES_EACH = 10
MODELS = ("작은 모델", "komt-mistral", "EEVE", "SOLAR")
# The commonest syllables first; the rest of the 11,172 hardly occur.
_SYLLABLES = (
    "이다는에가고을지하의로사리기도은자시아어인나라대전해서일정과그수보한부구스니제지장를게있어주"
    "경상조성만소개공세마여유용면국비오동신원모분없화무실생연산들계우미방선진문영안중내발물적반들입호관"
    "식위식거터말음명저양운재체치습간었음차회당회민강까교노업려년단배심최통학결행금출레트프드르크"
    "된법설약품추천질문답변글씨쓰읽찾싶좋많작큰새옛몸눈손길집밥물술책꽃별달해비눈봄여름가을겨울"
)
_PARTICLES = (
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "에서",
    "의",
    "로",
    "와",
    "과",
    "도",
    "만",
    "부터",
)
_ENDINGS = (
    *("습니다", "어요", "아요", "다", "고", "지만", "는데", "면", "할", "한", "하는", "했습니다."),
    *("합니다.", "해요.", "입니다.", "인가요?", "까요?", "네요."),
)
_LATIN = "etaoinshrdlcumwfgypbvk"
_WORDS_MEAN_LOG, _WORDS_SPREAD = 2.72, 0.65
_BLOCK = 10_000


@dataclass(frozen=True)
class Words:
    """Words as they stand in texts, and how common each is."""

    forms: Sequence[str]
    weights: Sequence[float]
    nouns: Sequence[str]
    """Without particles, the commonest first."""


def make_words(seed: int = 1) -> Words:
    """50,000 nouns with their particles, 6,000 verbs with endings, Latin words and numbers."""
    chance = random.Random(seed)
    syllables = list(dict.fromkeys(_SYLLABLES))
    common = [1 / (rank + 8) for rank in range(len(syllables))]

    def word(lengths: Sequence[int]) -> str:
        return "".join(chance.choices(syllables, common, k=chance.choice(lengths)))

    nouns = list(dict.fromkeys(word((1, 2, 2, 2, 2, 3, 3, 4)) for _ in range(50_000)))
    verbs = list(dict.fromkeys(word((1, 2, 2, 3)) for _ in range(6_000)))
    latin = ["".join(chance.choices(_LATIN, k=chance.randint(2, 9))) for _ in range(4_000)]
    groups = (
        (0.63, nouns, ("", "", *_PARTICLES)),
        (0.31, verbs, _ENDINGS),
        (0.04, latin, ("",)),
        (0.02, [str(number) for number in range(3_000)], ("", "개")),
    )
    forms: list[str] = []
    weights: list[float] = []
    for share, stems, endings in groups:
        total = sum(1 / (rank + 3) for rank in range(len(stems)))
        for rank, stem in enumerate(stems):
            forms += [stem + ending for ending in endings]
            weights += [share / (rank + 3) / total / len(endings)] * len(endings)
    return Words(forms, list(itertools.accumulate(weights)), nouns)


def texts(words: Words, count: int, seed: int = 2) -> Iterator[str]:
    """Messages of 96 characters in the mean."""
    chance = random.Random(seed)
    drawn: list[str] = []
    for _ in range(count):
        length = max(1, round(chance.lognormvariate(_WORDS_MEAN_LOG, _WORDS_SPREAD)))
        if len(drawn) < length:
            drawn += chance.choices(words.forms, cum_weights=words.weights, k=20 * _BLOCK)
        yield " ".join(drawn[-length:])
        del drawn[-length:]


def fill(database: Database, words: Words, conversations: int) -> int:
    """Store as many conversations of ten messages each; returns the bytes of all texts."""
    everything = texts(words, conversations * MESSAGES_EACH)
    size = 0
    start = now_ms() - conversations * 3_600_000
    made_by = [json.dumps({"model_name": name}, ensure_ascii=True) for name in MODELS]
    for first in range(1, conversations + 1, _BLOCK):
        talks = []
        rows = []
        for talk in range(first, min(first + _BLOCK, conversations + 1)):
            now = start + talk * 3_600_000
            for number in range(MESSAGES_EACH):
                text = next(everything)
                size += len(text.encode())
                message = (talk - 1) * MESSAGES_EACH + number + 1
                is_answer = number % 2
                rows.append(
                    (
                        message,
                        talk,
                        message - 1 if number else None,
                        "assistant" if is_answer else "user",
                        now + number * 60_000,
                        made_by[talk % len(MODELS)] if is_answer else None,
                        preview(text),
                        text,
                    )
                )
            title = title_from(rows[-MESSAGES_EACH][-1])
            size += len(title.encode())
            talks.append((talk, now, now, talk, rows[-1][0], title))
        database.write(lambda connection, t=talks, r=rows: _store(connection, t, r))  # type: ignore[misc]
    return size


def _store(
    connection: sqlite3.Connection,
    talks: Sequence[tuple[object, ...]],
    rows: Sequence[tuple[object, ...]],
) -> None:
    connection.executemany(
        "INSERT INTO conversations (id, created_at, updated_at, activity, tip_id, title) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        talks,
    )
    connection.executemany(
        "INSERT INTO messages (id, conversation_id, parent_id, role, state, created_at, made_by, "
        "preview, text) VALUES (?, ?, ?, ?, 'done', ?, ?, ?, ?)",
        rows,
    )
