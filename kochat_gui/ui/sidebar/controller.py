"""Connects the conversation list with the stored conversations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from kochat_gui.core.conversation import (
    Conversation,
    ConversationId,
    ConversationOrder,
    FolderId,
)
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import ConversationsChanged
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.sidebar.folder_desk import FolderDesk
from kochat_gui.ui.sidebar.organizer import Organizer
from kochat_gui.ui.sidebar.rows import FolderRow, Section
from kochat_gui.ui.sidebar.shelf import Shelf
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.ui.sidebar.conversation_menu import FolderMenu, FoldersMenu, TagsMenu


class SidebarController(QObject):
    """Lists, and does what the list and its menus ask for.

    Signals: open_requested(object conversation_id, or None for a new one), export_requested(list
    of conversation ids), folder_export_requested(Folder).
    """

    open_requested = Signal(object)
    export_requested = Signal(list)
    folder_export_requested = Signal(object)

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        sidebar: Sidebar,
        offer: UndoOffer,
        appearance: Appearance,
    ) -> None:
        super().__init__(sidebar)
        self._library = services.library
        self._sidebar = sidebar
        self._appearance = appearance
        self._shelf = Shelf(services.library, services.settings)
        self.organizer = Organizer(services, offer, self)
        self._desk = FolderDesk(services.library, self._shelf, self.organizer)
        self._open_id: ConversationId | None = None
        self._left_id: ConversationId | None = None
        self._tagged: Sequence[ConversationId] = ()
        self._connect_list()
        self._connect_parts()
        bridge.conversations_changed.connect(self._on_changed)

    def refresh(self, changed: Collection[ConversationId] | None = None) -> None:
        """List the conversations anew; ``changed``: only these have become others."""
        self.organizer.attempt(lambda: self._show(changed))

    def set_open(self, conversation_id: ConversationId | None) -> None:
        """Mark the conversation that is shown beside the list."""
        self._open_id = conversation_id
        if conversation_id is not None:
            # Who went on to another is not taken away from it by an undo.
            self._left_id = None
        self.refresh(() if conversation_id is None else (conversation_id,))
        self._mark_open()

    def start_incognito(self) -> None:
        """Open a conversation that is never written to the disk; an unused one, if there is."""
        found: list[ConversationId] = []

        def find() -> None:
            unused = [c for c in self._library.incognito() if c.tip_id is None]
            made = unused[0] if unused else self._library.create(is_incognito=True)
            found.append(made.conversation_id)

        if self.organizer.attempt(find):
            self.open_requested.emit(found[0])

    def rename_open(self) -> None:
        """Edit in place: the row at which the keyboard is, or else the open conversation."""
        if not self._sidebar.is_at_row:
            self._sidebar.end_search()
            self._list_open()
        self._sidebar.rename_current()

    def _list_open(self) -> None:
        """Have the open conversation in the list: without a tag that it lacks, in its folder."""
        is_listed = self._sidebar.list.rows.row_of(self._open_id) is not None
        if is_listed or self._open_id is None:
            return
        wanted = [self._open_id]
        found: list[Conversation] = []
        self.organizer.attempt(lambda: found.extend(self._library.several(wanted)))
        self._shelf.set_tag("")
        for folder_id in [c.folder_id for c in found if c.folder_id is not None]:
            self._shelf.set_open(folder_id, is_open=True)
        self.refresh()

    def _show(self, changed: Collection[ConversationId] | None) -> None:
        self._sidebar.list.set_draggable(is_draggable=not self._shelf.tag)
        self._sidebar.show_listing(self._shelf.listing(changed))
        self._sidebar.head.show_state(self._shelf.tag, self._shelf.order)

    def _mark_open(self) -> None:
        found: list[Conversation] = []
        if self._open_id is not None:
            wanted = [self._open_id]
            self.organizer.attempt(lambda: found.extend(self._library.several(wanted)))
        self._sidebar.set_current(self._open_id, found[0] if found else None)

    def _connect_list(self) -> None:
        sidebar, view, desk = self._sidebar, self._sidebar.list, self._desk
        sidebar.new_requested.connect(lambda: self.open_requested.emit(None))
        sidebar.incognito_requested.connect(self.start_incognito)
        sidebar.opened.connect(lambda cid: self.open_requested.emit(ConversationId(cid)))
        sidebar.delegate.renamed.connect(self.organizer.rename)
        sidebar.delegate.folder_renamed.connect(desk.rename)
        sidebar.delegate.tag_named.connect(
            lambda name: self.organizer.tag(self._tagged, name, is_on=True)
        )
        view.menu_requested.connect(self._open_menu)
        view.delete_pressed.connect(self._delete)
        view.undo_pressed.connect(self.organizer.undo)
        view.folder_toggled.connect(self._toggle)
        view.folder_moved.connect(desk.shift)
        view.folder_dropped.connect(desk.drop)
        view.dropped.connect(self.organizer.drop)
        view.all_wanted.connect(self._list_all)
        # Not while the list is being painted.
        view.more_seen.connect(self._grow, Qt.ConnectionType.QueuedConnection)

    def _connect_parts(self) -> None:
        head, bar = self._sidebar.head, self._sidebar.bar
        head.tags_wanted.connect(
            lambda: self.organizer.attempt(lambda: head.open_tags(self._library.tags()))
        )
        head.tag_chosen.connect(self._list_tag)
        head.order_chosen.connect(self._sort)
        head.folder_requested.connect(lambda: self._make_folder(()))
        bar.folders_requested.connect(lambda place: _pop_up(self._folders_menu(), place))
        bar.tags_requested.connect(lambda place: _pop_up(self._tags_menu(), place))
        bar.pin_requested.connect(
            lambda: self.organizer.set_pinned(self._selected_ids(), is_pinned=True)
        )
        bar.export_requested.connect(lambda: self.export_requested.emit(self._selected_ids()))
        bar.delete_requested.connect(self._delete_at_bar)
        self.organizer.deleted.connect(self._on_deleted)
        self.organizer.restored.connect(self._on_restored)

    def _on_changed(self, event: ConversationsChanged) -> None:
        if self._sidebar.list.is_at_rest:
            # Nobody looks at what was read while scrolling, and each change would cost more.
            self._shelf.forget_pages()
        # Without ids, it is the folders that changed, or everything.
        self.refresh(event.conversation_ids or None)

    def _list_tag(self, tag: str) -> None:
        self._shelf.set_tag(tag)
        self.refresh()
        self._sidebar.list.scrollToTop()

    def _sort(self, order: ConversationOrder) -> None:
        self._shelf.set_order(order)
        self.refresh(())
        self._sidebar.list.scrollToTop()

    def _grow(self, section: Section) -> None:
        self._shelf.grow(section)
        self.refresh(())

    def _list_all(self) -> None:
        self._shelf.list_all()
        self.refresh(())

    def _toggle(self, folder_id: int) -> None:
        known = FolderId(folder_id)
        self._shelf.set_open(known, is_open=not self._shelf.is_open(known))
        self.refresh(())

    def _selected_ids(self) -> list[ConversationId]:
        return [conversation.conversation_id for conversation in self._sidebar.list.selected()]

    def _delete(self) -> None:
        here = self._sidebar.list.current_folder()
        selected = self._selected_ids()
        if here is not None and len(selected) < 2:
            self._desk.delete(here.folder)
        else:
            self.organizer.delete(selected)

    def _delete_at_bar(self) -> None:
        # The bar goes with what was selected, and Ctrl+Z would be nowhere.
        self._sidebar.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._delete()

    def _make_folder(self, ids: Sequence[ConversationId]) -> None:
        """Add a folder, put conversations into it, and ask for its name."""
        folder_id = self._desk.create()
        if folder_id is None:
            return
        # What has a tag is listed without folders.
        self._shelf.set_tag("")
        if ids:
            self.organizer.move(ids, folder_id)
        self.refresh(ids)
        self._sidebar.rename_folder(folder_id)

    def _open_menu(self, place: QPoint) -> None:
        here = self._sidebar.list.current_folder()
        if here is not None:
            self._folder_menu(here).popup(place)
            return
        selected = self._sidebar.list.selected()
        if not selected:
            return
        # By id: the list may change while the menu is open.
        ids = self._selected_ids()
        from kochat_gui.ui.sidebar.conversation_menu import ConversationMenu

        menu = ConversationMenu(
            selected, self._folders_menu(), self._tags_menu(), self._appearance, self._sidebar
        )
        menu.rename_requested.connect(lambda: self._sidebar.rename_conversation(ids[0]))
        menu.duplicate_requested.connect(lambda: self.organizer.duplicate(ids[0]))
        menu.pin_requested.connect(
            lambda is_pinned: self.organizer.set_pinned(ids, is_pinned=is_pinned)
        )
        menu.export_requested.connect(lambda: self.export_requested.emit(ids))
        menu.delete_requested.connect(lambda: self.organizer.delete(ids))
        menu.popup(place)

    def _folder_menu(self, row: FolderRow) -> FolderMenu:
        from kochat_gui.ui.sidebar.conversation_menu import FolderMenu

        folder_id = row.folder.folder_id
        order = [folder.folder_id for folder in self._desk.folders()] or [folder_id]
        menu = FolderMenu(folder_id, order, self._appearance, self._sidebar)
        menu.rename_requested.connect(lambda: self._sidebar.rename_folder(folder_id))
        menu.moved.connect(lambda steps: self._desk.shift(folder_id, steps))
        menu.export_requested.connect(lambda: self.folder_export_requested.emit(row.folder))
        menu.delete_requested.connect(lambda: self._desk.delete(row.folder))
        return menu

    def _folders_menu(self) -> FoldersMenu:
        from kochat_gui.ui.sidebar.conversation_menu import FoldersMenu

        ids = self._selected_ids()
        menu = FoldersMenu(self._desk.folders(), self._sidebar.list.selected(), self._sidebar)
        menu.chosen.connect(lambda folder_id: self.organizer.move(ids, folder_id))
        menu.new_requested.connect(lambda: self._make_folder(ids))
        return menu

    def _tags_menu(self) -> TagsMenu:
        from kochat_gui.ui.sidebar.conversation_menu import TagsMenu

        ids = self._selected_ids()
        tags: list[str] = []
        self.organizer.attempt(lambda: tags.extend(self._library.tags()))
        menu = TagsMenu(tags, self._sidebar.list.selected(), self._sidebar)
        menu.toggled.connect(lambda tag, is_on: self.organizer.tag(ids, tag, is_on=is_on))
        menu.new_requested.connect(lambda: self._ask_tag(ids))
        return menu

    def _ask_tag(self, ids: Sequence[ConversationId]) -> None:
        self._tagged = ids
        self._sidebar.name_tag()

    def _on_deleted(self, ids: list[ConversationId]) -> None:
        self._left_id = None
        if self._open_id not in ids:
            return
        self._left_id = self._open_id
        view = self._sidebar.list
        here = view.currentIndex().row() if view.hasFocus() else None
        self.open_requested.emit(None)
        if here is not None:
            # Where Ctrl+Z takes it back.
            view.setFocus(Qt.FocusReason.OtherFocusReason)
            view.select_near(here)

    def _on_restored(self, ids: list[ConversationId]) -> None:
        left, self._left_id = self._left_id, None
        if left is not None and left in ids:
            self.open_requested.emit(left)


def _pop_up(menu: QMenu, place: QPoint) -> None:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(place)
