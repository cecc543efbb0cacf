"""Large texts that were pasted: chips above the message, since laying them out takes long."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.flow_layout import FlowLayout
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance, Role

_GAP = 6


class PastedTexts(QWidget):
    """A click on a chip takes its text out.

    Signals: taken_out() after such a click.
    """

    taken_out = Signal()

    def __init__(self, appearance: Appearance, typed: QWidget, parent: QWidget) -> None:
        """Tab comes to the chips after ``typed``."""
        super().__init__(parent)
        self._typed = typed
        self._appearance = appearance
        self._texts: list[str] = []
        self._chips: list[QToolButton] = []
        self._row = FlowLayout(_GAP)
        self.setLayout(self._row)

    @property
    def texts(self) -> list[str]:
        """In the order in which they were pasted."""
        return list(self._texts)

    def add(self, text: str) -> None:
        """Show one more."""
        chip = QToolButton(self)
        chip.setObjectName("chip")
        chip.setText(
            translate("Composer", "Pasted text · {count} characters").format(count=f"{len(text):,}")
        )
        chip.setToolTip(translate("Composer", "Click to take it out"))
        chip.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), 14))
        chip.setIconSize(QSize(14, 14))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.clicked.connect(lambda: self._take_out(chip))
        QWidget.setTabOrder(self._chips[-1] if self._chips else self._typed, chip)
        self._texts.append(text)
        self._chips.append(chip)
        self._row.addWidget(chip)
        chip.show()
        self.show()

    def clear(self) -> None:
        """Show none."""
        while self._chips:
            self._remove(self._chips[-1])

    def _take_out(self, chip: QToolButton) -> None:
        self._remove(chip)
        self.taken_out.emit()

    def _remove(self, chip: QToolButton) -> None:
        index = self._chips.index(chip)
        del self._chips[index], self._texts[index]
        self._row.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self.setVisible(bool(self._chips))
