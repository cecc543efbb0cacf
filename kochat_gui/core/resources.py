"""Where the program's data files are: beside the package in a checkout, inside it in a wheel."""

from functools import cache
from pathlib import Path

BUILT_IN_ID = "ko-tiny-chat"
"""Of the model that ships with the program, and what its folder is called."""
_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Path of a file under ``resources/``."""
    return _folder("resources").joinpath(*parts)


def translation_file(language: str) -> Path:
    """Path of ``i18n/<language>.json``."""
    return _folder("i18n") / f"{language}.json"


@cache
def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
