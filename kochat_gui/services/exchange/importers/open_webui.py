"""Open WebUI's export of chats: an array of chats, each with a tree of messages.

Taken: texts with all branches, the branch that is shown, titles, times, names of models, system
prompts, tags, pins, errors of failed answers. Not taken, and counted: files and images, tool calls.
Reasoning stands inside the texts there and stays in them.
"""

from collections import Counter
from datetime import datetime

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import ConversationSettings, MessageState, Role
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.importers.foreign import (
    ROLES,
    Malformed,
    Node,
    build_tree,
    mapping,
    moment,
    names_of,
    sequence,
    text_of,
    title_of,
)
from kochat_gui.services.exchange.report import LeftOut

PROGRAM = "Open WebUI"


Left = Counter[LeftOut]


def is_conversation(plain: object) -> bool:
    """Whether an element of the export's array looks like a chat."""
    chat = mapping(mapping(plain).get("chat"))
    history = mapping(chat.get("history"))
    return isinstance(history.get("messages"), dict) or isinstance(chat.get("messages"), list)


def read_conversation(plain: object, fallback: datetime, left_out: Left) -> ArchivedConversation:
    """One element of the array; ``fallback`` is the time of one that has none."""
    if not is_conversation(plain):
        raise Malformed("no chat")
    source = mapping(plain)
    chat = mapping(source["chat"])
    history = mapping(chat.get("history"))
    begun = moment(source.get("created_at")) or moment(chat.get("timestamp")) or fallback
    tree = build_tree(_nodes(chat, history, left_out), PROGRAM, begun, left_out)
    current = history.get("currentId")
    prompt = text_of(mapping(chat.get("params")).get("system")) or text_of(chat.get("system"))
    return ArchivedConversation(
        title=title_of(chat.get("title"), source.get("title")),
        created_at=begun,
        updated_at=moment(source.get("updated_at")) or begun,
        messages=tree.messages,
        tip=tree.tip(current if isinstance(current, str) else None),
        settings=ConversationSettings(system_prompt=prompt),
        tags=_tags(source, chat),
        is_pinned=source.get("pinned") is True,
    )


def _nodes(chat: dict[str, object], history: dict[str, object], left_out: Left) -> list[Node]:
    """From the tree; chats of the first versions have only a list."""
    tree = mapping(history.get("messages"))
    if tree:
        return [_node(key, mapping(value), left_out) for key, value in tree.items()]
    nodes: list[Node] = []
    for number, value in enumerate(sequence(chat.get("messages"))):
        node = _node(str(number), mapping(value), left_out)
        node.parent = str(number - 1) if number else None
        nodes.append(node)
    return nodes


def _node(key: str, source: dict[str, object], left_out: Left) -> Node:
    parent = source.get("parentId")
    node = Node(key, parent if isinstance(parent, str) else None)
    role = ROLES.get(text_of(source.get("role")))
    if role is None:
        left_out[LeftOut.ROLES] += 1
        return node
    left_out[LeftOut.FILES] += len(sequence(source.get("files")))
    left_out[LeftOut.TOOL_CALLS] += len(sequence(source.get("tool_calls")))
    node.text = _text(source.get("content"), left_out)
    node.error = _error(source.get("error"))
    if not node.text.strip() and not node.error:
        left_out[LeftOut.EMPTY] += 1
        return node
    node.role = role
    node.created_at = moment(source.get("timestamp"))
    node.model = text_of(source.get("modelName")) or text_of(source.get("model"))
    if node.error:
        node.state, node.finish_reason = MessageState.FAILED, FinishReason.ERROR
    elif source.get("done") is False and role is Role.ASSISTANT:
        node.state, node.finish_reason = MessageState.INTERRUPTED, FinishReason.INTERRUPTED
    return node


def _text(content: object, left_out: Left) -> str:
    """Text, or an array of parts of which some are text."""
    if isinstance(content, str):
        return content
    texts = []
    for part in map(mapping, sequence(content)):
        if text_of(part.get("text")):
            texts.append(text_of(part["text"]))
        elif part:
            is_image = "image" in text_of(part.get("type"))
            left_out[LeftOut.IMAGES if is_image else LeftOut.FILES] += 1
    return "\n".join(texts)


def _error(error: object) -> str:
    """What a failed answer says; empty for one that did not fail."""
    if isinstance(error, dict):
        return text_of(error.get("content")) or text_of(error.get("message"))
    return text_of(error)


def _tags(source: dict[str, object], chat: dict[str, object]) -> tuple[str, ...]:
    """Names, which stand there as text or as objects."""
    found = sequence(mapping(source.get("meta")).get("tags")) + sequence(chat.get("tags"))
    names = names_of(text_of(tag) or mapping(tag).get("name") for tag in found)
    return tuple(sorted(names))
