"""Connects the page of deleted conversations with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationFilter, ConversationId
from kochat_gui.core.i18n import translate
from kochat_gui.services.events import ConversationsChanged
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.sidebar.organizer import Organizer
from kochat_gui.ui.sidebar.rows import NO_LIMIT, Part
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.ui.trash.trash_page import TrashPage

_PAGE = 200
_DELETED = ConversationFilter(is_deleted=True)


class TrashController(QObject):
    """The page is made when it is first asked for.

    Signals: closed() when a person closed the page, open_requested(object conversation_id),
    failed(UserFacingError).
    """

    closed = Signal()
    open_requested = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        library: ConversationLibrary,
        bridge: Bridge,
        organizer: Organizer,
        offer: UndoOffer,
        pages: QStackedWidget,
        appearance: Appearance,
    ) -> None:
        super().__init__(organizer)
        self._library = library
        self._organizer = organizer
        self._offer = offer
        self._stack = pages
        self._appearance = appearance
        self._page: TrashPage | None = None
        self._limit = _PAGE
        self._task = BackgroundTask(self)
        self._task.failed.connect(self.failed)
        bridge.conversations_changed.connect(self._on_changed)

    @property
    def is_open(self) -> bool:
        """The page is in the place of the conversation."""
        return self._page is not None and self._stack.currentWidget() is self._page

    def open(self) -> None:
        """Show the deleted conversations."""
        page = self._page or self._make_page()
        self._limit = _PAGE
        self._stack.setCurrentWidget(page)
        self._refresh()
        page.focus_list()

    def leave(self) -> None:
        """Show the conversation again; the keyboard stays where it is."""
        if self.is_open:
            self._stack.setCurrentIndex(0)

    def _close(self) -> None:
        self.leave()
        self.closed.emit()

    def _make_page(self) -> TrashPage:
        from kochat_gui.ui.trash.trash_page import TrashPage

        page = self._page = TrashPage(self._appearance, self._library.days_in_trash)
        page.closed.connect(self._close)
        page.restore_requested.connect(self._restore)
        page.delete_requested.connect(lambda: self._delete_for_good(self._selected()))
        page.empty_requested.connect(lambda: self._delete_for_good(None))
        page.list.activated_row.connect(lambda _index: self._restore_and_open())
        page.list.undo_pressed.connect(self._organizer.undo)
        page.list.all_wanted.connect(self._list_all)
        # Not while the list is being painted.
        page.list.more_seen.connect(self._grow, Qt.ConnectionType.QueuedConnection)
        self._stack.addWidget(page)
        return page

    def _selected(self) -> list[ConversationId]:
        assert self._page is not None
        return [conversation.conversation_id for conversation in self._page.list.selected()]

    def _on_changed(self, event: ConversationsChanged) -> None:
        if not self._offer.about.isdisjoint(event.conversation_ids):
            self._organizer.attempt(self._check_offer)
        self._refresh()

    def _check_offer(self) -> None:
        """What was deleted for good must not be offered to be taken back."""
        if not self._library.several([*self._offer.about]):
            self._offer.withdraw()

    def _refresh(self) -> None:
        if self.is_open:
            self._organizer.attempt(self._show)

    def _show(self) -> None:
        assert self._page is not None
        found = self._library.list(limit=self._limit + 1, wanted=_DELETED)
        self._page.show_part(Part(found[: self._limit], has_more=len(found) > self._limit))

    def _grow(self) -> None:
        self._limit += _PAGE
        self._refresh()

    def _list_all(self) -> None:
        self._limit = NO_LIMIT
        self._refresh()

    def _restore(self) -> bool:
        ids = self._selected()
        if not ids or not self._organizer.attempt(lambda: self._library.restore(*ids)):
            return False
        text = (
            translate("Trash", "The conversation was restored")
            if len(ids) == 1
            else translate("Trash", "{count} conversations were restored").format(
                count=f"{len(ids):,}"
            )
        )
        self._offer.offer(text, lambda: self._organizer.throw_away(ids))
        return True

    def _restore_and_open(self) -> None:
        ids = self._selected()
        if len(ids) == 1 and self._restore():
            self.open_requested.emit(ids[0])

    def _delete_for_good(self, ids: list[ConversationId] | None) -> None:
        """None: all. Beside the window: a long conversation takes a while."""
        library = self._library

        def work(_cancel: CancelToken) -> None:
            library.delete_for_good(*(library.listed_ids(_DELETED) if ids is None else ids))

        self._task.start(work)
