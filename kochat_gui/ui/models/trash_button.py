"""Brings back models that were moved to the trash, for as long as they are kept there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from kochat_gui.core.i18n import translate
from kochat_gui.services.model_workshop import RemovedModel
from kochat_gui.ui.plain_text import button_text, shortened

_MAX_NAME_CHARS = 60


class TrashButton(QPushButton):
    """Opens a menu of what can be brought back; hidden when there is nothing.

    Signals: restore_requested(RemovedModel).
    """

    restore_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quiet")
        self._models: list[RemovedModel] = []
        self.clicked.connect(self._open_menu)
        self.hide()

    def show_models(self, models: list[RemovedModel]) -> None:
        """Offer to bring back ``models``, the last one removed first."""
        self._models = list(reversed(models))
        self.setText(translate("TrashButton", "Trash ({count})").format(count=len(models)))
        self.setToolTip(translate("TrashButton", "Models are kept here for 30 days"))
        self.setVisible(bool(models))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for removed in self._models:
            name = button_text(shortened(removed.name, _MAX_NAME_CHARS))
            action = menu.addAction(translate("TrashButton", "Bring back {name}").format(name=name))
            action.triggered.connect(
                lambda _=False, removed=removed: self.restore_requested.emit(removed)
            )
        menu.popup(self.mapToGlobal(self.rect().topLeft()))
