"""The zip container of ``torch.save`` since 1.6, read with bounds first: where its records are.

Such an archive is a plain one: every record is stored as it is, under one folder. Anything else
that zip allows (compression, encryption, several disks, paths that lead out) is refused. Nothing
is unpacked or unpickled here, so this is safe for the window's process.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kochat_gui.catalog.file_errors import bad_header, empty, reading, truncated, unsupported
from kochat_gui.core.errors import ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

MAX_DIRECTORY_BYTES = 32 * 1024**2
MAX_RECORDS = 200_000
_START = b"PK\x03\x04"
_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_END64_PLACE = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_MAX_COMMENT = 65_535
_UNSET16, _UNSET32 = 0xFFFF, 0xFFFF_FFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_SIZES_FOLLOW = 0x0008


@dataclass(frozen=True, slots=True)
class Record:
    """Where the bytes of a record are."""

    offset: int
    """From the start of the file."""
    size: int
    """Bytes."""


@dataclass(frozen=True)
class TorchArchive:
    """A checked archive: every record lies inside the file, and none overlaps another."""

    path: Path
    records: dict[str, Record]
    """By name within the archive's own folder: ``data.pkl``, ``data/0`` …"""


def is_torch_archive(path: Path) -> bool:
    """Whether ``path`` begins as a zip file; raises ``ModelError`` when it cannot be read."""
    with reading(path), open_regular(path) as file:
        return file.read(len(_START)) == _START


