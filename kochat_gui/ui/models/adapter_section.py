"""The adapters of one model."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.services.model_workshop import AdapterChoiceView
from kochat_gui.ui.focus_chain import is_focus_lost
from kochat_gui.ui.models.adapter_row import AdapterRow
from kochat_gui.ui.plain_text import Paragraph, section_title
from kochat_gui.ui.theme import Appearance


class AdapterSection(QFrame):
    """Signals: add_requested(); changed(str adapter_id, float scale, bool is_on);
    removed(AdapterChoiceView).
    """

    add_requested = Signal()
    changed = Signal(str, float, bool)
    removed = Signal(object)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._rows: dict[str, AdapterRow] = {}
        self._views: dict[str, AdapterChoiceView] = {}
        self._add = QPushButton(translate("AdapterSection", "Add an adapter…"))
        self._add.setObjectName("small")
        self._add.clicked.connect(self.add_requested)
        self._note = Paragraph("", "caption")
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(8)
        outside.addLayout(section_title(translate("AdapterSection", "Adapters"), self._add))
        outside.addWidget(self._note)
        outside.addLayout(self._column)

    def show_adapters(self, spec: ModelSpec, views: list[AdapterChoiceView]) -> None:
        """Show the adapters of ``spec``; rows that are being moved are left as they are."""
        self.setVisible(spec.format is not ModelFormat.SCRIPT)
        self._views = {view.adapter.adapter_id: view for view in views}
        for gone in [adapter_id for adapter_id in self._rows if adapter_id not in self._views]:
            self._drop_row(gone)
        for index, (adapter_id, view) in enumerate(self._views.items()):
            row = self._rows.get(adapter_id)
            if row is None:
                self._insert_row(index, view)
            elif not row.is_being_changed:
                row.show_view(view)
        self._note.setText(_note(bool(views)))

    def flush(self) -> None:
        """Tell what was moved last, now."""
        for row in list(self._rows.values()):
            row.flush()

    def focusNextPrevChild(self, next: bool) -> bool:
        if is_focus_lost(self) and self._add.isVisible():
            self._add.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(next)

    def _insert_row(self, index: int, view: AdapterChoiceView) -> None:
        adapter_id = view.adapter.adapter_id
        row = AdapterRow(self._appearance, view)
        row.changed.connect(
            lambda scale, is_on: self.changed.emit(adapter_id, scale, is_on),
        )
        row.removed.connect(lambda: self.removed.emit(self._views[adapter_id]))
        self._rows[adapter_id] = row
        self._column.insertWidget(index, row)

    def _drop_row(self, adapter_id: str) -> None:
        row = self._rows.pop(adapter_id)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()


def _note(has_adapters: bool) -> str:
    if has_adapters:
        return translate(
            "AdapterSection",
            "Changes act from the next answer on, without loading the model again. "
            "Several can be on at once.",
        )
    return translate(
        "AdapterSection",
        "An adapter changes how a model speaks without changing its file. Add a LoRA folder "
        "or a GGUF adapter that was made for this model.",
    )
