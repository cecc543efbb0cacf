"""A conversation's shown path as a PDF: A4, fonts embedded, text that can be copied.

What no font of the program has (emoji, for one) becomes a box and is counted.
"""

import re
from collections.abc import Callable
from typing import BinaryIO

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import Role
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of

_LINE_ENDS = re.compile(r"\r\n?")


def write_pdf(
    conversation: ArchivedConversation, file: BinaryIO, on_message: Callable[[int], None]
) -> int:
    """Write the whole document; returns how many characters are boxes.

    ``on_message`` is told how many messages are laid out, and may raise to stop.
    """
    # Only this function needs the library; it takes half a second to load.
    from kochat_gui.services.exchange.formats import pdf_markdown, pdf_page  # noqa: PLC0415

    pages = pdf_page.Pages(title_of(conversation), conversation.created_at)
    printer = pdf_markdown.MarkdownPrinter(pages)
    soft = pdf_page.Style(size=9, colour=pdf_page.SOFT)
    title = pdf_page.Style(font=pdf_page.BOLD, size=17)
    pages.text([pdf_page.Piece(title_of(conversation), title)], 1.4)
    pages.text([pdf_page.Piece(date_of(conversation), soft)])

    def write_message(message: ArchivedMessage) -> None:
        pages.gap(14)
        pages.need(48)
        sender = pdf_page.Style(font=pdf_page.BOLD, size=9, colour=pdf_page.SOFT)
        pages.text([pdf_page.Piece(sender_of(message), sender)], 1.7)
        text = _LINE_ENDS.sub("\n", message.text).strip("\n")
        if message.role is Role.ASSISTANT:
            printer.write(text)
        elif text:
            pages.text([pdf_page.Piece(text, pdf_page.Style())])
        if remark := remark_on(message):
            pages.text([pdf_page.Piece(remark, soft)])

    prompt = conversation.settings.system_prompt
    if prompt.strip():
        write_message(ArchivedMessage(1, None, Role.SYSTEM, prompt, conversation.created_at))
    for done, message in enumerate(conversation.path, 1):
        write_message(message)
        on_message(done)
    pages.write(file)
    return pages.fonts.unknown
