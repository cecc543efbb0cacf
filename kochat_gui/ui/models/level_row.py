"""One quantization level: what it means, what it costs, whether its file is there."""

from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import QUANTIZATIONS, QuantizationChoice
from kochat_gui.ui.focus_chain import is_focus_lost, set_visible
from kochat_gui.ui.header.card_texts import fit_text
from kochat_gui.ui.header.model_texts import level_phrase, size_text
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance, Role

_DOT = 7
_GAP = 3
_STEPS = 3


class FileState(Enum):
    """Where the file of a level is."""

    OWN = "own"
    """It is the model's own file."""
    MADE = "made"
    """KoChat made it, and can delete it."""
    ABSENT = "absent"
    MAKING = "making"
    LEAVING = "leaving"
    """It is going to be deleted, which can still be undone."""


class LevelRow(QFrame):
    """Signals: use_requested(), make_requested(), cancel_requested(), delete_requested(),
    undo_requested().
    """

    use_requested = Signal()
    make_requested = Signal()
    cancel_requested = Signal()
    delete_requested = Signal()
    undo_requested = Signal()

    def __init__(self, appearance: Appearance, choice: QuantizationChoice) -> None:
        super().__init__()
        self.setObjectName("item")
        self._name = QLabel(choice.name)
        self._name.setObjectName("item_name")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        known = QUANTIZATIONS.get(choice.name)
        self._quality = _Quality(appearance, known.quality) if known is not None else None
        self._marks = QLabel()
        self._marks.setObjectName("badge")
        self._marks.setTextFormat(Qt.TextFormat.PlainText)
        self._detail = Paragraph("", "caption")
        self._fit = QLabel()
        self._fit.setTextFormat(Qt.TextFormat.PlainText)
        self._progress = QProgressBar()
        self._use = self._button(translate("LevelRow", "Use"), self.use_requested)
        self._make = self._button(translate("LevelRow", "Make"), self.make_requested)
        self._cancel = self._button(translate("LevelRow", "Cancel"), self.cancel_requested)
        self._delete = self._button(translate("LevelRow", "Delete file"), self.delete_requested)
        self._undo = self._button(translate("LevelRow", "Undo"), self.undo_requested)
        self._build()
        self.show_choice(choice, FileState.ABSENT, is_current=False)

    def show_choice(
        self, choice: QuantizationChoice, state: FileState, *, is_current: bool
    ) -> None:
        """Show what the level costs and what can be done about its file."""
        sizes = translate("LevelRow", "{phrase} · {file} file · {memory} of memory")
        self._detail.setText(
            sizes.format(
                phrase=level_phrase(choice.name),
                file=size_text(choice.size_bytes),
                memory=size_text(choice.memory.total),
            )
        )
        text, role = fit_text(choice.fit)
        self._fit.setText(text)
        self._fit.setObjectName(f"{role.value}_caption")
        self._fit.style().unpolish(self._fit)
        self._fit.style().polish(self._fit)
        self._marks.setText(" · ".join(_marks(choice, state, is_current)))
        self._marks.setVisible(bool(self._marks.text()))
        self._progress.setVisible(state is FileState.MAKING)
        set_visible(
            {
                self._use: not is_current and state is not FileState.LEAVING,
                self._make: state is FileState.ABSENT,
                self._cancel: state is FileState.MAKING,
                self._delete: state is FileState.MADE and not is_current,
                self._undo: state is FileState.LEAVING,
            }
        )
        for button in (self._use, self._make, self._cancel, self._delete, self._undo):
            button.setAccessibleName(f"{choice.name}: {button.text()}")

    def show_progress(self, progress: float | None) -> None:
        """How far making the file is, 0–1; None while it waits."""
        self._progress.setRange(0, 0 if progress is None else 1000)
        self._progress.setValue(round(1000 * (progress or 0)))
        percent: str = translate("LevelRow", "waiting")
        if progress is not None:
            percent = translate("LevelRow", "{percent} %").format(percent=round(100 * progress))
        self._marks.setText(percent)
        self._marks.show()

    def focusNextPrevChild(self, next: bool) -> bool:
        # "Use" brings another model: that is not what is gone on with.
        if is_focus_lost(self) and self.window().focusWidget() is not self._use:
            for button in (self._cancel, self._undo, self._delete, self._make):
                if button.isVisible():
                    button.setFocus(Qt.FocusReason.OtherFocusReason)
                    return True
        return super().focusNextPrevChild(next)

    def _button(self, text: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("small")
        button.clicked.connect(signal)
        return button

    def _build(self) -> None:
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress.setMinimumWidth(60)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        if self._quality is not None:
            head.addWidget(self._quality)
        head.addWidget(self._marks)
        head.addStretch(1)
        head.addWidget(self._progress)
        for button in (self._cancel, self._undo, self._delete, self._make, self._use):
            head.addWidget(button)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self._detail, 1)
        below.addWidget(self._fit, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(3)
        column.addLayout(head)
        column.addLayout(below)


def _marks(choice: QuantizationChoice, state: FileState, is_current: bool) -> list[str]:
    texts = {
        FileState.OWN: translate("LevelRow", "this file"),
        FileState.MADE: translate("LevelRow", "made"),
        FileState.LEAVING: translate("LevelRow", "deleted soon"),
    }
    found: list[str] = []
    if is_current:
        found.append(translate("LevelRow", "in use"))
    if choice.is_recommended:
        found.append(translate("LevelRow", "recommended"))
    if state in texts:
        found.append(texts[state])
    return found


class _Quality(QWidget):
    """Three dots, as many filled as the level keeps of the original."""

    def __init__(self, appearance: Appearance, quality: int) -> None:
        super().__init__()
        self._appearance = appearance
        self._quality = quality
        text = translate("LevelRow", "Quality {quality} of 3").format(quality=quality)
        self.setAccessibleName(text)
        self.setToolTip(text)
        appearance.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        size = self._appearance.px(_DOT)
        return QSize(_STEPS * size + (_STEPS - 1) * _GAP, size + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        size = self._appearance.px(_DOT)
        for step in range(_STEPS):
            role = Role.ACCENT if step < self._quality else Role.LINE
            painter.setBrush(self._appearance.colour(role))
            top = (self.height() - size) / 2
            painter.drawEllipse(QRectF(step * (size + _GAP), top, size, size))
