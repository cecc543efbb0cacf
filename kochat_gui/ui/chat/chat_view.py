"""The messages of the open conversation, in a column that scrolls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import KeptEdit, Message, MessageId, Role
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.chat.down_button import DownButton
from kochat_gui.ui.chat.empty_state import EmptyState
from kochat_gui.ui.chat.found_text import FindSpans, Hit
from kochat_gui.ui.chat.incognito_note import IncognitoNote
from kochat_gui.ui.chat.message_column import MessageColumn, Versions
from kochat_gui.ui.chat.reading_place import ReadingPlace
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

if TYPE_CHECKING:
    from kochat_gui.ui.chat.answer import Answer
    from kochat_gui.ui.chat.own_message import OwnMessage

_NEAR_BOTTOM_PX = 40


class ChatView(QWidget):
    """Signals: regenerate_requested(int message_id), edit_requested(int message_id, str text),
    answer_edited(int message_id, str text), continue_requested(int message_id),
    version_requested(int message_id), act_requested(object act, int message_id) as in
    :class:`MessageAct`, example_chosen(str), get_models_requested(), path_shown() when other
    messages are shown, text_shown(int message_id) when a message shows more or other text,
    revealed(int message_id, str query), edits_changed() when :meth:`edits` are others.
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
    edits_changed = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_incognito = False
        self._empty: EmptyState | None = None
        self._is_demo_only = False
        self._follows = True
        self._scroll = _ChatScroll()
        self._column = MessageColumn(appearance)
        self._sought: MessageId | None = None
        """A message that was gone to for what is marked, and may have it further down."""
        self._place = ReadingPlace(self._column, self._scroll)
        self._incognito = IncognitoNote(appearance)
        self.found = self._column.found
        self._down = DownButton(appearance, self)
        # Only once what changed has been painted: while something waits for that, Qt paints all
        # anew instead of moving the picture.
        self._following = QTimer(self, singleShot=True, interval=0)
        self._following.timeout.connect(self._follow)
        self._building = QTimer(self, singleShot=True, interval=0)
        self._building.timeout.connect(self._build_next)
        self._refitting = QTimer(self, singleShot=True, interval=0)
        self._refitting.timeout.connect(self._end_refit)
        self._typing = QTimer(self, singleShot=True, interval=0)
        self._typing.timeout.connect(self._show_editor)
        self._build()
        appearance.changed.connect(self._restyle)

    def show_path(
        self, messages: Sequence[Message], versions: Versions, *, has_more: bool = False
    ) -> None:
        """Show these messages, oldest first; those already shown as they are keep their widgets.

        ``has_more``: others follow the last one, and are not shown.
        """
        self._drop_empty()
        if self._column.show_path(messages, versions, has_more=has_more):
            self._sought = None
            self._follows = True
            self._place.let_go()
            self._following.start()
            if self._column.is_waiting:
                self._build_sight()

    def messages(self) -> Sequence[Message]:
        """The messages of the path, oldest first, with what is known of a running answer."""
        return self._column.path

    def widget_of(self, message_id: MessageId) -> OwnMessage | Answer | None:
        """What shows a message, if it has been built."""
        return self._column.widgets.get(message_id)

    def build(self, message_id: MessageId) -> OwnMessage | Answer | None:
        """What shows a message of the path, built now if need be; None for any other message."""
        if message_id not in self._column.widgets:
            ids = [message.message_id for message in self._column.path]
            if message_id not in ids:
                return None
            self._stay()
            self._column.build_around(ids.index(message_id))
        self._column.lay_out_all()
        self._on_laid_out()
        return self._column.widgets[message_id]

    def mark(self, query: str, find: FindSpans) -> None:
        """Mark in all messages what a person looks for by ``query``, and ``find`` finds."""
        self.found.look_for(query, find, self._column.widgets.values())

    def reveal(self, message_id: int, query: str = "") -> None:
        """Go to a message of the path, let it glow, and mark ``query``, if any, everywhere."""
        from kochat_gui.services.search import find_in_text
        from kochat_gui.ui.chat.flash import flash

        widget = self.build(MessageId(message_id))
        if widget is None:
            return
        if query:
            self.mark(query, partial(find_in_text, query=query))
        if not self._go_to_first_hit(widget) and not (query and self._go_to_rest(widget)):
            self.go_to_message(widget.message_id)
            self._sought = widget.message_id if query and not widget.is_all_shown else None
        flash(widget, self._appearance.colour(ColourRole.ACCENT))
        self.revealed.emit(message_id, query)

    def unfold(self, message_id: MessageId) -> bool:
        """Show what a long message leaves out; False when it has all, or too much for that."""
        own = self._column.own_message(message_id)
        if own is None or not own.unfold():
            return False
        self.found.refresh(own)
        self._column.lay_out_all()
        self._on_laid_out()
        return True

    def go_to(self, hit: Hit, widget: OwnMessage | Answer) -> None:
        """Make ``hit`` the current one and bring it into sight, if it is not."""
        self.found.set_current(hit)
        hit.bring_into_line()
        place = widget.mapTo(self._column, hit.top_left_in(widget))
        self._scroll_to(QRect(place, hit.rect().size()), widget.message_id)

    def go_to_message(self, message_id: MessageId, *, is_end: bool = False) -> None:
        """Bring the beginning or the end of a message that has been built into sight."""
        place = self._column.widgets[message_id].geometry()
        height = min(place.height(), self._scroll.viewport().height() // 2)
        top = place.bottom() - height if is_end else place.top()
        self._scroll_to(QRect(place.left(), top, 1, height), message_id)

    def first_seen(self) -> tuple[MessageId, int] | None:
        """The topmost message in sight, and how much of it is above the edge, px."""
        first = self._place.first_seen()
        return None if first is None else (first, max(0, self._place.offset(first)))

    def append_text(self, message_id: int, text: str) -> None:
        """Show more of an answer."""
        self._column.append_text(message_id, text)

    def set_generation_state(self, event: GenerationStateChanged) -> None:
        """Show how far an answer is."""
        self._column.set_generation_state(event)

    def finish(self, message: Message) -> None:
        """Show the final form of an answer."""
        self._column.finish(message)

    @property
    def is_empty(self) -> bool:
        """The start of a conversation is shown."""
        return self._empty is not None

    def show_empty(self, *, is_demo_only: bool) -> None:
        """Show the start of a conversation that has no messages."""
        self._column.clear()
        self._is_demo_only = is_demo_only
        self._drop_empty()
        self._empty = EmptyState(
            self._appearance, is_demo_only=is_demo_only, is_incognito=self._is_incognito
        )
        self._empty.example_chosen.connect(self.example_chosen)
        self._empty.get_models_requested.connect(self.get_models_requested)
        self._column.show_widget(self._empty)
        self._place.let_go()
        self._down.hide()
        self._scroll.verticalScrollBar().setValue(0)

    def edit_last_own_message(self) -> None:
        """Open the newest message of the person for editing."""
        for message in reversed(self._column.path):
            own = self._column.own_message(message.message_id)
            if own is not None and message.role is Role.USER:
                own.edit()
                return

    def edit_again(self, message_id: int, text: str) -> None:
        """Open a message for editing once more, with what it was changed to."""
        widget = self._column.widgets.get(MessageId(message_id))
        if widget is not None:
            widget.editing.open_with(text)

    def edits(self) -> dict[MessageId, KeptEdit]:
        """What a person is changing, by message; also of messages that were shown before."""
        return self._column.edits()

    def set_edits(self, edits: Mapping[MessageId, KeptEdit]) -> None:
        """Go on with these once their messages are shown."""
        self._column.set_edits(edits)

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
        self._down.place(self.size())

    def _build(self) -> None:
        for of_messages, own in (
            (self._column.regenerate_requested, self.regenerate_requested),
            (self._column.edit_requested, self.edit_requested),
            (self._column.answer_edited, self.answer_edited),
            (self._column.continue_requested, self.continue_requested),
            (self._column.act_requested, self.act_requested),
            (self._column.version_requested, self.version_requested),
            (self._column.path_shown, self.path_shown),
            (self._column.edits_changed, self.edits_changed),
        ):
            of_messages.connect(own)
        # Once an editor that was opened is laid out and has the keyboard.
        self._column.edits_changed.connect(self._typing.start)
        self._column.text_shown.connect(self._on_text_shown)
        self._column.laid_out.connect(self._on_laid_out)
        self._column.older_requested.connect(self._show_older)
        self._column.later_requested.connect(self._show_later)
        self._scroll.setObjectName("chat_scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._column)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.resizing.connect(self._begin_refit)
        self._scroll.resized.connect(self._column.fit)
        bar = self._scroll.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_height_changed)
        self._down.clicked.connect(self._go_down)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._incognito)
        column.addWidget(self._scroll)

    def _on_laid_out(self) -> None:
        QCoreApplication.sendEvent(self._scroll, QEvent(QEvent.Type.LayoutRequest))

    def _on_text_shown(self, message_id: int) -> None:
        if message_id == self._sought:
            widget = self.build(self._sought)
            if (
                widget is None
                or self._go_to_first_hit(widget)
                or self._go_to_rest(widget)
                or widget.is_all_shown
            ):
                self._sought = None
        self.text_shown.emit(message_id)

    def _go_to_first_hit(self, widget: OwnMessage | Answer) -> bool:
        """Whether there is one in what a message shows so far."""
        hits = self.found.hits(widget)
        if hits:
            self.go_to(hits[0], widget)
        return bool(hits)

    def _go_to_rest(self, widget: OwnMessage | Answer) -> bool:
        """Go to what a message has left out, or to where it is cut; False if it is not."""
        if not (widget.is_all_shown and widget.is_cut):
            return False
        if not (self.unfold(widget.message_id) and self._go_to_first_hit(widget)):
            self.go_to_message(widget.message_id, is_end=True)
        return True

    def _drop_empty(self) -> None:
        if self._empty is not None:
            self._column.remove_widget(self._empty)
            self._empty = None

    def _build_sight(self) -> None:
        """Build what is in sight at once; the rest follows while the window turns."""
        self._column.lay_out_all()
        while self._column.is_waiting and self._column.height() < self._scroll.height():
            self._column.build_next()
            self._column.lay_out_all()
        self._building.start()

    def _build_next(self) -> None:
        self._build_above(self._column.build_next)
        if self._column.is_waiting:
            self._building.start()

    def _show_older(self) -> None:
        self._build_above(self._column.build_older)

    def _build_above(self, build: Callable[[], None]) -> None:
        """Build older messages; what is in sight stays where it is."""
        build()
        self._column.lay_out_all()
        self._on_laid_out()
        self._follow()

    def _show_later(self) -> None:
        self._stay()
        self._column.build_later()

    def _scroll_to(self, place: QRect, message_id: MessageId) -> None:
        """Bring a place in a message into sight, with something around it, and stay there."""
        bar = self._scroll.verticalScrollBar()
        height, margin = self._scroll.viewport().height(), self._appearance.px(24)
        is_seen = bar.value() + margin <= place.top() and (
            place.bottom() <= bar.value() + height - margin
        )
        if not is_seen:
            above = (height - min(place.height(), height)) // 3
            bar.setValue(place.top() - above)
        self._on_scrolled(bar.value())
        if not (self._follows and self._column.is_settled):
            self._stay(message_id)

    def _show_editor(self) -> None:
        """Have in sight what is typed into a message, instead of following the newest text."""
        here = self.window().focusWidget()
        if not isinstance(here, HangulTextEdit) or not self._column.isAncestorOf(here):
            return
        self._column.lay_out_all()
        self._on_laid_out()
        card, seen = here.parentWidget(), self._scroll.viewport()
        if card is not None and card.height() <= seen.height():
            self._scroll.ensureWidgetVisible(card, 0, self._appearance.px(12))
        else:
            cursor = here.viewport().mapTo(self._column, here.cursorRect().center())
            self._scroll.ensureVisible(cursor.x(), cursor.y(), 0, self._appearance.px(24))
        self._stay()

    def _stay(self, message_id: MessageId | None = None) -> None:
        """Stay at a message, or at what is in sight, whatever comes above and below it."""
        self._follows = False
        self._place.hold(message_id)
        self._show_down()

    def _on_scrolled(self, value: int) -> None:
        if self._place.is_restoring:
            return
        self._sought = None
        bar = self._scroll.verticalScrollBar()
        is_near = bar.maximum() - value <= _NEAR_BOTTOM_PX
        if self._column.is_newest_built and is_near:
            self._follows = True
            self._place.let_go()
            self._down.hide()
        else:
            self._stay()

    def _on_height_changed(self) -> None:
        # At once, or what is read is painted in a wrong place in between.
        self._place.restore()
        self._show_down()
        self._following.start()

    def _show_down(self) -> None:
        """Offer the way to the newest text where that is neither followed nor all in sight."""
        is_more = self._scroll.verticalScrollBar().maximum() > 0
        self._down.setVisible(is_more and not self._follows and bool(self._column.path))

    def _begin_refit(self) -> None:
        if not self._follows:
            self._place.begin_refit()
            self._refitting.start()

    def _end_refit(self) -> None:
        self._column.lay_out_all()
        self._on_laid_out()
        self._place.end_refit()
        if self._scroll.verticalScrollBar().maximum() == 0:
            # All is in sight: there is nothing to stay at.
            self._on_scrolled(0)

    def _follow(self) -> None:
        """Stay at the newest text, if that is where the person is reading."""
        bar = self._scroll.verticalScrollBar()
        if self._follows and not self.is_empty and bar.value() != bar.maximum():
            bar.setValue(bar.maximum())

    def _go_down(self) -> None:
        if not self._column.is_newest_built:
            self._column.build_newest()
            self._column.lay_out_all()
        self._follows = True
        self._place.let_go()
        self._follow()

    def _restyle(self) -> None:
        self._down.restyle()
        self._begin_refit()
        self._column.restyle()
        if self._empty is not None:
            self.show_empty(is_demo_only=self._is_demo_only)


class _ChatScroll(QScrollArea):
    """Signals: resizing() before what it shows is fitted into its new size; resized(int width)
    once its viewport has it.
    """

    resizing = Signal()
    resized = Signal(int)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resizing.emit()
        super().resizeEvent(event)
        # Asking for the viewport, which Qt made, has the binding load all its widgets: 25 ms.
        self.resized.emit(event.size().width())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            # The window's: it makes the text larger. Qt would scroll by pages.
            event.ignore()
        else:
            super().wheelEvent(event)
