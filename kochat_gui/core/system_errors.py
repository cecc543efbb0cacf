"""Why the operating system refused something, in the program's language."""

import errno

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey

_FORBIDDEN = QT_TRANSLATE_NOOP("SystemErrors", "no permission")
_FULL = QT_TRANSLATE_NOOP("SystemErrors", "the disk is full")
_TOO_MANY = QT_TRANSLATE_NOOP("SystemErrors", "too many files are open")
_REASONS: dict[str, TextKey] = {
    "EACCES": _FORBIDDEN,
    "EPERM": _FORBIDDEN,
    "EROFS": QT_TRANSLATE_NOOP("SystemErrors", "the disk cannot be written"),
    "ENOSPC": _FULL,
    "EDQUOT": _FULL,
    "EFBIG": QT_TRANSLATE_NOOP("SystemErrors", "the file is too large for this disk"),
    "ENOENT": QT_TRANSLATE_NOOP("SystemErrors", "it is not there"),
    "EIO": QT_TRANSLATE_NOOP("SystemErrors", "the disk reports a fault"),
    "EISDIR": QT_TRANSLATE_NOOP("SystemErrors", "it is a folder"),
    "ENOTDIR": QT_TRANSLATE_NOOP("SystemErrors", "a file stands where a folder should be"),
    "ENAMETOOLONG": QT_TRANSLATE_NOOP("SystemErrors", "the name is too long"),
    "ELOOP": QT_TRANSLATE_NOOP("SystemErrors", "links lead in a circle"),
    "EBUSY": QT_TRANSLATE_NOOP("SystemErrors", "another program is using it"),
    "EMFILE": _TOO_MANY,
    "ENFILE": _TOO_MANY,
    "ENOMEM": QT_TRANSLATE_NOOP("SystemErrors", "the memory is used up"),
    "ENOTCONN": QT_TRANSLATE_NOOP("SystemErrors", "the drive is not connected"),
    "ESTALE": QT_TRANSLATE_NOOP("SystemErrors", "the drive is not connected"),
    "ENODEV": QT_TRANSLATE_NOOP("SystemErrors", "the drive is not connected"),
    "ETIMEDOUT": QT_TRANSLATE_NOOP("SystemErrors", "the drive does not answer"),
}


def reason_of(error: Exception) -> TextKey | str:
    """A short reason for a sentence's brackets; the system's own word where there is no other."""
    number = getattr(error, "errno", None)
    known = _REASONS.get(errno.errorcode.get(number, "") if number is not None else "")
    return known or getattr(error, "strerror", None) or type(error).__name__
