"""LM Studio's ``.conversation.json``: one conversation, with versions of each message.

Taken: texts with all versions, the versions that are shown, title, times, names of models, token
counts, system prompt, unsent text, pin, messages left out of the context. Not taken, and counted:
files and images, tool calls, reasoning. Messages below a version that is not shown are unknown to
that format: what follows a message hangs on its version that is shown.
"""

from collections import Counter
from datetime import datetime

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.generation import Usage
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.importers.foreign import (
    ROLES,
    Malformed,
    Node,
    build_tree,
    count_of,
    mapping,
    moment,
    number_of,
    sequence,
    text_of,
    title_of,
)
from kochat_gui.services.exchange.report import LeftOut

PROGRAM = "LM Studio"

_ENDS = {
    "eosFound": (MessageState.DONE, FinishReason.STOP),
    "stopStringFound": (MessageState.DONE, FinishReason.STOP),
    "maxPredictedTokensReached": (MessageState.DONE, FinishReason.LENGTH),
    "contextLengthReached": (MessageState.DONE, FinishReason.LENGTH),
    "userStopped": (MessageState.STOPPED, FinishReason.CANCELLED),
    "failed": (MessageState.FAILED, FinishReason.ERROR),
}
_PROMPT_KEY = "llm.prediction.systemPrompt"

Left = Counter[LeftOut]


def is_conversation(plain: object) -> bool:
    """Whether the file's object looks like a conversation."""
    messages = mapping(plain).get("messages")
    return isinstance(messages, list) and all(
        isinstance(mapping(message).get("versions"), list) for message in messages[:3]
    )


def read_conversation(plain: object, fallback: datetime, left_out: Left) -> ArchivedConversation:
    """The file's object; ``fallback`` is the time of one that has none."""
    if not is_conversation(plain):
        raise Malformed("no messages with versions")
    source = mapping(plain)
    begun = moment(source.get("createdAt")) or fallback
    nodes, shown = _nodes(source, left_out)
    tree = build_tree(nodes, PROGRAM, begun, left_out)
    latest = [moment(source.get(key)) for key in ("userLastMessagedAt", "assistantLastMessagedAt")]
    return ArchivedConversation(
        title=title_of(source.get("name")),
        created_at=begun,
        updated_at=max([time for time in latest if time], default=begun),
        messages=tree.messages,
        tip=tree.tip(shown),
        settings=ConversationSettings(system_prompt=_prompt(source)),
        draft=text_of(source.get("clientInput")),
        is_pinned=source.get("pinned") is True,
    )


def _prompt(source: dict[str, object]) -> str:
    """The conversation's own; newer files keep it among the settings."""
    for field in sequence(mapping(source.get("perChatPredictionConfig")).get("fields")):
        if mapping(field).get("key") == _PROMPT_KEY:
            return text_of(mapping(field).get("value"))
    return text_of(source.get("systemPrompt"))


def _nodes(source: dict[str, object], left_out: Left) -> tuple[list[Node], str | None]:
    """All versions, and the last one that is shown."""
    nodes: list[Node] = []
    shown: str | None = None
    for number, message in enumerate(map(mapping, sequence(source.get("messages")))):
        versions = sequence(message.get("versions"))
        parent = shown
        selected = count_of(message.get("currentlySelected"))
        for place, version in enumerate(map(mapping, versions)):
            node = _node(f"{number}.{place}", parent, version, left_out)
            nodes.append(node)
            if place == min(selected, len(versions) - 1):
                shown = node.key
    return nodes, shown


def _node(key: str, parent: str | None, version: dict[str, object], left_out: Left) -> Node:
    node = Node(key, parent)
    role = ROLES.get(text_of(version.get("role")))
    if role is None:
        left_out[LeftOut.ROLES] += 1
        return node
    steps = sequence(version.get("steps"))
    texts = [_text(version.get("content"), left_out)] if not steps else []
    texts += [_step(node, step, left_out) for step in map(mapping, steps)]
    node.text = "\n\n".join(text for text in texts if text)
    if not node.text.strip():
        left_out[LeftOut.EMPTY] += 1
        return node
    node.role = role
    node.model = node.model or text_of(mapping(version.get("senderInfo")).get("senderName"))
    return node


def _step(node: Node, step: dict[str, object], left_out: Left) -> str:
    """The text of one step of an answer; what else it says goes to ``node``."""
    kind = text_of(step.get("type"))
    if kind != "contentBlock":
        left_out[LeftOut.TOOL_CALLS] += kind.startswith("tool")
        return ""
    if mapping(step.get("style")).get("type") == "thinking":
        left_out[LeftOut.REASONING] += 1
        return ""
    begun, _, _ = text_of(step.get("stepIdentifier")).partition("-")
    if node.created_at is None and begun.isascii() and begun.isdigit() and len(begun) == 13:
        node.created_at = moment(int(begun))
    node.is_excluded = step.get("shouldIncludeInContext") is False
    info = mapping(step.get("genInfo"))
    node.model = text_of(info.get("identifier")) or node.model
    stats = mapping(info.get("stats"))
    if stats:
        known = _ENDS.get(text_of(stats.get("stopReason")))
        node.state, node.finish_reason = known or (MessageState.DONE, None)
        node.usage = _usage(stats)
    return _text(step.get("content"), left_out)


def _usage(stats: dict[str, object]) -> Usage:
    return Usage(
        prompt_tokens=count_of(stats.get("promptTokensCount")),
        reused_tokens=0,
        new_tokens=count_of(stats.get("predictedTokensCount")),
        time_to_first_token_s=number_of(stats.get("timeToFirstTokenSec")),
        tokens_per_second=number_of(stats.get("tokensPerSecond")),
    )


def _text(content: object, left_out: Left) -> str:
    """The texts of an array of parts."""
    texts = []
    for part in map(mapping, sequence(content)):
        kind = text_of(part.get("type"))
        if kind == "text":
            texts.append(text_of(part.get("text")))
        elif kind.startswith("tool"):
            left_out[LeftOut.TOOL_CALLS] += 1
        elif part:
            is_image = kind == "image" or part.get("fileType") == "image"
            left_out[LeftOut.IMAGES if is_image else LeftOut.FILES] += 1
    return "".join(texts)
