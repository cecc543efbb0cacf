"""GPT4All's ``.chat`` files, versions 1 to 12: what Qt's ``QDataStream`` writes, big-endian.

Taken: texts, title, time, the model's name, stopped and failed answers. Not taken, and counted:
attached files, sources from documents, tool calls and their results. What a model had computed
(its KV state, in old versions) is skipped. GPT4All keeps no branches.
"""

import os
import struct
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any, BinaryIO

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import ConversationSettings, MessageState, Role
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.importers.foreign import (
    Malformed,
    Node,
    build_tree,
    moment,
    title_of,
)
from kochat_gui.services.exchange.limits import MAX_PIECE_CHARS
from kochat_gui.services.exchange.report import LeftOut

PROGRAM = "GPT4All"
MAGIC = bytes.fromhex("F5D553CC")
NEWEST_VERSION = 12

_NULL = 0xFFFFFFFF
_MAX_DEPTH = 16
_ROLES = {"Prompt: ": Role.USER, "Response: ": Role.ASSISTANT, "System: ": Role.SYSTEM}
_TEXT, _TOOL_CALL, _TOOL_RESPONSE = "Text: ", "ToolCall: ", "ToolResponse: "
_BOOL, _INT, _LONG, _UNSIGNED_LONG, _DOUBLE, _STRING = 1, 2, 4, 5, 6, 10
_VALUES = {_BOOL: ">?", _INT: ">i", _LONG: ">q", _UNSIGNED_LONG: ">Q", _DOUBLE: ">d"}

Left = Counter[LeftOut]


class UnknownVersion(Exception):
    """A version of the format that is not known; its number is the argument."""


class _Stream:
    """Bounds are checked before anything is read or built."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    @property
    def is_over(self) -> bool:
        return self._left == 0

    def number(self, code: str) -> Any:
        """One value of ``struct``'s code."""
        layout = struct.Struct(code)
        (value,) = layout.unpack(self.take(layout.size))
        return value

    def text(self) -> str:
        """A ``QString``: its length in bytes, then UTF-16."""
        length = self.number(">I")
        if length == _NULL:
            return ""
        if length > MAX_PIECE_CHARS:
            raise Malformed(f"a text of {length} bytes")
        try:
            return self.take(length).decode("utf-16-be", "surrogatepass")
        except UnicodeDecodeError as error:
            raise Malformed("half a character") from error

    def skip_block(self) -> None:
        """A ``QByteArray``: its length, then that many bytes."""
        length = self.number(">I")
        if length != _NULL:
            self.skip(length)

    def count(self, code: str, smallest: int) -> int:
        """How many items follow, each of ``smallest`` bytes or more."""
        count = int(self.number(code))
        if not 0 <= count * smallest <= self._left:
            raise Malformed(f"{count} items do not fit")
        return count

    def take(self, size: int) -> bytes:
        self._use(size)
        data = self._file.read(size)
        if len(data) != size:
            raise Malformed("it ends in the middle")
        return data

    def skip(self, size: int) -> None:
        self._use(size)
        self._file.seek(size, os.SEEK_CUR)

    def _use(self, size: int) -> None:
        if not 0 <= size <= self._left:
            raise Malformed(f"{size} bytes are not there")
        self._left -= size


def read_conversation(
    file: BinaryIO, size: int, fallback: datetime, left_out: Left
) -> ArchivedConversation:
    """A file of ``size`` bytes; ``fallback`` is the time of a chat that has none.

    Raises :class:`UnknownVersion` and :class:`Malformed`.
    """
    stream = _Stream(file, size)
    if stream.take(len(MAGIC)) != MAGIC:
        raise Malformed("no magic")
    version = int(stream.number(">i"))
    if not 1 <= version <= NEWEST_VERSION:
        raise UnknownVersion(version)
    begun = moment(stream.number(">q")) or fallback
    stream.text()  # an id
    title = stream.text()
    stream.text()  # the user's name
    model = stream.text()
    if version >= 3:
        for _ in range(stream.count(">I", 4)):
            stream.text()  # a collection of documents
    if version < 11:
        _skip_state(stream, version)
    nodes = _items(stream, version, model, left_out)
    if not stream.is_over:
        raise Malformed("something follows the end")
    prompt = next((node.text for node in nodes if node.role is Role.SYSTEM), "")
    told = [node for node in nodes if node.role is not Role.SYSTEM]
    for before, node in pairwise(told):
        node.parent = before.key
    tree = build_tree(told, PROGRAM, begun, left_out)
    return ArchivedConversation(
        title=title_of(title),
        created_at=begun,
        updated_at=begun,
        messages=tree.messages,
        tip=tree.tip(None),
        settings=ConversationSettings(system_prompt=prompt),
    )


