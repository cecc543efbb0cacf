"""New conversation, search, and the list of conversations."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import application_icon, icon
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.sidebar.conversation_delegate import ConversationDelegate
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.sidebar.conversation_model import ConversationModel
from kochat_gui.ui.theme import Appearance, Role

_SEARCH_DELAY_MS = 120


def local_date() -> date:
    """Today by the local clock."""
    return datetime.now().astimezone().date()


class Sidebar(QFrame):
    """Shows what it is given; what a person does there becomes signals.

    Signals: new_requested(), opened(int conversation_id), renamed(int conversation_id, str title),
    delete_requested(int conversation_id), search_changed(str query), models_requested(),
    settings_requested(), results_requested() at Enter in the search field.
    """

    new_requested = Signal()
    opened = Signal(int)
    renamed = Signal(int, str)
    delete_requested = Signal(int)
    search_changed = Signal(str)
    models_requested = Signal()
    settings_requested = Signal()
    results_requested = Signal()

    def __init__(
        self,
        appearance: Appearance,
        parent: QWidget | None = None,
        today: Callable[[], date] = local_date,
    ) -> None:
        """``today`` tells the date by the local clock."""
        super().__init__(parent)
        self._today = today
        self._listed: Sequence[Conversation] = ()
        self._listed_on = today()
        self.setObjectName("sidebar")
        self._appearance = appearance
        self._current_id: int | None = None
        self._model = ConversationModel(self)
        self._list = ConversationList(self)
        self._list.setModel(self._model)
        self._delegate = ConversationDelegate(appearance, self._list)
        self._list.setItemDelegate(self._delegate)
        self.pages = QStackedWidget()
        self.search_field = HangulLineEdit()
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._new_button = QPushButton(translate("Sidebar", "New"))
        self._empty = QLabel()
        self._name = QLabel(translate("Sidebar", "KoChat"))
        self._tile = QLabel()
        self._build()
        self._connect()
        self._restyle()

    def show_conversations(self, conversations: Sequence[Conversation]) -> None:
        """List these, newest first; the row that the keyboard is at stays selected."""
        self._listed, self._listed_on = conversations, self._today()
        selected = self._model.conversation(self._list.currentIndex())
        scroll = self._list.verticalScrollBar().value()
        self._model.show(conversations, self._listed_on)
        self._list.verticalScrollBar().setValue(scroll)
        row = self._model.row_of(selected.conversation_id) if selected is not None else None
        self._select(row if row is not None else self._model.row_of(self._current_id))
        self._empty.setVisible(not conversations)

    def set_current(self, conversation_id: int | None) -> None:
        """Select a conversation without announcing it; None selects nothing."""
        self._current_id = conversation_id
        self._select(self._model.row_of(conversation_id))

    def focus_search(self) -> None:
        """Put the keyboard focus into the search field."""
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    def rename_current(self) -> None:
        """Edit a title in place: that of the selected row while the list has the focus."""
        selected = self._model.conversation(self._list.currentIndex())
        if self._list.hasFocus() and selected is not None:
            self._rename(selected.conversation_id)
        elif self._current_id is not None:
            self._rename(self._current_id)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A window that was left open overnight still says "Today" above what was yesterday.
        is_activation = event.type() == QEvent.Type.ActivationChange
        if is_activation and self._listed_on != self._today():
            self.show_conversations(self._listed)

    def _build(self) -> None:
        self.search_field.setObjectName("search")
        self.search_field.setPlaceholderText(translate("Sidebar", "Search (initials work, too)"))
        self.search_field.setAccessibleName(translate("Sidebar", "Search conversations"))
        self.search_field.setClearButtonEnabled(True)
        self._new_button.setObjectName("new")
        self._new_button.setToolTip(translate("Sidebar", "New conversation (Ctrl+N)"))
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setObjectName("program_name")
        self._empty.setText(translate("Sidebar", "Your conversations will be listed here"))
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
        self.pages.addWidget(self._browse_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.search_field)
        column.addWidget(self.pages, 1)
        column.addWidget(line)
        column.addLayout(foot)

    def _browse_page(self) -> QWidget:
        browse = QWidget()
        inside = QVBoxLayout(browse)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(self._empty)
        inside.addWidget(self._list, 1)
        return browse

    def _connect(self) -> None:
        self._new_button.clicked.connect(self.new_requested)
        self.search_field.content_changed.connect(lambda _text: self._search_timer.start())
        self.search_field.return_committed.connect(self._on_search_entered)
        self.search_field.escape_pressed.connect(lambda: self.search_field.set_text(""))
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

    def _select(self, row: int | None) -> None:
        index = self._model.index(row) if row is not None else QModelIndex()
        self._list.setCurrentIndex(index)

    def _rename(self, conversation_id: int) -> None:
        row = self._model.row_of(conversation_id)
        if row is not None:
            self._list.rename(self._model.index(row))

    def _tell_search(self) -> None:
        self.search_changed.emit(self.search_field.text_with_preedit())

    def _on_search_entered(self, text: str) -> None:
        self._search_timer.stop()
        self.search_changed.emit(text)
        self.results_requested.emit()

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
        # By id: the list may change while the menu is open.
        conversation_id = conversation.conversation_id
        colour = self._appearance.colour(Role.INK_SECOND).name()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(icon("edit", colour), translate("Sidebar", "Rename"))
        rename.triggered.connect(lambda: self._rename(conversation_id))
        delete = menu.addAction(icon("trash", colour), translate("Sidebar", "Delete"))
        delete.triggered.connect(lambda: self.delete_requested.emit(conversation_id))
        menu.popup(position)


def _foot_button(text: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("quiet")
    button.clicked.connect(action)
    return button
