"""Reads table rows straight out of the pages of a damaged SQLite file (format 3, UTF-8).

SQLite finds a page through its parents; when a parent, the schema or the header is damaged, pages
that are whole are lost to it. Here every page that looks like a leaf of a table is read on its
own. What does not decode is skipped: nothing in this module raises because of the file's content.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

PAGE_SIZE = 4096
"""The size that this program gives its databases."""

Value = int | float | str | bytes | None
Row = tuple[int, list[Value]]
"""Row id and columns; an ``INTEGER PRIMARY KEY`` column reads as None."""

_LEAF, _LEAF_INDEX, _INNER, _INNER_INDEX = 0x0D, 0x0A, 0x05, 0x02
_KINDS = {_LEAF, _LEAF_INDEX, _INNER, _INNER_INDEX}
_FILE_HEADER = 100
_LOG_HEADER = 32
_FRAME_HEADER = 24
_MAX_COLUMNS = 64
_INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def carve(path: Path, log: Path | None) -> Iterator[Row]:
    """Rows of all tables of ``path``, with its write-ahead log; one row may come twice."""
    yield from _rows_of_leaves(_pages_of(path, log))


def carve_tables(
    path: Path, log: Path | None, names: Sequence[str]
) -> dict[str, list[list[Value]]]:
    """The rows of the tables ``names``, with or without row ids, by way of their root pages.

    For rows that look like those of other tables. What hangs below a damaged page is left out, and
    so is a table of which nothing says where it begins.
    """
    pages = _pages_of(path, log)
    # The first page is the root of the schema; the rest of it can be whole without that.
    roots = _roots(_rows_below(1, pages))
    if not roots.keys() >= set(names):
        roots = _roots(_rows_of_leaves(pages)) | roots
    return {
        name: [
            [row_id if columns[0] is None else columns[0], *columns[1:]]
            for row_id, columns in _rows_below(roots[name], pages)
            if columns
        ]
        for name in names
        if name in roots
    }


def carve_lone_texts(path: Path, log: Path | None) -> list[str]:
    """Texts that are the only row of their table, number 1, and that no index has.

    So the draft is found where nothing is left of the schema; the first tag is in an index.
    """
    pages = _pages_of(path, log)
    lone: list[str] = []
    indexed: set[Value] = set()
    for number, page in pages.items():
        start = _start_of(number)
        if len(page) < PAGE_SIZE:
            continue
        if page[start] in {_LEAF_INDEX, _INNER_INDEX}:
            indexed.update(columns[0] for _, columns in _rows_of(page, start, pages) if columns)
        elif page[start] == _LEAF:
            match list(_rows_of(page, start, pages)):
                case [(1, [None, str(text)])]:
                    lone.append(text)
    return [text for text in lone if text not in indexed]


def _roots(rows: Iterable[Row]) -> dict[str, int]:
    """Where tables begin, as far as rows of the schema are among ``rows``."""
    found: dict[str, int] = {}
    for _, columns in rows:
        match columns:
            case ["table", str(name), _, int(root), _]:
                found[name] = root
    return found


def _rows_of_leaves(pages: dict[int, bytes]) -> Iterator[Row]:
    for number, page in pages.items():
        start = _start_of(number)
        if len(page) == PAGE_SIZE and page[start] == _LEAF:
            yield from _rows_of(page, start, pages)


def _start_of(number: int) -> int:
    """Where the content of a page begins."""
    return _FILE_HEADER if number == 1 else 0


def _rows_below(root: int, pages: dict[int, bytes]) -> Iterator[Row]:
    """The rows of one table, as far as its pages can be followed."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        number = waiting.pop()
        page = pages.get(number, b"")
        if number in seen or len(page) < PAGE_SIZE:
            continue
        seen.add(number)
        start = _start_of(number)
        waiting += _children(page, start)
        yield from _rows_of(page, start, pages)


