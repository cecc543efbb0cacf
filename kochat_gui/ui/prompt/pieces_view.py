"""Tokens of a text side by side: each on a ground of its own, its id at the pointer."""

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QBrush, QHelpEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QToolTip, QWidget

from kochat_gui.core.generation import TokenPiece
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.sealed_document import SealedDocument
from kochat_gui.ui.theme import Appearance, Role

MAX_SHOWN = 4_000
"""Tokens; laying more out would keep the window waiting."""
_MAX_PIECE_CHARS = 200
_BREAK = "⏎"
_GROUNDS = ((Role.ACCENT, 46), (Role.CODE_NUMBER, 40))
"""Colours and their opacity (0–255) that take turns."""
_LINE_HEIGHT_PERCENT = 160


class PiecesView(QTextEdit):
    """Read-only."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pieces")
        self._appearance = appearance
        self._pieces: Sequence[TokenPiece] = ()
        self._starts: list[int] = []
        self.setDocument(SealedDocument(self))
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        appearance.changed.connect(self._write)

    def show_pieces(self, pieces: Sequence[TokenPiece]) -> None:
        """Show these tokens, the first :data:`MAX_SHOWN` of them."""
        self._pieces = pieces
        self._write()

    def fit(self, width: int, most: int) -> None:
        """Take the height of the tokens at ``width``, up to ``most`` px."""
        self.document().setTextWidth(width)
        self.setFixedHeight(min(most, round(self.document().size().height()) + 2))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            piece = self._piece_at(event.pos())
            QToolTip.showText(event.globalPos(), f"{piece.token_id}" if piece else "", self)
            return True
        return super().viewportEvent(event)

    def _piece_at(self, place: QPoint) -> TokenPiece | None:
        position = self.cursorForPosition(place).position()
        index = bisect_right(self._starts, position) - 1
        return self._pieces[index] if 0 <= index < len(self._pieces) else None

    def _write(self) -> None:
        self.clear()
        self._starts.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block = QTextBlockFormat()
        block.setLineHeight(
            _LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        cursor.setBlockFormat(block)
        for index, piece in enumerate(self._pieces[:MAX_SHOWN]):
            self._starts.append(cursor.position())
            cursor.insertText(readable(piece), self._format(index, piece))
            if piece.text.endswith("\n"):
                cursor.insertText("\u2028", QTextCharFormat())
        if len(self._pieces) > MAX_SHOWN:
            rest = translate("PiecesView", "… and {count} more")
            text = rest.format(count=f"{len(self._pieces) - MAX_SHOWN:,}")
            cursor.insertText("\u2028" + text, QTextCharFormat())
        cursor.endEditBlock()

    def _format(self, index: int, piece: TokenPiece) -> QTextCharFormat:
        colour = self._appearance.colour
        made = QTextCharFormat()
        made.setFont(self._appearance.code_font(14))
        role, opacity = _GROUNDS[index % len(_GROUNDS)]
        ground = colour(role)
        ground.setAlpha(opacity)
        made.setBackground(QBrush(ground))
        made.setForeground(QBrush(colour(Role.ACCENT if piece.is_special else Role.INK)))
        return made


def readable(piece: TokenPiece) -> str:
    """The token with what cannot be seen made visible."""
    text = piece.text[:_MAX_PIECE_CHARS].replace("\r", "␍").replace("\n", _BREAK)
    text = text.replace("\t", "⇥").replace(" ", "▁").replace("\0", "␀")
    return text or "∅"
