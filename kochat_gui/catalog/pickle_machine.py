"""Walks through a pickle without running it: an interpreter for the few opcodes that weights use.

Python's own unpickler imports what a file names and calls it. This one knows no way to import or
call anything: names, calls and persistent ids go to a :class:`World`, which answers with plain
values or refuses. Every other opcode is refused, so nothing here depends on what a file intends.
"""

import struct
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Protocol

from kochat_gui.catalog.file_errors import bad_header, unsupported
from kochat_gui.core.errors import ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

MAX_PICKLE_BYTES = 32 * 1024**2
"""Of one pickle; the weights themselves lie outside it."""
MAX_STEPS = 1_000_000
"""About 25,000 tensors; what they build stays below 100 MB."""
MAX_DEPTH = 100
"""Open marks; a state dict of tensors has about five."""
MAX_TEXT_BYTES = 4096
_MAX_INTEGER_BYTES = 10
"""Every 64-bit number, and the ten bytes that mark a file of before PyTorch 1.6."""
_MAX_LINE = 512
_NAMELESS_OPCODES = {
    0x82: "EXT1",
    0x83: "EXT2",
    0x84: "EXT4",
    0x81: "NEWOBJ",
    0x92: "NEWOBJ_EX",
    ord("o"): "OBJ",
    ord("P"): "PERSID",
}


class World(Protocol):
    """What the names in a pickle stand for. Every method may refuse by raising a ``ModelError``."""

    def named(self, module: str, name: str) -> object:
        """The stand-in for a global."""

    def called(self, function: object, arguments: tuple[object, ...]) -> object:
        """What calling a stand-in gives."""

    def persistent(self, key: object) -> object:
        """The stand-in for something that is stored outside the pickle."""

    def with_state(self, value: object, state: object) -> None:
        """``state`` belongs to ``value``; to be accepted and forgotten, or refused."""


def refused(path: Path, what: str) -> ModelUnsupportedError:
    """The pickle ``path`` holds ``what``, which is no tensor."""
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "{name} holds something other than weights ({what}). It was not run.",
        ),
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "Such a file can be harmful. Get a safetensors or GGUF version of this model from "
            "someone you trust.",
        ),
        what=_shown(what),
    )


def _shown(what: str) -> str:
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in what[:100])


