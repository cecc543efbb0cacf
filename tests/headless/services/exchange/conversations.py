"""Conversations for the tests of exports and imports."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import (
    ConversationSettings,
    LaterPart,
    MadeBy,
    MessageState,
    Role,
)
from kochat_gui.core.generation import SamplingParams, Usage
from kochat_gui.core.states import FinishReason

BEGUN = datetime(2026, 11, 28, 1, 2, 3, 456_000, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "data" / "exchange"

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_NAMES = st.sampled_from(["", "업무", "공부 노트", "A"])
_FLOATS = st.floats(0, 1e6)
_COUNTS = st.integers(0, 2**40)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = st.integers(0, 4_000_000_000_000).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
_SAMPLINGS = st.none() | st.builds(
    SamplingParams,
    temperature=st.floats(0, 2),
    seed=st.none() | st.integers(0, 2**32 - 2),
    stop=st.lists(_TEXTS, max_size=2).map(tuple),
    logit_bias=st.lists(st.tuples(st.integers(0, 1000), st.floats(-9, 9)), max_size=2).map(tuple),
    num_beams=st.integers(1, 8),
)


def _made_by(later_parts: st.SearchStrategy[tuple[LaterPart, ...]]) -> st.SearchStrategy[MadeBy]:
    return st.builds(
        MadeBy,
        _TEXTS,
        _TEXTS,
        _TEXTS,
        _TEXTS,
        _TEXTS,
        adapters=_TEXTS,
        model_hash=_TEXTS,
        sampling=_SAMPLINGS,
        system_prompt=_TEXTS,
        prompt_hash=_TEXTS,
        is_edited=st.booleans(),
        later_parts=later_parts,
    )


_LATER_PARTS = st.lists(st.builds(LaterPart, _COUNTS, _made_by(st.just(()))), max_size=2).map(tuple)
_MADE_BY = st.none() | _made_by(_LATER_PARTS)
_USAGE = st.none() | st.builds(
    Usage,
    _COUNTS,
    _COUNTS,
    _COUNTS,
    _FLOATS,
    _FLOATS,
    _COUNTS,
    st.none() | _COUNTS,
    st.none() | _COUNTS,
)


@st.composite
def conversations(draw: st.DrawFn) -> ArchivedConversation:
    """A tree of any shape, with everything that a message can have."""
    count = draw(st.integers(0, 6))
    messages = tuple(
        ArchivedMessage(
            local_id=number,
            parent=draw(st.none() | st.integers(1, number - 1)) if number > 1 else None,
            role=draw(st.sampled_from(Role)),
            text=draw(_TEXTS),
            created_at=draw(_TIMES),
            state=draw(st.sampled_from([s for s in MessageState if s.value != "streaming"])),
            finish_reason=draw(st.none() | st.sampled_from(FinishReason)),
            usage=draw(_USAGE),
            made_by=draw(_MADE_BY),
            error=draw(_TEXTS),
            is_excluded=draw(st.booleans()),
        )
        for number in range(1, count + 1)
    )
    return ArchivedConversation(
        title=" ".join(draw(_TEXTS).split()),
        created_at=draw(_TIMES),
        updated_at=draw(_TIMES),
        messages=messages,
        tip=draw(st.none() | st.integers(1, count)) if count else None,
        settings=ConversationSettings(draw(_TEXTS), draw(_SAMPLINGS), draw(st.none() | _TEXTS)),
        draft=draw(_TEXTS),
        folder=draw(_NAMES),
        tags=tuple(sorted(draw(st.sets(st.sampled_from(["가", "나다", "x y"]))))),
        is_pinned=draw(st.booleans()),
    )


def talk(*texts: str, title: str = "시험", system_prompt: str = "") -> ArchivedConversation:
    """Questions and answers in turn, one path."""
    messages = tuple(
        ArchivedMessage(
            number,
            number - 1 or None,
            Role.USER if number % 2 else Role.ASSISTANT,
            text,
            BEGUN,
            made_by=None if number % 2 else MadeBy("", "EEVE", "", "", ""),
        )
        for number, text in enumerate(texts, 1)
    )
    settings = ConversationSettings(system_prompt=system_prompt)
    return ArchivedConversation(title, BEGUN, BEGUN, messages, len(messages) or None, settings)
