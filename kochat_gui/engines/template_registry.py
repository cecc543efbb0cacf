"""All chat templates by name: those of the program, and a person's own.

The program's are data (``resources/templates/*.json``); a file holds a template and its variants,
which are called ``<template>+<variant>``. A person's own are files of the same kind in a folder of
theirs, and are called ``own:<file name>``, so that no template of a later version has their name.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.resources import resource
from kochat_gui.engines.chat_template import ChatTemplate, JinjaSource
from kochat_gui.engines.template_file import TemplateFieldError, template_from_plain
from kochat_gui.engines.user_templates import OWN_PREFIX, read_user_templates

_UNKNOWN = QT_TRANSLATE_NOOP("ChatTemplate", "There is no chat template called {name}.")
_KNOWN = QT_TRANSLATE_NOOP("ChatTemplate", "Did you mean {names}?")

Template = ChatTemplate | JinjaSource


class TemplateRegistry:
    """The chat templates by name."""

    def __init__(
        self, templates: Iterable[Template], problems: Iterable[UserFacingError] = ()
    ) -> None:
        self._templates = {template.name: template for template in templates}
        self.problems = tuple(problems)
        """What is wrong with a person's own files that are not in the registry."""

    @property
    def names(self) -> list[str]:
        return sorted(self._templates)

    def __contains__(self, name: object) -> bool:
        return name in self._templates

    def get(self, name: str) -> Template:
        """The template of that name; ``UsageError`` with suggestions when there is none.

        A person's own is found without its prefix, too.
        """
        for known in (name, OWN_PREFIX + name):
            if known in self._templates:
                return self._templates[known]
        close = difflib.get_close_matches(name, self.names, n=3)
        raise UsageError(
            _UNKNOWN,
            advice=_KNOWN,
            name=name,
            names=", ".join(close or [n for n in self.names if "+" not in n]),
        )

    def built_in(self, name: str) -> ChatTemplate:
        """A template of the program; ``KeyError`` when there is none of that name."""
        template = self._templates[name]
        if isinstance(template, JinjaSource):
            raise KeyError(name)
        return template


def load_templates(user_folder: Path | None = None) -> TemplateRegistry:
    """The program's templates and those of ``user_folder``.

    What is wrong with one of the latter is kept in :attr:`TemplateRegistry.problems`.
    """
    own, problems = read_user_templates(user_folder) if user_folder is not None else ([], [])
    return TemplateRegistry([*read_built_in(resource("templates")), *own], problems)


def read_built_in(folder: Path) -> list[ChatTemplate]:
    """The templates and variants of ``folder``; ``ValueError`` names a file that is not right."""
    templates: list[ChatTemplate] = []
    for path in sorted(folder.glob("*.json")):
        try:
            templates += _with_variants(path.stem, json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TemplateFieldError) as error:
            raise ValueError(f"bad chat template {path.name}: {error}") from error
    return templates


def _with_variants(name: str, plain: object) -> list[ChatTemplate]:
    if not isinstance(plain, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a fault of the file
    variants = plain.pop("variants", {})
    rows = {name: plain}
    for variant, changes in variants.items():
        pieces = {**plain["pieces"], **changes.get("pieces", {})}
        rows[f"{name}+{variant}"] = {**plain, **changes, "pieces": pieces}
    return [_built_in(row_name, row) for row_name, row in rows.items()]


def _built_in(name: str, plain: Mapping[str, object]) -> ChatTemplate:
    template = template_from_plain(name, plain)
    assert isinstance(template, ChatTemplate)  # Jinja is for a person's own
    return template
