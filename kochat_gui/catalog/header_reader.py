"""Reads little-endian values from the start of a file, and never past its end."""

import os
import struct
from pathlib import Path
from typing import BinaryIO

from kochat_gui.catalog.file_errors import bad_header, reading
from kochat_gui.core.regular_file import open_regular

_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 16


def read_whole(path: Path, limit: int) -> bytes:
    """Content of a file of at most ``limit`` bytes; no more memory than it has is taken.

    Raises ``ModelMissingError`` or ``ModelDamagedError``.
    """
    with reading(path), open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        # A file that grows meanwhile is not followed.
        content = file.read(size) if size <= limit else b""
    if size > limit:
        raise bad_header(path, f"it is longer than {limit:,} bytes")
    return content


class HeaderReader:
    """Every length is checked against what is left of the file before anything is allocated."""

    def __init__(self, file: BinaryIO, size: int, path: Path) -> None:
        self._file = file
        self._path = path
        self.size = size
        self.position = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        self.check(count)
        found = self._file.read(count)
        if len(found) != count:
            raise bad_header(self._path, "the file became shorter while it was read")
        self.position += count
        return found

    def check(self, count: int) -> None:
        """Raise ``ModelDamagedError`` unless ``count`` more bytes are in the file."""
        if count > self.size - self.position:
            raise bad_header(self._path, f"it goes on past the file's end at {self.size:,} bytes")

    def skip(self, count: int) -> None:
        """Go on ``count`` bytes without reading them."""
        self.check(count)
        self.position += count
        self._file.seek(self.position)

    def scalar(self, layout: str) -> int | float | bool:
        """One value of a ``struct`` format."""
        (value,) = struct.unpack(layout, self.take(struct.calcsize(layout)))
        return value  # type: ignore[no-any-return]  # struct is typed Any

    def uint32(self) -> int:
        """The next four bytes as a number."""
        return int.from_bytes(self.take(4), "little")

    def uint64(self) -> int:
        """The next eight bytes as a number."""
        return int.from_bytes(self.take(8), "little")

    def text(self, limit: int) -> str:
        """A length-prefixed string of at most ``limit`` bytes; bad UTF-8 is replaced."""
        length = self.uint64()
        if length > limit:
            raise bad_header(self._path, f"a name of {length:,} bytes")
        return self.take(length).decode("utf-8", "replace")

    def skip_strings(self, count: int) -> None:
        """Go past ``count`` length-prefixed strings."""
        self.check(count * _LENGTH.size)
        chunk, offset = b"", 0
        for _ in range(count):
            if offset + _LENGTH.size > len(chunk):
                self.position += offset
                self._file.seek(self.position)
                self.check(_LENGTH.size)
                chunk, offset = self._file.read(_CHUNK), 0
                if len(chunk) < _LENGTH.size:
                    raise bad_header(self._path, "the file became shorter while it was read")
            (length,) = _LENGTH.unpack_from(chunk, offset)
            offset += _LENGTH.size + length
            if offset > len(chunk) and self.position + offset > self.size:
                raise bad_header(self._path, "a string goes on past the end")
        self.skip(offset)
