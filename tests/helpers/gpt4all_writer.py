"""Writes ``.chat`` files as GPT4All's versions do: what its serialization tells of each."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = 0xF5D553CC


@dataclass(frozen=True)
class Item:
    """One entry of a chat."""

    name: str
    value: str
    is_stopped: bool = False
    is_error: bool = False
    sources: int = 0
    attachments: int = 0
    parts: bytes = b""
    """Of version 12: what :func:`part` made."""
    part_count: int = 0


def text(value: str | None) -> bytes:
    """A ``QString``; None for a null one."""
    if value is None:
        return struct.pack(">I", 0xFFFFFFFF)
    content = value.encode("utf-16-be")
    return struct.pack(">I", len(content)) + content


def part(name: str, value: str, inner: Sequence[bytes] = (), call: bytes = b"") -> bytes:
    """A part of an answer; ``call`` is what :func:`tool_call` made."""
    return text(name) + text(value) + call + struct.pack(">q", len(inner)) + b"".join(inner)


def tool_call(code: str) -> bytes:
    """What a call of the code interpreter adds to its part."""
    parameter = text("code") + struct.pack(">iIB", 0, 10, 0) + text(code)
    name = text("javascript_interpret") + struct.pack(">q", 1)
    return name + parameter + text("6\n") + struct.pack(">i", 0) + text(None)


def chat(
    version: int, items: Sequence[Item], title: str = "지포티올", *, state: bool = False
) -> bytes:
    """A whole file; ``state``: with what the model had computed, in versions that keep it."""
    out = struct.pack(">Iiq", MAGIC, version, 1_695_000_000)
    out += text("0a1b") + text(title) + text("") + text("Llama-2-ko")
    if version >= 3:
        out += struct.pack(">I", 2) + text("문서") + text("자료")
    if version < 11:
        out += _state(version, state or version < 6)
    out += struct.pack(">i", len(items))
    return out + b"".join(_item(version, item) for item in items)


def _state(version: int, has_state: bool) -> bytes:
    out = struct.pack(">B", has_state) if version >= 6 else b""
    if version >= 2:
        out += struct.pack(">ii", 2, 0)
    out += text("답") + text("이름") + struct.pack(">I", 5)
    if not has_state:
        return out
    out += struct.pack(">I", 0) if version < 4 else b""
    out += struct.pack(">I", 5)
    out += struct.pack(">I", 2048) if version >= 7 else b""
    if version < 9:
        out += struct.pack(">Q", 3) + bytes(12)
    return out + struct.pack(">Q", 2) + bytes(8) + struct.pack(">I", 7) + b"zzzzzzz"


def _item(version: int, item: Item) -> bytes:
    out = struct.pack(">i", 0) if version < 12 else b""
    out += text(item.name) + text(item.value)
    out += text("옛 프롬프트") if version < 10 else b""
    out += text(None) + struct.pack(">????", False, item.is_stopped, False, False)
    if version >= 11 and item.name == "Response: ":
        out += struct.pack(">?", item.is_error)
    if version >= 8:
        source = b"".join(map(text, ("모음", "길", "글.txt", "제목", "", "", "내용")))
        out += struct.pack(">q", item.sources)
        out += (source + struct.pack(">iii", -1, 1, 2)) * item.sources
    elif version >= 3:
        out += text("1. 글") + struct.pack(">I", item.sources) + text("내용") * item.sources
    if version >= 10:
        attached = struct.pack(">I", 5) + b"file:" + struct.pack(">I", 2) + b"hi"
        out += struct.pack(">q", item.attachments) + attached * item.attachments
    if version >= 12:
        out += struct.pack(">q", item.part_count) + item.parts
    return out
