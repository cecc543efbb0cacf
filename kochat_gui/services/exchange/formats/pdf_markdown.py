"""Markdown tokens onto the pages of a PDF."""

from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kochat_gui.services.exchange.formats.html import MAX_BLOCK_CHARS, answer_parser
from kochat_gui.services.exchange.formats.pdf_page import (
    BODY,
    BOLD,
    CODE,
    LINK,
    SOFT,
    Line,
    Pages,
    Piece,
    Style,
)
from kochat_gui.services.markdown import blocks_of, read_inline, top_level

_CODE_SIZE = 9.0
_TABLE_SIZE = 9.5
_HEADING_SIZES = {"h1": 14.0, "h2": 12.5, "h3": 11.5}
_STEP = 16.0
"""How far a list or a quote is set in."""
_MAX_DEPTH = 12
"""Of lists and quotes in each other; deeper ones are set in no further."""


class MarkdownPrinter:
    """Writes one answer after another."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._parser: MarkdownIt = answer_parser()

    def write(self, text: str) -> None:
        """An answer; blocks that are too large come as they were written."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for group in top_level(blocks_of(self._parser, text)):
            begin, end = group[0].map or (0, 0)
            source = "\n".join(lines[begin:end])
            if len(source) > MAX_BLOCK_CHARS and group[0].type not in {"fence", "code_block"}:
                self._pages.plain(source)
            elif group[0].type == "table_open":
                self._table(read_inline(self._parser, group))
            else:
                _Blocks(self._pages).write(read_inline(self._parser, group))
            self._pages.gap(5)

    def _table(self, tokens: list[Token]) -> None:
        rows: list[list[list[Piece]]] = []
        for index, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                style = Style(BOLD if token.type == "th_open" else BODY, _TABLE_SIZE)
                rows[-1].append(pieces_of(tokens[index + 1], style))
        columns = max(map(len, rows), default=0)
        widths = self._column_widths(rows, columns)
        for row in rows:
            left, cells = self._pages.left, []
            for cell, width in zip(row, widths, strict=False):
                lines: list[Line] = self._pages.wrapped(cell, max(width - 10, 12))
                cells.append((left, width, lines))
                left += width
            self._pages.row(cells, 1.5)

    def _column_widths(self, rows: list[list[list[Piece]]], columns: int) -> list[float]:
        """What each needs, made smaller together where that is too much."""
        wanted = [24.0] * columns
        for row in rows:
            for place, cell in enumerate(row):
                wide = sum(self._pages.fonts.width(p.text, p.style) for p in cell) + 12
                wanted[place] = max(wanted[place], wide)
        room = self._pages.width
        if sum(wanted) <= room:
            return wanted
        fair = room / columns
        spare = sum(max(fair - wide, 0) for wide in wanted)
        over = sum(max(wide - fair, 0) for wide in wanted)
        return [
            wide if wide <= fair else fair + (wide - fair) * min(spare / over, 1.0)
            for wide in wanted
        ]


class _Blocks:
    """Writes the tokens of one block, with what is in it."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._lists: list[int | None] = []
        """The next number of each list that is open; None for bullets."""
        self._marker = ""
        self._style = Style()
        self._depth = 0

    def write(self, tokens: list[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    size = _HEADING_SIZES.get(token.tag, 10.5)
                    self._style = Style(font=BOLD, size=size)
                    self._pages.gap(4)
                    self._pages.need(size * 4)
                case "heading_close":
                    self._style = Style()
                case "inline":
                    self._text(pieces_of(token, self._style))
                case "fence" | "code_block":
                    self._pages.gap(2)
                    self._pages.code(token.content, Style(font=CODE, size=_CODE_SIZE))
                    self._pages.gap(4)
                case "hr":
                    self._pages.rule()
                case _:
                    self._nest(token)

    def _nest(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
                self._set_in(1)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
                self._set_in(1)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._set_in(-1)
            case "list_item_open":
                number = self._lists[-1]
                self._marker = "•" if number is None else f"{number}."
                if number is not None:
                    self._lists[-1] = number + 1
            case "blockquote_open" | "blockquote_close":
                self._quote(token.nesting)

    def _quote(self, steps: int) -> None:
        """Its bar stands where the text was before it was set in."""
        bars = self._pages.bars
        if steps > 0:
            bars.append(self._pages.left + 2)
        else:
            bars.pop()
        self._set_in(steps)
        self._style = Style(colour=SOFT) if bars else Style()

    def _set_in(self, steps: int) -> None:
        before = min(self._depth, _MAX_DEPTH)
        self._depth += steps
        self._pages.left += (min(self._depth, _MAX_DEPTH) - before) * _STEP

    def _text(self, pieces: list[Piece]) -> None:
        """A paragraph; the first line of a list's item has its marker before it."""
        pages = self._pages
        lines = pages.wrapped(pieces, pages.width)
        for line in lines:
            if self._marker:
                wide = pages.fonts.width(self._marker, Style())
                marker = Line()
                for run in pages.fonts.runs(self._marker + " ", Style()):
                    marker.add(run)
                pages.need(10.5 * 1.55)
                # In one line with the text, so that it is copied before it.
                for run in line.runs:
                    marker.add(run)
                pages.line(marker, pages.left - wide - pages.fonts.width(" ", Style()), 1.55)
                self._marker = ""
            else:
                pages.line(line, pages.left, 1.55)
        pages.gap(2 if self._lists else 3)


def pieces_of(inline: Token, style: Style) -> list[Piece]:
    """The text of an inline token with its styles; pictures are links to where they are."""
    pieces: list[Piece] = []
    open_styles = [style]
    for token in inline.children or []:
        if token.nesting == 1:
            open_styles.append(_opened(token, open_styles[-1]))
        elif token.nesting == -1:
            open_styles.pop()
        else:
            pieces.append(_piece(token, open_styles[-1]))
    return pieces


def _opened(token: Token, style: Style) -> Style:
    match token.type:
        case "strong_open":
            return replace(style, font=BOLD)
        case "s_open":
            return replace(style, is_struck=True)
        case "link_open":
            return replace(style, link=str(token.attrGet("href") or ""), colour=LINK)
    return style


def _piece(token: Token, style: Style) -> Piece:
    match token.type:
        case "code_inline":
            return Piece(token.content, replace(style, font=CODE))
        case "softbreak" | "hardbreak":
            return Piece("\n", style)
        case "image":
            address = str(token.attrGet("src") or "")
            return Piece(token.content or address, replace(style, link=address, colour=LINK))
    return Piece(token.content, style)
