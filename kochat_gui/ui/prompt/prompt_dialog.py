"""프롬프트 보기: exactly what a message sends to the model, as text and as tokens."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import RenderedPrompt
from kochat_gui.core.i18n import translate
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.chat.markdown_blocks import wrapped
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.prompt.pieces_view import PiecesView
from kochat_gui.ui.theme import Appearance

MAX_SHOWN_CHARS = 200_000


class PromptDialog(FittedDialog):
    """Open it with ``open()``. It asks ``render`` once, beside the window."""

    def __init__(
        self,
        render: Callable[[CancelToken], RenderedPrompt],
        template_label: Callable[[str], str],
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``template_label``: what people call a template of the registry."""
        title = translate("PromptDialog", "What is sent to the model")
        super().__init__(title, 720, 620, appearance, parent)
        self._template_label = template_label
        self._prompt: RenderedPrompt | None = None
        self._facts = Paragraph(translate("PromptDialog", "Making the prompt…"), "caption")
        self._text = QPlainTextEdit()
        self._pieces = PiecesView(appearance)
        self._pages = QStackedWidget()
        self._choice = QButtonGroup(self)
        self._copy = QPushButton(translate("PromptDialog", "Copy"))
        self._text.setFont(appearance.code_font())
        self._build()
        task = BackgroundTask(self)
        task.done.connect(self._show)
        task.failed.connect(self._fail)
        self.finished.connect(task.cancel)
        task.start(render)

    def _build(self) -> None:
        self._text.setObjectName("field_text")
        self._text.setReadOnly(True)
        self._text.setAccessibleName(translate("PromptDialog", "Prompt as text"))
        self._pieces.setAccessibleName(translate("PromptDialog", "Prompt as tokens"))
        self._pages.addWidget(self._text)
        self._pages.addWidget(self._pieces)
        switch = QHBoxLayout()
        switch.setSpacing(6)
        for index, text in enumerate(
            (translate("PromptDialog", "As text"), translate("PromptDialog", "As tokens"))
        ):
            button = QPushButton(text)
            button.setObjectName("toggle_chip")
            button.setCheckable(True)
            button.setChecked(index == 0)
            self._choice.addButton(button, index)
            switch.addWidget(button)
        switch.addStretch(1)
        switch.addWidget(self._copy)
        self._choice.idClicked.connect(self._pages.setCurrentIndex)
        self._copy.setObjectName("small")
        self._copy.setEnabled(False)
        self._copy.clicked.connect(self._on_copy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText(translate("PromptDialog", "Close"))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(self._facts)
        column.addLayout(switch)
        column.addWidget(self._pages, 1)
        column.addWidget(buttons)

    def _show(self, prompt: RenderedPrompt) -> None:
        self._prompt = prompt
        self._facts.setText(_facts(prompt, self._template_label(prompt.template)))
        self._text.setPlainText(wrapped(prompt.text[:MAX_SHOWN_CHARS]))
        self._pieces.show_pieces(prompt.tokens)
        self._copy.setEnabled(True)

    def _fail(self, error: UserFacingError) -> None:
        self._facts.setText(error.text())

    def _on_copy(self) -> None:
        if self._prompt is None:
            return
        if self._choice.checkedId() == 0:
            text = self._prompt.text
        else:
            text = ", ".join(str(piece.token_id) for piece in self._prompt.tokens)
        QGuiApplication.clipboard().setText(text)


def _facts(prompt: RenderedPrompt, template: str) -> str:
    count = translate("PromptDialog", "{count} tokens").format(count=f"{len(prompt.tokens):,}")
    lines = [f"{template} · {count}"]
    if prompt.stops:
        stops = " ".join(f"“{_visible(stop)}”" for stop in prompt.stops)
        lines.append(translate("PromptDialog", "The answer ends at: {stops}").format(stops=stops))
    if prompt.dropped_messages:
        text = translate("PromptDialog", "{count} older messages do not fit and are left out.")
        lines.append(text.format(count=prompt.dropped_messages))
    return "\n".join(lines)


def _visible(stop: str) -> str:
    return stop.replace("\n", "⏎")
