"""The open conversation on the real services: sent, answered, kept, switched."""

import time

import pytest
from PySide6.QtWidgets import QWidget

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    Message,
    MessageState,
)
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.states import FinishReason
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.ime import HangulTextEdit
from tests.ui.chat.finding import the
from tests.ui.chat.open_chat import TEXT, Start, is_busy, plain, shown


def test_new_conversation_is_answered(start: Start) -> None:
    chat = start()
    opened: list[object] = []
    chat.controller.conversation_opened.connect(opened.append)
    answer = chat.ask("안녕하세요")

    assert answer.text == TEXT
    assert answer.state is MessageState.DONE
    assert opened == [chat.conversation_id]
    chat.wait(lambda: shown(chat.view) == ["안녕하세요", plain(TEXT)])


def test_own_settings_go_to_the_new_conversation(start: Start) -> None:
    chat = start()
    settings = ConversationSettings(system_prompt="짧게 답해 주세요.")
    chat.controller.set_settings(settings)
    assert chat.controller.settings == settings
    chat.ask()

    assert chat.services.library.get(chat.conversation_id).settings == settings
    chat.controller.open(None)
    assert chat.controller.settings == ConversationSettings()


def test_text_that_could_not_be_sent_is_back(start: Start) -> None:
    chat = start(default={"text": TEXT, "tokens_per_second": 5})
    chat.controller.send("첫째")
    chat.controller.send("둘째")

    assert chat.composer.text() == "둘째"
    assert len(chat.notices()) == 1
    chat.controller.stop()
    chat.wait(lambda: not chat.services.chat.is_busy)
    chat.composer.set_text("")
    chat.controller.send("셋째")
    assert chat.notices() == []
    chat.controller.stop()
    chat.wait(lambda: not chat.services.chat.is_busy)


def test_example_that_could_not_be_sent_leaves_the_draft(start: Start) -> None:
    chat = start()
    chat.composer.set_text("쓰던 글")
    chat.view.example_chosen.emit("  ")

    assert chat.composer.text() == "쓰던 글"
    assert len(chat.notices()) == 1


def test_drafts_belong_to_their_conversations(start: Start) -> None:
    chat = start()
    chat.ask("하나")
    first = chat.conversation_id
    chat.composer.set_text("첫 대화의 초안")
    chat.controller.open(None)
    assert chat.composer.text() == ""
    chat.composer.set_text("새 대화의 초안")
    chat.controller.open(first)
    assert chat.composer.text() == "첫 대화의 초안"
    chat.controller.open(None)
    assert chat.composer.text() == "새 대화의 초안"
    chat.composer.set_text("")
    chat.ask("둘")
    chat.controller.open(None)

    assert chat.composer.text() == ""
    assert chat.services.library.get(first).draft == "첫 대화의 초안"


def test_draft_is_kept_at_the_end(start: Start) -> None:
    chat = start()
    chat.ask()
    chat.composer.set_text("나중에")
    chat.controller.store()

    assert chat.services.library.get(chat.conversation_id).draft == "나중에"


def test_stop_keeps_what_there_is(start: Start) -> None:
    chat = start(default={"text": "가나다 " * 500, "tokens_per_second": 40})
    chat.controller.send("질문")
    chat.wait(lambda: len("".join(shown(chat.view)[1:])) > 3)
    assert is_busy(chat.composer)
    chat.controller.stop()
    answer = chat.answered()

    assert answer.state is MessageState.STOPPED
    assert answer.finish_reason is FinishReason.CANCELLED


def test_switching_while_an_answer_is_written(start: Start) -> None:
    chat = start(default={"text": "가나다 " * 60, "tokens_per_second": 60})
    chat.controller.send("질문")
    first = chat.conversation_id
    chat.wait(lambda: len("".join(shown(chat.view)[1:])) > 3)
    chat.controller.open(None)
    assert not is_busy(chat.composer)
    chat.qtbot.wait(150)
    chat.controller.open(first)
    assert is_busy(chat.composer)
    chat.wait(lambda: _carets(chat.view) == 1)
    answer = chat.answered()

    assert answer.text == "가나다 " * 60
    assert _carets(chat.view) == 0


def test_regenerate_edit_and_versions(start: Start) -> None:
    chat = start()
    first = chat.ask("처음")
    chat.view.regenerate_requested.emit(first.message_id)
    second = chat.answered()
    assert second.message_id != first.message_id
    chat.view.version_requested.emit(first.message_id)
    chat.wait(lambda: chat.path()[-1].message_id == first.message_id)
    chat.view.edit_requested.emit(chat.path()[0].message_id, "고친 질문")
    chat.answered()

    assert [message.text for message in chat.path()] == ["고친 질문", TEXT]
    chat.wait(lambda: shown(chat.view) == ["고친 질문", plain(TEXT)])