def read_torch_archive(path: Path) -> TorchArchive:
    """Read and check the directory of ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    with reading(path), open_regular(path) as file:
        size = file.seek(0, 2)
        if size == 0:
            raise empty(path)
        count, start, length = _find_directory(file, size, path)
        file.seek(start)
        entries = _read_entries(file.read(length), count, path)
        records = {
            name: _locate(file, name, offset, stored, start, path)
            for name, (offset, stored) in entries.items()
        }
    _check_places(entries, records, path)
    return TorchArchive(path, _within_folder(records, path))


def _foreign(path: Path, detail: str) -> ModelUnsupportedError:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "{name} is a zip file, but not one with PyTorch weights ({detail})."
        ),
        QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF or safetensors version of this model."),
        detail=detail,
    )


def _unpack(layout: struct.Struct, file: BinaryIO, path: Path) -> tuple[Any, ...]:
    content = file.read(layout.size)
    if len(content) != layout.size:
        raise bad_header(path, "the file became shorter while it was read")
    return layout.unpack(content)


def _find_directory(file: BinaryIO, size: int, path: Path) -> tuple[int, int, int]:
    """Count of records, and offset and length of the directory."""
    tail_size = min(size, _MAX_COMMENT + _END.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise truncated(path, _END.size)
    _, disk, _, here, count, length, start, comment = _END.unpack_from(tail, at)
    end = size - tail_size + at
    if end + _END.size + comment != size or disk or here != count:
        raise bad_header(path, "the end of the archive is not where it should be")
    if count == _UNSET16 or _UNSET32 in {length, start} or _has_end64(file, end):
        end, count, length, start = _find_directory64(file, end, path)
    if start + length != end:
        raise bad_header(path, "its directory is not where it should be")
    if length > MAX_DIRECTORY_BYTES or count > MAX_RECORDS:
        raise bad_header(path, f"{count:,} records")
    return count, start, length


def _has_end64(file: BinaryIO, end: int) -> bool:
    place = end - _END64_PLACE.size
    if place < 0:
        return False
    file.seek(place)
    return file.read(4) == b"PK\x06\x07"


def _find_directory64(file: BinaryIO, end: int, path: Path) -> tuple[int, int, int, int]:
    """The same numbers as :func:`_find_directory`, and where the directory must end."""
    place = end - _END64_PLACE.size
    if place < _END64.size or not _has_end64(file, end):
        raise bad_header(path, "a part of the archive's end is missing")
    file.seek(place)
    _, disk, offset, disks = _unpack(_END64_PLACE, file, path)
    if disk or disks != 1 or offset != place - _END64.size:
        raise bad_header(path, "the end of the archive is not where it should be")
    file.seek(offset)
    found = _unpack(_END64, file, path)
    mark, _, _, _, disk, directory_disk, here, count, length, start = found
    if mark != b"PK\x06\x06" or disk or directory_disk or here != count:
        raise bad_header(path, "the end of the archive is damaged")
    return offset, count, length, start


def _read_entries(directory: bytes, count: int, path: Path) -> dict[str, tuple[int, int]]:
    """Offset of the local header, and size, of every record by its whole name."""
    entries: dict[str, tuple[int, int]] = {}
    at = 0
    for _ in range(count):
        if at + _ENTRY.size > len(directory):
            raise bad_header(path, "its directory is too short")
        fields = _ENTRY.unpack_from(directory, at)
        mark, _, _, flags, method, _, _, _, packed, size, *lengths, disk, _, _, offset = fields
        name_length, extra_length, comment_length = lengths
        if mark != b"PK\x01\x02" or disk:
            raise bad_header(path, "its directory is damaged")
        at += _ENTRY.size
        content = directory[at : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        if at > len(directory):
            raise bad_header(path, "its directory is too short")
        if method or flags & _ENCRYPTED:
            raise _foreign(path, "a record is compressed or encrypted")
        wide = _wide_numbers(content[name_length:], (size, packed, offset), path)
        if wide[0] != wide[1]:
            raise bad_header(path, "a record has two sizes")
        name = _checked_name(content[:name_length], path)
        if name in entries:
            raise bad_header(path, "two records of one name")
        entries[name] = (wide[2], wide[0])
    if at != len(directory):
        raise bad_header(path, "its directory is too long")
    return entries


def _wide_numbers(extra: bytes, narrow: tuple[int, int, int], path: Path) -> list[int]:
    """``narrow``, with those that do not fit 32 bits taken from the zip64 field."""
    if _UNSET32 not in narrow:
        return list(narrow)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        wide = list(narrow)
        for index, value in enumerate(narrow):
            if value != _UNSET32:
                continue
            if len(field) < 8:
                break
            wide[index] = int.from_bytes(field[:8], "little")
            field = field[8:]
        else:
            return wide
    raise bad_header(path, "a record's size is missing")


def _checked_name(name: bytes, path: Path) -> str:
    text = name.decode("utf-8", "replace")
    parts = text.split("/")
    if not text.isprintable() or "\\" in text or ":" in text or {"", ".", ".."} & set(parts):
        raise bad_header(path, "a record with an impossible name")
    return text


def _locate(file: BinaryIO, name: str, offset: int, size: int, limit: int, path: Path) -> Record:
    """Check the header before the record; ``limit`` is where the directory starts."""
    if offset + _LOCAL.size > limit:
        raise bad_header(path, "a record lies outside the file")
    file.seek(offset)
    fields = _unpack(_LOCAL, file, path)
    mark, _, flags, method, _, _, _, packed, _, name_length, extra_length = fields
    if mark != _START or method or flags & _ENCRYPTED:
        raise bad_header(path, "a record is damaged")
    if packed not in {size, _UNSET32} and not flags & _SIZES_FOLLOW:
        raise bad_header(path, "a record has two sizes")
    if file.read(name_length) != name.encode("utf-8"):
        raise bad_header(path, "a record has two names")
    start = offset + _LOCAL.size + name_length + extra_length
    if start + size > limit:
        raise bad_header(path, "a record lies outside the file")
    return Record(start, size)


def _check_places(
    entries: dict[str, tuple[int, int]], records: dict[str, Record], path: Path
) -> None:
    """No byte belongs to two records, so none is counted twice."""
    position = 0
    for name in sorted(entries, key=entries.__getitem__):
        if entries[name][0] < position:
            raise bad_header(path, "two records overlap")
        position = records[name].offset + records[name].size


def _within_folder(records: dict[str, Record], path: Path) -> dict[str, Record]:
    folders = {name.partition("/")[0] for name in records}
    if len(folders) != 1 or not all("/" in name for name in records):
        raise _foreign(path, "its records are not in one folder")
    return {name.partition("/")[2]: record for name, record in records.items()}
