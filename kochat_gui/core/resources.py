"""Where the program's data files are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Path of a file under ``resources/``."""
    return _folder("resources").joinpath(*parts)


def translation_file(language: str) -> Path:
    """Path of ``i18n/<language>.ts``."""
    return _folder("i18n") / f"{language}.ts"


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
