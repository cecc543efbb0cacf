"""The column of messages: which of them have widgets, and what those show."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.conversation import KeptEdit, Message, MessageId, MessageState, Role
from kochat_gui.core.i18n import translate
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.chat.found_text import FoundText
from kochat_gui.ui.chat.message_menu import MessageAct
from kochat_gui.ui.focus_chain import put_before
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.ui.chat.answer import Answer
    from kochat_gui.ui.chat.own_message import OwnMessage

BUILT_AT_ONCE = 40
"""Messages that get widgets; older ones on demand."""
_BUILT_FIRST = 4
"""Of those; the others follow one by one, as :meth:`MessageColumn.build_next` is called."""
COLUMN_WIDTH = 744
_BUILT_AROUND = 16
"""Messages that get widgets around one that is far from all that have."""
_MOST_BUILT = 4 * BUILT_AT_ONCE
"""When going to a message would leave more, only those around it keep widgets."""
_GAP = 14

Versions = Mapping[MessageId, list[MessageId]]


class MessageColumn(QWidget):
    """Signals: those of :class:`ChatView` that come from messages; older_requested() and
    later_requested() by the buttons at its ends; path_shown(); laid_out() when a running
    answer has its place in here; text_shown(int message_id); edits_changed().
    """

    regenerate_requested = Signal(int)
    edit_requested = Signal(int, str)
    answer_edited = Signal(int, str)
    continue_requested = Signal(int)
    act_requested = Signal(object, int)
    version_requested = Signal(int)
    older_requested = Signal()
    later_requested = Signal()
    path_shown = Signal()
    laid_out = Signal()
    edits_changed = Signal()
    text_shown = Signal(int)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.setObjectName("chat_column")
        # What covers all that is behind it is moved as a picture when the chat scrolls, and what
        # keeps its place when the answer grows is not painted again. Qt fills it: a paintEvent of
        # ours takes five times as long.
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._appearance = appearance
        self.path: list[Message] = []
        """The messages that are shown, oldest first, with what is known of a running answer."""
        self.widgets: dict[MessageId, OwnMessage | Answer] = {}
        """Of those messages that have been built."""
        self._answers: dict[MessageId, Answer] = {}
        self._own: dict[MessageId, OwnMessage] = {}
        self.found = FoundText(appearance)
        self._versions: Versions = {}
        self._first_built = self._end_built = self._wanted_from = 0
        self._running: GenerationStateChanged | None = None
        """How far the answer is that is being written, for a widget that is built meanwhile."""
        self._edits: dict[MessageId, KeptEdit] = {}
        self._width = self._column_width = 0
        self._rows = QVBoxLayout(self)
        self._older = QPushButton(translate("ChatView", "Show earlier messages"))
        self._later = QPushButton(translate("ChatView", "Show later messages"))
        self._more = QPushButton(translate("ChatView", "Show the messages that follow"))
        for button, action in (
            (self._older, self.older_requested.emit),
            (self._later, self.later_requested.emit),
            (self._more, self._on_more),
        ):
            button.setObjectName("quiet")
            button.hide()
            button.clicked.connect(action)
            self._rows.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._rows.addStretch(1)
        self._rows.setSpacing(appearance.px(_GAP))

    @property
    def is_newest_built(self) -> bool:
        return self._end_built == len(self.path)

    @property
    def is_settled(self) -> bool:
        """Nothing of what has been built is to grow."""
        is_written = any(answer.is_running for answer in self._answers.values())
        return not is_written and all(w.is_all_shown for w in self.widgets.values())

    @property
    def is_waiting(self) -> bool:
        """Messages above those that are built are to be built, too."""
        return self._first_built > self._wanted_from

    @property
    def built(self) -> Sequence[Message]:
        """The messages that have widgets, oldest first."""
        return self.path[self._first_built : self._end_built]

    def below(self, message_id: MessageId) -> MessageId | None:
        """The message after this one, if both have been built."""
        ids = [m.message_id for m in self.built if m.message_id in self.widgets]
        return dict(itertools.pairwise(ids)).get(message_id)

    def show_path(self, messages: Sequence[Message], versions: Versions, *, has_more: bool) -> bool:
        """As :meth:`ChatView.show_path`; False when the same messages were shown before."""
        self._more.setVisible(has_more)
        self._forget_ended(messages)
        keep = _common_start(self.path, messages, self._versions, versions)
        for before, message in zip(self.path[:keep], messages[:keep], strict=True):
            answer = self._answers.get(message.message_id)
            if before.state is MessageState.STREAMING and answer is not None:
                self._catch_up(answer, message)
            widget = self.widgets.get(message.message_id)
            if widget is not None and before.is_excluded != message.is_excluded:
                widget.set_message(message)
        if keep == len(messages) == len(self.path):
            self.path = list(messages)
            self._offer_answer()
            return False
        begin = keep
        if keep <= self._first_built or self._end_built < len(self.path):
            keep, begin = 0, max(0, len(messages) - _BUILT_FIRST)
            self._first_built = begin
            self._wanted_from = max(0, len(messages) - BUILT_AT_ONCE)
        turned = self._turned_by_keyboard()
        for message in self.path[keep:]:
            self._remove(message.message_id)
        self.path = list(messages)
        self._versions = versions
        for message in messages[begin:]:
            self._add(message)
        self._end_built = len(messages)
        if turned is not None:
            self._keep_turning(*turned)
        self._fit_range()
        self._offer_answer()
        self.path_shown.emit()
        return True

    def show_widget(self, widget: QWidget) -> None:
        """Show ``widget`` alone, in the place of messages."""
        # Heavier than the stretch below, so that it has the whole height to itself.
        self._rows.insertWidget(1, widget, 1000)

    def remove_widget(self, widget: QWidget) -> None:
        """Take away what :meth:`show_widget` showed."""
        self._rows.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def edits(self) -> dict[MessageId, KeptEdit]:
        """What is being changed, by message; also of messages that were shown before."""
        open_ones = {message_id: w.editing.kept for message_id, w in self.widgets.items()}
        return self._edits | {mid: kept for mid, kept in open_ones.items() if kept is not None}

    def set_edits(self, edits: Mapping[MessageId, KeptEdit]) -> None:
        """Go on with these where their messages are built; what is known here is newer."""
        fresh = {mid: kept for mid, kept in edits.items() if mid not in self.widgets}
        self._edits = fresh | self._edits

    def clear(self) -> None:
        """Show no messages."""
        for message in self.path:
            self._remove(message.message_id)
        self.path, self._versions = [], {}
        self._first_built = self._end_built = self._wanted_from = 0
        self._fit_range()
        self._more.hide()
        self.path_shown.emit()

    def own_message(self, message_id: MessageId) -> OwnMessage | None:
        """The widget of a message that is no answer, if it has been built."""
        return self._own.get(message_id)

    def append_text(self, message_id: int, text: str) -> None:
        """Show more of an answer."""
        for index in reversed(range(len(self.path))):
            if self.path[index].message_id == message_id:
                known = self.path[index]
                self.path[index] = replace(known, text=known.text + text)
                break
        answer = self._answers.get(MessageId(message_id))
        if answer is not None:
            answer.append(text)

    def set_generation_state(self, event: GenerationStateChanged) -> None:
        """Show how far an answer is."""
        self._running = event
        self._forget_ended(self.path)
        answer = self._answers.get(event.message_id)
        if answer is not None:
            answer.set_state(event)

    def finish(self, message: Message) -> None:
        """Show the final form of an answer."""
        answer = self._answers.get(message.message_id)
        if answer is not None:
            answer.finish(message)
        self.path = [message if m.message_id == message.message_id else m for m in self.path]
        self._forget_ended(self.path)

    def build_around(self, index: int) -> None:
        """Build what is at ``index`` of the path, and its neighbours."""
        has_room = len(self.widgets) + BUILT_AT_ONCE <= _MOST_BUILT
        if has_room and 0 <= self._first_built - index <= BUILT_AT_ONCE:
            self.build_older()
        elif has_room and 0 <= index - self._end_built < BUILT_AT_ONCE:
            self.build_later()
        else:
            begin = max(0, index - _BUILT_AROUND // 2)
            self._rebuild(begin, begin + _BUILT_AROUND)

    def build_newest(self) -> None:
        """Have widgets for the newest messages alone."""
        self._rebuild(max(0, len(self.path) - BUILT_AT_ONCE), len(self.path))

    def fit(self, width: int) -> None:
        """Fit the messages into a viewport of ``width`` px."""
        self._width = width
        column = min(self._appearance.px(COLUMN_WIDTH), width - 2 * self._appearance.px(16))
        side = max(0, (width - column) // 2)
        top, bottom = self._appearance.px(28), self._appearance.px(20)
        self._rows.setContentsMargins(side, top, width - column - side, bottom)
        self._column_width = column
        for widget in self.widgets.values():
            widget.set_column_width(column)

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._rows.setSpacing(self._appearance.px(_GAP))
        for widget in self.widgets.values():
            widget.restyle()
        self.found.restyle()
        self.fit(self._width)

    def build_next(self) -> None:
        """Build one of those that are to be built."""
        if self.is_waiting:
            self._build_from(self._first_built - 1)

    def build_older(self) -> None:
        """Build the messages before those that are built."""
        self._build_from(max(0, self._first_built - BUILT_AT_ONCE))

    def build_later(self) -> None:
        """Build the messages after those that are built."""
        end = min(len(self.path), self._end_built + BUILT_AT_ONCE)
        for message in self.path[self._end_built : end]:
            self._add(message)
        self._end_built = end
        self._fit_range()

    def _build_from(self, begin: int) -> None:
        below = self.widgets.get(self.path[self._first_built].message_id)
        for offset, message in enumerate(self.path[begin : self._first_built]):
            self._add(message, 1 + offset)
            if below is not None:
                put_before(self.widgets[message.message_id], below)
        self._first_built = begin
        self._fit_range()

    def lay_out_all(self) -> None:
        """Give all that was built its place, without waiting for the event loop."""
        for widget in self.widgets.values():
            widget.show()
        # An answer takes its height at the width that the first round gives it.
        for _ in range(3):
            self._rows.activate()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _add(self, message: Message, position: int | None = None) -> None:
        is_answer = message.role is Role.ASSISTANT
        widget = self._new_answer(message) if is_answer else self._new_own(message)
        widget.version_requested.connect(self.version_requested)
        widget.editing.changed.connect(self.edits_changed)
        widget.act_requested.connect(self.act_requested)
        self.widgets[message.message_id] = widget
        # The last items are two buttons and the stretch that keeps a short conversation on top.
        index = self._rows.count() - 3 if position is None else position
        self._rows.insertWidget(index, widget)
        widget.set_column_width(self._column_width)
        kept = self._edits.pop(message.message_id, None)
        if kept is not None:
            widget.editing.restore(kept)
        self.found.refresh(widget)

    def _new_own(self, message: Message) -> OwnMessage:
        from kochat_gui.ui.chat.own_message import OwnMessage

        own = OwnMessage(message, self._versions_of(message), self._appearance)
        own.edit_requested.connect(self.edit_requested)
        self._own[message.message_id] = own
        return own

    def _new_answer(self, message: Message) -> Answer:
        from kochat_gui.ui.chat.answer import Answer

        answer = Answer(message, self._versions_of(message), self._appearance)
        answer.regenerate_requested.connect(self.regenerate_requested)
        answer.continue_requested.connect(self.continue_requested)
        answer.edited.connect(self.answer_edited)
        answer.link_clicked.connect(self._show_link)
        answer.text_shown.connect(lambda: self._on_text_shown(message.message_id))
        if self._running is not None and self._running.message_id == message.message_id:
            answer.set_state(self._running)
        self._answers[message.message_id] = answer
        return answer

    def _versions_of(self, message: Message) -> list[MessageId]:
        return self._versions.get(message.message_id, [message.message_id])

    def _show_link(self, target: str) -> None:
        from kochat_gui.ui.chat.link_dialog import LinkDialog

        LinkDialog(target, self.window()).open()

    def _on_text_shown(self, message_id: MessageId) -> None:
        widget = self.widgets.get(message_id)
        if widget is None:
            return
        answer = self._answers.get(message_id)
        if answer is not None and answer.is_running:
            # From the inside to the outside, or the window is painted in between.
            answer.lay_out_now()
            self._rows.activate()
            self.laid_out.emit()
        self.found.refresh(widget)
        self.text_shown.emit(message_id)

    def _forget_ended(self, path: Sequence[Message]) -> None:
        """How far an answer was says nothing once it has ended, nor when it is written on."""
        written = {m.message_id for m in path if m.state is MessageState.STREAMING}
        if self._running is not None and self._running.message_id not in written:
            self._running = None

    def _catch_up(self, widget: Answer, message: Message) -> None:
        if message.state is MessageState.STREAMING:
            widget.catch_up(message.text)
        else:
            widget.finish(message)

    def _remove(self, message_id: MessageId) -> None:
        self._answers.pop(message_id, None)
        self._own.pop(message_id, None)
        widget = self.widgets.pop(message_id, None)
        if widget is not None:
            kept = widget.editing.kept
            if kept is not None:
                self._edits[message_id] = kept
            self.found.forget(widget)
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _turned_by_keyboard(self) -> tuple[list[MessageId], int] | None:
        """The versions of the message at whose arrows the keyboard is, and the arrow's step."""
        for message_id, widget in self.widgets.items():
            step = widget.action_row.focused_step
            if step is not None:
                return self._versions[message_id], step
        return None

    def _keep_turning(self, versions: list[MessageId], step: int) -> None:
        """Let the keyboard be at the arrow of the version that is shown now."""
        for message_id in versions:
            widget = self.widgets.get(message_id)
            if widget is not None:
                widget.show()
                widget.action_row.focus_step(step)

    def _offer_answer(self) -> None:
        """Let the last message be answered, if it is a question and nothing follows it."""
        last = self.path[-1].message_id if self.path else None
        asked = next((m for m in reversed(self.path) if m.role is not Role.SYSTEM), None)
        is_open = asked is not None and asked.role is Role.USER and not asked.is_excluded
        for message_id, own in self._own.items():
            own.offer_answer(is_offered=is_open and message_id == last)

    def _on_more(self) -> None:
        self.act_requested.emit(MessageAct.SHOW_REST, self.path[-1].message_id)

    def _rebuild(self, begin: int, end: int) -> None:
        """Have widgets for these messages of the path, and for no others."""
        for message in self.path[self._first_built : self._end_built]:
            self._remove(message.message_id)
        self._first_built = self._wanted_from = begin
        self._end_built = min(len(self.path), end)
        for message in self.path[begin : self._end_built]:
            self._add(message)
        self._fit_range()

    def _fit_range(self) -> None:
        """Offer the messages that have no widgets."""
        self._older.setVisible(self._first_built > 0 and not self.is_waiting)
        self._later.setVisible(self._end_built < len(self.path))


def _common_start(
    old: Sequence[Message], new: Sequence[Message], old_versions: Versions, new_versions: Versions
) -> int:
    """How many messages at the beginning are shown already, with the same versions to choose.

    An answer that ended is shown anew when it is written on.
    """
    count = 0
    for before, after in zip(old, new, strict=False):
        is_same = before.state in {after.state, MessageState.STREAMING}
        if before.message_id != after.message_id or not is_same:
            break
        if old_versions.get(before.message_id) != new_versions.get(after.message_id):
            break
        count += 1
    return count
