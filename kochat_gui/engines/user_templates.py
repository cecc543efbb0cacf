"""A person's own chat templates: one JSON file each, in a folder of the profile.

The files may come from anyone: they are read with a size limit and every field is checked.
"""

import json
import os
import re
import unicodedata
from itertools import count
from pathlib import Path

from kochat_gui.core.errors import StorageError, UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.system_errors import reason_of
from kochat_gui.engines.chat_template import ChatTemplate, JinjaSource
from kochat_gui.engines.template_file import (
    TemplateFieldError,
    template_from_plain,
    template_to_plain,
)

OWN_PREFIX = "own:"
MAX_FILE = 256 * 1024
"""Bytes."""
MAX_FILES = 200
"""More are not read: a folder of thousands would slow every load."""

_MAX_STEM = 48
_STEM = re.compile(r"[^\W_](?:[\w .()-]{0,62}[\w)])?")
_WINDOWS_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_BAD_FIELD = QT_TRANSLATE_NOOP("UserTemplates", "The chat template {file} cannot be used: {field}.")
_UNREADABLE = QT_TRANSLATE_NOOP("UserTemplates", "The chat template {file} cannot be read.")
_REST_WORKS = QT_TRANSLATE_NOOP("UserTemplates", "Your other chat templates work.")
_NOT_SAVED = QT_TRANSLATE_NOOP("UserTemplates", "The chat template could not be saved.")
_NOT_DELETED = QT_TRANSLATE_NOOP("UserTemplates", "The chat template could not be deleted.")
_TYPED_IS_KEPT = QT_TRANSLATE_NOOP("UserTemplates", "What you typed is still there.")
_BAD_NAME = QT_TRANSLATE_NOOP(
    "UserTemplates", "A chat template cannot be called {name}: use letters, digits and spaces."
)
_CHECK = QT_TRANSLATE_NOOP("UserTemplates", "Check the file: {reason}")
_TOO_LARGE = QT_TRANSLATE_NOOP("UserTemplates", "The file is larger than 256 KiB.")
_NOT_JSON = QT_TRANSLATE_NOOP("UserTemplates", "It is not a JSON file.")


def read_user_templates(
    folder: Path,
) -> tuple[list[ChatTemplate | JinjaSource], list[UserFacingError]]:
    """The templates of ``folder`` and what is wrong with the others; no folder is no templates."""
    templates: list[ChatTemplate | JinjaSource] = []
    problems: list[UserFacingError] = []
    try:
        # Opening a pipe would wait for whoever writes to it.
        paths = sorted(p for p in folder.iterdir() if p.suffix == ".json" and p.is_file())
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [_unreadable(folder, reason_of(error))]
    for path in paths[:MAX_FILES]:
        try:
            templates.append(_read(path))
        except UserFacingError as error:
            problems.append(error)
    return templates, problems


def check_user_template(name: str, plain: object) -> ChatTemplate | JinjaSource:
    """The template that ``plain`` describes; raises ``UsageError`` that names the wrong field.

    ``name``: with or without the prefix.
    """
    stem = _stem(name)
    return _checked(f"{stem}.json", own_name(stem), plain)


def save_user_template(folder: Path, template: ChatTemplate | JinjaSource) -> str:
    """Write a template and return its name in the registry; a file of that name is replaced.

    Raises ``UsageError`` for a template that could not be read again, ``StorageError`` when the
    file cannot be written.
    """
    path = folder / f"{_stem(template.name)}.json"
    plain = template_to_plain(template)
    check_user_template(template.name, plain)
    text = json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(_NOT_SAVED, kept=_TYPED_IS_KEPT) from error
    return own_name(path.stem)


def free_name(folder: Path, label: str) -> str:
    """A name for a new template called ``label``, which no file of ``folder`` has."""
    words = unicodedata.normalize("NFC", label)
    stem = " ".join(re.findall(r"\w+", words))[:_MAX_STEM].strip("_ ")
    if not stem or _WINDOWS_DEVICES.fullmatch(stem):
        stem = "template"
    taken = {own_name(path.stem).casefold() for path in folder.glob("*.json")}
    names = (own_name(stem if number == 1 else f"{stem} {number}") for number in count(1))
    return next(name for name in names if name.casefold() not in taken)


def delete_user_template(folder: Path, name: str) -> None:
    """Delete a template; one that is not there is no error. Raises ``StorageError``."""
    try:
        (folder / f"{_stem(name)}.json").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(_NOT_DELETED) from error


def own_name(stem: str) -> str:
    """The registry's name of the file called ``stem``: composed, as people type Hangul."""
    return OWN_PREFIX + unicodedata.normalize("NFC", stem)


def _stem(name: str) -> str:
    stem = unicodedata.normalize("NFC", name.removeprefix(OWN_PREFIX).strip())
    if not _STEM.fullmatch(stem) or _WINDOWS_DEVICES.fullmatch(stem):
        raise UsageError(_BAD_NAME, name=name[:64])
    return stem


def _read(path: Path) -> ChatTemplate | JinjaSource:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise _unreadable(path, reason_of(error)) from error
    if len(data) > MAX_FILE:
        raise _unreadable(path, _TOO_LARGE)
    try:
        plain = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, _NOT_JSON) from error
    return _checked(path.name, own_name(path.stem), plain)


def _checked(file: str, name: str, plain: object) -> ChatTemplate | JinjaSource:
    try:
        return template_from_plain(name, plain, is_own=True)
    except TemplateFieldError as fault:
        raise UsageError(
            _BAD_FIELD, advice=fault.reason, kept=_REST_WORKS, **_values(file, fault)
        ) from fault


def _values(file: str, fault: TemplateFieldError) -> dict[str, object]:
    return {"file": file, "field": fault.field, **fault.values}


def _unreadable(path: Path, reason: object) -> UserFacingError:
    """``reason``: a text, or one to translate."""
    return UsageError(_UNREADABLE, advice=_CHECK, kept=_REST_WORKS, file=path.name, reason=reason)
