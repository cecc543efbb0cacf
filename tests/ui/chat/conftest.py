"""The chat's texts are looked at in Korean."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.resources import translation_file
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.open_chat import TEXT, Chat, Start
from tests.ui.conftest import UseScript


@pytest.fixture(autouse=True)
def korean_texts() -> Iterator[None]:
    """The program's texts in Korean."""
    install_catalogue(read_catalogue(translation_file("ko")))
    yield
    install_catalogue({})


@pytest.fixture
def start(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[Start]:
    """Begin with an empty conversation: ``start(default={"text": "네."})``."""
    made: list[Chat] = []

    def begin(**script: object) -> Chat:
        use_script(**{"default": {"text": TEXT}, **script})
        made.append(Chat(services, bridge, appearance, qtbot))
        return made[-1]

    yield begin
    for chat in made:
        chat.controller.store()
