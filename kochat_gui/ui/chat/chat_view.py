"""The messages of the open conversation, in a column that scrolls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Message, MessageId, MessageState, Role
from kochat_gui.core.i18n import translate
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.services.search import find_in_text
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.empty_state import EmptyState
from kochat_gui.ui.chat.flash import flash
from kochat_gui.ui.chat.found_text import FindSpans, FoundText, Hit
from kochat_gui.ui.chat.incognito_note import IncognitoNote
from kochat_gui.ui.chat.link_dialog import LinkDialog
from kochat_gui.ui.chat.message_editor import KeptEdit
from kochat_gui.ui.chat.message_menu import MessageAct
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

BUILT_AT_ONCE = 40
"""Messages that get widgets; older ones on demand."""
COLUMN_WIDTH = 744
_BUILT_AROUND = 16
"""Messages that get widgets around one that is far from all that have."""
_MOST_BUILT = 4 * BUILT_AT_ONCE
"""When going to a message would leave more, only those around it keep widgets."""
_GAP = 14
_NEAR_BOTTOM_PX = 40

Versions = Mapping[MessageId, list[MessageId]]


class ChatView(QWidget):
    """Signals: regenerate_requested(int message_id), edit_requested(int message_id, str text),
    answer_edited(int message_id, str text), continue_requested(int message_id),
    version_requested(int message_id), act_requested(object act, int message_id) as in
    :class:`MessageAct`, example_chosen(str), get_models_requested(), path_shown() when other
    messages are shown, text_shown(int message_id) when a message shows more or other text,
    revealed(int message_id, str query).
    """

    regenerate_requested = Signal(int)
    edit_requested = Signal(int, str)
    answer_edited = Signal(int, str)
    continue_requested = Signal(int)
    act_requested = Signal(object, int)
    version_requested = Signal(int)
    example_chosen = Signal(str)
    get_models_requested = Signal()
    path_shown = Signal()
    text_shown = Signal(int)
    revealed = Signal(int, str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._path: list[Message] = []
        self._versions: Versions = {}
        self._first_built = self._end_built = 0
        self._running: GenerationStateChanged | None = None
        self._widgets: dict[MessageId, OwnMessage | Answer] = {}
        self._edits: dict[MessageId, KeptEdit] = {}
        self._is_incognito = False
        self._empty: EmptyState | None = None
        self._is_demo_only = False
        self._follows = True
        self._scroll = _ChatScroll()
        self._column = QWidget()
        self._rows = QVBoxLayout(self._column)
        self._older = QPushButton(translate("ChatView", "Show earlier messages"))
        self._later = QPushButton(translate("ChatView", "Show later messages"))
        self._more = QPushButton(translate("ChatView", "Show the messages that follow"))
        self._incognito = IncognitoNote(appearance)
        self.found = FoundText(appearance)
        self._down = QToolButton(self)
        self._build()
        appearance.changed.connect(self._restyle)

    def show_path(
        self, messages: Sequence[Message], versions: Versions, *, has_more: bool = False
    ) -> None:
        """Show these messages, oldest first; those already shown as they are keep their widgets.

        ``has_more``: others follow the last one, and are not shown.
        """
        self._drop_empty()
        self._more.setVisible(has_more)
        keep = _common_start(self._path, messages, self._versions, versions)
        for before, message in zip(self._path[:keep], messages[:keep], strict=True):
            widget = self._widgets.get(message.message_id)
            if before.state is MessageState.STREAMING and isinstance(widget, Answer):
                self._catch_up(widget, message)
            if widget is not None and before.is_excluded != message.is_excluded:
                widget.set_message(message)
        if keep == len(messages) == len(self._path):
            self._path = list(messages)
            self._offer_answer()
            return
        begin = keep
        if keep <= self._first_built or self._end_built < len(self._path):
            keep, begin = 0, max(0, len(messages) - BUILT_AT_ONCE)
            self._first_built = begin
        for message in self._path[keep:]:
            self._remove(message.message_id)
        self._path = list(messages)
        self._versions = versions
        for message in messages[begin:]:
            self._add(message)
        self._end_built = len(messages)
        self._fit_range()
        self._offer_answer()
        self._follows = True
        QTimer.singleShot(0, self, self._follow)
        self.path_shown.emit()

    def messages(self) -> Sequence[Message]:
        """The messages of the path, oldest first, with what is known of a running answer."""
        return self._path

    def widget_of(self, message_id: MessageId) -> OwnMessage | Answer | None:
        """What shows a message, if it has been built."""
        return self._widgets.get(message_id)

    def build(self, message_id: MessageId) -> OwnMessage | Answer | None:
        """What shows a message of the path, built now if need be; None for any other message."""
        if message_id not in self._widgets:
            ids = [message.message_id for message in self._path]
            if message_id not in ids:
                return None
            self._build_around(ids.index(message_id))
        self._lay_out_all()
        return self._widgets[message_id]

    def mark(self, query: str, find: FindSpans) -> None:
        """Mark in all messages what a person looks for by ``query``, and ``find`` finds."""
        self.found.look_for(query, find, self._widgets.values())

    def reveal(self, message_id: int, query: str = "") -> None:
        """Go to a message of the path, let it glow, and mark ``query``, if any, everywhere."""
        widget = self.build(MessageId(message_id))
        if widget is None:
            return
        if query:
            self.mark(query, partial(find_in_text, query=query))
        hits = self.found.hits(widget)
        if hits:
            self.go_to(hits[0], widget)
        else:
            self.go_to_message(MessageId(message_id))
        flash(widget, self._appearance.colour(ColourRole.ACCENT))
        self.revealed.emit(message_id, query)

    def go_to(self, hit: Hit, widget: OwnMessage | Answer) -> None:
        """Make ``hit`` the current one and bring it into sight, if it is not."""
        self.found.set_current(hit)
        hit.bring_into_line()
        place = widget.mapTo(self._column, hit.top_left_in(widget))
        self._scroll_to(QRect(place, hit.rect().size()))

    def go_to_message(self, message_id: MessageId, *, is_end: bool = False) -> None:
        """Bring the beginning or the end of a message that has been built into sight."""
        place = self._widgets[message_id].geometry()
        height = min(place.height(), self._scroll.viewport().height() // 2)
        top = place.bottom() - height if is_end else place.top()
        self._scroll_to(QRect(place.left(), top, 1, height))

    def first_seen(self) -> tuple[MessageId, int] | None:
        """The topmost message in sight, and how much of it is above the edge, px."""
        edge = self._scroll.verticalScrollBar().value()
        for message in self._path[self._first_built : self._end_built]:
            place = self._widgets[message.message_id].geometry()
            if place.bottom() >= edge:
                return message.message_id, max(0, edge - place.top())
        return None

    def append_text(self, message_id: int, text: str) -> None:
        """Show more of an answer."""
        for index in reversed(range(len(self._path))):
            if self._path[index].message_id == message_id:
                known = self._path[index]
                self._path[index] = replace(known, text=known.text + text)
                break
        widget = self._widgets.get(MessageId(message_id))
        if isinstance(widget, Answer):
            widget.append(text)
            self._lay_out_now(widget)

    def _lay_out_now(self, widget: Answer) -> None:
        """Lay out from the inside to the scroll area, or the window is painted in between."""
        widget.lay_out_now()
        self._rows.activate()
        QCoreApplication.sendEvent(self._scroll, QEvent(QEvent.Type.LayoutRequest))

    def set_generation_state(self, event: GenerationStateChanged) -> None:
        """Show how far an answer is."""
        self._running = event
        widget = self._widgets.get(event.message_id)
        if isinstance(widget, Answer):
            widget.set_state(event)

    def finish(self, message: Message) -> None:
        """Show the final form of an answer."""
        widget = self._widgets.get(message.message_id)
        if isinstance(widget, Answer):
            widget.finish(message)
        self._path = [message if m.message_id == message.message_id else m for m in self._path]

    def show_empty(self, *, is_demo_only: bool) -> None:
        """Show the start of a conversation that has no messages."""
        self._clear()
        self._is_demo_only = is_demo_only
        self._drop_empty()
        self._empty = EmptyState(
            self._appearance, is_demo_only=is_demo_only, is_incognito=self._is_incognito
        )
        self._empty.example_chosen.connect(self.example_chosen)
        self._empty.get_models_requested.connect(self.get_models_requested)
        # Heavier than the stretch below, so that it has the whole height to itself.
        self._rows.insertWidget(1, self._empty, 1000)

    def edit_last_own_message(self) -> None:
        """Open the newest message of the person for editing."""
        for message in reversed(self._path):
            widget = self._widgets.get(message.message_id)
            if isinstance(widget, OwnMessage) and message.role is Role.USER:
                widget.edit()
                self._scroll.ensureWidgetVisible(widget)
                return

    def edit_again(self, message_id: int, text: str) -> None:
        """Open a message for editing once more, with what it was changed to."""
        widget = self._widgets.get(MessageId(message_id))
        if widget is not None:
            widget.editing.open_with(text)

    def set_incognito(self, *, is_incognito: bool) -> None:
        """Say that the conversation is not kept, or no longer; before its messages are shown."""
        self._is_incognito = is_incognito
        self._incognito.setVisible(is_incognito)

    def scroll_to(self, message_id: int) -> None:
        """Bring a message of the path into sight and give it the keyboard focus."""
        widget = self.build(MessageId(message_id))
        if widget is not None:
            self.go_to_message(MessageId(message_id))
            widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_down()

    def _build(self) -> None:
        self._column.setObjectName("chat_column")
        self._rows.setSpacing(self._appearance.px(_GAP))
        self._rows.addWidget(self._older, 0, Qt.AlignmentFlag.AlignHCenter)
        self._rows.addWidget(self._later, 0, Qt.AlignmentFlag.AlignHCenter)
        self._rows.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        self._rows.addStretch(1)
        for button, action in (
            (self._older, self._show_older),
            (self._later, self._show_later),
            (self._more, self._on_more),
        ):
            button.setObjectName("quiet")
            button.hide()
            button.clicked.connect(action)
        self._scroll.setObjectName("chat_scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._column)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.resized.connect(self._fit_column)
        bar = self._scroll.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(lambda _low, _high: self._follow())
        self._down.setObjectName("down")
        self._down.setToolTip(translate("ChatView", "To the newest message"))
        self._down.setAccessibleName(translate("ChatView", "To the newest message"))
        self._down.clicked.connect(self._go_down)
        self._down.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._incognito)
        column.addWidget(self._scroll)
        self._restyle_down()

    def _add(self, message: Message, position: int | None = None) -> None:
        versions = self._versions.get(message.message_id, [message.message_id])
        widget: OwnMessage | Answer
        if message.role is not Role.ASSISTANT:
            widget = own = OwnMessage(message, versions, self._appearance)
            own.edit_requested.connect(self.edit_requested)
        else:
            widget = answer = Answer(message, versions, self._appearance)
            answer.regenerate_requested.connect(self.regenerate_requested)
            answer.continue_requested.connect(self.continue_requested)
            answer.edited.connect(self.answer_edited)
            answer.link_clicked.connect(lambda target: LinkDialog(target, self.window()).open())
            answer.text_shown.connect(lambda: self._on_text_shown(message.message_id))
            if self._running is not None and self._running.message_id == message.message_id:
                answer.set_state(self._running)
        widget.version_requested.connect(self.version_requested)
        widget.act_requested.connect(self.act_requested)
        self._widgets[message.message_id] = widget
        # The last items are two buttons and the stretch that keeps a short conversation on top.
        index = self._rows.count() - 3 if position is None else position
        self._rows.insertWidget(index, widget)
        kept = self._edits.pop(message.message_id, None)
        if kept is not None:
            widget.editing.restore(kept)
        self.found.refresh(widget)

    def _on_text_shown(self, message_id: MessageId) -> None:
        widget = self._widgets.get(message_id)
        if widget is not None:
            self.found.refresh(widget)
            self.text_shown.emit(message_id)

    def _catch_up(self, widget: Answer, message: Message) -> None:
        if message.state is MessageState.STREAMING:
            widget.catch_up(message.text)
        else:
            widget.finish(message)

    def _remove(self, message_id: MessageId) -> None:
        widget = self._widgets.pop(message_id, None)
        if widget is not None:
            kept = widget.editing.kept
            if kept is not None:
                self._edits[message_id] = kept
            self.found.forget(widget)
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _offer_answer(self) -> None:
        """Let the last message be answered, if it is a question and nothing follows it."""
        last = self._path[-1].message_id if self._path else None
        asked = next((m for m in reversed(self._path) if m.role is not Role.SYSTEM), None)
        is_open = asked is not None and asked.role is Role.USER and not asked.is_excluded
        for message_id, widget in self._widgets.items():
            if isinstance(widget, OwnMessage):
                widget.offer_answer(is_offered=is_open and message_id == last)

    def _on_more(self) -> None:
        self.act_requested.emit(MessageAct.SHOW_REST, self._path[-1].message_id)

    def _clear(self) -> None:
        for message in self._path:
            self._remove(message.message_id)
        self._path, self._versions = [], {}
        self._first_built = self._end_built = 0
        self._fit_range()
        self._more.hide()
        self.path_shown.emit()

    def _drop_empty(self) -> None:
        if self._empty is not None:
            self._rows.removeWidget(self._empty)
            self._empty.hide()
            self._empty.deleteLater()
            self._empty = None

    def _show_older(self) -> None:
        bar = self._scroll.verticalScrollBar()
        from_bottom = bar.maximum() - bar.value()
        self._follows = False
        self._build_older()
        QTimer.singleShot(0, self, lambda: bar.setValue(bar.maximum() - from_bottom))

    def _build_older(self) -> None:
        begin = max(0, self._first_built - BUILT_AT_ONCE)
        for offset, message in enumerate(self._path[begin : self._first_built]):
            self._add(message, 1 + offset)
        self._first_built = begin
        self._fit_range()

    def _show_later(self) -> None:
        self._follows = False
        end = min(len(self._path), self._end_built + BUILT_AT_ONCE)
        for message in self._path[self._end_built : end]:
            self._add(message)
        self._end_built = end
        self._fit_range()

    def _build_around(self, index: int) -> None:
        """Build what is at ``index`` of the path, and its neighbours."""
        self._follows = False
        has_room = len(self._widgets) + BUILT_AT_ONCE <= _MOST_BUILT
        if has_room and 0 <= self._first_built - index <= BUILT_AT_ONCE:
            self._build_older()
        elif has_room and 0 <= index - self._end_built < BUILT_AT_ONCE:
            self._show_later()
        else:
            begin = max(0, index - _BUILT_AROUND // 2)
            self._rebuild(begin, begin + _BUILT_AROUND)

    def _rebuild(self, begin: int, end: int) -> None:
        """Have widgets for these messages of the path, and for no others."""
        for message in self._path[self._first_built : self._end_built]:
            self._remove(message.message_id)
        self._first_built = begin
        self._end_built = min(len(self._path), end)
        for message in self._path[begin : self._end_built]:
            self._add(message)
        self._fit_range()

    def _lay_out_all(self) -> None:
        """Give all that was built its place, without waiting for the event loop."""
        for widget in self._widgets.values():
            widget.show()
        # An answer takes its height at the width that the first round gives it.
        for _ in range(3):
            self._rows.activate()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _scroll_to(self, place: QRect) -> None:
        """Bring a place of the column into sight, with something around it."""
        bar = self._scroll.verticalScrollBar()
        height, margin = self._scroll.viewport().height(), self._appearance.px(24)
        is_seen = bar.value() + margin <= place.top() and (
            place.bottom() <= bar.value() + height - margin
        )
        if not is_seen:
            above = (height - min(place.height(), height)) // 3
            bar.setValue(place.top() - above)
        self._on_scrolled(bar.value())

    def _fit_range(self) -> None:
        """Fit the column to the messages that have widgets now."""
        self._older.setVisible(self._first_built > 0)
        self._later.setVisible(self._end_built < len(self._path))
        self._fit_column()

    def _fit_column(self) -> None:
        width = self._scroll.viewport().width()
        column = min(self._appearance.px(COLUMN_WIDTH), width - 2 * self._appearance.px(16))
        side = max(0, (width - column) // 2)
        top, bottom = self._appearance.px(28), self._appearance.px(20)
        self._rows.setContentsMargins(side, top, width - column - side, bottom)
        for widget in self._widgets.values():
            widget.set_column_width(column)

    def _on_scrolled(self, value: int) -> None:
        bar = self._scroll.verticalScrollBar()
        is_newest_built = self._end_built == len(self._path)
        self._follows = is_newest_built and bar.maximum() - value <= _NEAR_BOTTOM_PX
        self._down.setVisible(not self._follows and bool(self._path))

    def _follow(self) -> None:
        """Stay at the newest text, if that is where the person is reading."""
        if self._follows:
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _go_down(self) -> None:
        if self._end_built < len(self._path):
            self._rebuild(max(0, len(self._path) - BUILT_AT_ONCE), len(self._path))
            self._lay_out_all()
        self._follows = True
        self._follow()

    def _place_down(self) -> None:
        side = self._appearance.px(34)
        self._down.setFixedSize(side, side)
        self._down.move((self.width() - side) // 2, self.height() - side - 10)
        self._down.raise_()

    def _restyle_down(self) -> None:
        side = self._appearance.px(18)
        colour = self._appearance.colour(ColourRole.INK_SECOND).name()
        self._down.setIcon(icon("arrow-down", colour, side))
        self._down.setIconSize(QSize(side, side))

    def _restyle(self) -> None:
        self._rows.setSpacing(self._appearance.px(_GAP))
        self._restyle_down()
        for widget in self._widgets.values():
            widget.restyle()
        self.found.restyle()
        if self._empty is not None:
            self.show_empty(is_demo_only=self._is_demo_only)
        self._fit_column()


class _ChatScroll(QScrollArea):
    """Signals: resized() once its viewport has its new size."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


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
