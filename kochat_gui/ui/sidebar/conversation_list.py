"""The list view of conversations: keyboard, selecting several, dragging."""

from typing import Literal, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QListView, QWidget

from kochat_gui.core.conversation import Conversation, FolderId
from kochat_gui.ui.sidebar.conversation_model import (
    CONVERSATION_MIME,
    FOLDER_MIME,
    ConversationModel,
    Index,
    conversation_ids,
    ids_in,
)
from kochat_gui.ui.sidebar.rows import FOLDERS, INCOGNITO, PINNED, FolderRow, More
from kochat_gui.ui.theme import Appearance, Role

_RADIUS = 8
_SELECT = QItemSelectionModel.SelectionFlag
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class DropPlace(NamedTuple):
    """Where something would go."""

    folder_id: FolderId | None = None
    """None: out of any folder."""
    is_pin: bool = False
    is_after: bool = False
    """For a dragged folder: behind ``folder_id`` instead of before it."""


class ConversationList(QListView):
    """Opens at a click or Enter, edits at F2, offers a menu; no single key deletes.

    Signals: activated_row(QModelIndex), menu_requested(QPoint global position) for what is
    selected, delete_pressed() at Ctrl+Delete, undo_pressed() at Ctrl+Z, folder_toggled(int
    folder_id), folder_moved(int folder_id, int steps) by keys, selection_changed(),
    dropped(list of conversation ids, DropPlace), folder_dropped(int folder_id, DropPlace),
    more_seen(object section), all_wanted() where what is not listed yet must be at once.
    """

    activated_row = Signal(QModelIndex)
    menu_requested = Signal(QPoint)
    delete_pressed = Signal()
    undo_pressed = Signal()
    folder_toggled = Signal(int)
    folder_moved = Signal(int, int)
    selection_changed = Signal()
    dropped = Signal(list, DropPlace)
    folder_dropped = Signal(int, DropPlace)
    more_seen = Signal(object)
    all_wanted = Signal()

    def __init__(
        self,
        appearance: Appearance,
        name: str,
        *,
        opens_by: Literal["click", "double click"] = "click",
        parent: QWidget | None = None,
    ) -> None:
        """``name``: what a screen reader calls it."""
        super().__init__(parent)
        self._appearance = appearance
        self._rows = ConversationModel(self)
        self._pressed_with = Qt.KeyboardModifier.NoModifier
        self._pressed = QPersistentModelIndex()
        self._pressed_at = QPoint()
        self._drop: tuple[QRect, bool] | None = None
        self.setModel(self._rows)
        self.setObjectName("conversations")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDropIndicatorShown(False)
        self.setAccessibleName(name)
        self.customContextMenuRequested.connect(self._on_menu)
        opening = self.clicked if opens_by == "click" else self.doubleClicked
        opening.connect(self._on_clicked)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())

    @property
    def rows(self) -> ConversationModel:
        """What is listed."""
        return self._rows

    def set_draggable(self, *, is_draggable: bool) -> None:
        """Whether conversations and folders can be dragged to other places of the list."""
        self.setDragEnabled(is_draggable)
        self.setAcceptDrops(is_draggable)

    def selected(self) -> list[Conversation]:
        """What is selected, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedIndexes(), key=QModelIndex.row)
        found = (self._rows.conversation(index) for index in indexes)
        return [conversation for conversation in found if conversation is not None]

    def select_row(self, row: int | None) -> None:
        """Select one row, or nothing, and let the keyboard be there."""
        index = self._rows.index(row) if row is not None else QModelIndex()
        # QListView.setCurrentIndex would add to the selection while Shift is held.
        self.selectionModel().setCurrentIndex(index, _SELECT.ClearAndSelect)

    def select_near(self, row: int) -> None:
        """Select the conversation that took the place of ``row``, which is gone, or one above."""
        below = range(row, self._rows.rowCount())
        above = range(min(row, self._rows.rowCount()) - 1, -1, -1)
        for near in (*below, *above):
            if self._rows.conversation(self._rows.index(near)) is not None:
                self.select_row(near)
                return

    def is_seen(self, row: int) -> bool:
        """All of a row is in sight."""
        return self.viewport().rect().contains(self.visualRect(self._rows.index(row)))

    @property
    def is_editing(self) -> bool:
        """A name is being typed into a row."""
        return self.state() is QAbstractItemView.State.EditingState

    @property
    def is_at_rest(self) -> bool:
        """Scrolled to the top, with nothing being typed or done with several rows."""
        is_at_top = self.verticalScrollBar().value() == 0
        return is_at_top and not self.is_editing and len(self.selected()) < 2

    def current_folder(self) -> FolderRow | None:
        """The folder that the keyboard is at."""
        entry = self._rows.entry(self.currentIndex())
        return entry if isinstance(entry, FolderRow) else None

    def edit_row(self, index: QModelIndex) -> None:
        """Open a row's editor, unless one is open."""
        if not self.is_editing:
            self.selectionModel().setCurrentIndex(index, _SELECT.NoUpdate)
            self.edit(index)

    def rowsAboutToBeRemoved(  # noqa: N802 - Qt's name
        self, parent: Index, start: int, end: int
    ) -> None:
        if self.is_editing and start <= self.currentIndex().row() <= end:
            # Qt would throw away what is typed; when the keyboard goes elsewhere, it is taken in.
            self.selectionModel().setCurrentIndex(QModelIndex(), _SELECT.NoUpdate)
        super().rowsAboutToBeRemoved(parent, start, end)

    def selectAll(self) -> None:  # noqa: N802 - Qt's name
        self._list_all()
        super().selectAll()
        if self.current_folder() is not None:
            # Else what is done to "the selected rows" would be done to the folder.
            self.selectionModel().setCurrentIndex(self._rows.first_conversation(), _SELECT.NoUpdate)

    def moveCursor(  # noqa: N802 - Qt's name
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        if action is self.CursorAction.MoveEnd:
            self._list_all()
        # Home and the page keys of Qt may end at a heading, and then do nothing.
        index = super().moveCursor(action, modifiers)
        step = 1
        if action in {self.CursorAction.MoveEnd, self.CursorAction.MovePageDown}:
            step = -1
        while index.isValid() and not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            index = index.siblingAtRow(index.row() + step)
        return index

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            # An Enter that is still held down has ended a search or a renaming.
            if not event.isAutoRepeat():
                self._activate(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and control:
            self.delete_pressed.emit()
        elif event.key() == Qt.Key.Key_Z and control:
            self.undo_pressed.emit()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() & _SHIFT:
            # For keyboards without a menu key; on some systems Qt does this by itself.
            self._on_menu(self.visualRect(self.currentIndex()).center())
        elif event.key() == Qt.Key.Key_Escape and len(self.selected()) > 1:
            self.select_row(self.currentIndex().row())
        elif not self._press_at_folder(event):
            super().keyPressEvent(event)
            if event.key() == Qt.Key.Key_Home:
                # The heading above the first row, too.
                self.scrollToTop()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_with = event.modifiers()
        self._pressed_at = event.position().toPoint()
        self._pressed = QPersistentModelIndex(self.indexAt(self._pressed_at))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pulled = (event.position().toPoint() - self._pressed_at).manhattanLength()
        is_pulled = bool(event.buttons()) and pulled >= QApplication.startDragDistance()
        is_folder = isinstance(self._rows.entry(self._pressed), FolderRow)
        if is_pulled and is_folder and self.dragEnabled():
            self._drag_folder()
        else:
            super().mouseMoveEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802 - Qt's name
        # Qt drags what is selected, even from a remark between the rows.
        if self._pressed.flags() & Qt.ItemFlag.ItemIsDragEnabled:
            super().startDrag(actions)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The buttons for several rows come up from below.
        if self.hasFocus() and event.size().height() < event.oldSize().height():
            self.scrollTo(self.currentIndex())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Files are for the window around.
        self._answer_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._answer_drag(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_drop(None)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_drop(None)
        self.setState(QAbstractItemView.State.NoState)
        place = self._place(event.position().toPoint(), event.mimeData())
        if place is None:
            event.ignore()
            return
        event.acceptProposedAction()
        found = conversation_ids(event.mimeData())
        if found:
            self.dropped.emit(found, place)
        else:
            for folder_id in ids_in(event.mimeData(), FOLDER_MIME)[:1]:
                self.folder_dropped.emit(folder_id, place)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._look_for_more()
        if self._drop is None:
            return
        rect, is_line = self._drop
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._appearance.colour(Role.ACCENT), 2))
        if is_line:
            painter.drawLine(rect.topLeft(), rect.topRight())
        else:
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)

    def viewportEvent(self, event: QEvent) -> bool:
        # A row under the mouse is drawn differently, and leaving the list must undo that.
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)

    def _on_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        # A heading is no row that anything can be done with.
        if not index.isValid() or index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.menu_requested.emit(self.viewport().mapToGlobal(position))

    def _on_clicked(self, index: QModelIndex) -> None:
        chooses_several = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if not self._pressed_with & chooses_several:
            self._activate(index)

    def _activate(self, index: QModelIndex) -> None:
        entry = self._rows.entry(index)
        if isinstance(entry, FolderRow):
            self.folder_toggled.emit(entry.folder.folder_id)
        elif isinstance(entry, Conversation):
            self.activated_row.emit(index)

    def _list_all(self) -> None:
        if self._rows.has_more:
            self.all_wanted.emit()

    def _drag_folder(self) -> None:
        """Qt drags what is selected only, and folders are not: several would mean nothing."""
        index = self._pressed
        row = self.visualRect(index)
        drag = QDrag(self)
        drag.setMimeData(self._rows.mimeData([self._rows.index(index.row())]))
        drag.setPixmap(self.viewport().grab(row))
        drag.setHotSpot(self._pressed_at - row.topLeft())
        self._pressed = QPersistentModelIndex()
        drag.exec(Qt.DropAction.MoveAction)
        self.setState(QAbstractItemView.State.NoState)

    def _press_at_folder(self, event: QKeyEvent) -> bool:
        """Arrow keys that act on folders; whether the key was one of them."""
        here = self.current_folder()
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if here is not None and is_alt and steps is not None:
            self.folder_moved.emit(here.folder.folder_id, steps)
            return True
        opens = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}.get(Qt.Key(event.key()))
        if opens is None:
            return False
        if here is not None and here.is_open is not opens:
            self.folder_toggled.emit(here.folder.folder_id)
        elif here is None and not opens:
            folder_id = self._rows.folder_at(self.currentIndex())
            if folder_id is not None:
                self.select_row(self._rows.row_of_folder(folder_id))
        return True

    def _answer_drag(self, event: QDragMoveEvent) -> None:
        point = event.position().toPoint()
        place = self._place(point, event.mimeData())
        if place is None:
            self._show_drop(None)
            event.ignore()
            return
        is_folder = event.mimeData().hasFormat(FOLDER_MIME)
        self._show_drop((self._drop_rect(point, place, is_folder=is_folder), is_folder))
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()

    def _place(self, point: QPoint, data: QMimeData) -> DropPlace | None:
        if not self.acceptDrops():
            return None
        index = self.indexAt(point)
        folder_id = self._rows.folder_at(index)
        if data.hasFormat(FOLDER_MIME):
            if folder_id is None:
                return None
            row = self._rows.row_of_folder(folder_id)
            assert row is not None
            middle = self.visualRect(self._rows.index(row)).center().y()
            return DropPlace(folder_id, is_after=point.y() > middle)
        if not data.hasFormat(CONVERSATION_MIME):
            return None
        if folder_id is not None:
            return DropPlace(folder_id)
        heading = self._rows.heading_at(index)
        if heading in {INCOGNITO, FOLDERS}:
            return None
        return DropPlace(is_pin=heading == PINNED)

    def _drop_rect(self, point: QPoint, place: DropPlace, *, is_folder: bool) -> QRect:
        if place.folder_id is None:
            first, last = self._rows.section_rows(self.indexAt(point))
        else:
            row = self._rows.row_of_folder(place.folder_id)
            assert row is not None
            first = last = row
            if is_folder:
                _, last = self._rows.section_rows(self._rows.index(row))
        rect = self.visualRect(self._rows.index(first)) | self.visualRect(self._rows.index(last))
        if is_folder and place.is_after:
            rect.moveTop(rect.bottom())
        return rect

    def _show_drop(self, drop: tuple[QRect, bool] | None) -> None:
        if drop != self._drop:
            self._drop = drop
            self.viewport().update()

    def _look_for_more(self) -> None:
        """Tell of a row that stands for unread ones once it is in sight."""
        bottom = self.rect().bottom()
        row = max(0, self.indexAt(QPoint(2, 0)).row())
        while row < self._rows.rowCount():
            index = self._rows.index(row)
            if self.visualRect(index).top() > bottom:
                return
            entry = self._rows.entry(index)
            if isinstance(entry, More):
                self.more_seen.emit(entry.section)
                return
            row += 1
