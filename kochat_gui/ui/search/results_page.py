"""What stands below the search field while something is looked for."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.core.search import SearchHit
from kochat_gui.ui.plain_text import Paragraph, shortened
from kochat_gui.ui.search.filter_bar import FilterBar
from kochat_gui.ui.search.results_list import ResultsList
from kochat_gui.ui.theme import Appearance

_MAX_QUERY = 60


class ResultsPage(QWidget):
    """Filters, how much was found, and the results, or why there are none."""

    drop_filters_requested = Signal()
    """A person wants to search without conditions."""

    def __init__(self, appearance: Appearance, today: Callable[[], date]) -> None:
        """``today`` tells the date by the local clock."""
        super().__init__()
        self._today = today
        self.filters = FilterBar(appearance, today)
        self.list = ResultsList(appearance)
        self._count = QLabel()
        self._count.setObjectName("caption")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing = Paragraph("", "note")
        self._drop = QPushButton(translate("SearchResults", "Search without conditions"))
        self._drop.setObjectName("small")
        self._drop.clicked.connect(self.drop_filters_requested)
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(4, 8, 4, 0)
        empty.setSpacing(10)
        empty.addWidget(self._nothing)
        empty.addWidget(self._drop, 0, Qt.AlignmentFlag.AlignLeft)
        empty.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.filters)
        column.addWidget(self._count)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)
        self.show_waiting()

    def show_waiting(self) -> None:
        """It takes a while; what was found before stays."""
        self._count.setText(translate("SearchResults", "Searching…"))
        self._count.show()
        if not self.list.rows.rowCount():
            self._empty.hide()
            self.list.show()

    def show_hits(self, hits: Sequence[SearchHit], query: str, *, is_more: bool) -> None:
        """Show these; ``is_more``: there are others after them."""
        self.list.show_hits(hits, self._today())
        self.list.setVisible(bool(hits))
        self._count.setVisible(bool(hits))
        self._empty.setVisible(not hits)
        if hits:
            text = (
                translate("SearchResults", "{count} or more results")
                if is_more
                else translate("SearchResults", "{count} results")
            )
            self._count.setText(text.format(count=f"{len(hits):,}"))
            return
        described = self.filters.described
        lines = [
            translate("SearchResults", "Nothing was found for “{query}”.").format(
                query=shortened(query, _MAX_QUERY)
            )
        ]
        if described:
            lines.append(
                translate("SearchResults", "Conditions: {filters}").format(filters=described)
            )
        self._nothing.setText("\n".join(lines))
        self._drop.setVisible(bool(described))
