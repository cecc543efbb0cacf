"""Markdown as Koreans write it: emphasis next to Hangul, dates, formulas.

In ``**굵게(bold)**은`` CommonMark sees a closing run between punctuation and a letter and does not
let it close: its rule takes for granted that words are set apart by spaces, and Korean particles
are not. Here a neighbour that is Hangul, Han or Kana counts like a space or punctuation, as the
CommonMark discussion of CJK text proposes (commonmark-spec, issue 650).

``2024. 3. 15.`` is a date, of which CommonMark makes three lists inside each other. ``5*3*2`` has
no emphasis. What is between ``\\(`` and ``\\)``, ``\\[`` and ``\\]``, ``$$`` and ``$$`` is LaTeX,
whose backslashes, stars and underscores are its own.
"""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.paragraph import paragraph
from markdown_it.rules_core.inline import inline
from markdown_it.rules_core.state_core import StateCore
from markdown_it.rules_core.text_join import text_join
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

_CJK = (
    ("\u1100", "\u11ff"),
    ("\u2e80", "\u303f"),
    ("\u3040", "\u30ff"),
    ("\u3130", "\u318f"),
    ("\u3400", "\u9fff"),
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)


_DATE = re.compile(r"\d{4,9}[.)](?:[ \t]|$)|\d{1,4}\.[ \t]+\d{1,2}\.(?:[ \t]|$)")
"""A year, which no item's number is, or numbers with dots."""
_FORMULA = re.compile(
    r"\\\([\s\S]{1,2000}?\\\)|\\\[[\s\S]{1,2000}?\\\]|\$\$[\s\S]{1,2000}?\$\$"
    # Within a line, and with something that is no price.
    r"|\$(?=[^$\n]*[\\_^*])[^\s$](?:[^$\n]*[^\s$])?\$(?!\d)"
)


def is_cjk(char: str) -> bool:
    """Whether a character is Hangul, Han or Kana."""
    return any(first <= char <= last for first, last in _CJK)


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        if marker == "*" and before.isdecimal() and after.isdecimal():
            return Scanned(False, False, end - start)
        is_left = _flanks(inner=after, outer=before)
        is_right = _flanks(inner=before, outer=after)
        if canSplitWord:
            return Scanned(is_left, is_right, end - start)
        can_open = is_left and (not is_right or _is_punctuation(before))
        can_close = is_right and (not is_left or _is_punctuation(after))
        return Scanned(can_open, can_close, end - start)


def _flanks(inner: str, outer: str) -> bool:
    """CommonMark 6.2's flanking rule for one side of a run, with CJK added."""
    if isWhiteSpace(ord(inner)):
        return False
    is_open_outside = isWhiteSpace(ord(outer)) or _is_punctuation(outer) or is_cjk(outer)
    return not _is_punctuation(inner) or is_open_outside


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _date(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A line that begins with a date or a year is no item of a list."""
    begin = state.bMarks[start_line] + state.tShift[start_line]
    line = state.src[begin : state.eMarks[start_line]]
    if state.is_code_block(start_line) or _DATE.match(line) is None:
        return False
    return silent or paragraph(state, start_line, end_line, False)


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula as it was written, line by line."""
    if state.src[state.pos] not in "\\$":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        for number, line in enumerate(found[0].split("\n")):
            if number:
                state.push("softbreak", "br", 0)
            state.push("text", "", 0).content = line.strip() if number else line.rstrip()
    state.pos = found.end()
    return True


def korean_markdown() -> MarkdownIt:
    """CommonMark without HTML, with tables and ~~strikethrough~~, and the rest as above.

    Link reference definitions are off: they would change text that was shown long before.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.block.ruler.before("list", "date", _date, {"alt": ["list"]})
    parser.inline.ruler.before("escape", "formula", _formula)
    reader = _Inline()
    reader.ruler, reader.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = reader
    return parser


def blocks_of(parser: MarkdownIt, text: str) -> list[Token]:
    """markdown-it's first pass alone: block tokens, with what is in them still text."""
    tokens: list[Token] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    parser.block.parse(lines, parser, {}, tokens)
    return tokens


def top_level(tokens: list[Token]) -> list[list[Token]]:
    """Block tokens in groups, one for each block that is in no other."""
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def read_inline(parser: MarkdownIt, tokens: list[Token]) -> list[Token]:
    """Fill in what block tokens hold as text: markdown-it's second pass, for some blocks only."""
    state = StateCore("", parser, {}, tokens)
    inline(state)
    text_join(state)
    return state.tokens
