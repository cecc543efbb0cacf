"""What the commands write: plain text for people, JSON for programs."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.system_errors import reason_of

EXIT_FAILED = 1
# What a shell reports for a program that a signal ended.
EXIT_BROKEN_PIPE = 128 + 13
_ROWS_AT_ONCE = 1000
_KB, _MB, _GB = 10**3, 10**6, 10**9


def open_closed_streams() -> None:
    """Let standard streams that are closed (``>&-``) lead nowhere.

    Python has none then, and the next file that is opened gets the stream's number: the database,
    and a process that is started would write into it.
    """
    # In the order of their numbers, since the lowest free one is given.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - it stays open
            os.set_inheritable(nowhere.fileno(), True)
            setattr(sys, name, nowhere)


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
    try:
        one_line = " ".join(without_controls(text).split())
        write_line(f"kochat: {one_line}", sys.stderr)
    except OSError:
        _drop(sys.stderr)


def write_rows(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns in line: a Hangul syllable is two cells wide."""
    kept = [tuple(" ".join(without_controls(cell).split()) for cell in row) for row in rows]
    widths = [max(map(_cells, column)) for column in zip(*kept, strict=True)]
    # Each write is flushed: a long text has millions of rows.
    for start in range(0, len(kept), _ROWS_AT_ONCE):
        write("".join(_aligned(row, widths) for row in kept[start : start + _ROWS_AT_ONCE]))


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip() + "\n"


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


def unwritten(error: OSError) -> int:
    """Tell that ``error`` kept something from being read or written; returns the exit code."""
    _drop(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return EXIT_BROKEN_PIPE
    failed = QT_TRANSLATE_NOOP("Cli", "Something could not be read or written: {reason}")
    write_error(failed.text(reason=reason_of(error)))
    return EXIT_FAILED


def _drop(stream: TextIO) -> None:
    """Let the interpreter's last flush go nowhere instead of failing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
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
    if text.isprintable():
        return text
    return "".join(
        char
        for char in clean(text)
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.combining(char) != 0 for char in text)
    return len(text) + wide - marks
