"""The models on this computer, one row each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelSpec
from kochat_gui.ui.focus_chain import put_here
from kochat_gui.ui.header.card import CardRow, RowText
from kochat_gui.ui.header.model_texts import size_text
from kochat_gui.ui.models.model_facts import format_text
from kochat_gui.ui.plain_text import Paragraph, shortened
from kochat_gui.ui.theme import Appearance, Role

_MAX_NAME_CHARS = 120


class InstalledList(QScrollArea):
    """Signals: selected(str model_id) by a click or Enter."""

    selected = Signal(str)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._rows: dict[str, CardRow] = {}
        self._listed: list[tuple[ModelSpec, bool]] = []
        self._selected = ""
        self._empty = Paragraph("", "note")
        self._column = QVBoxLayout()
        self._column.setContentsMargins(12, 4, 12, 12)
        self._column.setSpacing(2)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        inside = QWidget()
        inside.setObjectName("panel_inside")
        inside.setLayout(self._column)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        self.show_models([], None)

    def show_models(self, models: list[ModelSpec], current_id: str | None) -> None:
        """List ``models``; ``current_id`` is the one that answers now."""
        listed = [(spec, spec.model_id == current_id) for spec in models]
        self._empty.setText(translate("InstalledList", "There is no model on this computer."))
        self._empty.setVisible(not models)
        if listed == self._listed:
            return
        self._listed = listed
        # Of the window: a file dialog may be over it, and then none of it has the focus.
        focused = self.window().focusWidget()
        before = self._rows
        self._rows = {spec.model_id: self._row(spec, is_current) for spec, is_current in listed}
        for index, row in enumerate(self._rows.values()):
            self._column.insertWidget(index + 1, row)
            # At once: one that is not seen yet cannot have the keyboard.
            row.show()
        put_here(self, self._rows.values())
        for model_id, row in before.items():
            if row is focused and model_id in self._rows:
                self._rows[model_id].setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()

    def select(self, model_id: str) -> None:
        """Mark a row without announcing it."""
        self._selected = model_id
        for row_id, row in self._rows.items():
            row.set_chosen(row_id == model_id)
        if model_id in self._rows:
            self.ensureWidgetVisible(self._rows[model_id], 0, 8)

    def focus_selected(self) -> bool:
        """Put the keyboard focus on the marked row, else the first; False when there is none."""
        row = self._rows.get(self._selected) or next(iter(self._rows.values()), None)
        if row is None:
            return False
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _row(self, spec: ModelSpec, is_current: bool) -> CardRow:
        row = CardRow(
            self._appearance,
            _row_text(spec, is_current=is_current),
            is_chosen=spec.model_id == self._selected,
        )
        row.clicked.connect(lambda: self.selected.emit(spec.model_id))
        return row


def _row_text(spec: ModelSpec, *, is_current: bool) -> RowText:
    parts = [size_text(spec.size_bytes), format_text(spec), spec.architecture, spec.licence]
    return RowText(
        shortened(spec.name, _MAX_NAME_CHARS),
        " · ".join(shortened(part, _MAX_NAME_CHARS) for part in parts if part),
        side_detail=translate("InstalledList", "in use") if is_current else "",
        side_role=Role.GOOD,
        badge=_badge(spec),
    )


def _badge(spec: ModelSpec) -> str:
    """Shorter than beside the model's facts: the name needs the room."""
    if spec.is_demo:
        return translate("InstalledList", "demonstration")
    return translate("InstalledList", "base model") if spec.is_base else ""
