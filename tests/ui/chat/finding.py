"""Finds widgets of a kind that must be there."""

from typing import TypeVar

from PySide6.QtCore import QObject

Found = TypeVar("Found", bound=QObject)


def the(parent: QObject, kind: type[Found], name: str = "") -> Found:
    """The first ``kind`` in ``parent``, with that object name if one is given."""
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert found is not None, f"no {kind.__name__} {name}"
    return found
