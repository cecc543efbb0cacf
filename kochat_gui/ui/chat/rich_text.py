"""Writes Markdown tokens into a QTextDocument, by cursor: no HTML, no images, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTableFormat,
)

from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.markdown_blocks import wrapped
from kochat_gui.ui.fonts import load_answer_fonts
from kochat_gui.ui.theme import BASE_TEXT_PX, Appearance, Role

if TYPE_CHECKING:
    from markdown_it.token import Token

LINE_HEIGHT_PERCENT = 150
"""Of Pretendard's own line, which is 1.19 em high: 1.65 is not reached by more than a hair."""
QUOTE_STEP = 18
"""How far a quote is set in, px at 100 %; its bar is painted in that room."""
LIST_STEP = 28
"""How far a list is set in, px at 100 %: as much as a number of two digits needs."""
QUOTE_DEPTH = int(QTextFormat.Property.UserProperty.value) + 1
"""Property of a block's format: how many quotes it is in."""
_IS_SPARE = QUOTE_DEPTH + 1
"""Property of the format of the empty block that Qt puts after a table, until it is used."""
_WIDE_NUMBER = 100
_BLOCK_GAP = 10
_HEADING_GAP = 18
_ITEM_GAP = 4
_HEADING_PX = {"h1": 21, "h2": 19, "h3": 17, "h4": 15, "h5": 15, "h6": 15}
_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)
_LINK_SCHEMES = ("http://", "https://", "mailto:")


@dataclass
class _OpenList:
    """A list that items are being added to."""

    format: QTextListFormat
    made: QTextList | None = None
    is_wide: bool = False
    """It is set in further for its numbers."""


@dataclass
class _Place:
    """Where in the tree of blocks the writer is."""

    quote_depth: int = 0
    list_depth: int = 0


@dataclass(frozen=True)
class _LastText:
    """The newest text of a block, and where in the tree it was written."""

    index: int
    """Of the token that opened it."""
    start: int
    """Its first character in the document."""
    base: QTextCharFormat
    place: _Place
    lists: tuple[_OpenList, ...]


