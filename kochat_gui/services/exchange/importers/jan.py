"""Jan's threads: a folder with ``thread.json`` and ``messages.jsonl`` for each.

Taken: texts, title, times, the assistant's instructions as the system prompt, names of models,
whether an answer was stopped or failed. Not taken, and counted: images and files, tool calls,
reasoning. Jan keeps no branches.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.importers.foreign import (
    ROLES,
    Malformed,
    Node,
    build_tree,
    mapping,
    moment,
    sequence,
    text_of,
    title_of,
)
from kochat_gui.services.exchange.report import LeftOut

PROGRAM = "Jan"
THREAD_FILE = "thread.json"
MESSAGES_FILE = "messages.jsonl"

_STATES = {
    "stopped": (MessageState.STOPPED, FinishReason.CANCELLED),
    "pending": (MessageState.INTERRUPTED, FinishReason.INTERRUPTED),
    "error": (MessageState.FAILED, FinishReason.ERROR),
}

Left = Counter[LeftOut]


def is_thread(plain: object) -> bool:
    """Whether the object of ``thread.json`` looks like a thread."""
    source = mapping(plain)
    return source.get("object") == "thread" or isinstance(source.get("assistants"), list)


def read_conversation(
    thread: object, messages: Sequence[object], fallback: datetime, left_out: Left
) -> ArchivedConversation:
    """The object of ``thread.json`` and those of ``messages.jsonl``."""
    if not is_thread(thread):
        raise Malformed("no thread")
    source = mapping(thread)
    assistant = next(map(mapping, sequence(source.get("assistants"))), {})
    model = text_of(mapping(assistant.get("model")).get("id"))
    model = model or text_of(mapping(source.get("model")).get("id"))
    begun = moment(source.get("created")) or moment(source.get("created_at")) or fallback
    nodes = _in_a_row([_node(number, mapping(m), left_out) for number, m in enumerate(messages)])
    for node in nodes:
        node.model = node.model or model
    tree = build_tree(nodes, PROGRAM, begun, left_out)
    metadata = mapping(source.get("metadata"))
    return ArchivedConversation(
        title=title_of(source.get("title"), metadata.get("title")),
        created_at=begun,
        updated_at=moment(source.get("updated")) or begun,
        messages=tree.messages,
        tip=tree.tip(None),
        settings=ConversationSettings(system_prompt=text_of(assistant.get("instructions"))),
        is_pinned=source.get("isFavorite") is True or metadata.get("is_favorite") is True,
    )


def _in_a_row(nodes: list[Node]) -> list[Node]:
    """Each below the one before; older versions wrote the newest message first."""
    times = [node.created_at for node in nodes if node.created_at is not None]
    if len(times) == len(nodes):
        nodes = sorted(nodes, key=lambda node: node.created_at or times[0])
    for before, node in pairwise(nodes):
        node.parent = before.key
    return nodes


def _node(number: int, source: dict[str, object], left_out: Left) -> Node:
    node = Node(str(number), None)
    node.created_at = moment(source.get("created_at"))
    role = text_of(source.get("role"))
    if role not in ROLES:
        left_out[LeftOut.TOOL_CALLS if role == "tool" else LeftOut.ROLES] += 1
        return node
    metadata = mapping(source.get("metadata"))
    left_out[LeftOut.TOOL_CALLS] += len(sequence(metadata.get("tool_calls")))
    left_out[LeftOut.FILES] += len(sequence(source.get("attachments")))
    node.text = _text(source.get("content"), left_out)
    node.state, node.finish_reason = _STATES.get(
        text_of(source.get("status")), (MessageState.DONE, None)
    )
    if not node.text.strip():
        left_out[LeftOut.EMPTY] += 1
        return node
    node.role = ROLES[role]
    node.model = text_of(mapping(metadata.get("model")).get("id")) or text_of(metadata.get("model"))
    return node


def _text(content: object, left_out: Left) -> str:
    """The texts of an array of parts."""
    if isinstance(content, str):
        return content
    texts = []
    for part in map(mapping, sequence(content)):
        kind, inner = text_of(part.get("type")), part.get("text")
        if kind == "reasoning":
            left_out[LeftOut.REASONING] += 1
        elif kind == "tool_call":
            left_out[LeftOut.TOOL_CALLS] += 1
        elif inner is not None:
            texts.append(text_of(inner) or text_of(mapping(inner).get("value")))
        elif part:
            is_image = "image" in kind
            left_out[LeftOut.IMAGES if is_image else LeftOut.FILES] += 1
    return "\n\n".join(text for text in texts if text)
