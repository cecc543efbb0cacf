"""The menus of conversations and folders."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QWidget

from kochat_gui.core.conversation import Conversation, Folder, FolderId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import button_text, shortened
from kochat_gui.ui.theme import Appearance, Role

_MAX_NAME_CHARS = 30


class FoldersMenu(QMenu):
    """Where conversations can be moved.

    Signals: chosen(object folder_id or None for out of any), new_requested().
    """

    chosen = Signal(object)
    new_requested = Signal()

    def __init__(
        self, folders: Sequence[Folder], conversations: Sequence[Conversation], parent: QWidget
    ) -> None:
        super().__init__(translate("Sidebar", "Move to a folder"), parent)
        inside = {conversation.folder_id for conversation in conversations}
        for folder in folders:
            text = button_text(shortened(folder.name, _MAX_NAME_CHARS))
            action = self._add(text, partial(self.chosen.emit, folder.folder_id))
            action.setCheckable(True)
            action.setChecked(inside == {folder.folder_id})
        if not folders:
            self.addAction(translate("Sidebar", "No folders yet")).setEnabled(False)
        self.addSeparator()
        self._add(translate("Sidebar", "New folder…"), self.new_requested.emit)
        if inside != {None}:
            self._add(translate("Sidebar", "Out of the folder"), lambda: self.chosen.emit(None))

    def _add(self, text: str, action: Callable[[], object]) -> QAction:
        added = self.addAction(text)
        added.triggered.connect(lambda _=False: action())
        return added


class TagsMenu(QMenu):
    """Tags with check marks; a tag that only some have is not checked, and is given to the rest.

    Signals: toggled(str tag, bool is_on), new_requested().
    """

    toggled = Signal(str, bool)
    new_requested = Signal()

    def __init__(
        self, tags: Collection[str], conversations: Sequence[Conversation], parent: QWidget
    ) -> None:
        super().__init__(translate("Sidebar", "Tags"), parent)
        for tag in tags:
            action = self.addAction("#" + button_text(shortened(tag, _MAX_NAME_CHARS)))
            action.setCheckable(True)
            action.setChecked(all(tag in conversation.tags for conversation in conversations))
            action.triggered.connect(lambda is_on, tag=tag: self.toggled.emit(tag, is_on))
        self.addSeparator()
        self.addAction(translate("Sidebar", "New tag…")).triggered.connect(
            lambda _=False: self.new_requested.emit()
        )


class ConversationMenu(QMenu):
    """What can be done with the selected conversations.

    Signals: rename_requested(), duplicate_requested(), pin_requested(bool is_pinned),
    export_requested(), delete_requested().
    """

    rename_requested = Signal()
    duplicate_requested = Signal()
    pin_requested = Signal(bool)
    export_requested = Signal()
    delete_requested = Signal()

    def __init__(
        self,
        conversations: Sequence[Conversation],
        folders: FoldersMenu,
        tags: TagsMenu,
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance = appearance
        for submenu in (folders, tags):
            self.destroyed.connect(submenu.deleteLater)
        if len(conversations) == 1:
            self._add("edit", translate("Sidebar", "Rename"), "F2", self.rename_requested.emit)
        is_recorded = not any(conversation.is_incognito for conversation in conversations)
        if is_recorded:
            self._add_places(conversations, folders, tags)
        self._add("export", translate("Sidebar", "Export…"), "", self.export_requested.emit)
        self.addSeparator()
        delete = (
            translate("Sidebar", "To the trash") if is_recorded else translate("Sidebar", "Delete")
        )
        self._add("trash", delete, "Ctrl+Delete", self.delete_requested.emit)

    def _add_places(
        self, conversations: Sequence[Conversation], folders: FoldersMenu, tags: TagsMenu
    ) -> None:
        if len(conversations) == 1:
            duplicate = translate("Sidebar", "Duplicate")
            self._add("copy", duplicate, "", self.duplicate_requested.emit)
        is_pinned = all(conversation.is_pinned for conversation in conversations)
        self._add(
            "pin",
            translate("Sidebar", "Unpin") if is_pinned else translate("Sidebar", "Pin"),
            "",
            lambda: self.pin_requested.emit(not is_pinned),
        )
        for name, submenu in (("folder", folders), ("tag", tags)):
            submenu.setIcon(self._icon(name))
            self.addMenu(submenu)

    def _add(self, name: str, text: str, keys: str, action: Callable[[], object]) -> None:
        added = self.addAction(self._icon(name), f"{text}\t{keys}" if keys else text)
        added.triggered.connect(lambda _=False: action())

    def _icon(self, name: str) -> QIcon:
        return icon(name, self._appearance.colour(Role.INK_SECOND).name())


class FolderMenu(QMenu):
    """What can be done with a folder.

    Signals: rename_requested(), moved(int steps), export_requested(), delete_requested().
    """

    rename_requested = Signal()
    moved = Signal(int)
    export_requested = Signal()
    delete_requested = Signal()

    def __init__(
        self,
        folder_id: FolderId,
        order: Sequence[FolderId],
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``order``: all folders."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        colour = appearance.colour(Role.INK_SECOND).name()
        rename = self.addAction(icon("edit", colour), translate("Sidebar", "Rename") + "\tF2")
        up = self.addAction(icon("arrow-up", colour), translate("Sidebar", "Up") + "\tAlt+↑")
        down = self.addAction(icon("arrow-down", colour), translate("Sidebar", "Down") + "\tAlt+↓")
        up.setEnabled(folder_id != order[0])
        down.setEnabled(folder_id != order[-1])
        export = self.addAction(icon("export", colour), translate("Sidebar", "Export…"))
        self.addSeparator()
        delete = self.addAction(
            icon("trash", colour), translate("Sidebar", "Delete the folder") + "\tCtrl+Delete"
        )
        export.triggered.connect(lambda _=False: self.export_requested.emit())
        rename.triggered.connect(lambda _=False: self.rename_requested.emit())
        up.triggered.connect(lambda _=False: self.moved.emit(-1))
        down.triggered.connect(lambda _=False: self.moved.emit(1))
        delete.triggered.connect(lambda _=False: self.delete_requested.emit())
