"""Translation without Qt: one catalogue for the window, the services and the CLI.

It is ``i18n/ko.json``, compiled from ``ko.ts``. Source strings are English; ``lupdate`` extracts
every ``translate("Context", "Source")`` and ``QT_TRANSLATE_NOOP("Context", "Source")`` call, so
both arguments must be literals.
"""

import json
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kochat_gui.core.korean import PARTICLES, with_particle

_catalogue: dict[tuple[str, str], str] = {}


class _ParticleFormatter(string.Formatter):
    """``{name:을/를}`` writes the value followed by the particle that fits its last sound."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in PARTICLES:
            return with_particle(str(value), format_spec)
        return str(super().format_field(value, format_spec))

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        # Values may come from files and models: no attribute or index access through a template.
        return self.get_value(field_name, args, kwargs), field_name


_formatter = _ParticleFormatter()


class TranslatedText(str):
    """A translated string whose ``format`` understands Korean particles."""

    __slots__ = ()

    def format(self, *args: object, **kwargs: object) -> str:
        return _formatter.vformat(str(self), args, kwargs)


class TextKey(NamedTuple):
    """A string to translate later: what errors and data tables carry."""

    context: str
    source: str

    def text(self, **values: object) -> str:
        """Translate and fill in; ``values`` may themselves be :class:`TextKey`."""
        plain = {k: v.text() if isinstance(v, TextKey) else v for k, v in values.items()}
        return translate(self.context, self.source).format(**plain)


def QT_TRANSLATE_NOOP(context: str, source: str) -> TextKey:  # noqa: N802 - the name lupdate knows
    """Mark a string for extraction and keep it for later translation."""
    return TextKey(context, source)


def translate(context: str, source: str) -> TranslatedText:
    """Return the text in the program's language, or the English source where there is none."""
    return TranslatedText(_catalogue.get((context, source)) or source)


def read_catalogue(path: Path) -> dict[tuple[str, str], str]:
    """``{(context, source): translation}`` out of ``i18n/<language>.json``.

    Raises ``OSError`` and ``ValueError``.
    """
    catalogue = json.loads(path.read_bytes())
    return {
        (context, source): translation
        for context, entries in catalogue.items()
        for source, translation in entries.items()
    }


def install_catalogue(entries: Mapping[tuple[str, str], str]) -> None:
    """Make ``entries`` the program's language; an empty mapping means English."""
    _catalogue.clear()
    _catalogue.update(entries)


def language_from_environment(environment: Mapping[str, str]) -> str:
    """``en`` where the locale asks for English, else ``ko``: Korean is the default language."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name)
        if value:
            return "en" if value.lower().startswith("en") else "ko"
    return "ko"
