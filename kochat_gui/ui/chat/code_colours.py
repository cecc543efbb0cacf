"""Colours of code, computed once when a code block is finished."""

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType
from pygments.util import ClassNotFound
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from kochat_gui.ui.theme import Appearance, Role

MAX_COLOURED_CHARS = 50_000
_KINDS: tuple[tuple[_TokenType, Role], ...] = (
    (Comment, Role.INK_THIRD),
    (Keyword, Role.CODE_KEYWORD),
    (String, Role.CODE_STRING),
    (Number, Role.CODE_NUMBER),
    (Name.Function, Role.CODE_NAME),
    (Name.Class, Role.CODE_NAME),
    (Name.Builtin, Role.CODE_NAME),
    (Name.Tag, Role.CODE_NAME),
)

Span = tuple[int, int, Role]
"""Start in the line and length, both in UTF-16 units as Qt counts them, and the colour's role."""


def coloured_lines(code: str, language: str) -> list[list[Span]]:
    """The coloured stretches of each line; none for an unknown language or very long code."""
    if not language or len(code) > MAX_COLOURED_CHARS:
        return []
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return []
    lines: list[list[Span]] = [[]]
    column = 0
    for kind, text in lex(code, lexer):
        role = next((role for parent, role in _KINDS if _is_kind(kind, parent)), None)
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
                column = 0
            length = len(part.encode("utf-16-le")) // 2
            if role is not None and length:
                lines[-1].append((column, length, role))
            column += length
    return lines


def _is_kind(kind: _TokenType, parent: _TokenType) -> bool:
    """Whether ``kind`` is ``parent`` or one of its subtypes; token types are tuples of names."""
    return tuple(kind[: len(parent)]) == tuple(parent)


class CodeHighlighter(QSyntaxHighlighter):
    """Paints what :func:`coloured_lines` found."""

    def __init__(
        self, document: QTextDocument, lines: list[list[Span]], appearance: Appearance
    ) -> None:
        super().__init__(document)
        self._lines = lines
        self._appearance = appearance

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for start, length, role in self._lines[number] if number < len(self._lines) else ():
            style = QTextCharFormat()
            style.setForeground(self._appearance.colour(role))
            self.setFormat(start, length, style)
