"""What the commands write: plain text for people, JSON for programs."""

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO

_KB, _MB, _GB = 10**3, 10**6, 10**9


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says; text of models holds anything."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def write(text: str, stream: TextIO | None = None) -> None:
    """Write at once; a terminal gets no control characters, which could take it over."""
    stream = stream or sys.stdout
    stream.write(without_controls(text) if stream.isatty() else clean(text))
    stream.flush()


def write_line(text: str = "", stream: TextIO | None = None) -> None:
    """Write one line."""
    write(text + "\n", stream)


def write_json(value: Any) -> None:
    """Write one JSON value, Korean as it is."""
    write_line(json.dumps(value, ensure_ascii=False, indent=2))


def write_error(text: str) -> None:
    """One line on the standard error, whatever the text holds."""
    with contextlib.suppress(OSError):
        one_line = " ".join(without_controls(text).split())
        write_line(f"kochat: {one_line}", sys.stderr)


def write_rows(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns in line: a Hangul syllable is two cells wide."""
    kept = [tuple(" ".join(without_controls(cell).split()) for cell in row) for row in rows]
    widths = [max(map(_cells, column)) for column in zip(*kept, strict=True)]
    for row in kept:
        padded = (
            cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)
        )
        write_line("  ".join(padded).rstrip())


def size(count: int) -> str:
    """``count`` bytes in decimal units, as disks and model cards count."""
    if count >= _GB:
        return f"{count / _GB:,.2f} GB"
    if count >= _MB:
        return f"{count / _MB:,.1f} MB"
    return f"{count / _KB:,.1f} KB"


def flush() -> None:
    """Have everything written, so that a failure shows now and not at the interpreter's end."""
    sys.stdout.flush()


def end_line() -> None:
    """Leave a terminal's cursor at the beginning of a line."""
    if sys.stdout.isatty():
        write_line()


def drop_output() -> None:
    """Nobody reads on: let the interpreter's last flush go nowhere instead of failing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def clean(text: str) -> str:
    """``text`` that can be written, whatever the locale says.

    Arguments and file names that were not in the locale's encoding hold half characters: they are
    read as UTF-8, and what is not that becomes �.
    """
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half characters that are nobody's bytes
        content = text.encode("utf-8", "replace")
    return content.decode("utf-8", "replace")


def without_controls(text: str) -> str:
    """``text`` without control characters other than line ends and tabs."""
    return "".join(
        char
        for char in clean(text)
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def _cells(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.combining(char) != 0 for char in text)
    return len(text) + wide - marks
