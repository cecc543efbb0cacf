"""The line above the conversation list: which are listed, a new folder, how they are sorted."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from kochat_gui.core.conversation import ConversationOrder
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import button_text, shortened
from kochat_gui.ui.theme import Appearance, Role

_ORDERS = {
    ConversationOrder.RECENT: QT_TRANSLATE_NOOP("Sidebar", "Last used first"),
    ConversationOrder.CREATED: QT_TRANSLATE_NOOP("Sidebar", "Newest first"),
    ConversationOrder.TITLE: QT_TRANSLATE_NOOP("Sidebar", "By name"),
}
_MAX_TAG_CHARS = 24


class ListHead(QWidget):
    """Signals: tags_wanted() before the menu of tags opens, tag_chosen(str tag or "" for all),
    folder_requested(), order_chosen(ConversationOrder).
    """

    tags_wanted = Signal()
    tag_chosen = Signal(str)
    folder_requested = Signal()
    order_chosen = Signal(object)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._tag = ""
        self._order = ConversationOrder.RECENT
        self._which = QPushButton()
        self._which.setObjectName("quiet_small")
        # The arrow stands behind the text.
        self._which.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._which.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._new_folder = _tool(translate("Sidebar", "New folder"))
        self._sort = _tool(translate("Sidebar", "Sort the list"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._which)
        row.addStretch(1)
        row.addWidget(self._new_folder)
        row.addWidget(self._sort)
        self._which.clicked.connect(self.tags_wanted)
        self._new_folder.clicked.connect(self.folder_requested)
        self._sort.clicked.connect(self._open_orders)
        appearance.changed.connect(self._restyle)
        self.show_state("", ConversationOrder.RECENT)
        self._restyle()

    def show_state(self, tag: str, order: ConversationOrder) -> None:
        """Say what is listed, and how."""
        self._tag, self._order = tag, order
        text = f"#{shortened(tag, _MAX_TAG_CHARS)}" if tag else translate("Sidebar", "All")
        self._which.setText(button_text(text))
        self._which.setAccessibleName(
            translate("Sidebar", "Listed: {what}").format(what=f"#{tag}" if tag else text)
        )
        self._which.setToolTip(translate("Sidebar", "List the conversations with one tag"))
        self._new_folder.setVisible(not tag)

    def open_tags(self, tags: Mapping[str, int]) -> None:
        """Offer the tags to choose from, with how many conversations have each."""
        menu = _menu(self)
        group = QActionGroup(menu)
        self._choice(menu, group, translate("Sidebar", "All conversations"), not self._tag, "")
        menu.addSeparator()
        for tag, count in tags.items():
            text = translate("Sidebar", "#{tag} ({count})").format(
                tag=button_text(shortened(tag, _MAX_TAG_CHARS)), count=count
            )
            self._choice(menu, group, text, tag == self._tag, tag)
        if not tags:
            hint = menu.addAction(translate("Sidebar", "No tags yet. Give them by a row's menu."))
            hint.setEnabled(False)
        menu.popup(self._which.mapToGlobal(QPoint(0, self._which.height())))

    def _choice(
        self, menu: QMenu, group: QActionGroup, text: str, is_chosen: bool, tag: str
    ) -> None:
        action = _checkable(menu, group, text, is_checked=is_chosen)
        action.triggered.connect(lambda: self.tag_chosen.emit(tag))

    def _open_orders(self) -> None:
        menu = _menu(self)
        group = QActionGroup(menu)
        for order, key in _ORDERS.items():
            action = _checkable(menu, group, key.text(), is_checked=order is self._order)
            action.triggered.connect(lambda _=False, order=order: self.order_chosen.emit(order))
        menu.popup(self._sort.mapToGlobal(QPoint(0, self._sort.height())))

    def _restyle(self) -> None:
        colour = self._appearance.colour(Role.INK_SECOND).name()
        for button, name, side in (
            (self._which, "chevron-down", self._appearance.px(14)),
            (self._new_folder, "folder-plus", self._appearance.px(18)),
            (self._sort, "sort", self._appearance.px(18)),
        ):
            button.setIcon(icon(name, colour, side))
            button.setIconSize(QSize(side, side))


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _checkable(menu: QMenu, group: QActionGroup, text: str, *, is_checked: bool) -> QAction:
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(is_checked)
    group.addAction(action)
    return action


def _tool(text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("tool")
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
