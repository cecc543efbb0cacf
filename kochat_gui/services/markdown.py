"""Markdown as Koreans write it: emphasis next to Hangul.

In ``**굵게(bold)**은`` CommonMark sees a closing run between punctuation and a letter and does not
let it close: its rule takes for granted that words are set apart by spaces, and Korean particles
are not. Here a neighbour that is Hangul, Han or Kana counts like a space or punctuation, as the
CommonMark discussion of CJK text proposes (commonmark-spec, issue 650).
"""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
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


def korean_markdown() -> MarkdownIt:
    """CommonMark without HTML, with tables and ~~strikethrough~~, and emphasis as above.

    Link reference definitions are off: they would change text that was shown long before.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
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
