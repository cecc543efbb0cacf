"""The text on the standard input, in the encodings that Korean texts come in."""

import codecs
import sys
from contextlib import suppress

from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

_MOST_BYTES = 64 * 10**6
"""More than any model takes in; an endless stream must not fill the memory."""


def standard_input() -> str:
    """All of the standard input; raises ``UsageError`` when it is no text or too long."""
    content = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise UsageError(
            QT_TRANSLATE_NOOP("Cli", "The standard input is longer than {most} MB."),
            advice=QT_TRANSLATE_NOOP("Cli", "Give a shorter text."),
            most=_MOST_BYTES // 10**6,
        )
    return _decoded(content)


def _decoded(content: bytes) -> str:
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # Text files of Korean Windows are in CP949.
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp949"):
        with suppress(UnicodeError):
            return content.decode(encoding)
    raise UsageError(
        QT_TRANSLATE_NOOP("Cli", "The standard input is no text in UTF-8, UTF-16 or CP949."),
        advice=QT_TRANSLATE_NOOP("Cli", "Save the text as UTF-8, then try again."),
    )
