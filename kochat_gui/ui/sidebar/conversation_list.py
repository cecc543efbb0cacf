"""The list view of the conversations."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from kochat_gui.core.i18n import translate


class ConversationList(QListView):
    """Opens at a click or Enter, renames at F2, offers a menu.

    Signals: activated_row(QModelIndex), menu_requested(QModelIndex, QPoint global position),
    delete_pressed(QModelIndex) at Ctrl+Delete: no single key deletes.
    """

    activated_row = Signal(QModelIndex)
    menu_requested = Signal(QModelIndex, QPoint)
    delete_pressed = Signal(QModelIndex)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("conversations")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(translate("Sidebar", "Conversations"))
        self.customContextMenuRequested.connect(self._on_menu)
        self.clicked.connect(self.activated_row)

    def rename(self, index: QModelIndex) -> None:
        """Open the title for editing, unless a title is being edited."""
        if self.state() is not QAbstractItemView.State.EditingState:
            self.edit(index)

    def moveCursor(  # noqa: N802 - Qt's name
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        # Home and the page keys of Qt may end at a heading, and then do nothing.
        index = super().moveCursor(action, modifiers)
        is_heading = index.isValid() and not index.flags() & Qt.ItemFlag.ItemIsEnabled
        return index.siblingAtRow(index.row() + 1) if is_heading else index

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            # An Enter that is still held down has ended a search or a renaming.
            if not event.isAutoRepeat():
                self.activated_row.emit(self.currentIndex())
        elif (
            event.key() == Qt.Key.Key_Delete
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.delete_pressed.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        # A row under the mouse is drawn differently, and leaving the list must undo that.
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)

    def _on_menu(self, position: QPoint) -> None:
        self.menu_requested.emit(self.indexAt(position), self.viewport().mapToGlobal(position))
