"""What can be wrong with a model's files, said to a person; and a guard around reading them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kochat_gui.core.errors import (
    DiskFullError,
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
    ReadOnlyError,
    StorageError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.regular_file import NotAFileError
from kochat_gui.core.system_errors import reason_of

_UNTOUCHED = QT_TRANSLATE_NOOP("ModelFiles", "Nothing was changed.")
_GET_AGAIN = QT_TRANSLATE_NOOP("ModelFiles", "Download or copy the model again.")
_KB, _MB, _GB = 10**3, 10**6, 10**9
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


def readable_size(count: int) -> str:
    """``count`` bytes in decimal units, as disks and model cards count."""
    if count < 10 * _KB:
        return f"{count:,} B"
    if count < _MB:
        return f"{count / _KB:,.0f} KB"
    if count < _GB:
        return f"{count / _MB:,.1f} MB"
    return f"{count / _GB:,.2f} GB"


def missing(path: Path) -> ModelMissingError:
    """There is no such file or folder."""
    return ModelMissingError(
        QT_TRANSLATE_NOOP("ModelFiles", "There is no model file at {path}."),
        advice=QT_TRANSLATE_NOOP(
            "ModelFiles", "If it was moved or is on another drive, choose its new place."
        ),
        path=path,
    )


def empty(path: Path) -> ModelDamagedError:
    """A file of no bytes."""
    return damaged(path, QT_TRANSLATE_NOOP("ModelFiles", "The model file {name} is empty."))


def truncated(path: Path, missing_bytes: int) -> ModelDamagedError:
    """The file's own header promises more than there is."""
    size = _size(path)
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "The model file {name} is cut off: {missing} are missing, {size} of {expected} are "
            "there.",
        ),
        missing=readable_size(missing_bytes),
        **_both(size, size + missing_bytes),
    )


def too_long(path: Path, extra_bytes: int) -> ModelDamagedError:
    """The file goes on after everything its header describes."""
    size = _size(path)
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "The model file {name} is {extra} longer than its header says: {size} instead of "
            "{expected}.",
        ),
        extra=readable_size(extra_bytes),
        **_both(size, size - extra_bytes),
    )


def _size(path: Path) -> int:
    with reading(path):
        return path.stat().st_size


def _both(size: int, expected: int) -> dict[str, str]:
    """Two sizes as they are told apart: to the byte where they would look alike."""
    said = {"size": readable_size(size), "expected": readable_size(expected)}
    if said["size"] != said["expected"]:
        return said
    return {"size": f"{size:,} B", "expected": f"{expected:,} B"}


def no_model(path: Path) -> ModelDamagedError:
    """Nothing that a model is made of."""
    return damaged(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} is not a model file, or its beginning is damaged."),
    )


def bad_header(path: Path, detail: str) -> ModelDamagedError:
    """The header contradicts itself; ``detail`` is technical English for whoever reports it."""
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "The header of the model file {name} is damaged ({detail})."
        ),
        detail=detail,
    )


def damaged(path: Path, summary: TextKey, **values: object) -> ModelDamagedError:
    """Any other damage; ``summary`` may use ``{name}``."""
    return ModelDamagedError(summary, kept=_UNTOUCHED, advice=_GET_AGAIN, name=path.name, **values)


def unsupported(
    path: Path, summary: TextKey, advice: TextKey, **values: object
) -> ModelUnsupportedError:
    """A sound file that cannot be used; ``summary`` may use ``{name}``."""
    return ModelUnsupportedError(summary, kept=_UNTOUCHED, advice=advice, name=path.name, **values)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says about ``path`` into errors for people."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(path) from error
    except NotAFileError as error:
        raise no_model(path) from error
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name. Whatever else is wrong, the file was not read.
        if isinstance(error, ValueError) and "null" not in str(error):
            raise
        raise ModelError(
            QT_TRANSLATE_NOOP("ModelFiles", "The model file {name} cannot be read ({detail})."),
            kept=_UNTOUCHED,
            advice=QT_TRANSLATE_NOOP(
                "ModelFiles",
                "Check that it is a file that you may read and that its drive is there.",
            ),
            name=path.name,
            detail=reason_of(error),
        ) from error


def write_error(folder: Path, error: OSError) -> StorageError:
    """The error for a failed write under ``folder``."""
    if error.errno in _FULL:
        return no_room(folder)
    if error.errno in _FORBIDDEN:
        return ReadOnlyError(
            QT_TRANSLATE_NOOP("ModelFiles", "The folder {folder} cannot be written."),
            kept=QT_TRANSLATE_NOOP("ModelFiles", "The original model is unchanged."),
            advice=QT_TRANSLATE_NOOP("ModelFiles", "Allow writing there, or use another profile."),
            folder=folder,
        )
    return StorageError(
        QT_TRANSLATE_NOOP("ModelFiles", "Writing to {folder} failed ({detail})."),
        kept=QT_TRANSLATE_NOOP("ModelFiles", "The original model is unchanged."),
        advice=QT_TRANSLATE_NOOP("ModelFiles", "Check the drive, then try again."),
        folder=folder,
        detail=reason_of(error),
    )


def no_room(folder: Path, need: int | None = None, have: int | None = None) -> DiskFullError:
    """No room for a new file under ``folder``; bytes, where they are known."""
    kept = QT_TRANSLATE_NOOP(
        "ModelFiles", "The original model is unchanged, and no half-made file was left."
    )
    advice = QT_TRANSLATE_NOOP("ModelFiles", "Free some space, or choose a smaller level.")
    if need is None or have is None:
        summary = QT_TRANSLATE_NOOP("ModelFiles", "The disk of {folder} is full.")
        return DiskFullError(summary, kept=kept, advice=advice, folder=folder)
    return DiskFullError(
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Making this level needs {need} of disk space, and {have} is free."
        ),
        kept=kept,
        advice=advice,
        need=readable_size(need),
        have=readable_size(have),
        folder=folder,
    )
