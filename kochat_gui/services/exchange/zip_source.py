"""JSON members of a zip archive, read where they are: nothing is ever written to the disk."""

import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, BinaryIO

SIGNATURE = b"PK\x03\x04"
MAX_MEMBERS = 100_000
MAX_DIRECTORY_BYTES = 64 << 20
MAX_RATIO = 300
"""Of a member's size to what it takes in the archive; conversations have 5 to 20."""
_END = struct.Struct("<4s4H2IH")
_END_64_PLACE = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_ENCRYPTED = 0x1
_TROUBLES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
    struct.error,
)


class BadZip(Exception):
    """Damaged, encrypted, or made to hurt."""


class JsonZip:
    """The archive's ``.json`` members, by name, from construction until :meth:`close`.

    Only members that are read can be wrong: a program's export may lie beside anything.
    """

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        """Raises :class:`BadZip`; ``most_bytes`` is of all that is read of all members."""
        _check_directory(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except _TROUBLES as error:
            raise BadZip(str(error)) from error
        found = [info for info in self._archive.infolist() if _is_json(info)]
        self.members = sorted(found, key=lambda info: info.filename)
        self._bytes_left = most_bytes

    def open(self, info: zipfile.ZipInfo) -> "ZipMember":
        """A member to read; no more of it comes than its size says. Raises :class:`BadZip`."""
        if info.flag_bits & _ENCRYPTED:
            raise BadZip("a member is encrypted")
        # Others unpack as much at once as they like; nobody's exports use them.
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadZip("a member is packed in an unusual way")
        try:
            member = self._archive.open(info)
        except _TROUBLES as error:
            raise BadZip(str(error)) from error
        return ZipMember(member, MAX_RATIO * max(info.compress_size, 1), self._count)

    def close(self) -> None:
        """Close the archive, not the file."""
        self._archive.close()

    def _count(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise BadZip("its members are too large")


class ZipMember:
    """Whatever is wrong with a member becomes :class:`BadZip`."""

    def __init__(self, member: IO[bytes], most_bytes: int, on_read: Callable[[int], None]) -> None:
        self._member = member
        self._bytes_left = most_bytes
        self._on_read = on_read

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        try:
            content = self._member.read(size)
        except _TROUBLES as error:
            raise BadZip(str(error)) from error
        self._bytes_left -= len(content)
        if self._bytes_left < 0:
            raise BadZip("a member is packed too tightly")
        self._on_read(len(content))
        return content

    def close(self) -> None:
        """Close the member."""
        self._member.close()


def _is_json(info: zipfile.ZipInfo) -> bool:
    """Whether it is to be looked at; macOS puts what it knows of each file beside it."""
    folder, _, name = info.filename.rpartition("/")
    is_of_macos = name.startswith("._") or folder.split("/")[0] == "__MACOSX"
    return name.casefold().endswith(".json") and not info.is_dir() and not is_of_macos


def _check_directory(file: BinaryIO) -> None:
    """Look at the counts first: ``zipfile`` builds an object for each member that is told."""
    size = file.seek(0, os.SEEK_END)
    tail_size = min(size, _END.size + 0xFFFF)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise BadZip("it has no end")
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    place = tail.rfind(b"PK\x06\x07", 0, at)
    if place >= 0 and (count == 0xFFFF or directory == 0xFFFFFFFF):
        _, _, offset, _ = _END_64_PLACE.unpack_from(tail, place)
        if offset + _END_64.size > size:
            raise BadZip("its directory is not there")
        file.seek(offset)
        numbers = _END_64.unpack(file.read(_END_64.size))
        count, directory = numbers[7], numbers[8]
    if count > MAX_MEMBERS or directory > MAX_DIRECTORY_BYTES:
        raise BadZip("it has too many members")
