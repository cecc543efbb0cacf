"""Sound exports of every program, and files that were damaged on purpose in ways that fit them."""

import copy
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.gpt4all_writer import Item, chat, part, tool_call

_DATA = Path(__file__).parents[1] / "data" / "exchange"
_WIDE = (0, 1, 2, 16, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1, 2**40, 2**63, 2**64 - 1)
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 1e308, -0.5, 2**63, 10**400, "", "가", "\0", "\ud800",
    "x" * 5000,
    "2026-13-45T99:99:99Z", "9999-12-31T23:59:59+00:01", "0001-01-01T00:00:00+14:00",
    [], {}, [[]], [0], ["a"], [None], {"a": 1}, [{}], {"text": []}, {"role": {}}, {"parts": [[]]},
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """One program's file."""

    name: str
    file_name: str
    sound: bytes
    damage: Callable[[random.Random, bytes], bytes]


def exports(kochat: bytes) -> list[Export]:
    """Every format; ``kochat`` is a file of the program's own."""
    chatgpt = (_DATA / "chatgpt.json").read_bytes()
    thread, messages = ((_DATA / "jan" / n).read_bytes() for n in ("thread.json", "messages.jsonl"))
    return [
        Export("KoChat", "a.json", kochat, damaged_json),
        Export("ChatGPT", "a.json", chatgpt, damaged_json),
        Export("ChatGPT archive", "a.zip", _zipped(chatgpt), damaged_zip),
        Export("Open WebUI", "a.json", (_DATA / "open_webui.json").read_bytes(), damaged_json),
        Export(
            "LM Studio",
            "a.json",
            (_DATA / "lm_studio.conversation.json").read_bytes(),
            damaged_json,
        ),
        Export("Jan thread", "jan/thread.json", thread, damaged_json),
        Export("Jan messages", "jan/messages.jsonl", messages, damaged_lines),
        *(
            Export(f"GPT4All {version}", "a.chat", _gpt4all(version), damaged_binary)
            for version in (2, 5, 8, 10, 12)
        ),
    ]


def _gpt4all(version: int) -> bytes:
    call = part("ToolCall: ", "1+1", call=tool_call("1+1"))
    parts = part("Response: ", "", [part("Text: ", "음"), call]) + part("ToolResponse: ", "2")
    items = (
        Item("Prompt: ", "배고파", attachments=1),
        Item("Response: ", "밥 먹어요.", sources=1, parts=parts, part_count=2),
    )
    return chat(version, items, state=True)


def _zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", content)
        archive.writestr("user.json", b'{"id": "u"}')
    return file.getvalue()


def damaged_json(chance: random.Random, sound: bytes) -> bytes:
    """Values of other types, keys missing or elsewhere, deep nesting, broken text."""
    if chance.random() < 0.2:
        return damaged_bytes(chance, sound)
    plain = json.loads(sound)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _change(chance, plain)
    text = json.dumps(plain)
    if chance.random() < 0.05:
        depth = chance.choice((100, 900, 5_000, 100_000))
        text = text.replace("null", "[" * depth + "]" * depth, 1)
    if chance.random() < 0.03:
        text = text.replace("null", "1" * chance.choice((400, 5_000, 100_000)), 1)
    if chance.random() < 0.05:
        text = text.replace("null", chance.choice(("NaN", "-Infinity", "1e999")), 1)
    return text.encode("utf-8", "surrogatepass")


def damaged_lines(chance: random.Random, sound: bytes) -> bytes:
    """The same for one of several lines."""
    lines = sound.splitlines()
    place = chance.randrange(len(lines))
    lines[place] = damaged_json(chance, lines[place])
    return b"\n".join(lines)


def damaged_binary(chance: random.Random, sound: bytes) -> bytes:
    """Lengths and counts get the values that break readers."""
    data = bytearray(sound)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(max(len(data) - 8, 1))
        if chance.random() < 0.5:
            data[at : at + 8] = struct.pack(">Q", chance.choice(_WIDE))
        else:
            data[at : at + 4] = struct.pack(">I", chance.choice(_WIDE) & 0xFFFFFFFF)
    return damaged_bytes(chance, bytes(data)) if chance.random() < 0.3 else bytes(data)


def damaged_zip(chance: random.Random, sound: bytes) -> bytes:
    """Directory, headers or contents; or sound packing of a damaged file."""
    if chance.random() < 0.4:
        with zipfile.ZipFile(io.BytesIO(sound)) as archive:
            content = archive.read("conversations.json")
        return _zipped(damaged_json(chance, content))
    if chance.random() < 0.5:
        directory = sound.index(b"PK\x01\x02")
        tail = bytearray(sound[directory:])
        at = chance.randrange(max(len(tail) - 4, 1))
        tail[at : at + 4] = struct.pack("<I", chance.choice(_WIDE) & 0xFFFFFFFF)
        return sound[:directory] + bytes(tail)
    return damaged_bytes(chance, sound)


def damaged_bytes(chance: random.Random, sound: bytes) -> bytes:
    """Bytes changed, cut out, put in twice, or cut off."""
    data = bytearray(sound)
    for _ in range(chance.choice((1, 2, 8))):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(4):
            case 0 if data:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.choice((1, 4, 40))]
            case 2:
                data[at:at] = data[at : at + chance.choice((1, 8, 200))]
            case _ if chance.random() < 0.2:
                del data[at:]
    return bytes(data)


def _change(chance: random.Random, plain: Any) -> None:
    """One change at a random place of the tree."""
    place = plain
    while isinstance(place, dict | list) and place:
        key: Any = (
            chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
        )
        child = place[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.75:
            place = child
            continue
        if chance.random() < 0.25:
            del place[key]
        elif chance.random() < 0.2 and isinstance(place, dict):
            place[str(key) + "x"] = place.pop(key)
        elif chance.random() < 0.2:
            place[key] = chance.choice(_strings(plain))
        else:
            place[key] = copy.deepcopy(chance.choice(_ODD))
        return


def _strings(plain: Any) -> list[str]:
    """Texts and keys that occur: ids in the wrong places make circles."""
    found = [""]
    open_values = [plain]
    while open_values:
        value = open_values.pop()
        if isinstance(value, dict):
            found += [str(key) for key in value]
            open_values += value.values()
        elif isinstance(value, list):
            open_values += value
        elif isinstance(value, str):
            found.append(value)
    return found
