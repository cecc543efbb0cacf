"""An answer: who gave it, its text, how it is coming along, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Message, MessageId, MessageState
from kochat_gui.core.i18n import translate
from kochat_gui.core.states import GenerationState
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.chat.answer_body import MAX_SHOWN_CHARS, AnswerBody
from kochat_gui.ui.chat.answer_texts import caption_of, progress_text
from kochat_gui.ui.chat.code_card import CodeCard
from kochat_gui.ui.chat.found_text import TextView
from kochat_gui.ui.chat.hidden_mark import HiddenMark
from kochat_gui.ui.chat.message_actions import MessageActions
from kochat_gui.ui.chat.message_editor import MessageEditing
from kochat_gui.ui.chat.message_menu import MessageAct, message_menu
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph, plain_label, shortened
from kochat_gui.ui.theme import Appearance

_MAX_ERROR_CHARS = 1_200
_MAX_LEVEL_CHARS = 12
_NARROW = 460
"""Px at 100 % that a caption and all actions need beside each other."""


class Answer(QWidget):
    """Signals: regenerate_requested(int message_id), continue_requested(int message_id),
    version_requested(int message_id), edited(int message_id, str text),
    act_requested(object act, int message_id), link_clicked(str target), text_shown() when more or
    other text has its place.
    """

    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    version_requested = Signal(int)
    edited = Signal(int, str)
    act_requested = Signal(object, int)
    link_clicked = Signal(str)
    text_shown = Signal()

    def __init__(self, message: Message, versions: list[MessageId], appearance: Appearance) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._appearance = appearance
        self._message = message
        self._text = ""
        self.setAccessibleName(translate("Answer", "Answer"))
        self._name = ElidedLabel("model_name")
        self._level = plain_label("", "caption")
        self._body = AnswerBody(appearance)
        self._hidden = HiddenMark(self._body, appearance)
        self._progress_text = plain_label("", "caption")
        self._progress = QProgressBar()
        self._error_card = QFrame()
        self._error = Paragraph("", "notice_text")
        self._caption = Paragraph("", "caption")
        self._actions = MessageActions(appearance, self)
        self._continue = QPushButton(translate("Answer", "Continue writing"))
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._column = QVBoxLayout(self)
        self._build()
        self._editing = MessageEditing(
            self._column, self._body, translate("Answer", "Save"), appearance
        )
        self._editing.submitted.connect(self._on_edited)
        self._actions.set_versions(versions, message.message_id)
        self.append(message.text)
        if message.state is MessageState.STREAMING:
            self._show_working()
        else:
            self.finish(message)

    @property
    def message_id(self) -> MessageId:
        return self._message.message_id

    @property
    def action_row(self) -> MessageActions:
        """The row of buttons."""
        return self._actions

    @property
    def editing(self) -> MessageEditing:
        """Editing in place."""
        return self._editing

    @property
    def is_running(self) -> bool:
        """It is being written."""
        return self._message.state is MessageState.STREAMING

    @property
    def is_all_shown(self) -> bool:
        """Nothing of the text so far waits for being laid out."""
        return self._body.is_all_shown

    def set_message(self, message: Message) -> None:
        """The same answer, perhaps hidden from the model now."""
        self._message = message
        self._hidden.set_hidden(is_hidden=message.is_excluded)

    def text_views(self) -> list[TextView]:
        """What shows the text, from top to bottom; nothing while it is being edited."""
        if self._editing.is_open:
            return []
        return [part.text_view if isinstance(part, CodeCard) else part for part in self._body.parts]

    @property
    def is_cut(self) -> bool:
        """The end of a very long answer is not shown."""
        return len(self._text) > MAX_SHOWN_CHARS and not self._editing.is_open

    def append(self, text: str) -> None:
        """Show more of the answer."""
        if not text:
            return
        if self._body.is_complete:
            # The text may belong into its last block, which was closed.
            self._text, text = "", self._text + text
            self._body.clear()
        self._text += text
        self._body.append(text)

    def catch_up(self, text: str) -> None:
        """Show what the store has of the answer: it has the last word."""
        if not text.startswith(self._text):
            self._body.clear()
            self._text = ""
        self.append(text[len(self._text) :])

    def lay_out_now(self) -> None:
        """Give what was appended its place, without waiting for the event loop."""
        self._column.activate()

    def set_state(self, event: GenerationStateChanged) -> None:
        """Show how far the answer is, unless it has ended: a stop may be told after the end."""
        if event.state.is_over or not self.is_running:
            return
        text = progress_text(event)
        self._progress_text.setText(text)
        self._progress_text.setVisible(bool(text))
        self._progress.setVisible(event.progress is not None and bool(text))
        self._progress.setValue(round(1000 * (event.progress or 0)))
        self._body.set_caret_shown(is_shown=event.state is GenerationState.GENERATING)
        for widget in (self._caption, self._continue, self._error_card):
            widget.hide()

    def finish(self, message: Message) -> None:
        """Show the final text and what is known about how it was made."""
        self.set_message(message)
        self.catch_up(message.text)
        self._body.finish()
        self._progress_text.hide()
        self._progress.hide()
        if message.made_by is not None:
            self._name.set_full_text(message.made_by.model_name)
            # Whole beside a long name: of what is imported it may be anything.
            self._level.setText(shortened(message.made_by.quantization, _MAX_LEVEL_CHARS))
        self._caption.setText(caption_of(message))
        self._caption.show()
        self._error.setText(message.error[:_MAX_ERROR_CHARS])
        self._error_card.setVisible(bool(message.error))
        self._continue.setVisible(message.can_continue and bool(message.text))
        self._actions.show()

    def set_column_width(self, width: int) -> None:
        """The caption and the actions are beside each other if ``width`` px are enough."""
        is_narrow = width < self._appearance.px(_NARROW)
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._body.restyle()
        self._hidden.restyle()

    def _show_working(self) -> None:
        self._actions.hide()
        for widget in (self._caption, self._continue, self._error_card, self._progress):
            widget.hide()
        self._progress_text.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._level)
        head.addStretch(1)
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(200, 4)
        working = QHBoxLayout()
        working.setSpacing(12)
        working.addWidget(self._progress_text)
        working.addWidget(self._progress)
        working.addStretch(1)
        self._foot.addWidget(self._caption, 1)
        self._foot.addWidget(self._actions, 0, Qt.AlignmentFlag.AlignRight)
        self._continue.setObjectName("small")
        self._actions.add(translate("Answer", "Write again"), self._ask_again)
        self._actions.add_more(
            lambda parent: message_menu(self._message, self._act, self._appearance, parent)
        )
        self._hidden.undo_requested.connect(lambda: self._act(MessageAct.SHOW))
        self._actions.copy_requested.connect(lambda: self._actions.copy(self._text))
        self._actions.version_requested.connect(self.version_requested)
        self._continue.clicked.connect(
            lambda: self.continue_requested.emit(self._message.message_id)
        )
        self._body.link_clicked.connect(self.link_clicked)
        self._body.text_shown.connect(self.text_shown)
        self._build_error_card()
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._body)
        column.addLayout(working)
        column.addWidget(self._error_card)
        column.addWidget(self._continue, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._hidden, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._foot)

    def _build_error_card(self) -> None:
        self._error_card.setObjectName("error_card")
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        again = QPushButton(translate("Answer", "Try again"))
        again.setObjectName("small")
        again.clicked.connect(self._ask_again)
        row = QHBoxLayout(self._error_card)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self._error, 1)
        row.addWidget(again, 0, Qt.AlignmentFlag.AlignBottom)

    def _ask_again(self) -> None:
        self.regenerate_requested.emit(self._message.message_id)

    def _act(self, act: MessageAct) -> None:
        if act is MessageAct.EDIT_ANSWER:
            self._editing.open(self._text)
        else:
            self.act_requested.emit(act, self._message.message_id)

    def _on_edited(self, text: str) -> None:
        if text != self._text:
            self.edited.emit(self._message.message_id, text)
