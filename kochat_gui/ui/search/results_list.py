"""The list of search results."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from kochat_gui.core.i18n import translate
from kochat_gui.core.search import SearchHit
from kochat_gui.ui.search.results_delegate import ResultsDelegate
from kochat_gui.ui.search.results_model import ResultsModel
from kochat_gui.ui.theme import Appearance


class ResultsList(QListView):
    """Opens at a click or Enter.

    Signals: activated_row(QModelIndex); left_upwards() at Up in the first row; escape_pressed();
    end_seen() when the last row is in sight.
    """

    activated_row = Signal(QModelIndex)
    left_upwards = Signal()
    escape_pressed = Signal()
    end_seen = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.rows = ResultsModel(self)
        self.setObjectName("results")
        self.setModel(self.rows)
        self.setItemDelegate(ResultsDelegate(appearance, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(translate("SearchResults", "Search results"))
        self.clicked.connect(self.activated_row)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        appearance.changed.connect(self.scheduleDelayedItemsLayout)

    def show_hits(self, hits: Sequence[SearchHit], today: date) -> None:
        """List these; the row that was selected stays so, where it still is."""
        selected, scroll = self.rows.hit(self.currentIndex()), self.verticalScrollBar().value()
        self.rows.show(hits, today)
        row = self.rows.row_of(selected)
        if row is not None and row != self.currentIndex().row():
            self.setCurrentIndex(self.rows.index(row))
            self.verticalScrollBar().setValue(scroll)

    def go_in(self) -> None:
        """Take the keyboard, at the row that is selected or the first."""
        if self.rows.rowCount():
            if not self.currentIndex().isValid():
                self.setCurrentIndex(self.rows.index(0))
            self.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            # An Enter that is still held down has ended the typing.
            if not event.isAutoRepeat() and self.currentIndex().isValid():
                self.activated_row.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        # A row under the mouse is drawn differently, and leaving the list must undo that.
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)

    def _on_scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() > 0 and value >= bar.maximum() - self.viewport().height() // 2:
            self.end_seen.emit()
