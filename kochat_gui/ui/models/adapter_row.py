"""One adapter of a model: on or off, how strong, and what is wrong with it."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
)

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import AdapterSpec
from kochat_gui.services.model_workshop import AdapterChoiceView
from kochat_gui.ui.header.model_texts import size_text
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph, shortened
from kochat_gui.ui.theme import Appearance, Role

MAX_SHOWN_SCALE = 2.0
_STEPS = 100
"""Slider steps per 1.0 of scale."""
_TELL_DELAY_MS = 150
_MAX_NAME_CHARS = 80


class AdapterRow(QFrame):
    """Signals: changed(float scale, bool is_on) shortly after the last move; removed()."""

    changed = Signal(float, bool)
    removed = Signal()

    def __init__(self, appearance: Appearance, view: AdapterChoiceView) -> None:
        super().__init__()
        self.setObjectName("item")
        self._appearance = appearance
        self._switch = QCheckBox()
        self._name = ElidedLabel("item_name")
        self._detail = ElidedLabel("caption")
        self._slider = _Slider(Qt.Orientation.Horizontal)
        self._number = _Number()
        self._remove = QToolButton()
        self._problem = Paragraph("", "danger_text")
        # A slider tells each pixel; each telling is written to the disk.
        self._timer = QTimer(self, singleShot=True, interval=_TELL_DELAY_MS)
        self._build()
        self._connect()
        self._restyle()
        self.show_view(view)

    @property
    def is_being_changed(self) -> bool:
        """Something was moved and not told yet."""
        return self._timer.isActive() or self._slider.isSliderDown()

    def show_view(self, view: AdapterChoiceView) -> None:
        """Show an adapter without announcing it."""
        adapter = view.adapter
        self._name.set_full_text(adapter.name)
        self._detail.set_full_text(_detail(adapter))
        self._detail.setVisible(adapter.rank > 0)
        name = shortened(adapter.name, _MAX_NAME_CHARS)
        for widget, text in (
            (self._switch, translate("AdapterRow", "Use {name}")),
            (self._slider, translate("AdapterRow", "Strength of {name}")),
            (self._number, translate("AdapterRow", "Strength of {name}")),
            (self._remove, translate("AdapterRow", "Take {name} off")),
        ):
            widget.setAccessibleName(text.format(name=name))
        with (
            QSignalBlocker(self._switch),
            QSignalBlocker(self._slider),
            QSignalBlocker(self._number),
        ):
            self._switch.setChecked(view.is_on)
            # One beyond the slider was set elsewhere; it is not to be lost by looking at it.
            self._number.setMaximum(max(MAX_SHOWN_SCALE, view.scale))
            self._number.setValue(view.scale)
            self._slider.setValue(round(view.scale * _STEPS))
        self._problem.setText(view.problem.text() if view.problem is not None else "")
        self._problem.setVisible(view.problem is not None)
        is_usable = view.problem is None
        # One that cannot be used stops answers while it is on.
        self._switch.setEnabled(is_usable or view.is_on)
        self._slider.setEnabled(is_usable)
        self._number.setEnabled(is_usable)

    def flush(self) -> None:
        """Tell what was moved, now."""
        if self._timer.isActive():
            self._timer.stop()
            self._tell()

    def _build(self) -> None:
        self._slider.setRange(0, round(MAX_SHOWN_SCALE * _STEPS))
        self._slider.setSingleStep(5)
        self._slider.setPageStep(25)
        self._slider.setMinimumWidth(80)
        self._slider.setToolTip(translate("AdapterRow", "0 is without it, 1 as it was trained"))
        self._number.setDecimals(2)
        self._number.setSingleStep(0.05)
        self._number.setPrefix("×")
        self._number.lineEdit().setTextMargins(8, 0, 0, 0)
        self._remove.setObjectName("tool")
        self._remove.setToolTip(translate("AdapterRow", "Take off"))
        self._switch.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._switch)
        head.addWidget(self._name, 1)
        head.addWidget(self._remove)
        scale = QHBoxLayout()
        scale.setSpacing(12)
        scale.addWidget(self._slider, 1)
        scale.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._detail)
        column.addLayout(scale)
        column.addWidget(self._problem)

    def _connect(self) -> None:
        self._switch.toggled.connect(self._tell_now)
        self._slider.valueChanged.connect(self._on_slider)
        self._number.valueChanged.connect(self._on_number)
        self._remove.clicked.connect(self.removed)
        self._timer.timeout.connect(self._tell)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        side = self._appearance.px(18)
        self._remove.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), side))
        self._remove.setIconSize(QSize(side, side))
        self._number.setFixedWidth(self._appearance.px(84) + 12)

    def _on_slider(self, value: int) -> None:
        with QSignalBlocker(self._number):
            self._number.setValue(value / _STEPS)
        self._timer.start()

    def _on_number(self, value: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(value * _STEPS))
        self._timer.start()

    def _tell_now(self) -> None:
        self._timer.stop()
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self._number.value(), self._switch.isChecked())


def _detail(adapter: AdapterSpec) -> str:
    text = translate("AdapterRow", "rank {rank} · {size}").format(
        rank=adapter.rank, size=size_text(adapter.size_bytes)
    )
    if not adapter.base_name:
        return text
    base = translate("AdapterRow", "made for {base}").format(
        base=shortened(adapter.base_name, _MAX_NAME_CHARS)
    )
    return f"{text} · {base}"


# The wheel over the page scrolls it; it must not change a strength by accident.
class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Number(QDoubleSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