def test_edit_that_could_not_be_sent_is_open_again(start: Start) -> None:
    chat = start(default={"text": "가나다 " * 500, "tokens_per_second": 20})
    chat.controller.send("질문")
    own = chat.path()[0].message_id
    chat.view.edit_requested.emit(own, "고친 질문")
    editors = chat.view.findChildren(HangulTextEdit)

    assert [editor.text() for editor in editors] == ["고친 질문"]
    assert len(chat.notices()) == 1
    chat.controller.stop()
    chat.answered()


@pytest.mark.parametrize("act", ["regenerate", "continue", "edit"])
def test_notice_of_what_failed_goes_when_it_succeeds(start: Start, act: str) -> None:
    chat = start(default={"text": "가나다 " * 500, "tokens_per_second": 40})

    def stop() -> Message:
        chat.wait(lambda: len("".join(shown(chat.view)[1:])) > 3)
        chat.controller.stop()
        return chat.answered()

    chat.controller.send("질문")
    own, answer = chat.path()[0].message_id, stop().message_id
    acts = {
        "regenerate": lambda: chat.view.regenerate_requested.emit(answer),
        "continue": lambda: chat.view.continue_requested.emit(answer),
        "edit": lambda: chat.view.edit_requested.emit(own, "고친 질문"),
    }
    chat.controller.send("또")
    acts[act]()
    assert len(chat.notices()) == 1
    chat.composer.set_text("쓰던 글")
    chat.controller.store()
    stop()
    assert len(chat.notices()) == 1, "the draft has nothing to do with it"
    acts[act]()
    assert chat.notices() == []
    stop()


def test_cut_off_answer_is_continued(start: Start) -> None:
    chat = start(default={"text": "가나다 라마바. " * 30, "tokens_per_second": 60})
    chat.controller.send("질문")
    chat.wait(lambda: len("".join(shown(chat.view)[1:])) > 20)
    chat.controller.stop()
    stopped = chat.answered()
    chat.view.continue_requested.emit(stopped.message_id)
    finished = chat.answered()

    assert finished.message_id == stopped.message_id
    assert finished.text.startswith(stopped.text)
    assert len(finished.text) > len(stopped.text)
    assert finished.state is MessageState.DONE


@pytest.mark.allow_log("kochat_gui.services.engine_host")
def test_failed_answer_shows_its_error(start: Start) -> None:
    chat = start(default={"text": TEXT, "fault": {"kind": "exit", "code": 3}})
    chat.controller.send("질문")
    chat.wait(lambda: not chat.services.chat.is_busy)
    failed = chat.path()[-1]
    chat.wait(lambda: the(chat.view, QWidget, "error_card").isVisible())

    assert failed.state is MessageState.FAILED
    assert failed.error
    assert not is_busy(chat.composer)


def test_unknown_conversation_leaves_the_open_one(start: Start) -> None:
    chat = start()
    chat.ask()
    before = chat.conversation_id
    with pytest.raises(UserFacingError):
        chat.controller.open(ConversationId(999))

    assert chat.conversation_id == before


def test_deleted_conversation_can_be_left(start: Start) -> None:
    chat = start()
    chat.ask()
    chat.services.library.delete(chat.conversation_id)
    chat.composer.set_text("초안")
    chat.controller.open(None)

    assert chat.controller.conversation_id is None
    assert chat.notices() == []


def test_context_used_is_told(start: Start) -> None:
    chat = start()
    told: list[tuple[object, int]] = []
    chat.controller.context_used.connect(lambda used, window: told.append((used, window)))
    answer = chat.ask()

    assert answer.usage is not None
    assert told[-1] == (
        answer.usage.prompt_tokens + answer.usage.new_tokens,
        answer.usage.context_window,
    )


def _carets(view: ChatView) -> int:
    return sum(caret.isVisible() for caret in view.findChildren(QWidget, "caret"))


def test_continuation_that_ends_at_once_stays_in_its_paragraph(start: Start) -> None:
    chat = start(default={"text": "가나다."}, token_bytes=3)
    chat.controller.set_settings(ConversationSettings(sampling=SamplingParams(max_new_tokens=3)))
    cut_off = chat.ask()
    assert cut_off.text == "가나다"
    chat.view.continue_requested.emit(cut_off.message_id)
    # It is over before the window hears of it.
    while chat.services.chat.is_busy:
        time.sleep(0.001)
    assert chat.answered().text == "가나다."
