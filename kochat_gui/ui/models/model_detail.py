"""Everything about one model: what it is, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.ui.models.adapter_section import AdapterSection
from kochat_gui.ui.models.level_section import LevelSection
from kochat_gui.ui.models.model_facts import Fact, badges
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph
from kochat_gui.ui.theme import Appearance

_MAX_WIDTH = 744
_MARGIN = 24


class ModelDetail(QScrollArea):
    """Signals: use_requested(), folder_requested(), remove_requested(), import_requested()."""

    use_requested = Signal()
    folder_requested = Signal()
    remove_requested = Signal()
    import_requested = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.levels = LevelSection(appearance)
        self.adapters = AdapterSection(appearance)
        self._name = ElidedLabel("page_title")
        self._path = ElidedLabel("caption")
        self._badges = QLabel()
        self._badges.setObjectName("badge")
        self._badges.setTextFormat(Qt.TextFormat.PlainText)
        self._use = QPushButton()
        self._use.setObjectName("primary")
        self._folder = _small_button(translate("ModelDetail", "Show in folder"))
        self._import = _small_button(translate("ModelDetail", "Original tokenizer.json…"))
        self._remove = _small_button("")
        self._remarks = QVBoxLayout()
        self._remarks.setSpacing(6)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(16)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self._inside = QWidget()
        self._build()
        self._connect()
        self._restyle()

    def show_model(
        self, spec: ModelSpec, facts: Sequence[Fact], *, is_current: bool, is_ours: bool
    ) -> None:
        """Show one model; its levels and adapters are told to their own parts.

        ``is_ours``: its files are in the models folder, and go to the trash with it.
        """
        self._name.set_full_text(spec.name)
        came_along = translate("ModelDetail", "It came with the program.")
        self._path.set_full_text(came_along if spec.is_demo else str(spec.path))
        self._badges.setText(" · ".join(badges(spec)))
        self._badges.setVisible(bool(self._badges.text()))
        self._use.setText(
            translate("ModelDetail", "In use") if is_current else translate("ModelDetail", "Use")
        )
        self._use.setEnabled(not is_current)
        self._import.setVisible(spec.format is ModelFormat.GGML)
        self._remove.setText(
            translate("ModelDetail", "Move to trash")
            if is_ours
            else translate("ModelDetail", "Take off the list")
        )
        self._remove.setEnabled(not spec.is_demo)
        self._remove.setToolTip(
            translate("ModelDetail", "It came with the program and stays.") if spec.is_demo else ""
        )
        _empty(self._remarks)
        for remark in spec.remarks:
            self._remarks.addWidget(Paragraph(remark.text(), "remark"))
        _empty(self._facts)
        for row, fact in enumerate(facts):
            self._facts.addWidget(Paragraph(fact.label, "field"), row, 0, Qt.AlignmentFlag.AlignTop)
            value = Paragraph(fact.value, "fact")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(value, row, 1)

    def go_to_top(self) -> None:
        """Show the beginning again."""
        self.verticalScrollBar().setValue(0)

    def focus_first(self) -> None:
        """Put the keyboard focus on the first thing that can be done."""
        button = self._use if self._use.isEnabled() else self._folder
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self._inside.setObjectName("panel_inside")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._name, 1)
        head.addWidget(self._use)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for button in (self._folder, self._remove):
            actions.addWidget(button)
        actions.addStretch(1)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(_MARGIN, 4, _MARGIN, _MARGIN)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._badges)
        column.addWidget(self._path)
        column.addLayout(self._remarks)
        column.addSpacing(4)
        column.addLayout(self._facts)
        column.addSpacing(4)
        column.addLayout(actions)
        column.addWidget(self._import, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(16)
        column.addWidget(self.levels)
        column.addSpacing(16)
        column.addWidget(self.adapters)
        column.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._inside)

    def _connect(self) -> None:
        self._use.clicked.connect(self.use_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._import.clicked.connect(self.import_requested)
        self._remove.clicked.connect(self.remove_requested)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._inside.setMaximumWidth(self._appearance.px(_MAX_WIDTH) + 2 * _MARGIN)
        self._facts.setColumnMinimumWidth(0, self._appearance.px(72))


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _small_button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("small")
    return button
