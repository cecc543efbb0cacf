"""A conversation's shown path as Markdown: messages as they are, under headings."""

import re

from markdown_it import MarkdownIt

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of
from kochat_gui.services.markdown import blocks_of, korean_markdown

_MARKS = re.compile(r"([\\`*_\[\]<>#&~|])")
_LINE_ENDS = re.compile(r"\r\n?|\n")


def to_markdown(conversation: ArchivedConversation) -> str:
    """The whole document; a code block that an answer left open is closed."""
    parts = [f"# {escaped(title_of(conversation))}", date_of(conversation)]
    prompt = conversation.settings.system_prompt
    if prompt.strip():
        parts.append("\n".join(f"> {line}".rstrip() for line in prompt.split("\n")))
    parser = korean_markdown()
    for message in conversation.path:
        parts.append(f"## {escaped(sender_of(message))}")
        if message.text.strip():
            parts.append(with_closed_fence(parser, message.text.strip("\r\n")))
        remark = remark_on(message)
        if remark:
            parts.append("\n".join(f"> {escaped(line)}" for line in remark.splitlines()))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """``text`` on a line where Markdown must not see anything in it."""
    return _MARKS.sub(r"\\\1", text)


def with_closed_fence(parser: MarkdownIt, text: str) -> str:
    """``text`` that lets nothing after it become code: the last fence is closed."""
    tokens = blocks_of(parser, text)
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.map is None:
        return text
    # Where it ends is for the parser to say: blanks may follow the closing fence.
    final = _LINE_ENDS.split(text)[last.map[1] - 1]
    closing = rf" {{0,3}}{re.escape(last.markup[0])}{{{len(last.markup)},}}[ \t]*"
    is_closed = last.map[1] - last.map[0] > 1 and re.fullmatch(closing, final) is not None
    return text if is_closed else f"{text}\n{last.markup}"
