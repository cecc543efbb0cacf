"""Fixtures that the tests of exports and imports share."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    made = tmp_path / "자리"
    made.mkdir()
    return made
