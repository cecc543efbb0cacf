"""The window that says why there is no other: started from an icon, nobody reads anything else."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPushButton, QVBoxLayout

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import application_icon
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.start import bare_application
from kochat_gui.ui.theme import Appearance

_WIDTH = 400


class StartMessage(QDialog):
    """Why the conversations could not be opened; its button or Esc closes it."""

    def __init__(self, error: UserFacingError, appearance: Appearance) -> None:
        super().__init__()
        self.setWindowTitle("KoChat")
        summary, *more = error.lines()
        close = QPushButton(translate("StartMessage", "Close"))
        close.setObjectName("primary")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        for text, name in ((summary, "item_name"), ("\n".join(more), "note")):
            shown = Paragraph(text, name)
            # A path in it may be needed elsewhere.
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setVisible(bool(text))
            shown.setFixedWidth(appearance.px(_WIDTH))
            column.addWidget(shown)
        column.addSpacing(8)
        column.addLayout(foot)
        # As high as the text in that width is.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)


def show_start_error(error: UserFacingError) -> None:
    """Show why the window does not open, and return when that was closed."""
    application = bare_application()
    appearance = Appearance(application, "system", 100)
    appearance.put_style_sheet()
    application.setWindowIcon(application_icon())
    StartMessage(error, appearance).exec()
