"""A conversation's shown path as Markdown: messages as they are, under headings."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import HTML_SEQUENCES, html_block

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of
from kochat_gui.services.markdown import blocks_of

_MARKS = re.compile(r"([\\`*_\[\]<>#&~|])")
_LINE_ENDS = re.compile(r"\r\n?|\n")
_ENDED_HTML = [(start, end) for start, end, _ in HTML_SEQUENCES if not end.search("")]
"""Comments, scripts and the like: a blank line does not end them."""


def to_markdown(conversation: ArchivedConversation) -> str:
    """The whole document; no message takes in what follows it."""
    parts = [f"# {escaped(title_of(conversation))}", date_of(conversation)]
    prompt = conversation.settings.system_prompt
    if prompt.strip():
        parts.append("\n".join(f"> {line}".rstrip() for line in prompt.split("\n")))
    blocks = MessageBlocks()
    for message in conversation.path:
        parts.append(f"## {escaped(sender_of(message))}")
        if message.text.strip():
            parts.append(blocks.ended(message.text.strip("\r\n")))
        remark = remark_on(message)
        if remark:
            parts.append("\n".join(f"> {escaped(line)}" for line in remark.splitlines()))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """``text`` on a line where Markdown must not see anything in it."""
    return _MARKS.sub(r"\\\1", text)


class MessageBlocks:
    """Keeps what a message leaves open from taking in what follows, as viewers see it."""

    def __init__(self) -> None:
        self._parser = MarkdownIt("commonmark").enable("table")
        self._parser.block.ruler.at(
            "html_block", self._html, {"alt": ["paragraph", "reference", "blockquote"]}
        )
        self._unended: set[int] = set()
        self._absent: set[re.Pattern[str]] = set()
        """Ends that are nowhere in the rest of the text: looked for once, however many begin."""

    def ended(self, text: str) -> str:
        """``text`` with its last fence closed, and with HTML that has no end as text."""
        self._unended.clear()
        self._absent.clear()
        tokens = blocks_of(self._parser, text)
        lines = _LINE_ENDS.split(text)
        if self._unended:
            for number in self._unended:
                lines[number] = lines[number].replace("<", r"\<", 1)
            # As text it may go on with a paragraph, and what follows may be read differently.
            return self.ended("\n".join(lines))
        last = tokens[-1] if tokens else None
        if last is None or last.type != "fence" or last.map is None:
            return text
        # Where it ends is for the parser to say: blanks may follow the closing fence.
        final = lines[last.map[1] - 1]
        closing = rf" {{0,3}}{re.escape(last.markup[0])}{{{len(last.markup)},}}[ \t]*"
        is_closed = last.map[1] - last.map[0] > 1 and re.fullmatch(closing, final) is not None
        return text if is_closed else f"{text}\n{last.markup}"

    def _html(self, state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        """markdown-it's rule, but for a block that would run to the end of the document.

        In a list or a quotation it ends with that.
        """
        if state.level == 0 and not state.is_code_block(start_line):
            begin = state.bMarks[start_line] + state.tShift[start_line]
            line = state.src[begin : state.eMarks[start_line]]
            end = next((end for start, end in _ENDED_HTML if start.search(line)), None)
            if end is not None and (end in self._absent or not end.search(state.src, begin)):
                self._absent.add(end)
                self._unended.add(start_line)
                return False
        return html_block(state, start_line, end_line, silent)
