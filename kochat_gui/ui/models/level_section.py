"""The quantization levels of one model, and the files that were made of it."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelSpec, QuantizationChoice
from kochat_gui.ui.header.card_texts import common_levels
from kochat_gui.ui.header.model_texts import size_text
from kochat_gui.ui.models.level_row import FileState, LevelRow
from kochat_gui.ui.plain_text import Paragraph, section_title
from kochat_gui.ui.theme import Appearance


@dataclass(frozen=True)
class LevelStates:
    """What goes on with the levels of one model."""

    current: str | None = None
    """The level that is in use; None when another model is."""
    deletable: frozenset[str] = frozenset()
    """Levels whose file KoChat made."""
    leaving: frozenset[str] = frozenset()
    """Levels whose file is going to be deleted."""
    making: frozenset[str] = frozenset()
    """Levels whose file is being made."""

    def file_state(self, choice: QuantizationChoice, spec: ModelSpec) -> FileState:
        """Where the file of ``choice`` is."""
        if choice.name in self.making:
            return FileState.MAKING
        if choice.name in self.leaving:
            return FileState.LEAVING
        if choice.name in self.deletable:
            return FileState.MADE
        is_own = choice.name == spec.quantization
        return FileState.OWN if is_own else FileState.ABSENT


class LevelSection(QFrame):
    """Signals, all with the name of a level: use_requested, make_requested, cancel_requested,
    delete_requested, undo_requested; export_requested().
    """

    use_requested = Signal(str)
    make_requested = Signal(str)
    cancel_requested = Signal(str)
    delete_requested = Signal(str)
    undo_requested = Signal(str)
    export_requested = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._rows: dict[str, LevelRow] = {}
        self._shown_for = ""
        self._is_all = False
        self._choices: list[QuantizationChoice] = []
        self._spec: ModelSpec | None = None
        self._states = LevelStates()
        self._note = Paragraph("", "caption")
        self._problem = Paragraph("", "danger_text")
        self._problem.hide()
        self._more = QPushButton()
        self._more.setObjectName("quiet")
        self._more.clicked.connect(self._on_more)
        export = QPushButton(translate("LevelSection", "Convert and save…"))
        export.setObjectName("small")
        export.setToolTip(
            translate("LevelSection", "Save a GGUF file of this model where you want it")
        )
        export.clicked.connect(self.export_requested)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(8)
        outside.addLayout(section_title(translate("LevelSection", "Quantization levels"), export))
        outside.addWidget(self._note)
        outside.addWidget(self._problem)
        outside.addLayout(self._column)
        outside.addWidget(self._more)

    def show_levels(
        self, spec: ModelSpec, choices: list[QuantizationChoice], states: LevelStates
    ) -> None:
        """Show the levels of ``spec``; hides itself for a model without any."""
        if spec.model_id != self._shown_for:
            self._shown_for = spec.model_id
            self._is_all = False
        self._spec, self._choices, self._states = spec, choices, states
        self._problem.hide()
        self._show()

    def show_problem(self, text: str) -> None:
        """Say why there are no levels to show."""
        self._choices = []
        self._show()
        self._problem.setText(text)
        self._problem.show()
        self.show()

    def show_progress(self, level: str, progress: float | None) -> None:
        """How far making the file of ``level`` is."""
        row = self._rows.get(level)
        if row is not None:
            row.show_progress(progress)

    def _show(self) -> None:
        spec, states = self._spec, self._states
        self.setVisible(bool(self._choices))
        common = common_levels(self._choices, states.current)
        shown = self._choices if self._is_all else common
        if list(self._rows) != [choice.name for choice in shown]:
            self._rebuild(shown)
        for choice in shown:
            if spec is not None:
                state = states.file_state(choice, spec)
                is_current = choice.name == states.current
                self._rows[choice.name].show_choice(choice, state, is_current=is_current)
        hidden = len(self._choices) - len(common)
        self._more.setVisible(hidden > 0)
        self._more.setText(
            translate("LevelSection", "Show usual levels only")
            if self._is_all
            else translate("LevelSection", "Show all levels ({count} more)").format(count=hidden)
        )
        self._note.setText(self._note_text())

    def _note_text(self) -> str:
        text = translate(
            "LevelSection",
            "Fewer bits make the file smaller and answers faster, but a little less exact.",
        )
        sizes = [
            choice.size_bytes for choice in self._choices if choice.name in self._states.deletable
        ]
        if not sizes:
            return text
        made = translate("LevelSection", "Files made so far take {size}.").format(
            size=size_text(sum(sizes))
        )
        return f"{text} {made}"

    def _rebuild(self, shown: list[QuantizationChoice]) -> None:
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {choice.name: self._row(choice) for choice in shown}
        for row in self._rows.values():
            self._column.addWidget(row)

    def _row(self, choice: QuantizationChoice) -> LevelRow:
        row = LevelRow(self._appearance, choice)
        name = choice.name
        row.use_requested.connect(lambda: self.use_requested.emit(name))
        row.make_requested.connect(lambda: self.make_requested.emit(name))
        row.cancel_requested.connect(lambda: self.cancel_requested.emit(name))
        row.delete_requested.connect(lambda: self.delete_requested.emit(name))
        row.undo_requested.connect(lambda: self.undo_requested.emit(name))
        return row

    def _on_more(self) -> None:
        self._is_all = not self._is_all
        self._show()
