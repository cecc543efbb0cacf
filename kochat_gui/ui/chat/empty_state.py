"""What a new conversation begins with: a line of welcome and questions to try."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.ui.plain_text import Paragraph, plain_label
from kochat_gui.ui.theme import Appearance

_EXAMPLES = (
    QT_TRANSLATE_NOOP("EmptyState", "Hello, how are you?"),
    QT_TRANSLATE_NOOP("EmptyState", "I am so tired today"),
    QT_TRANSLATE_NOOP("EmptyState", "What is your name?"),
    QT_TRANSLATE_NOOP("EmptyState", "I am hungry"),
)
_WIDTH = 560


class EmptyState(QWidget):
    """Signals: example_chosen(str text); get_models_requested()."""

    example_chosen = Signal(str)
    get_models_requested = Signal()

    def __init__(
        self, appearance: Appearance, *, is_demo_only: bool, is_incognito: bool = False
    ) -> None:
        """``is_demo_only``: there is no other model than the built-in one."""
        super().__init__()
        welcome = plain_label(
            translate("EmptyState", "What would you like to talk about?"), "welcome"
        )
        welcome.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        examples = QGridLayout()
        examples.setSpacing(10)
        for index, key in enumerate(_EXAMPLES):
            text = key.text()
            button = QPushButton(text)
            button.setObjectName("example")
            button.clicked.connect(lambda _=False, text=text: self.example_chosen.emit(text))
            examples.addWidget(button, index // 2, index % 2)
        inside = QVBoxLayout()
        inside.setSpacing(22)
        inside.addStretch(2)
        inside.addWidget(welcome)
        if is_incognito:
            inside.addWidget(_incognito_text())
        inside.addLayout(examples)
        if is_demo_only:
            inside.addWidget(self._offer())
        inside.addStretch(3)
        box = QWidget()
        box.setLayout(inside)
        box.setMaximumWidth(appearance.px(_WIDTH))
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(box, 1000)
        row.addStretch(1)

    def _offer(self) -> QFrame:
        card = QFrame()
        card.setObjectName("offer_card")
        title = plain_label(translate("EmptyState", "Get a smarter model"), "panel_title")
        text = Paragraph(
            translate(
                "EmptyState",
                "The built-in model is a small one for trying out. It knows short everyday talk "
                "only. Open a larger Korean model for real answers.",
            ),
            "caption",
        )
        button = QPushButton(translate("EmptyState", "Open a model"))
        button.setObjectName("primary")
        button.clicked.connect(self.get_models_requested)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(title)
        texts.addWidget(text)
        row = QHBoxLayout(card)
        row.setContentsMargins(18, 16, 16, 16)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(button)
        return card


def _incognito_text() -> QLabel:
    text = Paragraph(
        translate(
            "EmptyState",
            "What you write here stays in memory: no file, no backup and no search will have it.",
        ),
        "caption",
    )
    text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return text
