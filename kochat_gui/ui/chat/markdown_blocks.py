"""Splits growing Markdown into blocks, of which only the last is ever looked at again."""

from dataclasses import dataclass
from enum import Enum

from markdown_it.token import Token

from kochat_gui.ui.chat.emphasis import korean_markdown

MAX_BLOCK_CHARS = 20_000
"""A longer block is shown as it was written."""
MAX_TABLE_CELLS = 200
"""Qt takes a quarter of a second for some 500."""
MAX_RUN_CHARS = 2_000
"""A line of plain text without a break that Qt can lay out at once."""
_REPARSE_GROWTH = 1.1
_ALWAYS_PARSED_CHARS = 2_000


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
        self._parser = korean_markdown()
        self._tail = ""
        self._open: Block | None = None
        self._parsed_chars = 0

    @property
    def open(self) -> Block | None:
        """The block that may still change."""
        return self._open

    def feed(self, text: str) -> list[Block]:
        """Take more text; returns the blocks that it finished. :attr:`open` is what follows."""
        self._tail += text
        if self._can_wait(text):
            return []
        blocks = self._parse(self._tail)
        self._parsed_chars = len(self._tail)
        if not blocks:
            self._open = None
            return []
        finished, self._open = blocks[:-1], blocks[-1]
        if finished:
            self._tail = self._open.source
            self._parsed_chars = len(self._tail)
        if len(self._tail) > MAX_BLOCK_CHARS and self._open.kind is not BlockKind.CODE:
            finished.append(self._open)
            self._open, self._tail, self._parsed_chars = None, "", 0
        return finished

    def finish(self) -> list[Block]:
        """End the text; returns the blocks that were open."""
        blocks = self._parse(self._tail)
        self._open, self._tail, self._parsed_chars = None, "", 0
        return blocks

    def _can_wait(self, text: str) -> bool:
        """A long block is parsed again only when it has grown enough, so the work stays linear."""
        if len(self._tail) <= _ALWAYS_PARSED_CHARS:
            return False
        return len(self._tail) < self._parsed_chars * _REPARSE_GROWTH and "\n" not in text

    def _parse(self, text: str) -> list[Block]:
        tokens = self._parser.parse(text)
        lines = text.splitlines(keepends=True)
        groups = _top_level(tokens)
        starts = [_first_line(group) for group in groups]
        blocks = []
        for index, group in enumerate(groups):
            begin = 0 if index == 0 else starts[index]
            end = starts[index + 1] if index + 1 < len(groups) else len(lines)
            blocks.append(_block(group, "".join(lines[begin:end])))
        return blocks


def markdown_blocks(text: str) -> list[Block]:
    """All blocks of a whole message."""
    stream = MarkdownStream()
    return [*stream.feed(text), *stream.finish()]


def _top_level(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _first_line(group: list[Token]) -> int:
    return group[0].map[0] if group[0].map else 0


def _block(group: list[Token], source: str) -> Block:
    first = group[0]
    if first.type in {"fence", "code_block"}:
        words = first.info.split()
        return Block(BlockKind.CODE, source, code=first.content, language=words[0] if words else "")
    cells = sum(token.type in {"td_open", "th_open"} for token in group)
    if len(source) > MAX_BLOCK_CHARS or cells > MAX_TABLE_CELLS or _has_endless_line(source):
        return Block(BlockKind.PLAIN, source)
    return Block(BlockKind.RICH, source, tokens=tuple(group))


def _has_endless_line(source: str) -> bool:
    """A run that cannot be wrapped between words takes Qt minutes when it is long enough."""
    return len(source) > MAX_RUN_CHARS and any(len(word) > MAX_RUN_CHARS for word in source.split())


def wrapped(text: str) -> str:
    """``text`` with line breaks put into lines that Qt could not lay out at once."""
    return "\n".join(
        line[start : start + MAX_RUN_CHARS]
        for line in text.split("\n")
        for start in range(0, max(1, len(line)), MAX_RUN_CHARS)
    )
