"""What importers share: values of strangers' JSON, and trees whose nodes come in any order."""

import contextlib
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MadeBy, MessageState, Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import Usage
from kochat_gui.core.korean import whole_syllables
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.limits import MAX_FOLDERS, Tally
from kochat_gui.services.exchange.report import LeftOut
from kochat_gui.storage.folders import clean_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NS = 1e20
_MAX_TITLE = 500
ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}
"""As all programs but GPT4All call them."""
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class Malformed(Exception):
    """Not what the format says; the text is for the log."""


@dataclass
class Parsed:
    """What an importer found in a file."""

    program: str
    conversations: list[ArchivedConversation] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """In their order."""
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)

    def add(self, conversation: ArchivedConversation) -> None:
        """Raises :class:`Malformed` when there is too much."""
        self.conversations.append(conversation)
        if not self.tally.add(conversation):
            raise Malformed("more than a file may have")

    @property
    def messages(self) -> int:
        """How many there are in all conversations."""
        return self.tally.messages


@dataclass
class Node:
    """A message on its way into a tree; ``role`` None: only its children are taken."""

    key: str
    parent: str | None
    role: Role | None = None
    text: str = ""
    created_at: datetime | None = None
    state: MessageState = MessageState.DONE
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    model: str = ""
    error: str = ""
    is_excluded: bool = False


@dataclass(frozen=True)
class Tree:
    """Messages in order, and which of them each key became."""

    messages: tuple[ArchivedMessage, ...]
    numbers: Mapping[str, int]

    def tip(self, key: str | None) -> int | None:
        """The message of ``key``; without one, the newest message."""
        found = self.numbers.get(key) if key is not None else None
        return found or (len(self.messages) or None)


def build_tree(
    nodes: Iterable[Node], program: str, begun: datetime, left_out: Counter[LeftOut]
) -> Tree:
    """Order ``nodes`` so that parents come first, else by time, else as given.

    Children of nodes that are not taken hang on the next one above that is. Answers in a row
    without branches are one answer. What hangs on itself is left out. Iterative: depth is no limit.
    """
    known = {node.key: node for node in nodes}
    children: dict[str | None, list[str]] = {}
    for node in known.values():
        parent = node.parent if node.parent in known else None
        children.setdefault(parent, []).append(node.key)
    places = {key: place for place, key in enumerate(known)}
    numbers: dict[str, int] = {}
    made: list[ArchivedMessage] = []
    texts: list[list[str]] = []
    heap = [(begun, places[key], key, _Above(None, begun, False)) for key in children.get(None, ())]
    heapq.heapify(heap)
    reached = 0
    while heap:
        _, _, key, above = heapq.heappop(heap)
        reached += 1
        node = known[key]
        below = children.get(key, ())
        time = node.created_at or above.time
        number, is_alone = above.number, above.is_alone
        if node.role is not None:
            number, is_alone = _placed(node, above, time, made, program), True
            if number > len(texts):
                texts.append([])
            texts[number - 1].append(node.text)
        if number is not None:
            numbers[key] = number
        inherited = _Above(number, time, is_alone and len(below) == 1)
        for child in below:
            heapq.heappush(heap, (known[child].created_at or time, places[child], child, inherited))
    left_out[LeftOut.BROKEN] += len(known) - reached
    # Joined only now: an answer may be of very many parts.
    joined = (whole_syllables("\n\n".join(text for text in parts if text)) for parts in texts)
    messages = (replace(message, text=text) for message, text in zip(made, joined, strict=True))
    return Tree(tuple(messages), numbers)


@dataclass(frozen=True)
class _Above:
    """What a node hangs on."""

    number: int | None
    time: datetime
    is_alone: bool
    """The node has no siblings."""


def _placed(
    node: Node, above: _Above, time: datetime, made: list[ArchivedMessage], program: str
) -> int:
    """Add ``node`` below the message above, or to it; returns its number."""
    role = node.role or Role.ASSISTANT
    before = made[above.number - 1] if above.number is not None else None
    if before is not None and above.is_alone and before.role is role is Role.ASSISTANT:
        made[before.local_id - 1] = replace(
            before,
            state=node.state,
            finish_reason=node.finish_reason,
            usage=node.usage or before.usage,
            error=node.error,
            is_excluded=before.is_excluded and node.is_excluded,
        )
        return before.local_id
    made.append(
        ArchivedMessage(
            local_id=len(made) + 1,
            parent=above.number,
            role=role,
            text="",
            created_at=time,
            state=node.state,
            finish_reason=node.finish_reason,
            usage=node.usage,
            made_by=MadeBy("", node.model, "", program, "") if role is Role.ASSISTANT else None,
            error=node.error,
            is_excluded=node.is_excluded,
        )
    )
    return len(made)


def moment(value: object) -> datetime | None:
    """A time out of seconds, milliseconds, micro- or nanoseconds since 1970, or ISO 8601 text."""
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            return None
        value = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    try:
        seconds = float(value)
        if not seconds < _MOST_NS:
            return None
        while seconds > 1e11:
            seconds /= 1000
        return to_ms(_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        return None


def to_ms(value: datetime) -> datetime:
    """Without what is below a millisecond, and within what can be shown."""
    clipped = min(max(value, _EPOCH), _LATEST)
    return clipped.replace(microsecond=clipped.microsecond // 1000 * 1000)


def title_of(*values: object) -> str:
    """The first of ``values`` that is text, on one line."""
    title = next((value for value in values if isinstance(value, str) and value.strip()), "")
    return " ".join(whole_syllables(title[: _MAX_TITLE * 4]).split())[:_MAX_TITLE]


def text_of(value: object) -> str:
    """``value`` if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def names_of(values: Iterable[object]) -> list[str]:
    """Names of folders and tags among ``values``, as this program writes them, each once."""
    names: dict[str, None] = {}
    for value in islice(values, MAX_FOLDERS):
        with contextlib.suppress(UsageError):  # nothing is left of it
            names[clean_name(text_of(value))] = None
    return list(names)


def mapping(value: object) -> dict[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """``value`` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def count_of(value: object) -> int:
    """``value`` if it is a plausible count, else 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value < 2**53 else 0


def number_of(value: object) -> float:
    """``value`` if it is a plausible measure, else 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 <= value < 2**53 else 0.0
