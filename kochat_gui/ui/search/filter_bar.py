"""Chips that narrow a search: date, writer, folder, tag, model."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from kochat_gui.core.conversation import Folder, Role
from kochat_gui.core.i18n import translate
from kochat_gui.core.search import SearchFilters
from kochat_gui.ui.flow_layout import FlowLayout
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import button_text, plain_tooltip, shortened
from kochat_gui.ui.search.days_dialog import DaysDialog, shown_days
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

_MAX_NAME = 14
"""Characters of a name on a chip."""
_MAX_DAYS = 23
"""Two dates in different years, which fit the narrowest list."""
_ICON = 12


@dataclass(frozen=True)
class Places:
    """Where conversations may be."""

    folders: Sequence[Folder] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Choice:
    """One way to narrow a search."""

    text: str
    apply: Callable[[SearchFilters], SearchFilters]


class FilterChip(QPushButton):
    """Opens a menu; once something is chosen it says so, and a click takes the choice back.

    Signals: choice_changed().
    """

    choice_changed = Signal()

    def __init__(self, label: str, appearance: Appearance, longest: int = _MAX_NAME) -> None:
        """``longest``: characters of a choice that are shown; more are cut in the middle."""
        super().__init__(label)
        self._label = label
        self._longest = longest
        self._appearance = appearance
        self.choice: Choice | None = None
        self.choices: list[Choice] = []
        self.add_more: Callable[[QMenu], None] | None = None
        """Adds what is no ready choice to the menu."""
        self.setObjectName("filter_chip")
        self.setCheckable(True)
        self.clicked.connect(self._on_clicked)
        appearance.changed.connect(self._restyle)
        # The cross stands after the name.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._restyle()

    def choose(self, choice: Choice | None) -> None:
        """Narrow by ``choice``; None: by nothing."""
        if choice != self.choice:
            self.choice = choice
            self._restyle()
            self.choice_changed.emit()

    def offer(self, choices: Iterable[Choice]) -> None:
        """Have these in the menu; the chip hides when there are none."""
        self.choices = list(choices)
        self.setVisible(bool(self.choices) or self.choice is not None)

    def _on_clicked(self) -> None:
        self.setChecked(self.choice is not None)
        if self.choice is not None:
            self.choose(None)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for choice in self.choices:
            action = menu.addAction(button_text(shortened(choice.text, 60)))
            action.triggered.connect(lambda _checked=False, made=choice: self.choose(made))
        if self.add_more is not None:
            self.add_more(menu)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _restyle(self) -> None:
        choice = self.choice
        text = self._label if choice is None else shortened(choice.text, self._longest)
        self.setText(button_text(text))
        self.setChecked(choice is not None)
        accent = self._appearance.colour(ColourRole.ACCENT).name()
        size = self._appearance.px(_ICON)
        self.setIcon(icon("close", accent, size) if choice is not None else QIcon())
        self.setIconSize(QSize(size, size))
        if choice is None:
            self.setAccessibleName(self._label)
            self.setToolTip("")
        else:
            hint = translate("FilterBar", "{filter}: take this condition away")
            self.setAccessibleName(hint.format(filter=choice.text))
            self.setToolTip(plain_tooltip(hint.format(filter=choice.text)))


class FilterBar(QWidget):
    """Signals: filters_changed()."""

    filters_changed = Signal()

    def __init__(self, appearance: Appearance, today: Callable[[], date]) -> None:
        """``today`` tells the date by the local clock."""
        super().__init__()
        self._appearance = appearance
        self._today = today
        self._days = FilterChip(translate("FilterBar", "Date"), appearance, _MAX_DAYS)
        self._writer = FilterChip(translate("FilterBar", "Role"), appearance)
        self._folder = FilterChip(translate("FilterBar", "Folder"), appearance)
        self._tag = FilterChip(translate("FilterBar", "Tag"), appearance)
        self._model = FilterChip(translate("FilterBar", "Model"), appearance)
        self.chips = (self._days, self._writer, self._folder, self._tag, self._model)
        row = FlowLayout(4)
        self.setLayout(row)
        for chip in self.chips:
            row.addWidget(chip)
            chip.choice_changed.connect(self._on_changed)
        self._is_clearing = False
        self._days.add_more = self._offer_days
        self._days.offer(self._day_choices())
        self._writer.offer(_writer_choices())
        self.offer_places(Places())
        self.offer_models(())

    @property
    def filters(self) -> SearchFilters:
        """What is chosen."""
        filters = SearchFilters()
        for chip in self.chips:
            filters = filters if chip.choice is None else chip.choice.apply(filters)
        return filters

    @property
    def described(self) -> str:
        """What is chosen, for people; empty for nothing."""
        return " · ".join(chip.choice.text for chip in self.chips if chip.choice is not None)

    def offer_places(self, places: Places) -> None:
        """Offer the folders and tags that there are."""
        folders = (Choice(f.name, _narrowing(folder_id=f.folder_id)) for f in places.folders)
        self._folder.offer(folders)
        self._tag.offer(Choice(name, _narrowing(tag=name)) for name in places.tags)

    def offer_models(self, names: Sequence[str]) -> None:
        """Offer the models that wrote answers."""
        self._model.offer(Choice(name, _narrowing(model_name=name)) for name in names)

    def clear(self) -> None:
        """Take all choices back."""
        self._is_clearing = True
        for chip in self.chips:
            chip.choose(None)
        self._is_clearing = False
        self.filters_changed.emit()

    def _on_changed(self) -> None:
        if not self._is_clearing:
            self.filters_changed.emit()

    def _day_choices(self) -> list[Choice]:
        def since(days: int) -> Callable[[SearchFilters], SearchFilters]:
            return lambda old: replace(old, since=self._today() - timedelta(days=days))

        return [
            Choice(translate("FilterBar", "Today"), since(0)),
            Choice(translate("FilterBar", "Last 7 days"), since(7)),
            Choice(translate("FilterBar", "Last 30 days"), since(30)),
        ]

    def _offer_days(self, menu: QMenu) -> None:
        menu.addAction(translate("FilterBar", "Choose days…")).triggered.connect(self._ask_days)

    def _ask_days(self) -> None:
        dialog = DaysDialog(self._today(), self.window())
        dialog.chosen.connect(self._choose_days)
        dialog.open()

    def _choose_days(self, first: date, last: date) -> None:
        text = shown_days(first, last)
        self._days.choose(Choice(text, _narrowing(since=first, until=last)))


def _narrowing(**fields: Any) -> Callable[[SearchFilters], SearchFilters]:
    return lambda old: replace(old, **fields)


def _writer_choices() -> list[Choice]:
    return [
        Choice(translate("FilterBar", "My messages"), _narrowing(role=Role.USER)),
        Choice(translate("FilterBar", "Answers"), _narrowing(role=Role.ASSISTANT)),
        Choice(translate("FilterBar", "System messages"), _narrowing(role=Role.SYSTEM)),
    ]
