"""Keeps what is being read where it is while the messages around it change their heights."""

from PySide6.QtWidgets import QScrollArea, QWidget

from kochat_gui.core.conversation import MessageId
from kochat_gui.ui.chat.message_column import MessageColumn


class ReadingPlace:
    """A message and how far its top is from the view's, until a person goes elsewhere."""

    def __init__(self, column: MessageColumn, scroll: QScrollArea) -> None:
        self._column = column
        self._scroll = scroll
        self._held: MessageId | None = None
        self._offset = 0
        """Of what is held: px from its top down to the view's."""
        self._share: float | None = None
        """The same as a share of the message's height, while the messages are refitted."""
        self.is_restoring = False
        """The bar is being moved to the place that is held."""

    def first_seen(self) -> MessageId | None:
        """The topmost message in sight."""
        edge = self._scroll.verticalScrollBar().value()
        for message in self._column.built:
            # Taking one away that has the keyboard may scroll while the others still go.
            widget = self._column.widgets.get(message.message_id)
            if widget is not None and widget.geometry().bottom() >= edge:
                return message.message_id
        return None

    def offset(self, message_id: MessageId) -> int:
        """Px from the top of a message that has been built down to the view's."""
        return self._scroll.verticalScrollBar().value() - self._column.widgets[message_id].y()

    def hold(self, message_id: MessageId | None = None) -> None:
        """Keep a message where it is now; what is at the top if none is given."""
        self._held = self._topmost_settled() if message_id is None else message_id
        self._share = None
        if self._held is not None:
            self._offset = self.offset(self._held)

    def let_go(self) -> None:
        """Keep nothing in its place."""
        self._held = None

    def begin_refit(self) -> None:
        """The messages are about to be wrapped anew or to get other sizes."""
        widget = self._widget()
        if widget is not None and self._share is None and self._offset > 0:
            self._share = self._offset / max(1, widget.height())

    def end_refit(self) -> None:
        """All messages have their new heights."""
        self.restore()
        if self._share is not None and self._held in self._column.widgets:
            self._offset = self.offset(self._held)
        self._share = None

    def restore(self) -> None:
        """Move the bar to where what is held is now."""
        widget = self._widget()
        if widget is not None:
            share = self._share
            offset = self._offset if share is None else round(share * widget.height())
            self.is_restoring = True
            # As far as there is room so far: the column may be about to become higher.
            self._scroll.verticalScrollBar().setValue(widget.y() + offset)
            self.is_restoring = False

    def _widget(self) -> QWidget | None:
        """What shows the message that is held."""
        return self._column.widgets.get(self._held) if self._held is not None else None

    def _topmost_settled(self) -> MessageId | None:
        """The first message in sight; the one below it if that is in sight, too, and the first has
        not got all of its text: it would push away what is read.
        """
        first = self.first_seen()
        if first is None or self._column.widgets[first].is_all_shown:
            return first
        below = self._column.below(first)
        height = self._scroll.viewport().height()
        return below if below is not None and self.offset(below) > -height else first
