"""What the commands write: plain text for people, JSON for programs."""

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says; text of models holds anything."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def write(text: str, stream: TextIO | None = None) -> None:
    """Write at once; a terminal gets no control characters, which could take it over."""
    stream = stream or sys.stdout
    stream.write(without_controls(text) if stream.isatty() else text)
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


def without_controls(text: str) -> str:
    """``text`` without control characters other than line ends and tabs."""
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def _cells(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.combining(char) != 0 for char in text)
    return len(text) + wide - marks
