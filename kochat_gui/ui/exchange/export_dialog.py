"""Asks which conversations to write as files, and in which format."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.export_service import ExportFormat, Selection
from kochat_gui.ui.exchange.format_texts import format_row
from kochat_gui.ui.header.card import CardRow
from kochat_gui.ui.plain_text import Paragraph, plain_tooltip, shortened
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.work_dialog import WorkDialog, scrolled

_WIDTH, _HEIGHT = 540, 680
_MAX_LABEL_CHARS = 60


class ExportDialog(WorkDialog):
    """Open it with ``open()``; it stays until its owner calls ``accept()``.

    Signals: place_requested(Selection, ExportFormat) when a person wants to choose where, besides
    those of ``WorkDialog``.
    """

    place_requested = Signal(object, object)

    def __init__(
        self,
        selections: Sequence[tuple[str, Selection]],
        chosen: ExportFormat,
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``selections``: what can be exported, with its name; the first is preselected."""
        title = translate("ExportPage", "Export conversations")
        super().__init__(title, _WIDTH, _HEIGHT, appearance, parent)
        self._selections = [selection for _, selection in selections]
        self._what = QComboBox()
        # Long titles must not make the dialog wider than the window.
        self._what.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._what.setAccessibleName(translate("ExportPage", "Which conversations"))
        for name, _selection in selections:
            self._what.addItem(shortened(name, _MAX_LABEL_CHARS))
        self._format = chosen
        self._rows = {
            each: CardRow(appearance, format_row(each), is_chosen=each is chosen)
            for each in ExportFormat
        }
        self._inside = QWidget()
        self._save = QPushButton(translate("ExportPage", "Choose a place…"))
        self._build()

    @property
    def export_format(self) -> ExportFormat:
        """The chosen one."""
        return self._format

    def _build(self) -> None:
        rows = QVBoxLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        for each, row in self._rows.items():
            # Large text leaves no room for all of it.
            row.setToolTip(plain_tooltip(row.accessibleDescription()))
            row.clicked.connect(lambda _=False, each=each: self._choose(each))
            rows.addWidget(row)
        rows.addStretch(1)
        self._inside.setLayout(rows)
        scroll = scrolled(self._inside)
        self._save.setObjectName("primary")
        self._save.setDefault(True)
        self._save.clicked.connect(self._on_save)
        cancel = QPushButton(translate("ExportPage", "Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(Paragraph(translate("ExportPage", "Which conversations"), "field"))
        column.addWidget(self._what)
        column.addSpacing(6)
        column.addWidget(Paragraph(translate("ExportPage", "As what"), "field"))
        column.addWidget(scroll, 1)
        column.addWidget(self._work)
        column.addWidget(self._problem)
        column.addLayout(foot)

    def _choose(self, chosen: ExportFormat) -> None:
        self._format = chosen
        for each, row in self._rows.items():
            row.set_chosen(each is chosen)

    def _resting(self) -> Sequence[QWidget]:
        return self._what, self._inside, self._save

    def _on_save(self) -> None:
        self._problem.hide()
        self.place_requested.emit(self._selections[self._what.currentIndex()], self._format)
