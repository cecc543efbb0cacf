"""A conversation's shown path as a PDF: A4, fonts embedded, text that can be copied.

What no font of the program has (emoji, for one) becomes a box and is counted.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import Role
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of

if TYPE_CHECKING:
    from kochat_gui.services.exchange.formats import pdf_markdown, pdf_page

_LINE_ENDS = re.compile(r"\r\n?")


def write_pdf(
    conversation: ArchivedConversation, file: BinaryIO, on_message: Callable[[int], None]
) -> int:
    """Write the whole document; returns how many characters are boxes.

    ``on_message`` is told how many messages are laid out, and may raise to stop.
    """
    # Only this function needs the library; it takes half a second to load.
    from kochat_gui.services.exchange.formats import pdf_markdown, pdf_page

    pages = pdf_page.Pages(title_of(conversation), conversation.created_at)
    try:
        _write(conversation, pages, pdf_markdown.MarkdownPrinter(pages), on_message)
        pages.write(file)
    finally:
        pages.fonts.close()
    return pages.fonts.unknown


def _write(
    conversation: ArchivedConversation,
    pages: "pdf_page.Pages",
    printer: "pdf_markdown.MarkdownPrinter",
    on_message: Callable[[int], None],
) -> None:
    pages.title(title_of(conversation), date_of(conversation))
    prompt = conversation.settings.system_prompt
    if prompt.strip():
        message = ArchivedMessage(1, None, Role.SYSTEM, prompt, conversation.created_at)
        _write_message(message, pages, printer)
    for done, message in enumerate(conversation.path, 1):
        _write_message(message, pages, printer)
        on_message(done)


def _write_message(
    message: ArchivedMessage, pages: "pdf_page.Pages", printer: "pdf_markdown.MarkdownPrinter"
) -> None:
    pages.sender(sender_of(message))
    text = _LINE_ENDS.sub("\n", message.text).strip("\n")
    if message.role is Role.ASSISTANT:
        printer.write(text)
    elif text:
        pages.plain(text)
    if remark := remark_on(message):
        pages.remark(remark)
