"""토큰 보기: how a text splits under one or more models."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelSpec
from kochat_gui.services.token_service import MAX_TOKENIZERS, TextSplit, TokenService
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.ime import storable
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph
from kochat_gui.ui.prompt.pieces_view import PiecesView
from kochat_gui.ui.theme import Appearance

EXAMPLE = "안녕하세요, 오늘은 날씨가 좋네요"
"""Of the Llama-2-Ko card: 7 tokens there, 29 with Llama 2's own vocabulary."""
MAX_CHARS = 20_000
_DELAY_MS = 250
_MODELS_HEIGHT = 120
_PIECES_HEIGHT = 220
_CARD_SIDES = 100


class TokensDialog(FittedDialog):
    """Open it with ``open()``."""

    def __init__(
        self,
        tokens: TokenService,
        models: Sequence[ModelSpec],
        current: ModelSpec | None,
        text: str,
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``current``: the model that is looked at first; ``text``: what is split first."""
        title = translate("TokensDialog", "How text becomes tokens")
        super().__init__(title, 720, 660, appearance, parent)
        self._tokens = tokens
        self._appearance = appearance
        self._boxes: dict[str, tuple[QCheckBox, ModelSpec]] = {}
        self._text = QPlainTextEdit(text[:MAX_CHARS] or EXAMPLE)
        self._is_cut = len(text) > MAX_CHARS
        """What is split is only the beginning of what was asked about."""
        self._note = Paragraph("", "caption")
        self._results = QVBoxLayout()
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._split)
        self._task = BackgroundTask(self)
        self._task.done.connect(self._show)
        self.finished.connect(self._task.cancel)
        self._build(models, current)
        self._split()

    def _build(self, models: Sequence[ModelSpec], current: ModelSpec | None) -> None:
        self._text.setObjectName("field_text")
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(self._appearance.px(96))
        self._text.setAccessibleName(translate("TokensDialog", "Text to split"))
        self._text.textChanged.connect(self._on_edited)
        self._results.setSpacing(14)
        self._results.addStretch(1)
        inside = QWidget()
        inside.setObjectName("panel_inside")
        inside.setLayout(self._results)
        self._results.setContentsMargins(0, 0, 6, 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText(translate("TokensDialog", "Close"))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(self._text)
        column.addWidget(self._model_boxes(models, current))
        column.addWidget(self._note)
        column.addWidget(_scrolling(inside), 1)
        column.addWidget(buttons)

    def _model_boxes(self, models: Sequence[ModelSpec], current: ModelSpec | None) -> QWidget:
        inside = QWidget()
        inside.setObjectName("panel_inside")
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 6, 0)
        rows.setSpacing(6)
        for spec in models:
            box = QCheckBox()
            box.setAccessibleName(spec.name)
            box.setChecked(current is not None and spec.model_id == current.model_id)
            box.toggled.connect(self._split)
            name = ElidedLabel("fact")
            name.set_full_text(spec.name)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(box)
            row.addWidget(name, 1)
            rows.addLayout(row)
            self._boxes[spec.model_id] = (box, spec)
        area = _scrolling(inside)
        area.setFixedHeight(
            min(self._appearance.px(_MODELS_HEIGHT), inside.sizeHint().height() + 4)
        )
        return area

    def _on_edited(self) -> None:
        self._is_cut = False
        self._timer.start()

    def _split(self) -> None:
        chosen = [spec for box, spec in self._boxes.values() if box.isChecked()]
        is_full = len(chosen) >= MAX_TOKENIZERS
        for box, _spec in self._boxes.values():
            box.setEnabled(box.isChecked() or not is_full)
        self._timer.stop()
        whole = storable(self._text.toPlainText())
        text = whole[:MAX_CHARS]
        self._is_cut = self._is_cut or len(text) < len(whole)
        if not chosen or not text:
            self._task.cancel()
            self._show([])
            self._note.setText(
                translate("TokensDialog", "Choose a model.")
                if text
                else translate("TokensDialog", "Type something.")
            )
            return
        self._note.setText(translate("TokensDialog", "Splitting…"))
        self._task.start(lambda cancel: self._tokens.split(text, chosen, cancel))

    def _show(self, splits: Sequence[TextSplit]) -> None:
        self._note.setText(self._note_text() if splits else "")
        while self._results.count() > 1:
            item = self._results.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, split in enumerate(splits):
            self._results.insertWidget(index, self._result(split))

    def _note_text(self) -> str:
        text = translate("TokensDialog", "Point at a token to see its number.")
        if not self._is_cut:
            return text
        cut = translate("TokensDialog", "Only the first {count} characters are split and counted.")
        return f"{cut.format(count=f'{MAX_CHARS:,}')} {text}"

    def _result(self, split: TextSplit) -> QWidget:
        card = QFrame()
        card.setObjectName("item")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        name = ElidedLabel("item_name")
        name.set_full_text(split.spec.name)
        column.addWidget(name)
        if split.error is not None:
            column.addWidget(Paragraph(split.error.text(), "danger_text"))
            return card
        facts = translate("TokensDialog", "{count} tokens · {rate} for each character")
        column.addWidget(
            Paragraph(
                facts.format(count=f"{split.count:,}", rate=f"{split.tokens_per_character:.2f}"),
                "caption",
            )
        )
        pieces = PiecesView(self._appearance)
        pieces.setAccessibleName(translate("TokensDialog", "Tokens"))
        pieces.show_pieces(split.pieces)
        pieces.fit(self.width() - _CARD_SIDES, self._appearance.px(_PIECES_HEIGHT))
        column.addWidget(pieces)
        return card


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
