"""Paths as a person writes them."""

from pathlib import Path


def with_home(path: Path) -> Path:
    """``path`` with the home folder for ``~``; as it is written where that home is not known."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
