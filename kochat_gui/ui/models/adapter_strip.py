"""The adapters of the current model, above the box in which messages are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.plain_text import button_text, plain_tooltip, shortened
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.core.models import ModelSpec
    from kochat_gui.services.model_workshop import AdapterChoiceView, ModelWorkshop

_MAX_CHIPS = 8
_MAX_NAME_CHARS = 14
_MAX_WIDTH = 780
_MARGIN, _GAP = 20, 6


class AdapterStrip(QWidget):
    """A chip for each adapter for which there is room; a click switches it. Hidden without any.

    Signals: manage_requested(); failed(UserFacingError).
    """

    manage_requested = Signal()
    failed = Signal(object)

    def __init__(self, workshop: Callable[[], ModelWorkshop], appearance: Appearance) -> None:
        super().__init__()
        self._workshop = workshop
        self._appearance = appearance
        self._spec: ModelSpec | None = None
        self._label = QPushButton(translate("AdapterStrip", "Adapters"))
        self._label.setObjectName("quiet_small")
        self._label.setToolTip(translate("AdapterStrip", "Change adapters on the models page"))
        self._label.clicked.connect(self.manage_requested)
        self._more = QPushButton()
        self._more.setObjectName("quiet_small")
        self._more.clicked.connect(self.manage_requested)
        self._chips: list[QPushButton] = []
        self._adapter_count = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_MARGIN, 0, _MARGIN, _GAP)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self._label)
        self._row.addWidget(self._more)
        self._row.addStretch(1)
        appearance.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def set_status(self, status: ModelStatus) -> None:
        """Another model, or another state of it."""
        if status.spec != self._spec:
            self._spec = status.spec
            self.refresh()

    def on_adapters_changed(self, model_id: str) -> None:
        """Adapters of a model were added, removed, switched or scaled."""
        if self._spec is not None and self._spec.model_id == model_id:
            self.refresh()

    def refresh(self) -> None:
        """Show the adapters of the current model as they are now."""
        views = self._adapters()
        had_focus = next((i for i, chip in enumerate(self._chips) if chip.hasFocus()), None)
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(view) for view in views[:_MAX_CHIPS]]
        self._adapter_count = len(views)
        for index, chip in enumerate(self._chips):
            self._row.insertWidget(index + 1, chip)
        self.setVisible(bool(views))
        self._fit()
        if had_focus is not None and had_focus < len(self._chips):
            self._chips[had_focus].setFocus()

    def minimumSizeHint(self) -> QSize:
        # Chips give way to the window, not the other way round.
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many chips as there is room for, the first in any case."""
        room = self.width() - 2 * _MARGIN - self._label.sizeHint().width()
        self._more.setText(_more_text(self._adapter_count))
        for_more = self._more.sizeHint().width() + _GAP
        shown = 0
        for chip in self._chips:
            room -= chip.sizeHint().width() + _GAP
            is_last = shown + 1 == self._adapter_count
            if shown and room < (0 if is_last else for_more):
                break
            shown += 1
        for index, chip in enumerate(self._chips):
            chip.setVisible(index < shown)
        self._more.setText(_more_text(self._adapter_count - shown))
        self._more.setVisible(shown < self._adapter_count)

    def _adapters(self) -> list[AdapterChoiceView]:
        if self._spec is None:
            return []
        try:
            return self._workshop().adapters(self._spec)
        except UserFacingError as error:
            self.failed.emit(error)
            return []

    def _chip(self, view: AdapterChoiceView) -> QPushButton:
        name = shortened(view.adapter.name, _MAX_NAME_CHARS)
        text = _chip_text(view).format(name=name, scale=f"{view.scale:.2f}".rstrip("0").rstrip("."))
        chip = QPushButton(button_text(text))
        chip.setObjectName("toggle_chip")
        chip.setCheckable(True)
        chip.setChecked(view.is_on)
        # One that cannot be used stops answers while it is on.
        chip.setEnabled(view.problem is None or view.is_on)
        chip.setAccessibleName(text)
        chip.setToolTip(
            plain_tooltip(view.problem.text() if view.problem is not None else view.adapter.name)
        )
        chip.clicked.connect(lambda is_on: self._switch(view, is_on=is_on))
        return chip

    def _switch(self, view: AdapterChoiceView, *, is_on: bool) -> None:
        if self._spec is None:
            return
        adapter_id = view.adapter.adapter_id
        try:
            self._workshop().set_adapter(self._spec, adapter_id, view.scale, is_on=is_on)
        except UserFacingError as error:
            self.failed.emit(error)
            self.refresh()

    def _restyle(self) -> None:
        self.setMaximumWidth(self._appearance.px(_MAX_WIDTH) + 32)
        self._fit()


def _more_text(count: int) -> str:
    return translate("AdapterStrip", "{count} more").format(count=count)


def _chip_text(view: AdapterChoiceView) -> str:
    if view.problem is not None:
        return translate("AdapterStrip", "{name} · cannot be used")
    if view.is_on:
        return translate("AdapterStrip", "{name} ×{scale}")
    return translate("AdapterStrip", "{name} · off")
