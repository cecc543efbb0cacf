"""ChatGPT's data export: ``conversations.json`` (also in parts), a tree of nodes for each.

Taken: texts of users and answers with all branches, the branch that is shown, titles, times, names
of models; the first visible system message as the system prompt; messages of weight 0, which the
model did not see, as excluded ones. Not taken, and counted: images and files, tool calls and their
results, reasoning, messages that ChatGPT hides.
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
    sequence,
    text_of,
    title_of,
)
from kochat_gui.services.exchange.report import LeftOut

PROGRAM = "ChatGPT"

_REASONING = {"thoughts", "reasoning_recap"}
_HIDDEN = {"user_editable_context", "model_editable_context", "system_error"}
_ENDS = {
    "stop": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "interrupted": FinishReason.CANCELLED,
}

Left = Counter[LeftOut]


def is_conversation(plain: object) -> bool:
    """Whether an element of the export's array looks like a conversation."""
    return isinstance(plain, dict) and isinstance(plain.get("mapping"), dict)


def read_conversation(plain: object, fallback: datetime, left_out: Left) -> ArchivedConversation:
    """One element of the array; ``fallback`` is the time of one that has none."""
    if not is_conversation(plain):
        raise Malformed("no mapping")
    source = mapping(plain)
    begun = moment(source.get("create_time")) or fallback
    nodes = [_node(key, value, left_out) for key, value in mapping(source["mapping"]).items()]
    prompt = _take_prompt(nodes)
    tree = build_tree(nodes, PROGRAM, begun, left_out)
    current = source.get("current_node")
    return ArchivedConversation(
        title=title_of(source.get("title")),
        created_at=begun,
        updated_at=moment(source.get("update_time")) or begun,
        messages=tree.messages,
        tip=tree.tip(current if isinstance(current, str) else None),
        settings=ConversationSettings(system_prompt=prompt),
    )


def _node(key: str, plain: object, left_out: Left) -> Node:
    source = mapping(plain)
    parent = source.get("parent")
    node = Node(key, parent if isinstance(parent, str) else None)
    message = mapping(source.get("message"))
    if not message:
        return node
    kind = _left_out(message)
    if kind is not None:
        left_out[kind] += 1
        return node
    node.text = _text(mapping(message.get("content")), left_out)
    if not node.text.strip():
        return node
    metadata = mapping(message.get("metadata"))
    node.role = ROLES[message["author"]["role"]]
    node.created_at = moment(message.get("create_time"))
    node.is_excluded = message.get("weight") == 0
    node.model = text_of(metadata.get("model_slug"))
    node.finish_reason = _ENDS.get(text_of(mapping(metadata.get("finish_details")).get("type")))
    if node.finish_reason is FinishReason.CANCELLED:
        node.state = MessageState.STOPPED
    elif message.get("status") == "in_progress":
        node.state, node.finish_reason = MessageState.INTERRUPTED, FinishReason.INTERRUPTED
    return node


def _left_out(message: dict[str, object]) -> LeftOut | None:
    """Why a message is not taken, if it is not."""
    role = text_of(mapping(message.get("author")).get("role"))
    content = mapping(message.get("content"))
    kind = text_of(content.get("content_type"))
    if kind in _REASONING:
        return LeftOut.REASONING
    recipient = text_of(message.get("recipient")) or "all"
    if role == "tool" or (role == "assistant" and recipient != "all"):
        return LeftOut.TOOL_CALLS
    metadata = mapping(message.get("metadata"))
    if kind in _HIDDEN or metadata.get("is_visually_hidden_from_conversation") is True:
        return LeftOut.HIDDEN
    return None if role in ROLES else LeftOut.ROLES


def _text(content: dict[str, object], left_out: Left) -> str:
    """The text of a message; what is beside it is counted."""
    if isinstance(content.get("text"), str) and "parts" not in content:
        return text_of(content["text"])
    texts = []
    for part in sequence(content.get("parts")):
        inner = mapping(part)
        if isinstance(part, str):
            texts.append(part)
        elif text_of(inner.get("text")):
            texts.append(text_of(inner["text"]))
        elif inner:
            is_image = "image" in text_of(inner.get("content_type"))
            left_out[LeftOut.IMAGES if is_image else LeftOut.FILES] += 1
    return "\n".join(texts)


def _take_prompt(nodes: list[Node]) -> str:
    """The first system message becomes the conversation's own system prompt."""
    for node in nodes:
        if node.role is Role.SYSTEM:
            node.role = None
            return node.text
    return ""