def _children(page: bytes, start: int) -> list[int]:
    """Pages that an inner page points to."""
    if page[start] not in {_INNER, _INNER_INDEX}:
        return []
    (count,) = struct.unpack_from(">H", page, start + 3)
    found = [int.from_bytes(page[start + 8 : start + 12], "big")]
    for index in range(min(count, (PAGE_SIZE - start - 12) // 2)):
        (offset,) = struct.unpack_from(">H", page, start + 12 + 2 * index)
        found.append(int.from_bytes(page[offset : offset + 4], "big"))
    return found


def _pages_of(path: Path, log: Path | None) -> dict[int, bytes]:
    """By number from 1; those in the log stand for those in the file."""
    found: dict[int, bytes] = {}
    if path.exists():
        with path.open("rb") as file:
            while page := file.read(PAGE_SIZE):
                found[len(found) + 1] = page
    if log is not None:
        found.update(_logged_pages(log))
    return found


def _logged_pages(log: Path) -> dict[int, bytes]:
    """The newest committed version of each page in the log's current generation."""
    committed: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    raw = log.read_bytes() if log.exists() else b""
    salt = raw[16:24]
    for start in range(_LOG_HEADER, len(raw) - PAGE_SIZE, _FRAME_HEADER + PAGE_SIZE):
        header = raw[start : start + _FRAME_HEADER]
        number, size_after_commit = struct.unpack_from(">II", header)
        if header[8:16] != salt:
            break
        pending[number] = raw[start + _FRAME_HEADER : start + _FRAME_HEADER + PAGE_SIZE]
        if size_after_commit:
            committed.update(pending)
            pending.clear()
    return committed


def _rows_of(page: bytes, start: int, pages: dict[int, bytes]) -> Iterator[Row]:
    kind = page[start]
    if kind == _INNER or kind not in _KINDS:
        return
    head = start + (12 if kind == _INNER_INDEX else 8)
    (count,) = struct.unpack_from(">H", page, start + 3)
    for index in range(min(count, (PAGE_SIZE - head) // 2)):
        (offset,) = struct.unpack_from(">H", page, head + 2 * index)
        try:
            if kind == _LEAF:
                yield _cell(page, offset, pages)
            else:
                yield 0, _index_cell(page, offset + (4 if kind == _INNER_INDEX else 0))
        except (IndexError, ValueError, struct.error):
            continue


def _cell(page: bytes, offset: int, pages: dict[int, bytes]) -> Row:
    size, offset = _varint(page, offset)
    row_id, offset = _varint(page, offset)
    local = _local_size(size)
    payload = page[offset : offset + local]
    if len(payload) < local:
        raise ValueError("the cell runs out of its page")
    if local < size:
        (overflow,) = struct.unpack_from(">I", page, offset + local)
        payload += _overflow(overflow, size - local, pages)
    return _signed(row_id), _columns(payload)


def _index_cell(page: bytes, offset: int) -> list[Value]:
    """Of a table without row ids; only rows that fit into their page are needed."""
    size, offset = _varint(page, offset)
    return _columns(page[offset : offset + size])


def _local_size(size: int) -> int:
    """How much of a row of ``size`` bytes stands in the leaf itself (file format, section 1.6)."""
    most = PAGE_SIZE - 35
    if size <= most:
        return size
    least = (PAGE_SIZE - 12) * 32 // 255 - 23
    local = least + (size - least) % (PAGE_SIZE - 4)
    return local if local <= most else least


def _overflow(number: int, size: int, pages: dict[int, bytes]) -> bytes:
    """The rest of a long row; as much as can be followed."""
    parts: list[bytes] = []
    seen: set[int] = set()
    while size > 0 and number in pages and number not in seen:
        seen.add(number)
        page = pages[number]
        part = page[4 : 4 + size]
        parts.append(part)
        size -= len(part)
        number = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def _columns(payload: bytes) -> list[Value]:
    header_size, offset = _varint(payload, 0)
    if not offset <= header_size <= len(payload):
        raise ValueError("no row header")
    kinds: list[int] = []
    while offset < header_size:
        kind, offset = _varint(payload, offset)
        kinds.append(kind)
    if len(kinds) > _MAX_COLUMNS:
        raise ValueError("too many columns")
    columns: list[Value] = []
    for kind in kinds:
        value, offset = _value(payload, offset, kind)
        columns.append(value)
    return columns


def _value(payload: bytes, offset: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, offset
    if kind in _INTEGER_SIZES:
        end = offset + _INTEGER_SIZES[kind]
        return int.from_bytes(payload[offset:end], "big", signed=True), end
    if kind == 7:
        return float(struct.unpack_from(">d", payload, offset)[0]), offset + 8
    if kind in {8, 9}:
        return kind - 8, offset
    if kind < 12:
        raise ValueError("reserved type")
    end = offset + (kind - 12) // 2
    raw = payload[offset:end]
    return (raw.decode("utf-8", "replace") if kind % 2 else raw), end


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[offset + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, offset + index + 1
    return value << 8 | data[offset + 8], offset + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
