"""Asks which conversations to write as files, and in which format."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.export_service import ExportFormat, Selection
from kochat_gui.ui.exchange.format_texts import format_row
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.header.card import CardRow
from kochat_gui.ui.plain_text import paragraph, plain_tooltip, shortened
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.work_strip import WorkStrip

_WIDTH, _HEIGHT = 540, 680
_MAX_LABEL_CHARS = 60


class ExportDialog(FittedDialog):
    """Open it with ``open()``; it stays until its owner calls ``accept()``.

    Signals: place_requested(Selection, ExportFormat) when a person wants to choose where;
    stop_requested().
    """

    place_requested = Signal(object, object)
    stop_requested = Signal()

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
        self._problem = paragraph("", "danger_text")
        self._problem.hide()
        self._work = WorkStrip()
        self._inside = QWidget()
        self._save = QPushButton(translate("ExportPage", "Choose a place…"))
        self._build()

    @property
    def export_format(self) -> ExportFormat:
        """The chosen one."""
        return self._format

    def begin_work(self) -> None:
        """Show that the files are being written."""
        self._problem.hide()
        self._work.begin(translate("ExportPage", "Exporting the conversations…"))
        self._set_idle(is_idle=False)

    def set_progress(self, done: float) -> None:
        """``done``: 0–1."""
        self._work.set_progress(done)

    def end_work(self) -> None:
        """Nothing is written any more."""
        self._work.end()
        self._set_idle(is_idle=True)

    def show_problem(self, error: UserFacingError) -> None:
        """Say what went wrong."""
        self._problem.setText(error.text())
        self._problem.show()

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
        self._inside.setObjectName("panel_inside")
        self._inside.setLayout(rows)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inside)
        self._work.cancelled.connect(self.stop_requested)
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
        column.addWidget(paragraph(translate("ExportPage", "Which conversations"), "field"))
        column.addWidget(self._what)
        column.addSpacing(6)
        column.addWidget(paragraph(translate("ExportPage", "As what"), "field"))
        column.addWidget(scroll, 1)
        column.addWidget(self._work)
        column.addWidget(self._problem)
        column.addLayout(foot)

    def _choose(self, chosen: ExportFormat) -> None:
        self._format = chosen
        for each, row in self._rows.items():
            row.set_chosen(each is chosen)

    def _set_idle(self, *, is_idle: bool) -> None:
        for widget in (self._what, self._inside, self._save):
            widget.setEnabled(is_idle)

    def _on_save(self) -> None:
        self._problem.hide()
        self.place_requested.emit(self._selections[self._what.currentIndex()], self._format)