class RichTextWriter:
    """Appends a top-level block at a cursor; colours and sizes are those of the appearance."""

    def __init__(self, cursor: QTextCursor, appearance: Appearance) -> None:
        load_answer_fonts()
        self._cursor = cursor
        self._appearance = appearance
        self._place = _Place()
        cursor.document().setIndentWidth(appearance.px(LIST_STEP))
        self._is_first = cursor.document().isEmpty()
        self._lists: list[_OpenList] = []
        self._item_begins = False
        self._tokens: Sequence[Token] = ()
        self._last_text: _LastText | None = None

    def write(self, tokens: Sequence[Token]) -> None:
        """Append one top-level block."""
        self._tokens = tokens
        self._write_from(0)

    def extend(self, tokens: Sequence[Token], added: str) -> bool:
        """Make the block, the last in the document, into one that has got more text: what comes
        before its last text stays as it is. False, with nothing changed, when that is others now.

        ``added``: text that was put behind the block meanwhile.
        """
        last, before = self._last_text, self._tokens
        if last is None or any(token.nesting != -1 for token in before[last.index + 2 :]):
            return False
        inline = last.index + 1
        if len(tokens) <= inline or not all(map(_is_same, before[:inline], tokens[:inline])):
            return False
        children = tokens[inline].children or []
        more = _more_of(before[inline].children or [], children, added)
        if more is None:
            self._cursor.setPosition(last.start)
            self._cursor.movePosition(
                QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor
            )
            self._cursor.removeSelectedText()
            more = children
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._tokens = tokens
        self._place, self._lists = replace(last.place), list(last.lists)
        self._item_begins = False
        self._write_inline(more, last.base)
        self._write_from(inline + 2)
        return True

    def _write_from(self, index: int) -> None:
        tokens = self._tokens
        while index < len(tokens):
            token = tokens[index]
            match token.type:
                case "paragraph_open" | "heading_open":
                    self._write_text_block(index)
                    index += 2
                case "table_open":
                    self._begin_outer_item()
                    end = _closing(tokens, index)
                    self._write_table(tokens[index : end + 1])
                    index = end
                case "fence" | "code_block":
                    self._write_code(token.content)
                case "hr":
                    self._write_rule()
                case _:
                    self._move(token)
            index += 1

    def write_plain(self, text: str) -> None:
        """Append text as it is, in the fixed-width font."""
        self._begin_block(self._block_format())
        self._cursor.insertText(text, self._code_format(is_block=True))

    def _move(self, token: Token) -> None:
        place = self._place
        match token.type:
            case "blockquote_open":
                place.quote_depth += 1
            case "blockquote_close":
                place.quote_depth -= 1
            case "bullet_list_open" | "ordered_list_open":
                self._begin_outer_item()
                place.list_depth += 1
                self._lists.append(_OpenList(self._list_format(token)))
            case "bullet_list_close" | "ordered_list_close":
                place.list_depth -= 1
                self._lists.pop()
            case "list_item_open":
                self._item_begins = True
            case "list_item_close" if self._item_begins:
                # An empty item counts in an ordered list.
                self._begin_item_block(self._block_format(_ITEM_GAP))

    def _begin_outer_item(self) -> None:
        """An item that begins with a list or a table has its number or bullet above that."""
        if self._place.list_depth and self._item_begins:
            self._begin_item_block(self._block_format(_ITEM_GAP))

    def _list_format(self, token: Token) -> QTextListFormat:
        made = QTextListFormat()
        made.setIndent(self._place.list_depth)
        if token.type == "ordered_list_open":
            made.setStyle(QTextListFormat.Style.ListDecimal)
            start = token.attrGet("start")
            made.setStart(int(start) if start is not None else 1)
        else:
            made.setStyle(_BULLETS[(self._place.list_depth - 1) % len(_BULLETS)])
        return made

    def _begin_block(self, block: QTextBlockFormat) -> None:
        """Go on in a new block, or in the empty one that a document or a table leaves."""
        cursor = self._cursor
        # An item may be empty: the text does not tell whether a block is in use.
        is_first, self._is_first = self._is_first, False
        if is_first or _is_spare(cursor):
            if is_first:
                block.setTopMargin(0)
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(QTextCharFormat())
        else:
            cursor.insertBlock(block, QTextCharFormat())

    def _begin_item_block(self, block: QTextBlockFormat) -> None:
        """Begin a block that may be the first of a list's item."""
        begins = self._place.list_depth > 0 and self._item_begins
        if self._place.list_depth and not begins:
            block.setIndent(self._place.list_depth)
        self._begin_block(block)
        if begins:
            self._join_list()

    def _block_format(self, gap: float = _BLOCK_GAP) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setLineHeight(
            LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        made.setTopMargin(self._appearance.px(gap))
        depth = self._place.quote_depth
        if depth:
            made.setLeftMargin(depth * self._appearance.px(QUOTE_STEP))
            made.setProperty(QUOTE_DEPTH, depth)
        return made

    def _write_text_block(self, index: int) -> None:
        opening, inline = self._tokens[index : index + 2]
        is_heading = opening.type == "heading_open"
        in_list = self._place.list_depth > 0
        gap = _HEADING_GAP if is_heading else _ITEM_GAP if in_list else _BLOCK_GAP
        self._begin_item_block(self._block_format(gap))
        base = QTextCharFormat()
        if is_heading:
            base.setFont(self._appearance.text_font(_HEADING_PX[opening.tag], 700))
        else:
            base.setFont(self._appearance.text_font(BASE_TEXT_PX))
        role = Role.INK_SECOND if self._place.quote_depth else Role.INK
        base.setForeground(QBrush(self._appearance.colour(role)))
        start = self._cursor.position()
        self._last_text = _LastText(index, start, base, replace(self._place), tuple(self._lists))
        self._write_inline(inline.children or [], base)

    def _join_list(self) -> None:
        """Make the block an item: of the list that is open, or of a new one."""
        self._item_begins = False
        current = self._lists[-1]
        if current.made is None:
            current.made = self._cursor.createList(current.format)
        else:
            current.made.add(self._cursor.block())
        self._make_room_for_number(current, current.made)

    def _make_room_for_number(self, current: _OpenList, made: QTextList) -> None:
        """Set a list in further when its numbers get too wide for the step."""
        number = current.format.start() + made.count() - 1
        is_numbered = current.format.style() is QTextListFormat.Style.ListDecimal
        if is_numbered and number >= _WIDE_NUMBER and not current.is_wide:
            current.is_wide = True
            current.format.setIndent(current.format.indent() + 1)
            made.setFormat(current.format)

    def _write_inline(self, children: Sequence[Token], base: QTextCharFormat) -> None:
        formats = [base]
        for token in children:
            match token.type:
                case "text":
                    self._cursor.insertText(token.content, formats[-1])
                case "softbreak" | "hardbreak":
                    # Models end a line where they want a new one.
                    self._cursor.insertText("\u2028", formats[-1])
                case "code_inline":
                    self._cursor.insertText(token.content, self._inline_code(formats[-1]))
                case "image":
                    self._cursor.insertText(_image_text(token), self._muted(formats[-1]))
                case _ if token.nesting == 1:
                    formats.append(self._opened(token, formats[-1]))
                case _ if token.nesting == -1 and len(formats) > 1:
                    formats.pop()

    def _opened(self, token: Token, outer: QTextCharFormat) -> QTextCharFormat:
        made = QTextCharFormat(outer)
        match token.type:
            case "strong_open":
                made.setFontWeight(QFont.Weight.Bold)
            case "em_open":
                # Slanted Hangul is hard to read and Pretendard has no italics.
                made.setFontItalic(True)
            case "s_open":
                made.setFontStrikeOut(True)
            case "link_open":
                target = str(token.attrGet("href") or "")
                if target.lower().startswith(_LINK_SCHEMES):
                    made.setAnchor(True)
                    made.setAnchorHref(target)
                    made.setForeground(QBrush(self._appearance.colour(Role.ACCENT)))
                    made.setFontUnderline(True)
        return made

    def _inline_code(self, outer: QTextCharFormat) -> QTextCharFormat:
        made = self._code_format(is_block=False)
        if outer.fontWeight() >= QFont.Weight.Bold:
            made.setFontWeight(QFont.Weight.Bold)
        made.setBackground(QBrush(self._appearance.colour(Role.HOVER)))
        return made

    def _code_format(self, *, is_block: bool) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self._appearance.code_font(13.5 if is_block else 14))
        made.setForeground(QBrush(self._appearance.colour(Role.INK)))
        return made

    def _muted(self, outer: QTextCharFormat) -> QTextCharFormat:
        made = QTextCharFormat(outer)
        made.setForeground(QBrush(self._appearance.colour(Role.INK_THIRD)))
        return made

    def _write_code(self, code: str) -> None:
        """A code block inside a list or a quote; those at the top level are cards."""
        self._begin_item_block(self._block_format())
        text = wrapped(code.rstrip("\n")).replace("\n", "\u2028")
        self._cursor.insertText(text, self._code_format(is_block=True))

    def _write_rule(self) -> None:
        block = self._block_format(16)
        block.setProperty(
            QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._begin_block(block)

    def _write_table(self, tokens: Sequence[Token]) -> None:
        self._is_first = False
        rows = _table_rows(tokens)
        columns = max(len(row) for row in rows)
        if _is_spare(self._cursor):
            self._cursor.insertBlock()
        style = QTextTableFormat()
        style.setTopMargin(self._appearance.px(_BLOCK_GAP))
        style.setLeftMargin(self._cells_left())
        style.setBorder(1)
        style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        style.setBorderBrush(QBrush(self._appearance.colour(Role.LINE)))
        style.setBorderCollapse(True)
        style.setCellPadding(self._appearance.px(7))
        style.setHeaderRowCount(1)
        table = self._cursor.insertTable(len(rows), columns, style)
        for row, cells in enumerate(rows):
            for column, (opening, inline) in enumerate(cells):
                cell = table.cellAt(row, column)
                self._write_cell(cell.firstCursorPosition(), opening, inline)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        # Qt ends a table with an empty block, which must not look like an empty line.
        thin = QTextBlockFormat()
        thin.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        thin.setProperty(_IS_SPARE, True)
        self._cursor.setBlockFormat(thin)
        self._cursor.setBlockCharFormat(QTextCharFormat())

    def _cells_left(self) -> int:
        place, px = self._place, self._appearance.px
        return place.quote_depth * px(QUOTE_STEP) + place.list_depth * px(LIST_STEP)

    def _write_cell(self, cursor: QTextCursor, opening: Token, inline: Token) -> None:
        block = QTextBlockFormat()
        align = str(opening.attrGet("style") or "")
        if align.endswith("right"):
            block.setAlignment(Qt.AlignmentFlag.AlignRight)
        elif align.endswith("center"):
            block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cursor.setBlockFormat(block)
        base = QTextCharFormat()
        weight = 600 if opening.type == "th_open" else 400
        base.setFont(self._appearance.text_font(14, weight))
        base.setForeground(QBrush(self._appearance.colour(Role.INK)))
        outer, self._cursor = self._cursor, cursor
        self._write_inline(inline.children or [], base)
        self._cursor = outer


def _is_same(one: Token, other: Token) -> bool:
    """Whether two tokens are written alike; those of a text follow from its source."""
    is_alike = one.type == other.type and one.tag == other.tag and one.attrs == other.attrs
    return is_alike and one.content == other.content and one.info == other.info


def _more_of(before: Sequence[Token], now: Sequence[Token], added: str) -> Sequence[Token] | None:
    """What ``now`` has after ``before`` and ``added``; None when it is not the same so far, or ends
    inside an emphasis.
    """
    end = len(before) - 1
    if end < 0 or len(now) <= end or not all(map(_is_same, before[:end], now[:end])):
        return None
    if sum(token.nesting for token in now[: end + 1]):
        return None
    if now[end].type != "text" or before[end].type != "text":
        return now[end + 1 :] if _is_same(before[end], now[end]) and not added else None
    known = before[end].content + added
    if not now[end].content.startswith(known):
        return None
    return [now[end].copy(content=now[end].content[len(known) :]), *now[end + 1 :]]


def _image_text(token: Token) -> str:
    """What stands for an image, which is never loaded."""
    return translate("Markdown", "[image: {description}]").format(description=token.content)


def _is_spare(cursor: QTextCursor) -> bool:
    """Whether the cursor is in the empty block after a table, of which nothing was made yet."""
    return cursor.blockFormat().boolProperty(_IS_SPARE)


def _closing(tokens: Sequence[Token], index: int) -> int:
    depth = 0
    for position in range(index, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1


def _table_rows(tokens: Sequence[Token]) -> list[list[tuple[Token, Token]]]:
    rows: list[list[tuple[Token, Token]]] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append((token, tokens[index + 1]))
    return rows
