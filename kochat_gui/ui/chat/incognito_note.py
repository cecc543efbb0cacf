"""The line above an incognito conversation that says what it is."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import Paragraph, plain_label
from kochat_gui.ui.theme import Appearance, Role


class IncognitoNote(QFrame):
    """Hidden until it is shown."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.setObjectName("incognito_note")
        self._icon = plain_label("", "mark")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 20, 8)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(
            Paragraph(
                translate(
                    "IncognitoNote",
                    "This conversation is not kept. It is gone when you close the window.",
                ),
                "caption",
            ),
            1,
        )
        self.hide()
        appearance.changed.connect(self._restyle)

    def showEvent(self, event: QShowEvent) -> None:
        self._restyle()
        super().showEvent(event)

    def _restyle(self) -> None:
        if self.isHidden():
            # Nobody sees the icon, which takes some of the start to draw.
            return
        side = self._appearance.px(18)
        colour = self._appearance.colour(Role.INK_SECOND).name()
        self._icon.setPixmap(icon("incognito", colour, side).pixmap(side, side))
