"""Reads large JSON files piece by piece: the elements of one array, never the whole file.

JSON of strangers: sizes are limited before anything is built, and what Python's reader has no
limits for (nesting, length of numbers) ends as :class:`MalformedJson`.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from kochat_gui.services.exchange.limits import MAX_PIECE_CHARS

_FIRST_READ = 1 << 16
_MOST_READ = 8 << 20
_SPACE = re.compile(r"[ \t\n\r]*")

UNREAD = object()
"""Instead of an array that is for the caller to read."""

OnRead = Callable[[int], None]


class Readable(Protocol):
    """Where the bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class MalformedJson(Exception):
    """No JSON, or more of it than allowed."""


class JsonSource:
    """One JSON text in a stream of bytes; ``on_read`` is told how many bytes were read."""

    def __init__(self, stream: Readable, on_read: OnRead) -> None:
        self._stream = stream
        self._on_read = on_read
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")("strict")
        # NaN and infinities, which JSON has not, are nothing that can be stored.
        self._decoder = json.JSONDecoder(parse_constant=lambda _name: None)
        self._text = ""
        self._at = 0
        self._is_over = False
        self.bytes_read = 0

    def first(self) -> str:
        """The first character that is no space; empty when there is none."""
        return self._next()

    def array(self) -> Iterator[Any]:
        """The elements of the array that comes next."""
        for _ in self.places():
            yield self._value()

    def places(self) -> Iterator[None]:
        """One for each element of the array that comes next; the caller reads it meanwhile."""
        self._take("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._take(",]") == "]":
                return

    def members(self, streamed: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of the object that comes next.

        When ``streamed`` is an array, it comes as :data:`UNREAD`: the caller reads it, with
        :meth:`array` or :meth:`places`, before going on.
        """
        self._take("{")
        if self._next() == "}":
            self._at += 1
            return
        while True:
            key = self._value()
            if not isinstance(key, str):
                raise MalformedJson("a key is no text")
            self._take(":")
            if key == streamed and self._next() == "[":
                yield key, UNREAD
            else:
                yield key, self._value()
            if self._take(",}") == "}":
                return

    def values(self) -> Iterator[Any]:
        """Values that follow each other, with space or line ends between them, to the end."""
        while self._next():
            yield self._value()

    def end(self) -> None:
        """Raise :class:`MalformedJson` unless only space is left."""
        if self._next():
            raise MalformedJson("something follows the end")

    def _take(self, expected: str) -> str:
        char = self._next()
        if not char or char not in expected:
            raise MalformedJson(f"{char!r} instead of one of {expected!r}")
        self._at += 1
        return char

    def _next(self) -> str:
        """The next character that is no space, not taken yet."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_more():
                return ""

    def _value(self) -> Any:
        """The value that comes next; what it needs is read in steps that double."""
        if not self._next():
            raise MalformedJson("it ends in the middle")
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > MAX_PIECE_CHARS:
                    raise MalformedJson("a piece is too large") from error
                if not self._read_more():
                    raise MalformedJson(str(error)) from error
            except (ValueError, RecursionError) as error:
                raise MalformedJson(str(error)) from error
            else:
                # Digits at the end of what was read may be half of a number.
                if end < len(self._text) or not self._read_more():
                    self._at = end
                    return value

    def _read_more(self) -> bool:
        """Read as much again as there is; False at the end."""
        if self._is_over:
            return False
        wanted = min(max(_FIRST_READ, len(self._text) - self._at), _MOST_READ)
        content = self._stream.read(wanted)
        self._on_read(len(content))
        self.bytes_read += len(content)
        try:
            text = self._utf8.decode(content, final=not content)
        except UnicodeDecodeError as error:
            raise MalformedJson("it is not UTF-8") from error
        self._is_over = not content
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(text) or bool(content)
