"""Asks which model an adapter belongs to when it does not fit the one that is in use."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelSpec
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph, shortened

_MAX_NAME_CHARS = 60


class BaseDialog(QDialog):
    """Open it with ``open()``.

    Signals: chosen(ModelSpec) when a person confirms.
    """

    chosen = Signal(object)

    def __init__(
        self, adapter_name: str, reason: str, bases: list[ModelSpec], parent: QWidget
    ) -> None:
        """``reason``: why the current model will not do; ``bases``: models that will."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("BaseDialog", "Choose a model for the adapter"))
        self._bases = bases
        self._choice = QComboBox()
        # Long names must not make the dialog wider than the window.
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.setAccessibleName(translate("BaseDialog", "Model"))
        for spec in bases:
            self._choice.addItem(shortened(spec.name, _MAX_NAME_CHARS))
        name = ElidedLabel("panel_title")
        name.set_full_text(adapter_name)
        question = translate("BaseDialog", "It fits these models. Which one should it change?")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(name)
        column.addWidget(Paragraph(reason, "note"))
        column.addWidget(Paragraph(question, "note"))
        column.addWidget(self._choice)
        column.addWidget(self._buttons())
        self.setMinimumWidth(min(440, parent.width() - 20))

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("BaseDialog", "Cancel"))
        add = buttons.addButton(
            translate("BaseDialog", "Add and use the model"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        add.setObjectName("primary")
        buttons.accepted.connect(self._on_confirmed)
        buttons.rejected.connect(self.reject)
        return buttons

    def _on_confirmed(self) -> None:
        self.chosen.emit(self._bases[self._choice.currentIndex()])
        self.accept()
