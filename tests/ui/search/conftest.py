"""Finding is looked at in Korean."""

from collections.abc import Iterator

import pytest

from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.resources import translation_file


@pytest.fixture(autouse=True)
def korean_texts() -> Iterator[None]:
    """The program's texts in Korean."""
    install_catalogue(read_catalogue(translation_file("ko")))
    yield
    install_catalogue({})
