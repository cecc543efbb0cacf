"""A sidebar on real services, with what tests do to it."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Conversation, ConversationId, FolderId
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.conversations_area import ConversationsArea
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.sidebar.rows import FolderRow
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class ListedLibrary:
    """The sidebar, the trash and the toast, and what was asked to be opened."""

    def __init__(
        self, services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
    ) -> None:
        self.services, self.library, self.qtbot = services, services.library, qtbot
        self.sidebar = Sidebar(appearance)
        self.canvas = QWidget()
        self.pages = QStackedWidget()
        self.pages.addWidget(QWidget())
        self.area = ConversationsArea(
            services, bridge, self.sidebar, self.pages, self.canvas, appearance
        )
        self.opened: list[ConversationId | None] = []
        self.area.open_requested.connect(self.opened.append)
        qtbot.addWidget(self.canvas)
        row = QHBoxLayout(self.canvas)
        row.setContentsMargins(0, 0, 0, 0)
        self.sidebar.setFixedWidth(264)
        row.addWidget(self.sidebar)
        row.addWidget(self.pages, 1)
        self.canvas.resize(900, 1400)
        self.canvas.show()
        self.area.set_open(None)
        self.canvas.activateWindow()
        qtbot.waitUntil(self.canvas.isActiveWindow)
        self.view.setFocus()
        qtbot.waitUntil(self.view.hasFocus)

    @property
    def view(self) -> ConversationList:
        return self.sidebar.list

    def make(self, *titles: str) -> list[ConversationId]:
        """Conversations with these titles, the first one newest."""
        made = []
        for title in reversed(titles):
            cid = self.library.create().conversation_id
            self.library.rename(cid, title)
            made.append(cid)
        made.reverse()
        self.settle()
        return made

    def settle(self) -> None:
        """Let what was changed reach the list."""
        self.qtbot.wait(60)

    def shown(self) -> list[str]:
        """What the rows say, from top to bottom."""
        return [str(self.view.rows.index(row).data()) for row in range(self.view.rows.rowCount())]

    def selected(self) -> list[str]:
        return [conversation.title for conversation in self.view.selected()]

    def conversation(self, conversation_id: ConversationId) -> Conversation:
        return self.library.get(conversation_id)

    def select(self, *ids: ConversationId) -> None:
        """Click the first, and the others with Ctrl."""
        for number, conversation_id in enumerate(ids):
            self.click(self.view.rows.row_of(conversation_id), CONTROL if number else PLAIN)

    def click(self, row: int | None, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        assert row is not None
        QTest.mouseClick(
            self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, self.place(row)
        )

    def tool_button(self, name: str) -> QToolButton:
        """The button of the sidebar with that name."""
        buttons = self.sidebar.findChildren(QToolButton)
        return next(button for button in buttons if button.accessibleName() == name)

    def folder_row(self, row: int) -> FolderRow:
        """The folder that is listed at ``row``."""
        found = self.view.rows.row(row)
        assert isinstance(found, FolderRow)
        return found

    def go_to_folder(self, folder_id: FolderId) -> None:
        """Let the keyboard be at a folder."""
        row = self.view.rows.row_of_folder(folder_id)
        assert row is not None
        self.view.setCurrentIndex(self.view.rows.index(row))

    def place(self, row: int) -> QPoint:
        centre: QPoint = self.view.visualRect(self.view.rows.index(row)).center()
        return centre

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        QCoreApplication.sendEvent(self.view, event)
        self.settle()

    @property
    def editor(self) -> HangulLineEdit:
        [found] = [e for e in self.view.findChildren(HangulLineEdit) if e.isVisible()]
        return found

    def menu(self) -> QMenu:
        """The menu at the row where the keyboard is."""
        place = self.view.visualRect(self.view.currentIndex()).center()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, place, self.view.mapToGlobal(place)
        )
        QCoreApplication.sendEvent(self.view, event)
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found

    def choose(self, *path: str, menu: QMenu | None = None) -> None:
        """Trigger an entry of the menu, of its submenu, …"""
        top = here = menu or self.menu()
        for text in path[:-1]:
            submenu = next(a for a in here.actions() if plain(a.text()) == text).menu()
            assert isinstance(submenu, QMenu)
            here = submenu
        action = next(a for a in here.actions() if plain(a.text()) == path[-1])
        action.trigger()
        if not self.view.is_editing:
            # Here, no window is active after a menu is closed, and that ends the editing.
            top.close()
            self.settle()

    def undo(self) -> None:
        """Click what the toast offers."""
        [toast] = [t for t in self.canvas.findChildren(UndoToast) if t.isVisible()]
        [button] = toast.findChildren(QPushButton)
        button.click()
        self.settle()

    def drag(self, rows: Sequence[int], to: QPoint) -> bool:
        """Drag rows to a place of the list; whether they were taken there."""
        data = self.view.rows.mimeData([self.view.rows.index(row) for row in rows])
        return self.drop(data, to)

    def drop(self, data: QMimeData, to: QPoint) -> bool:
        viewport, move = self.view.viewport(), Qt.DropAction.MoveAction
        enter = QDragEnterEvent(to, move, data, Qt.MouseButton.LeftButton, PLAIN)
        QCoreApplication.sendEvent(viewport, enter)
        over = QDragMoveEvent(to, move, data, Qt.MouseButton.LeftButton, PLAIN)
        QCoreApplication.sendEvent(viewport, over)
        if not (enter.isAccepted() and over.isAccepted()):
            return False
        event = QDropEvent(QPointF(to), move, data, Qt.MouseButton.LeftButton, PLAIN)
        QCoreApplication.sendEvent(viewport, event)
        self.settle()
        return event.isAccepted()


def plain(text: str) -> str:
    """A menu entry without its shortcut."""
    return text.partition("\t")[0]


def entries(menu: QMenu) -> list[str]:
    """What a menu offers."""
    return [plain(action.text()) for action in menu.actions() if not action.isSeparator()]