class PickleMachine:
    """Reads one pickle from ``data`` at ``position``; ``path`` is named in errors."""

    def __init__(self, data: bytes, position: int, world: World, path: Path) -> None:
        self._data = data
        self.position = position
        """After :meth:`run`: where the pickle ended."""
        self._world = world
        self._path = path
        self._stack: list[object] = []
        self._marked: list[list[object]] = []
        self._memo: dict[int, object] = {}

    def run(self) -> object:
        """The value that the pickle describes; raises ``ModelError``."""
        for _ in range(MAX_STEPS):
            opcode = self._take(1)[0]
            if opcode == ord("."):
                return self._pop()
            step = _STEPS.get(opcode)
            if step is None:
                raise self._refused_opcode(opcode)
            step(self)
        raise self._bad("it has too many steps")

    def _refused_opcode(self, opcode: int) -> Exception:
        if opcode == ord("i"):
            return refused(self._path, f"{self._line()}.{self._line()}")
        name = _NAMELESS_OPCODES.get(opcode)
        return refused(self._path, f"opcode {name or hex(opcode)}")

    def _bad(self, detail: str) -> Exception:
        return bad_header(self._path, detail)

    # Reading.

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise self._bad("a pickle goes on past its end")
        found = self._data[self.position : end]
        self.position = end
        return found

    def _number(self, layout: str) -> int:
        (value,) = struct.unpack(layout, self._take(struct.calcsize(layout)))
        return int(value)

    def _line(self) -> str:
        end = self._data.find(b"\n", self.position, self.position + _MAX_LINE)
        if end < 0:
            raise self._bad("a line without an end")
        return self._take(end + 1 - self.position)[:-1].decode("utf-8", "replace")

    def _pop(self) -> object:
        if not self._stack:
            raise self._bad("its stack is empty")
        return self._stack.pop()

    def _pop_to_mark(self) -> list[object]:
        if not self._marked:
            raise self._bad("a mark is missing")
        items, self._stack = self._stack, self._marked.pop()
        return items

    def _push(self, value: object) -> None:
        self._stack.append(value)

    # Opcodes. Names are those of Python's pickletools.

    def _mark(self) -> None:
        if len(self._marked) >= MAX_DEPTH:
            raise self._bad("it is nested too deeply")
        self._marked.append(self._stack)
        self._stack = []

    def _proto(self) -> None:
        if self._take(1)[0] > 5:
            raise self._bad("an unknown pickle protocol")

    def _frame(self) -> None:
        self._take(8)  # only a hint for readers of streams

    def _int_line(self) -> None:
        line = self._line()
        self._push({"00": False, "01": True}.get(line, self._integer(line)))

    def _long_line(self) -> None:
        self._push(self._integer(self._line().removesuffix("L")))

    def _integer(self, line: str) -> int:
        if len(line) > 20 or not line.removeprefix("-").isdecimal():
            raise self._bad("a number that is none")
        return int(line)

    def _long1(self) -> None:
        length = self._take(1)[0]
        if length > _MAX_INTEGER_BYTES:
            raise self._bad("a number of impossible length")
        self._push(int.from_bytes(self._take(length), "little", signed=True))

    def _text(self, layout: str) -> None:
        length = self._number(layout)
        if length > MAX_TEXT_BYTES:
            raise self._bad(f"a text of {length:,} bytes")
        self._push(self._take(length).decode("utf-8", "replace"))

    def _float64(self) -> None:
        self._push(struct.unpack(">d", self._take(8))[0])

    def _tuple_of(self, count: int) -> None:
        if len(self._stack) < count:
            raise self._bad("its stack is empty")
        items = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._push(items)

    def _append(self, items: list[object]) -> None:
        target = self._top()
        if not isinstance(target, list):
            raise self._bad("items for what is no list")
        target.extend(items)

    def _set_items(self, items: list[object]) -> None:
        target = self._top()
        if not isinstance(target, dict) or len(items) % 2:
            raise self._bad("entries for what is no dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[self._key(key)] = value

    def _key(self, key: object) -> Hashable:
        # Hashes of wider numbers can be chosen to collide.
        if isinstance(key, str) or (isinstance(key, int) and abs(key) < 2**63):
            return key
        raise self._bad("a dictionary whose keys are no names")

    def _dictionary(self) -> None:
        items = self._pop_to_mark()
        self._push({})
        self._set_items(items)

    def _top(self) -> object:
        if not self._stack:
            raise self._bad("its stack is empty")
        return self._stack[-1]

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise self._bad("a reference to nothing")
        self._push(self._memo[index])

    def _put(self, index: int) -> None:
        self._memo[index] = self._top()

    def _memoize(self) -> None:
        self._put(len(self._memo))

    def _stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise self._bad("a name that is none")
        self._push(self._world.named(module, name))

    def _reduce(self) -> None:
        arguments, function = self._pop(), self._pop()
        if not isinstance(arguments, tuple):
            raise self._bad("a call without arguments")
        self._push(self._world.called(function, arguments))

    def _build(self) -> None:
        state = self._pop()
        self._world.with_state(self._top(), state)

    def _push_number(self, layout: str) -> None:
        self._push(self._number(layout))

    def _get_at(self, layout: str) -> None:
        self._get(self._number(layout))

    def _put_at(self, layout: str) -> None:
        self._put(self._number(layout))

    def _global(self) -> None:
        module = self._line()
        self._push(self._world.named(module, self._line()))

    def _persistent_id(self) -> None:
        self._push(self._world.persistent(self._pop()))

    def _marked_list(self) -> None:
        self._push(self._pop_to_mark())

    def _marked_tuple(self) -> None:
        self._push(tuple(self._pop_to_mark()))

    def _append_one(self) -> None:
        self._append([self._pop()])

    def _append_marked(self) -> None:
        self._append(self._pop_to_mark())

    def _set_one(self) -> None:
        value, key = self._pop(), self._pop()
        self._set_items([key, value])

    def _set_marked(self) -> None:
        self._set_items(self._pop_to_mark())


_STEPS: dict[int, Callable[[PickleMachine], None]] = {
    0x80: PickleMachine._proto,
    0x95: PickleMachine._frame,
    ord("("): PickleMachine._mark,
    ord("N"): lambda machine: machine._push(None),
    0x88: lambda machine: machine._push(True),
    0x89: lambda machine: machine._push(False),
    ord("I"): PickleMachine._int_line,
    ord("L"): PickleMachine._long_line,
    ord("J"): lambda machine: machine._push_number("<i"),
    ord("K"): lambda machine: machine._push_number("<B"),
    ord("M"): lambda machine: machine._push_number("<H"),
    0x8A: PickleMachine._long1,
    ord("G"): PickleMachine._float64,
    ord("X"): lambda machine: machine._text("<I"),
    0x8C: lambda machine: machine._text("<B"),
    ord("}"): lambda machine: machine._push({}),
    ord("]"): lambda machine: machine._push([]),
    ord(")"): lambda machine: machine._push(()),
    ord("d"): PickleMachine._dictionary,
    ord("l"): PickleMachine._marked_list,
    ord("t"): PickleMachine._marked_tuple,
    0x85: lambda machine: machine._tuple_of(1),
    0x86: lambda machine: machine._tuple_of(2),
    0x87: lambda machine: machine._tuple_of(3),
    ord("a"): PickleMachine._append_one,
    ord("e"): PickleMachine._append_marked,
    ord("s"): PickleMachine._set_one,
    ord("u"): PickleMachine._set_marked,
    ord("h"): lambda machine: machine._get_at("<B"),
    ord("j"): lambda machine: machine._get_at("<I"),
    ord("q"): lambda machine: machine._put_at("<B"),
    ord("r"): lambda machine: machine._put_at("<I"),
    0x94: PickleMachine._memoize,
    ord("c"): PickleMachine._global,
    0x93: PickleMachine._stack_global,
    ord("R"): PickleMachine._reduce,
    ord("b"): PickleMachine._build,
    ord("Q"): PickleMachine._persistent_id,
}
