"""Pages of a PDF: fonts, lines of text that break between words, page after page.

Measures are points (1/72 inch). The fonts are embedded, reduced to the characters that occur; the
text can be searched and copied.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, NamedTuple

from fpdf import FPDF
from fpdf.fonts import TTFFont

from kochat_gui.core.resources import resource

WIDTH, HEIGHT = 595.28, 841.89
"""A4."""
LEFT = RIGHT = 56.0
TOP, BOTTOM = 54.0, 62.0

Colour = tuple[int, int, int]
TEXT: Colour = (29, 29, 31)
SOFT: Colour = (107, 107, 112)
LINK: Colour = (36, 87, 197)
PALE: Colour = (245, 246, 248)
LINE: Colour = (208, 210, 216)

BODY, BOLD, CODE = "body", "bold", "code"
_FILES = {BODY: "Pretendard-Regular.otf", BOLD: "Pretendard-Bold.otf", CODE: "D2Coding.ttf"}
_FALLBACKS = {BODY: (BODY, CODE), BOLD: (BOLD, BODY, CODE), CODE: (CODE, BODY)}
_BOX = "□"
_KEPT_RUNS = 20_000
_TOKENS = re.compile(r"\n|[ \t]+|[^ \t\n]+")
_ASCENT = 0.95
"""Of the line above its middle; both fonts sit well with it."""


@dataclass(frozen=True)
class Style:
    """How a piece of text looks."""

    font: str = BODY
    size: float = 10.5
    colour: Colour = TEXT
    link: str = ""
    is_struck: bool = False


def _in_font(style: Style, font: str) -> Style:
    return style if style.font == font else replace(style, font=font)


@dataclass(frozen=True)
class Piece:
    """Text of one style."""

    text: str
    style: Style


class Run(NamedTuple):
    """Characters of one font on one line."""

    text: str
    style: Style
    width: float


@dataclass
class Line:
    """What stands beside each other."""

    runs: list[Run] = field(default_factory=list)
    width: float = 0.0

    def add(self, run: Run) -> None:
        """At the end; what looks the same becomes one run, so that it is copied as one text."""
        if self.runs and self.runs[-1].style == run.style:
            last = self.runs[-1]
            self.runs[-1] = Run(last.text + run.text, run.style, last.width + run.width)
        else:
            self.runs.append(run)
        self.width += run.width


class Fonts:
    """Which font has a character, and how wide it is there."""

    def __init__(self, pdf: FPDF) -> None:
        for name, file in _FILES.items():
            pdf.add_font(name, "", resource("fonts", file))
        self._pdf = pdf
        self._known: dict[tuple[str, str], tuple[str, str, float]] = {}
        self._runs: dict[tuple[str, Style], tuple[Sequence[Run], int]] = {}
        self.unknown = 0
        """Characters that became boxes."""

    def runs(self, text: str, style: Style) -> Sequence[Run]:
        """``text`` in runs of one font each; words come again and again."""
        found = self._runs.get((text, style))
        if found is None:
            if len(self._runs) > _KEPT_RUNS:
                self._runs.clear()
            unknown = self.unknown
            made = tuple(self._split(text, style))
            found = self._runs[text, style] = (made, self.unknown - unknown)
            return made
        self.unknown += found[1]
        return found[0]

    def _split(self, text: str, style: Style) -> Iterator[Run]:
        current, kept, width = "", "", 0.0
        for char in text:
            font, shown, share = self._glyph(char, style.font)
            self.unknown += shown == _BOX and char != _BOX
            if font != current and kept:
                yield Run(kept, _in_font(style, current), width)
                kept, width = "", 0.0
            current, kept, width = font, kept + shown, width + share * style.size
        if kept:
            yield Run(kept, _in_font(style, current), width)

    def width(self, text: str, style: Style) -> float:
        """Of ``text`` on one line."""
        return sum(self._glyph(char, style.font)[2] for char in text) * style.size

    def _glyph(self, char: str, wanted: str) -> tuple[str, str, float]:
        """The font that has it, what to write, and its width in em."""
        found = self._known.get((char, wanted))
        if found is None:
            found = self._known[char, wanted] = self._found(char, wanted)
        return found

    def close(self) -> None:
        """Close the files of the fonts."""
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def _found(self, char: str, wanted: str) -> tuple[str, str, float]:
        for name in _FALLBACKS[wanted]:
            font = self._pdf.fonts[name]
            if isinstance(font, TTFFont) and ord(char) in font.cmap:
                return name, char, font.cw[ord(char)] / 1000
        # Joiners, variation selectors, controls: without a glyph there is nothing to show.
        if unicodedata.category(char) in {"Cc", "Cf", "Mn", "Me"}:
            return wanted, "", 0.0
        return self._found(_BOX, wanted)


class Pages:
    """Writes downwards; begins a new page where there is no room."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._pdf = FPDF(unit="pt", format="A4")
        self._pdf.set_auto_page_break(False)
        # A text that happens to be the placeholder for the number of pages must stay.
        self._pdf.str_alias_nb_pages = None  # type: ignore[assignment]  # None turns it off
        self._pdf.set_title(title)
        self._pdf.set_lang("ko")
        self._pdf.set_creation_date(made_at)
        self._pdf.set_producer("KoChat")
        self.fonts = Fonts(self._pdf)
        self.left, self.right = LEFT, WIDTH - RIGHT
        self.bars: list[float] = []
        """Where the bars of quotes are."""
        self._y = TOP
        self._pdf.add_page()

    @property
    def width(self) -> float:
        return self.right - self.left

    def gap(self, height: float) -> None:
        """Leave room, but none at the top of a page."""
        if self._y > TOP:
            self._y += height

    def need(self, height: float) -> None:
        """Begin a new page unless ``height`` fits on this one."""
        if self._y + height > HEIGHT - BOTTOM and self._y > TOP:
            self._end_page()
            self._pdf.add_page()
            self._y = TOP

    def title(self, title: str, date: str) -> None:
        """Write the head of the document."""
        self.text([Piece(title, Style(font=BOLD, size=17))], 1.4)
        self.remark(date)

    def sender(self, name: str) -> None:
        """Begin a message; its first lines stay with the name."""
        self.gap(14)
        self.need(48)
        self.text([Piece(name, Style(font=BOLD, size=9, colour=SOFT))], 1.7)

    def plain(self, text: str) -> None:
        """Write text as it is."""
        self.text([Piece(text, Style())])

    def remark(self, text: str) -> None:
        """Write something about the text."""
        self.text([Piece(text, Style(size=9, colour=SOFT))])

    def text(self, pieces: Iterable[Piece], spacing: float = 1.55) -> None:
        """Write a paragraph; ``spacing`` is the height of a line in em."""
        for line in self.wrapped(pieces, self.width):
            self.line(line, self.left, spacing)

    def code(self, text: str, style: Style) -> None:
        """Write a block of code on a ground that goes on over pages."""
        pad = 8.0
        self.need(style.size * 1.45 + 10)
        self._ground(5)
        for source in text.rstrip("\n").split("\n"):
            # Spaces at the beginning of a line of code are part of it.
            runs = self.fonts.runs(source.expandtabs(4), style)
            for line in _filled(runs, self.width - 2 * pad, self.fonts):
                self.need(style.size * 1.45)
                self._rectangle(self.left, self._y, self.width, style.size * 1.45 + 0.3, PALE)
                self.line(line, self.left + pad, 1.45)
        self._ground(5)

    def line(self, line: Line, left: float, spacing: float) -> None:
        """Write one line at ``left``."""
        size = max((run.style.size for run in line.runs), default=10.5)
        self.need(size * spacing)
        for bar in self.bars:
            self._rectangle(bar, self._y, 2.0, size * spacing, LINE)
        self.runs(line, left, self._y + size * (spacing / 2 - 0.5 + 0.88 * _ASCENT))
        self._y += size * spacing

    def runs(self, line: Line, left: float, baseline: float) -> None:
        """Write the runs of a line, at a place of their own."""
        for run in line.runs:
            style = run.style
            self._pdf.set_font(style.font, size=style.size)
            self._pdf.set_text_color(*style.colour)
            self._pdf.text(left, baseline, run.text)
            top = baseline - style.size * 0.85
            if style.is_struck:
                self._rectangle(left, baseline - style.size * 0.3, run.width, 0.6, style.colour)
            if style.link:
                self._pdf.link(left, top, run.width, style.size * 1.1, style.link)
            left += run.width

    def rule(self) -> None:
        """A line across."""
        self.need(12)
        self._rectangle(self.left, self._y + 6, self.width, 0.7, LINE)
        self._y += 12

    def row(self, cells: list[tuple[float, float, list[Line]]], spacing: float) -> None:
        """One row of a table: left edge, width and lines of each cell."""
        rows = max((len(lines) for _, _, lines in cells), default=0)
        for number in range(max(rows, 1)):
            here = [(left, lines[number]) for left, _, lines in cells if number < len(lines)]
            size = max((r.style.size for _, line in here for r in line.runs), default=9.5)
            self.need(size * spacing)
            for left, line in here:
                self.runs(line, left, self._y + size * (spacing / 2 - 0.5 + 0.88 * _ASCENT))
            self._y += size * spacing
        self._rectangle(self.left, self._y + 1.5, self.width, 0.5, LINE)
        self._y += 4

    def wrapped(self, pieces: Iterable[Piece], width: float) -> list[Line]:
        """Lines that break between words; words that are too long, where they must."""
        wrapping = _Wrapping(self.fonts, width)
        for piece in pieces:
            for token in _TOKENS.findall(unicodedata.normalize("NFC", piece.text)):
                wrapping.take(token, piece.style)
        return wrapping.finish()

    def write(self, file: BinaryIO) -> None:
        """Finish the last page and write the document."""
        self._end_page()
        self._pdf.output(file)

    def _end_page(self) -> None:
        style = Style(size=8.5, colour=SOFT)
        number = str(self._pdf.page_no())
        line = Line()
        for run in self.fonts.runs(number, style):
            line.add(run)
        self.runs(line, (WIDTH - line.width) / 2, HEIGHT - BOTTOM / 2)

    def _ground(self, height: float) -> None:
        self._rectangle(self.left, self._y, self.width, height + 0.3, PALE)
        self._y += height

    def _rectangle(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(x, y, width, height, style="F")


class _Wrapping:
    """Fills lines word by word; a word may be of several styles."""

    def __init__(self, fonts: Fonts, width: float) -> None:
        self._fonts = fonts
        self._width = width
        self._lines: list[Line] = []
        self._line = Line()
        self._word: list[Run] = []
        self._space: list[Run] = []

    def take(self, token: str, style: Style) -> None:
        """A line end, spaces, or a word or a part of one."""
        if token == "\n":
            self._end_word()
            self._lines.append(self._line)
            self._line, self._space = Line(), []
        elif token[0] in " \t":
            self._end_word()
            self._space += self._fonts.runs(token.replace("\t", "    "), style)
        else:
            self._word += self._fonts.runs(token, style)

    def finish(self) -> list[Line]:
        """All lines; at least one."""
        self._end_word()
        return [*self._lines, self._line]

    def _end_word(self) -> None:
        if not self._word:
            return
        wide = sum(run.width for run in self._word)
        space = sum(run.width for run in self._space)
        if self._line.runs and self._line.width + space + wide > self._width:
            self._lines.append(self._line)
            self._line = Line()
        else:
            # At the beginning of a line they set it in, as in poems and lists of one's own.
            for run in self._space:
                self._line.add(run)
        self._space = []
        if wide > self._width:
            *full, self._line = _filled([*self._line.runs, *self._word], self._width, self._fonts)
            self._lines += full
        else:
            for run in self._word:
                self._line.add(run)
        self._word = []


def _filled(runs: Iterable[Run], width: float, fonts: Fonts) -> list[Line]:
    """Lines as full as they can be, broken between any two characters."""
    lines = [Line()]
    for run in runs:
        if lines[-1].width + run.width <= width:
            lines[-1].add(run)
            continue
        for char in run.text:
            wide = fonts.width(char, run.style)
            if lines[-1].runs and lines[-1].width + wide > width:
                lines.append(Line())
            lines[-1].add(Run(char, run.style, wide))
    return lines
