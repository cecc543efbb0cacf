"""Splits growing Markdown into blocks, of which only the last is ever looked at again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BLOCK_CHARS = 20_000
"""A longer block is shown as it was written."""
MAX_TABLE_CELLS = 200
"""Qt takes a quarter of a second for some 500."""
MAX_PARAGRAPHS = 500
"""Of one list or quote: it is written anew whenever it grew."""
MAX_RUN_CHARS = 2_000
"""A line of plain text without a break that Qt can lay out at once."""
_REPARSE_GROWTH = 1.1
_ALWAYS_PARSED_CHARS = 2_000
_UNDECIDED = re.compile(
    r" {0,3}(?:`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*|#{1,6}|[-+*_=|:\s]*"
    r"|\d{1,9}(?:[.)](?:[ \t]*\d{0,2}\.?)?)?)"
)
"""A line, not complete yet, of which the rest decides what block it begins, if any."""
_FENCE_LINE = re.compile(r"\n*(`{3,}|~{3,}).*\n")
"""The first line of a fence that is not indented."""
_BREAKS = re.compile(r"[ \t\n]+")
"""Where Qt can wrap a line."""
_UNMARKED = re.compile(r"""(?:[^\W_]|[ ,.?:%/'"“”‘’·…–—])*""")
"""Text in a line that changes nothing of what stands before it, wherever it comes."""


class BlockKind(Enum):
    """How a block is shown."""

    RICH = "rich"
    """Paragraph, heading, list, quote, rule, table."""
    CODE = "code"
    PLAIN = "plain"
    """Preformatted: too large to be laid out otherwise."""


@dataclass(frozen=True)
class Block:
    """One top-level block."""

    kind: BlockKind
    source: str
    """The lines of the message that it stands for."""
    tokens: tuple[Token, ...] = ()
    """markdown-it tokens of a RICH block."""
    code: str = ""
    language: str = ""
    """First word of the info string of a CODE block."""


class MarkdownStream:
    """Takes text as it arrives; finished blocks are handed out once.

    The blocks do not depend on how the text was cut (but where a block passes the limits above).
    """

    def __init__(self) -> None:
        # The parser is loaded with the first answer: an empty window opens without it.
        from kochat_gui.services import markdown

        self._parser = markdown.korean_markdown()
        self._read_inline = markdown.read_inline
        self._top_level = markdown.top_level
        self._tail = ""
        self._held_return = ""
        self._open: Block | None = None
        self._fence: _Fence | None = None
        self._parsed_chars = 0
        self._is_waiting = False
        self._takes_unmarked = False

    @property
    def open(self) -> Block | None:
        """The block that may still change."""
        return self._open

    @property
    def waiting(self) -> str:
        """What the open block has got since it was parsed."""
        return self._tail[self._parsed_chars :] if self._is_waiting else ""

    def feed(self, text: str) -> list[Block]:
        """Take more text; returns the blocks that it finished. :attr:`open` is what follows."""
        text = self._normalized(text)
        self._tail += text
        if self._fence is not None:
            code = self._fence.feed(text)
            if code is not None:
                self._open = self._fence.block(self._tail, code)
                self._parsed_chars = len(self._tail)
                return []
            self._fence = None
        elif self._can_wait(text):
            self._is_waiting = True
            return []
        self._is_waiting = False
        return self._take_finished()

    def finish(self) -> list[Block]:
        """End the text; returns the blocks that were open."""
        self._tail += "\n" if self._held_return else ""
        blocks = self._parse(self._tail)
        self._tail, self._held_return, self._parsed_chars = "", "", 0
        self._open, self._fence = None, None
        self._is_waiting = self._takes_unmarked = False
        return blocks

    def _normalized(self, text: str) -> str:
        """With markdown-it's line ends; a return at the end may be half of one."""
        text = self._held_return + text
        self._held_return = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r")
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")

    def _can_wait(self, text: str) -> bool:
        """Whether the open block need not be parsed again for ``text``.

        Most of an answer is plain words. A long block is parsed again only when it has grown
        enough, so the work stays linear.
        """
        if len(self._tail) <= _ALWAYS_PARSED_CHARS:
            return self._takes_unmarked and _UNMARKED.fullmatch(text) is not None
        return len(self._tail) < self._parsed_chars * _REPARSE_GROWTH

    def _take_finished(self) -> list[Block]:
        text = self._tail
        last_line = text[text.rfind("\n") + 1 :]
        if _UNDECIDED.fullmatch(last_line):
            text = text.removesuffix(last_line)
        blocks = self._parse(text)
        self._takes_unmarked = False
        if not blocks:
            self._open, self._parsed_chars = None, 0
            return []
        finished, self._open = blocks[:-1], blocks[-1]
        taken = sum(len(block.source) for block in finished)
        self._tail = self._tail[taken:]
        self._parsed_chars = len(text) - taken
        if self._open.kind is BlockKind.CODE:
            self._fence = _Fence.begun(self._open, self._tail)
        elif len(self._tail) > MAX_BLOCK_CHARS:
            finished.append(_plain(self._tail))
            self._open, self._tail, self._parsed_chars = None, "", 0
        elif self._parsed_chars == len(self._tail):
            self._takes_unmarked = _ends_in_words(self._open)
        return finished

    def _parse(self, text: str) -> list[Block]:
        tokens: list[Token] = []
        self._parser.block.parse(text, self._parser, {}, tokens)
        # Lines as markdown-it counts them: str.splitlines also splits at form feeds and others.
        lines = text.split("\n")
        groups = self._top_level(tokens)
        starts = [_first_line(group) for group in groups]
        blocks = []
        for index, group in enumerate(groups):
            begin = 0 if index == 0 else starts[index]
            if index + 1 < len(groups):
                source = "\n".join(lines[begin : starts[index + 1]]) + "\n"
            else:
                source = "\n".join(lines[begin:])
            blocks.append(self._block(group, source))
        return blocks

    def _block(self, group: list[Token], source: str) -> Block:
        first = group[0]
        if first.type in {"fence", "code_block"}:
            words = first.info.split()
            language = words[0] if words else ""
            return Block(BlockKind.CODE, source, code=first.content, language=language)
        cells = sum(token.type in {"td_open", "th_open"} for token in group)
        paragraphs = sum(token.type == "paragraph_open" for token in group)
        is_large = len(source) > MAX_BLOCK_CHARS or cells > MAX_TABLE_CELLS
        if is_large or paragraphs > MAX_PARAGRAPHS or _has_endless_line(source):
            return _plain(source)
        return Block(BlockKind.RICH, source, tokens=tuple(self._read_inline(self._parser, group)))


class _Fence:
    """Reads on in an open fence line by line: code may be long and is no Markdown."""

    def __init__(self, language: str, marker: str) -> None:
        self._language = language
        self._closing = re.compile(f" {{0,3}}{marker[0]}{{{len(marker)},}}[ \\t]*")
        self._maybe_closing = re.compile(f" {{0,3}}{marker[0]}*[ \\t]*")
        self._code = self._line = ""

    @classmethod
    def begun(cls, opened: Block, source: str) -> _Fence | None:
        """The fence that ``source`` leaves open; None where markdown-it has to look itself."""
        start = _FENCE_LINE.match(source)
        if start is None:
            return None
        made = cls(opened.language, start[1])
        return made if made.feed(source[start.end() :]) is not None else None

    def feed(self, text: str) -> str | None:
        """The code so far, or None when a line closed the fence."""
        *lines, self._line = (self._line + text).split("\n")
        if any(self._closing.fullmatch(line) for line in lines):
            return None
        self._code += "".join(line + "\n" for line in lines)
        return self._code + ("" if self._maybe_closing.fullmatch(self._line) else self._line)

    def block(self, source: str, code: str) -> Block:
        """The open block."""
        return Block(BlockKind.CODE, source, code=code, language=self._language)


def markdown_blocks(text: str) -> list[Block]:
    """All blocks of a whole message."""
    stream = MarkdownStream()
    return [*stream.feed(text), *stream.finish()]


def shown_words(text: str) -> str:
    """The words of a message without its marks and the targets of its links, block by block."""
    return "\n".join(_words_of(block) for block in markdown_blocks(text))


def _words_of(block: Block) -> str:
    if block.kind is not BlockKind.RICH:
        return block.code or block.source
    pieces = []
    for token in block.tokens:
        if token.children is None:
            pieces.append(token.content)
        else:
            # Breaks have no content.
            inline = (child.content or "\n" * (child.nesting == 0) for child in token.children)
            pieces.append("".join(inline))
    return "\n".join(piece for piece in pieces if piece)


def _ends_in_words(block: Block) -> bool:
    """Whether words that follow belong to the block's last text, in that text's format."""
    last = next((token for token in reversed(block.tokens) if token.nesting >= 0), None)
    if last is None or last.type != "inline" or block.tokens[-1].type == "table_close":
        return False
    children = last.children or []
    if not children or children[-1].type != "text" or not children[-1].content:
        return False
    return _UNMARKED.fullmatch(block.source[-1]) is not None


def _first_line(group: list[Token]) -> int:
    return group[0].map[0] if group[0].map else 0


def _plain(source: str) -> Block:
    return Block(BlockKind.PLAIN, source)


def _has_endless_line(source: str) -> bool:
    """A run that cannot be wrapped between words takes Qt minutes when it is long enough."""
    return len(source) > MAX_RUN_CHARS and any(
        len(word) > MAX_RUN_CHARS for word in _BREAKS.split(source)
    )


def wrapped(text: str) -> str:
    """``text`` with line breaks put into lines that Qt could not lay out at once."""
    return "\n".join(
        line[start : start + MAX_RUN_CHARS]
        for line in text.split("\n")
        for start in range(0, max(1, len(line)), MAX_RUN_CHARS)
    )
