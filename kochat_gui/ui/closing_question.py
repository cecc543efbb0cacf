"""Asks before the window closes with something that the disk has not taken."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.ui.chat.unsent_texts import Unstored
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance

_WIDTH = 400


def lost_by_closing(services: Services, texts: Unstored) -> list[str]:
    """A line for each kind of thing that is in memory alone, after one more try to store it."""
    conversations, drafts = 0, texts.drafts
    if not services.profile.database.outlasts_closing:
        conversations = len(services.library.list())
        drafts += bool(services.library.new_draft())
    counts = (
        (conversations, translate("ClosingQuestion", "{count} conversations")),
        (drafts, translate("ClosingQuestion", "{count} texts that are not sent yet")),
        (texts.edits, translate("ClosingQuestion", "{count} messages that are being changed")),
        (texts.settings, translate("ClosingQuestion", "{count} settings of conversations")),
        (services.store_answers(), translate("ClosingQuestion", "{count} answers")),
    )
    return [text.format(count=f"{count:,}") for count, text in counts if count]


class ClosingQuestion(QDialog):
    """Esc keeps the window open. Open it with ``open()``. Signals: close_requested()."""

    close_requested = Signal()

    def __init__(self, lost: Sequence[str], appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("KoChat")
        stay = QPushButton(translate("ClosingQuestion", "Keep open"))
        stay.setObjectName("primary")
        stay.setDefault(True)
        stay.clicked.connect(self.reject)
        leave = QPushButton(translate("ClosingQuestion", "Close anyway"))
        leave.setObjectName("danger")
        leave.setAutoDefault(False)
        leave.clicked.connect(self.close_requested)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(leave)
        foot.addWidget(stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        for text, name in (
            (translate("ClosingQuestion", "Not everything could be stored yet."), "item_name"),
            ("\n".join(f"· {line}" for line in lost), "notice_text"),
            (
                translate(
                    "ClosingQuestion",
                    "Closed now, this is lost. As long as KoChat is open, it stores it by itself "
                    "as soon as the disk takes it.",
                ),
                "note",
            ),
        ):
            shown = Paragraph(text, name)
            shown.setFixedWidth(appearance.px(_WIDTH))
            column.addWidget(shown)
        column.addSpacing(8)
        column.addLayout(foot)
        # As high as the text in that width is.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        stay.setFocus()
