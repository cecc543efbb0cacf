"""Searches all conversations while a person types, and opens what is found."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.services.assembly import Services
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.focus_chain import put_behind
from kochat_gui.ui.sidebar.sidebar import Sidebar, local_date
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.core.search import SearchHit
    from kochat_gui.ui.search.results_page import ResultsPage

_NOTICE_ID = "search"
_AGAIN_MS = 300
"""After the last of several changes, which often come together."""
_WAITING_MS = 400
"""What takes no longer is not worth a word."""


class SearchController(QObject):
    """Shows results in the place of the list for as long as there is something to look for.

    Signals: open_requested(SearchHit, str query); ended() when the field became empty.
    """

    open_requested = Signal(object, str)
    ended = Signal()

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        sidebar: Sidebar,
        appearance: Appearance,
        today: Callable[[], date] = local_date,
    ) -> None:
        """``today`` tells the date by the local clock."""
        super().__init__(sidebar)
        self._services = services
        self._sidebar = sidebar
        self._query = ""
        self._page_count = 1
        self._is_full = False
        self._wants_results = False
        self._appearance = appearance
        self._today = today
        self._task = BackgroundTask(self)
        self._places = BackgroundTask(self)
        self._models = BackgroundTask(self)
        self._waiting = QTimer(self, singleShot=True, interval=_WAITING_MS)
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._connect()
        bridge.conversations_changed.connect(self._on_conversations_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the field into the results."""
        is_down = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if is_down and event.type() == QEvent.Type.KeyPress and self._query:
            self.page.list.go_in()
            return True
        return False

    def _connect(self) -> None:
        sidebar = self._sidebar
        sidebar.search_field.installEventFilter(self)
        sidebar.search_changed.connect(self._on_query_changed)
        sidebar.results_requested.connect(self._on_results_requested)
        self._task.done.connect(self._on_found)
        self._task.failed.connect(self._on_failed)
        for task in (self._places, self._models):
            task.failed.connect(self._tell)
        self._again.timeout.connect(self._find)

    @functools.cached_property
    def page(self) -> ResultsPage:
        """What is found; made with the first query."""
        from kochat_gui.ui.search.results_page import ResultsPage

        sidebar, page = self._sidebar, ResultsPage(self._appearance, self._today)
        sidebar.pages.addWidget(page)
        # Tab would come last of all to what is made this late.
        put_behind(page, sidebar.search_field)
        page.list.activated_row.connect(self._on_activated)
        page.list.left_upwards.connect(sidebar.focus_search)
        page.list.escape_pressed.connect(self._leave)
        page.list.end_seen.connect(self._find_more)
        page.filters.filters_changed.connect(self._search)
        page.drop_filters_requested.connect(page.filters.clear)
        self._places.done.connect(page.filters.offer_places)
        self._models.done.connect(page.filters.offer_models)
        self._waiting.timeout.connect(page.show_waiting)
        return page

    def _on_query_changed(self, query: str) -> None:
        was_searching, self._query = bool(self._query), query.strip()
        self._wants_results = False
        if not self._query:
            self._end()
            return
        if not was_searching:
            self._sidebar.pages.setCurrentWidget(self.page)
            self._load_choices()
        self._search()

    def _end(self) -> None:
        self._task.cancel()
        self._waiting.stop()
        self._again.stop()
        self._sidebar.pages.setCurrentIndex(0)
        self.page.filters.clear()
        self.page.show_hits([], "", is_more=False)
        self.ended.emit()

    def _search(self) -> None:
        self._page_count = 1
        self._find()

    def _find_more(self) -> None:
        if self._is_full:
            self._is_full = False
            self._page_count += 1
            self._find()

    def _find(self) -> None:
        from kochat_gui.services.search import PAGE

        if not self._query:
            return
        query, filters, limit = self._query, self.page.filters.filters, self._page_count * PAGE
        search = self._services.search
        self._waiting.start()

        def find(cancel: CancelToken) -> tuple[str, list[SearchHit], bool]:
            hits = search.find(query, filters, limit, cancel)
            return query, hits, len(hits) >= limit

        self._task.start(find)

    def _on_found(self, result: tuple[str, list[SearchHit], bool]) -> None:
        query, hits, self._is_full = result
        self._waiting.stop()
        self.page.show_hits(hits, query, is_more=self._is_full)
        if self._wants_results:
            self._wants_results = False
            self.page.list.go_in()

    def _on_failed(self, error: UserFacingError) -> None:
        self._waiting.stop()
        self._wants_results = False
        self.page.show_hits([], self._query, is_more=False)
        self._tell(error)

    def _tell(self, error: UserFacingError) -> None:
        self._services.notices.post_error(error, _NOTICE_ID)

    def _on_conversations_changed(self) -> None:
        """Any change may add a result or take one away: a new message, an undo, another folder."""
        if self._query:
            self._again.start()

    def _on_results_requested(self) -> None:
        """Enter: the keyboard goes into the results as soon as they are those of the query."""
        self._wants_results = bool(self._query)

    def _on_activated(self, index: QModelIndex) -> None:
        hit = self.page.list.rows.hit(index)
        if hit is not None:
            self.open_requested.emit(hit, self._query)

    def _leave(self) -> None:
        self._sidebar.search_field.set_text("")
        self._sidebar.focus_search()

    def _load_choices(self) -> None:
        from kochat_gui.ui.search.filter_bar import Places

        library = self._services.library
        self._places.start(lambda _cancel: Places(library.folders(), list(library.tags())))
        # Goes through all messages, which may be many.
        self._models.start(lambda _cancel: library.model_names())