def _skip_state(stream: _Stream, version: int) -> None:
    """What the model had computed, in the versions that kept it."""
    has_state = bool(stream.number(">B")) if version >= 6 else True
    if version >= 2:
        stream.take(8)  # kind of model, version of its state
    stream.text()
    stream.text()
    stream.take(4)  # tokens
    if not has_state:
        return
    stream.take((4 if version < 4 else 0) + 4 + (4 if version >= 7 else 0))
    if version < 9:
        stream.skip(4 * stream.count(">Q", 4))  # logits
    stream.skip(4 * stream.count(">Q", 4))  # tokens
    stream.skip_block()


def _items(stream: _Stream, version: int, model: str, left_out: Left) -> list[Node]:
    nodes = []
    for number in range(stream.count(">i", 12)):
        if version < 12:
            stream.take(4)  # an id
        name = stream.text()
        role = _ROLES.get(name)
        node = Node(str(number), None, role, stream.text(), model=model)
        if version < 10:
            stream.text()
        stream.text()  # a better answer that the user wrote
        _, is_stopped, _, _ = (bool(stream.number(">B")) for _ in range(4))
        is_error = version >= 11 and role is Role.ASSISTANT and bool(stream.number(">B"))
        _skip_sources(stream, version, left_out)
        if version >= 10:
            for _ in range(stream.count(">q", 8)):
                stream.skip_block()  # an address
                stream.skip_block()
                left_out[LeftOut.FILES] += 1
        if version >= 12:
            said = [_inner(stream, 1, left_out) for _ in range(stream.count(">q", 16))]
            node.text = "".join([*said, node.text])
        _settle(node, is_stopped=is_stopped, is_error=is_error, left_out=left_out)
        nodes.append(node)
    return nodes


def _settle(node: Node, *, is_stopped: bool, is_error: bool, left_out: Left) -> None:
    """How the answer ended, and whether it is taken."""
    if is_error:
        node.state, node.finish_reason = MessageState.FAILED, FinishReason.ERROR
        node.error, node.text = node.text, ""
    elif is_stopped:
        node.state, node.finish_reason = MessageState.STOPPED, FinishReason.CANCELLED
    if node.role is None:
        left_out[LeftOut.ROLES] += 1
    elif not node.text.strip() and not node.error:
        left_out[LeftOut.EMPTY] += 1
        node.role = None


def _skip_sources(stream: _Stream, version: int, left_out: Left) -> None:
    """Excerpts of documents that the answer is based on."""
    if version >= 8:
        for _ in range(stream.count(">q", 40)):
            for _ in range(7):
                stream.text()
            stream.take(12)  # page and lines
            left_out[LeftOut.FILES] += 1
    elif version >= 3:
        stream.text()
        for _ in range(stream.count(">I", 4)):
            stream.text()
            left_out[LeftOut.FILES] += 1


def _inner(stream: _Stream, depth: int, left_out: Left) -> str:
    """A part of an answer that called tools; its text, if it is text."""
    if depth > _MAX_DEPTH:
        raise Malformed("parts in parts without end")
    name, value = stream.text(), stream.text()
    if name == _TOOL_CALL:
        _skip_tool_call(stream)
        left_out[LeftOut.TOOL_CALLS] += 1
    elif name not in {_TEXT, _TOOL_RESPONSE} and _ROLES.get(name) is not Role.ASSISTANT:
        raise Malformed(f"a part {name[:40]!r}")
    inner = [_inner(stream, depth + 1, left_out) for _ in range(stream.count(">q", 16))]
    is_text = name not in {_TOOL_CALL, _TOOL_RESPONSE}
    return "".join([*inner, value if is_text else ""])


def _skip_tool_call(stream: _Stream) -> None:
    stream.text()
    for _ in range(stream.count(">q", 13)):
        stream.text()
        stream.take(4)  # kind of the parameter
        _skip_variant(stream)
    stream.text()
    stream.take(4)
    stream.text()


def _skip_variant(stream: _Stream) -> None:
    """A ``QVariant`` of the kinds that parameters have; a null one has its empty value, too."""
    kind = int(stream.number(">I"))
    stream.take(1)
    if kind in _VALUES:
        stream.number(_VALUES[kind])
    elif kind == _STRING:
        stream.text()
    elif kind != 0:
        raise Malformed(f"a parameter of kind {kind}")
