"""What was typed while the disk was full is stored as soon as it takes it."""

import pytest

from kochat_gui.core.conversation import ConversationId, ConversationSettings, KeptEdit, MessageId
from kochat_gui.services.assembly import Services
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.ime import HangulTextEdit
from tests.ui.chat.finding import the
from tests.ui.chat.open_chat import Chat, Start
from tests.ui.full_disk import FullDisk
from tests.ui.typing_steps import type_steps

LONG = "가" * 60_000

pytestmark = pytest.mark.allow_log("kochat_gui.storage")


@pytest.fixture
def disk(services: Services, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(services, monkeypatch)


def _two_conversations(chat: Chat) -> tuple[ConversationId, ConversationId]:
    made = []
    for text in ("하나", "둘"):
        chat.controller.open(None)
        chat.ask(text)
        chat.composer.set_text("")
        made.append(chat.conversation_id)
    return made[0], made[1]


def _own_messages(chat: Chat) -> list[OwnMessage]:
    return [found for found in chat.view.findChildren(OwnMessage) if found.isVisible()]


def _edit_own_message(chat: Chat) -> MessageId:
    """Leave the editor open."""
    chat.wait(lambda: bool(_own_messages(chat)))
    [own] = _own_messages(chat)
    own.edit()
    the(own, HangulTextEdit).set_text(LONG)
    type_steps(the(own, HangulTextEdit), ["이…"])
    return own.message_id


def test_texts_of_several_conversations_outlive_a_full_disk(start: Start, disk: FullDisk) -> None:
    chat = start()
    first, second = _two_conversations(chat)
    library = chat.services.library
    disk.fill()
    chat.controller.open(first)
    chat.composer.set_text(LONG)
    chat.controller.open(second)
    edited = _edit_own_message(chat)
    chat.controller.open(first)
    chat.controller.open(second)
    assert chat.notices()
    assert library.get(first).draft == ""
    assert chat.controller.store() == (1, 1, 0)
    disk.free()
    assert chat.controller.store() == (0, 0, 0)
    assert library.get(first).draft == LONG
    assert library.edits(second) == {edited: KeptEdit(LONG + "이", is_open=True)}
    assert library.edits(first) == {}


def test_what_the_disk_refused_is_stored_without_another_key(start: Start, disk: FullDisk) -> None:
    chat = start()
    first, second = _two_conversations(chat)
    library = chat.services.library
    disk.fill()
    chat.controller.open(first)
    edited = _edit_own_message(chat)
    chat.controller.open(second)
    chat.composer.set_text(LONG)
    type_steps(the(chat.composer, ComposerText), ["이…"])
    chat.wait(lambda: bool(chat.notices()))
    disk.free()
    chat.wait(lambda: library.get(second).draft == chat.composer.text() != "")
    chat.wait(lambda: edited in library.edits(first))
    chat.wait(lambda: chat.notices() == [])


def test_what_is_typed_in_a_conversation_deleted_for_good_is_not_missed(
    start: Start, disk: FullDisk
) -> None:
    chat = start()
    first, second = _two_conversations(chat)
    disk.fill()
    chat.controller.open(first)
    chat.composer.set_text(LONG)
    chat.controller.open(second)
    assert chat.controller.store() == (1, 0, 0)
    disk.free()
    chat.services.library.delete(first)
    chat.services.library.delete_for_good(first)
    assert chat.controller.store() == (0, 0, 0)


def test_settings_that_the_disk_refused_are_stored_later(start: Start, disk: FullDisk) -> None:
    chat = start()
    chat.ask("하나")
    first, library = chat.conversation_id, chat.services.library
    long = ConversationSettings(system_prompt=LONG)
    disk.fill()
    chat.controller.set_settings(long)
    chat.controller.open(None)
    chat.controller.set_settings(long)
    chat.controller.open(first)
    assert chat.controller.settings == long
    chat.controller.open(None)
    assert chat.controller.settings == long
    assert chat.controller.store() == (0, 0, 2)
    assert library.new_settings() == library.get(first).settings == ConversationSettings()
    disk.free()
    chat.wait(lambda: library.get(first).settings == library.new_settings() == long)
