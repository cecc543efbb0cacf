"""New conversation, search, and the list of conversations."""

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Conversation, FolderId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.focus_chain import is_focus_lost
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.sidebar.bulk_bar import BulkBar
from kochat_gui.ui.sidebar.conversation_delegate import ConversationDelegate
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.sidebar.list_head import ListHead
from kochat_gui.ui.sidebar.rows import Listing, Part, rows_of
from kochat_gui.ui.sidebar.sidebar_top import SidebarTop
from kochat_gui.ui.theme import Appearance

_SEARCH_DELAY_MS = 120


def local_date() -> date:
    """Today by the local clock."""
    return datetime.now().astimezone().date()


class Sidebar(QFrame):
    """Shows what it is given; what a person does there becomes signals, also those of its parts.

    Signals: new_requested(), incognito_requested(), opened(int conversation_id),
    search_changed(str query), results_requested() at Enter in the search field,
    models_requested(), trash_requested(), settings_requested().
    """

    new_requested = Signal()
    incognito_requested = Signal()
    opened = Signal(int)
    search_changed = Signal(str)
    results_requested = Signal()
    models_requested = Signal()
    trash_requested = Signal()
    settings_requested = Signal()

    def __init__(
        self,
        appearance: Appearance,
        parent: QWidget | None = None,
        today: Callable[[], date] = local_date,
    ) -> None:
        """``today`` tells the date by the local clock."""
        super().__init__(parent)
        self._today = today
        self._listing = Listing(Part())
        self._listed_on = today()
        self.setObjectName("sidebar")
        self._appearance = appearance
        self._current: Conversation | None = None
        self._current_id: int | None = None
        self.list = ConversationList(appearance, translate("Sidebar", "Conversations"))
        self.delegate = ConversationDelegate(appearance, self.list.rows, self.list)
        self.list.setItemDelegate(self.delegate)
        self.head = ListHead(appearance)
        self.bar = BulkBar(appearance)
        self.pages = QStackedWidget()
        self.search_field = HangulLineEdit()
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._top = SidebarTop(appearance)
        self._empty = QLabel()
        self._build()
        self._connect()

    @property
    def query(self) -> str:
        """What is typed into the search field, the unfinished syllable included."""
        return self.search_field.text_with_preedit()

    def show_listing(self, listing: Listing) -> None:
        """List this; rows that the keyboard is at or that are selected stay so."""
        self._listing, self._listed_on = listing, self._today()
        self._show_rows()
        self._empty.setVisible(listing.is_empty)
        if listing.tag:
            text = translate("Sidebar", "No conversation has this tag any more")
        else:
            text = translate("Sidebar", "Your conversations will be listed here")
        self._empty.setText(text)

    def set_current(
        self, conversation_id: int | None, conversation: Conversation | None = None
    ) -> None:
        """Select a conversation without announcing it; None selects nothing.

        ``conversation`` tells which closed folder it is in.
        """
        self._current_id, self._current = conversation_id, conversation
        self.delegate.set_open(conversation_id)
        self._show_rows()
        self.list.select_row(self.list.rows.row_of(conversation_id))

    def focus_search(self) -> None:
        """Put the keyboard focus into the search field."""
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    @property
    def is_at_row(self) -> bool:
        """The keyboard is at a row that has a name."""
        is_editable = self.list.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable
        return self.list.hasFocus() and bool(is_editable)

    def rename_current(self) -> None:
        """Edit in place: the row at which the keyboard is, or else the open conversation."""
        if self.is_at_row:
            self.list.edit_row(self.list.currentIndex())
        elif self._current_id is not None:
            self.rename_conversation(self._current_id)

    def end_search(self) -> None:
        """Show the list in the place of what was found, if there is something to look for."""
        if self.query:
            self.search_field.set_text("")
            self._search_timer.stop()
            self.search_changed.emit("")

    def rename_conversation(self, conversation_id: int) -> None:
        """Edit a title in place."""
        self._edit(self.list.rows.row_of(conversation_id))

    def rename_folder(self, folder_id: FolderId) -> None:
        """Edit the name of a folder in place."""
        self._edit(self.list.rows.row_of_folder(folder_id))

    def name_tag(self) -> None:
        """Ask for a new tag, in the place of the selected row."""
        rows = [self.list.rows.row_of(found.conversation_id) for found in self.list.selected()]
        seen = [row for row in rows if row is not None and self.list.is_seen(row)]
        self.delegate.name_tag_next()
        self._edit(next(iter([*seen, *rows]), None))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # After a button for several conversations, too.
        if event.matches(QKeySequence.StandardKey.Undo):
            self.list.undo_pressed.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        if is_focus_lost(self) and self.list.isVisible():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A window that was left open overnight still says "Today" above what was yesterday.
        is_activation = event.type() == QEvent.Type.ActivationChange
        if is_activation and self._listed_on != self._today():
            self.show_listing(self._listing)

    def _show_rows(self) -> None:
        rows, view = self.list.rows, self.list
        was_shown = rows.row_of(self._current_id) is not None
        here = view.currentIndex().row()
        scroll = view.verticalScrollBar().value()
        rows.show(rows_of(self._listing, self._listed_on, self._current))
        view.verticalScrollBar().setValue(scroll)
        if view.is_editing:
            return
        is_lost = view.current_folder() is None and not view.selected()
        is_new = not was_shown and rows.row_of(self._current_id) is not None
        if is_lost and view.hasFocus() and here >= 0:
            view.select_near(here)
        elif is_lost or (is_new and not view.hasFocus()):
            view.select_row(rows.row_of(self._current_id))

    def _build(self) -> None:
        self.search_field.setObjectName("search")
        self.search_field.setPlaceholderText(translate("Sidebar", "Search (initials work, too)"))
        self.search_field.setAccessibleName(translate("Sidebar", "Search conversations"))
        self.search_field.setClearButtonEnabled(True)
        self._empty.setObjectName("caption")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.hide()
        browse = QWidget()
        inside = QVBoxLayout(browse)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self.head)
        inside.addWidget(self._empty)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.bar)
        self.pages.addWidget(browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(10)
        column.addWidget(self._top)
        column.addWidget(self.search_field)
        column.addWidget(self.pages, 1)
        column.addWidget(_line())
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(_foot_button(translate("Sidebar", "Models"), self.models_requested.emit))
        foot.addWidget(_foot_button(translate("Sidebar", "Trash"), self.trash_requested.emit))
        foot.addStretch(1)
        foot.addWidget(_foot_button(translate("Sidebar", "Settings"), self.settings_requested.emit))
        return foot

    def _connect(self) -> None:
        self._top.new_requested.connect(self.new_requested)
        self._top.incognito_requested.connect(self.incognito_requested)
        self.search_field.content_changed.connect(lambda _text: self._search_timer.start())
        self.search_field.return_committed.connect(self._on_search_entered)
        self.search_field.escape_pressed.connect(lambda: self.search_field.set_text(""))
        self._search_timer.timeout.connect(lambda: self.search_changed.emit(self.query))
        self.list.activated_row.connect(self._on_activated)
        self.list.selection_changed.connect(lambda: self.bar.show_count(len(self.list.selected())))
        self.bar.dismissed.connect(self._end_selection)
        self._appearance.changed.connect(self.list.scheduleDelayedItemsLayout)

    def _end_selection(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.select_row(self.list.rows.row_of(self._current_id))

    def _edit(self, row: int | None) -> None:
        if row is not None:
            index = self.list.rows.index(row)
            self.list.scrollTo(index)
            self.list.edit_row(index)

    def _on_search_entered(self, text: str) -> None:
        self._search_timer.stop()
        self.search_changed.emit(text)
        self.results_requested.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        conversation = self.list.rows.conversation(index)
        if conversation is not None:
            self._current_id = conversation.conversation_id
            self.opened.emit(conversation.conversation_id)


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line


def _foot_button(text: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("quiet")
    button.clicked.connect(action)
    return button
