"""New conversation, search, and the list of conversations."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import application_icon, icon
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.sidebar.conversation_delegate import ConversationDelegate
from kochat_gui.ui.sidebar.conversation_model import ConversationModel
from kochat_gui.ui.theme import Appearance, Role

_SEARCH_DELAY_MS = 120


class Sidebar(QFrame):
    """Shows what it is given; what a person does there becomes signals.

    Signals: new_requested(), opened(int conversation_id), renamed(int conversation_id, str title),
    delete_requested(int conversation_id), search_changed(str query), models_requested(),
    settings_requested().
    """

    new_requested = Signal()
    opened = Signal(int)
    renamed = Signal(int, str)
    delete_requested = Signal(int)
    search_changed = Signal(str)
    models_requested = Signal()
    settings_requested = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._appearance = appearance
        self._current_id: int | None = None
        self._model = ConversationModel(self)
        self._list = _ConversationListView(self)
        self._list.setModel(self._model)
        self._delegate = ConversationDelegate(appearance, self._list)
        self._list.setItemDelegate(self._delegate)
        self._search = HangulLineEdit()
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._new_button = QPushButton(translate("Sidebar", "New"))
        self._empty = QLabel()
        self._name = QLabel(translate("Sidebar", "KoChat"))
        self._tile = QLabel()
        self._build()
        self._connect()
        self._restyle()

    def show_conversations(self, conversations: Sequence[Conversation]) -> None:
        """List these, newest first, and keep the current one selected."""
        scroll = self._list.verticalScrollBar().value()
        self._model.show(list(conversations), datetime.now().astimezone().date())
        self._list.verticalScrollBar().setValue(scroll)
        self._select_current()
        is_search = bool(self._search.text())
        self._empty.setVisible(not conversations)
        self._empty.setText(
            translate("Sidebar", "Nothing found")
            if is_search
            else translate("Sidebar", "Your conversations will be listed here")
        )

    def set_current(self, conversation_id: int | None) -> None:
        """Select a conversation without announcing it; None selects nothing."""
        self._current_id = conversation_id
        self._select_current()

    def focus_search(self) -> None:
        """Put the keyboard focus into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def rename_current(self) -> None:
        """Edit the title of the current conversation in place."""
        row = self._model.row_of(self._current_id)
        if row is not None:
            self._list.edit(self._model.index(row))

    def _build(self) -> None:
        self._search.setObjectName("search")
        self._search.setPlaceholderText(translate("Sidebar", "Search (initials work, too)"))
        self._search.setAccessibleName(translate("Sidebar", "Search conversations"))
        self._search.setClearButtonEnabled(True)
        self._new_button.setObjectName("new")
        self._new_button.setToolTip(translate("Sidebar", "New conversation (Ctrl+N)"))
        self._name.setObjectName("program_name")
        self._empty.setObjectName("caption")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.hide()
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.setSpacing(10)
        head.addWidget(self._tile)
        head.addWidget(self._name)
        head.addStretch(1)
        head.addWidget(self._new_button)
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        foot = QHBoxLayout()
        models = _foot_button(translate("Sidebar", "Models"), self.models_requested.emit)
        settings = _foot_button(translate("Sidebar", "Settings"), self.settings_requested.emit)
        foot.addWidget(models)
        foot.addStretch(1)
        foot.addWidget(settings)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._search)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)
        column.addWidget(line)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._new_button.clicked.connect(self.new_requested)
        self._search.content_changed.connect(lambda _text: self._search_timer.start())
        self._search.return_committed.connect(self._on_search_entered)
        self._search.escape_pressed.connect(self._search.clear)
        self._search_timer.timeout.connect(self._tell_search)
        self._list.activated_row.connect(self._on_activated)
        self._list.menu_requested.connect(self._show_menu)
        self._list.delete_pressed.connect(self._on_delete_pressed)
        self._delegate.renamed.connect(self.renamed)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        side = self._appearance.px(26)
        self._tile.setPixmap(application_icon().pixmap(side, side))
        accent = self._appearance.colour(Role.ACCENT).name()
        self._new_button.setIcon(icon("plus", accent, 14))
        self._list.scheduleDelayedItemsLayout()

    def _select_current(self) -> None:
        row = self._model.row_of(self._current_id)
        index = self._model.index(row) if row is not None else QModelIndex()
        self._list.setCurrentIndex(index)

    def _tell_search(self) -> None:
        self.search_changed.emit(self._search.text_with_preedit())

    def _on_search_entered(self, text: str) -> None:
        self._search_timer.stop()
        self.search_changed.emit(text)
        for row in range(self._model.rowCount()):
            if self._model.conversation(self._model.index(row)) is not None:
                self._list.setCurrentIndex(self._model.index(row))
                self._list.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _on_activated(self, index: QModelIndex) -> None:
        conversation = self._model.conversation(index)
        if conversation is not None:
            self._current_id = conversation.conversation_id
            self.opened.emit(conversation.conversation_id)

    def _on_delete_pressed(self, index: QModelIndex) -> None:
        conversation = self._model.conversation(index)
        if conversation is not None:
            self.delete_requested.emit(conversation.conversation_id)

    def _show_menu(self, index: QModelIndex, position: QPoint) -> None:
        conversation = self._model.conversation(index)
        if conversation is None:
            return
        colour = self._appearance.colour(Role.INK_SECOND).name()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(icon("edit", colour), translate("Sidebar", "Rename"))
        rename.triggered.connect(lambda: self._list.edit(index))
        delete = menu.addAction(icon("trash", colour), translate("Sidebar", "Delete"))
        delete.triggered.connect(lambda: self._on_delete_pressed(index))
        menu.popup(position)


class _ConversationListView(QListView):
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_edited = self.state() is QAbstractItemView.State.EditingState
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not is_edited:
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


def _foot_button(text: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("quiet")
    button.clicked.connect(action)
    return button
