"""Finding in one conversation: the words are read in one way for all of its messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Message, MessageId, Role
from kochat_gui.core.folding import Span, folded, original_spans
from kochat_gui.core.search import SearchQuery, Tier


@dataclass(frozen=True)
class HitCount:
    """How often the words are in a message."""

    shown: int
    left_out: int
    """Beyond the characters that are shown."""


@dataclass(frozen=True)
class Found:
    """What :func:`find_in_messages` found."""

    query: str
    counts: Mapping[MessageId, HitCount]
    """Of the messages that have a hit."""
    tier: Tier | None = None
    """How the words were read; None when there is no hit."""

    def spans(self, text: str) -> list[Span]:
        """Where the words are in ``text``, read in the same way; in order and apart."""
        plain = folded(text)
        if self.tier is None or not self.tier.matches(plain):
            return []
        return original_spans(text, self.tier.spans(plain))


def find_in_messages(
    query: str, messages: Iterable[Message], shown_chars: Mapping[Role, int], cancel: CancelToken
) -> Found:
    """Find ``query`` as one phrase; else its words; else what may have been meant by them.

    ``shown_chars``: how much is shown of a message of each role. Raises ``Cancelled``.
    """
    tiers = _readings(query)
    counts: dict[MessageId, HitCount] = {}
    for message in messages:
        cancel.raise_if_cancelled()
        plain = folded(message.text)
        for number, tier in enumerate(tiers):
            if tier.matches(plain):
                if number < len(tiers) - 1:
                    # Read more closely than before: what was found until now does not count.
                    tiers, counts = tiers[: number + 1], {}
                counts[message.message_id] = _count(tier, plain, shown_chars[message.role])
                break
    return Found(query, counts, tiers[-1] if counts else None)


def _readings(query: str) -> list[Tier]:
    """Closest first."""
    parsed = SearchQuery(query)
    is_phrase = '"' not in query and len(query.split()) > 1
    # Its end is left open: the last syllable may be unfinished.
    phrase = SearchQuery(f'"{query.strip()}').tiers if is_phrase else ()
    return [*phrase, *parsed.tiers]


def _count(tier: Tier, plain: str, shown_chars: int) -> HitCount:
    spans = tier.spans(plain)
    shown = sum(end <= shown_chars for _start, end in spans)
    return HitCount(shown, len(spans) - shown)
