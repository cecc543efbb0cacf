"""Finds text in the open conversation: counts, goes from hit to hit, keeps up while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kochat_gui.core.conversation import ConversationId, MessageId, Role
from kochat_gui.core.i18n import translate
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.found_text import MAX_HITS, FindSpans
from kochat_gui.ui.search.find_bar import FindBar

if TYPE_CHECKING:
    from kochat_gui.services.text_finding import Found, HitCount

_LAST = -1


class FindController(QObject):
    """Searches the texts of messages, and builds widgets only for the hit that is shown.

    In messages that are shown, the hits are what can be seen; in the others, their Markdown is
    searched, and what then turns out to be in the marks only is passed over.

    Signals: closed().
    """

    closed = Signal()

    def __init__(self, view: ChatView, bar: FindBar) -> None:
        super().__init__(view)
        self._view = view
        self._bar = bar
        self._conversation_id: ConversationId | None = None
        self._counts: dict[MessageId, HitCount] = {}
        self._find: FindSpans = lambda _text: ()
        self._place: tuple[MessageId, int] | None = None
        """The hit that is shown: its message, and its number there."""
        self._waits_for: tuple[MessageId, int] | None = None
        """A hit in a message of which not all is laid out yet."""
        self._anchor: tuple[MessageId, int] | None = None
        """Where typing begins to look: a message, and px from its top."""
        self._wants_first = False
        self._task = BackgroundTask(self)
        self._task.done.connect(self._on_searched)
        bar.query_changed.connect(lambda _query: self._search(wants_first=True))
        bar.next_requested.connect(lambda: self.step(1))
        bar.previous_requested.connect(lambda: self.step(-1))
        bar.closed.connect(self.close)
        view.path_shown.connect(self._on_path_shown)
        view.text_shown.connect(self._on_text_shown)
        view.revealed.connect(self._on_revealed)

    def open(self) -> None:
        """Show the bar, with what a search in all conversations has marked."""
        is_fresh = not self._bar.isVisible()
        self._bar.open(self._view.found.query)
        if is_fresh:
            self._anchor = self._view.first_seen()
            self._place = self._marked_place()
            self._search(wants_first=False)

    def close(self) -> None:
        """Take the bar and the marks away; the place in the conversation stays."""
        if self._bar.isVisible():
            self._task.cancel()
            self._bar.hide()
            self._place = self._waits_for = None
            self._view.found.clear()
            self.closed.emit()

    def forget(self) -> None:
        """Take away what a search in all conversations has marked."""
        if not self._bar.isVisible():
            self._view.found.clear()

    def step(self, step: int) -> None:
        """Go to the next hit (1) or the one before (-1), around the ends."""
        if not self._bar.isVisible():
            self.open()
            self._wants_first = self._place is None
            if self._wants_first:
                return
        ids = self._ids()
        if self._wants_first:
            # Enter right after typing: the first hit comes as soon as it is known.
            return
        if self._place is None or self._place[0] not in ids:
            self._go_first()
            return
        at, number = ids.index(self._place[0]), self._place[1] + step
        if not (0 <= number < self._count(ids[at]) and self._go(ids[at], number)):
            around = [ids[(at + step * offset) % len(ids)] for offset in range(1, len(ids) + 1)]
            self._go_any(around, 0 if step > 0 else _LAST)
        self._set_anchor()

    def _search(self, *, wants_first: bool) -> None:
        from kochat_gui.services.text_finding import find_in_messages

        query = self._bar.query.strip()
        self._wants_first = wants_first
        self._waits_for = None
        if wants_first:
            self._place = None
        if not query:
            self._task.cancel()
            self._wants_first = False
            self._counts = {}
            self._view.found.clear()
            self._tell()
            return
        messages, shown_chars = list(self._view.messages()), _shown_chars()
        self._task.start(lambda cancel: find_in_messages(query, messages, shown_chars, cancel))

    def _on_searched(self, result: Found) -> None:
        self._counts, self._find = dict(result.counts), result.spans
        self._view.mark(result.query, result.spans)
        if self._wants_first:
            self._wants_first = False
            self._go_first()
        else:
            self._mark_place()
            self._tell()

    def _mark_place(self) -> None:
        """Mark the hit that was shown before the words were looked for anew."""
        widget = self._view.widget_of(self._place[0]) if self._place is not None else None
        if self._place is not None and widget is not None:
            hits = self._view.found.hits(widget)
            if self._place[1] < len(hits):
                self._view.found.set_current(hits[self._place[1]])

    def _go_first(self) -> None:
        """Go to the first hit from the anchor on; to the nearest before it if there is none."""
        ids = self._ids()
        anchor, above = self._anchor if self._anchor is not None else (None, 0)
        at = ids.index(anchor) if anchor in ids else 0
        number = self._first_below(ids[at], above) if ids else None
        if number is not None and self._go(ids[at], number):
            return
        if not self._go_any(ids[at + 1 :], 0) and not self._go_any(ids[at::-1], _LAST):
            self._place = None
            self._bar.show_remark("")
            self._tell()

    def _first_below(self, message_id: MessageId, above: int) -> int | None:
        widget = self._view.widget_of(message_id)
        if widget is None or not widget.is_all_shown or not above:
            # The first one of the message, also if it is in what is left out there.
            return 0
        for number, hit in enumerate(self._view.found.hits(widget)):
            if hit.top_left_in(widget).y() >= above:
                return number
        return None

    def _go_any(self, ids: Sequence[MessageId], number: int) -> bool:
        """Go to the first of these messages that has a hit."""
        return any(
            self._can_be_seen(message_id) and self._go(message_id, number) for message_id in ids
        )

    def _can_be_seen(self, message_id: MessageId) -> bool:
        """Whether a message has hits that are more than marks of Markdown, before it is built."""
        from kochat_gui.services.text_finding import HitCount
        from kochat_gui.ui.chat.answer_body import MAX_SHOWN_CHARS
        from kochat_gui.ui.chat.markdown_blocks import shown_words

        known = self._counts.get(message_id)
        if known is None or not known.shown or self._view.widget_of(message_id) is not None:
            return self._count(message_id) > 0
        texts = (m.text for m in self._view.messages() if m.message_id == message_id)
        if any(self._find(shown_words(text[:MAX_SHOWN_CHARS])) for text in texts):
            return True
        self._counts[message_id] = HitCount(0, known.left_out)
        return known.left_out > 0

    def _go(self, message_id: MessageId, number: int) -> bool:
        """Show a hit, of which there may be none after all; ``_LAST`` is the message's last."""
        widget = self._view.build(message_id)
        if widget is None:
            return False
        if not widget.is_all_shown:
            self._waits_for = message_id, number
            self._place = message_id, max(0, number)
            self._view.go_to_message(message_id)
            self._tell()
            return True
        self._waits_for = None
        count = self._count(message_id)
        if number == _LAST:
            number = count - 1
        if not 0 <= number < count:
            return False
        hits = self._view.found.hits(widget)
        if number >= len(hits) and self._view.unfold(message_id):
            return self._go(message_id, number if number < self._count(message_id) else _LAST)
        self._place = message_id, number
        if number < len(hits):
            self._view.go_to(hits[number], widget)
            self._bar.show_remark("")
        else:
            self._view.found.set_current(None)
            self._view.go_to_message(message_id, is_end=True)
            self._bar.show_remark(
                translate(
                    "FindBar",
                    "This is in the part of a very long message that is left out here. "
                    "Copy the message to see it.",
                )
            )
        self._tell()
        return True

    def _count(self, message_id: MessageId) -> int:
        """How many hits there are in a message, as far as is known."""
        source = self._counts.get(message_id)
        widget = self._view.widget_of(message_id)
        shown, left_out = (source.shown, source.left_out) if source is not None else (0, 0)
        if widget is not None and widget.is_all_shown:
            shown = len(self._view.found.hits(widget))
            left_out = left_out if widget.is_cut else 0
        return shown + left_out

    def _tell(self) -> None:
        before, total, position, is_more = 0, 0, None, False
        for message_id in self._ids():
            if self._place is not None and message_id == self._place[0]:
                before, position = total, self._place[1]
            count = self._count(message_id)
            total += count
            is_more = is_more or count >= MAX_HITS
        shown = before + position + 1 if position is not None else None
        self._bar.show_count(shown, total, is_more=is_more)

    def _on_path_shown(self) -> None:
        messages = self._view.messages()
        conversation_id = messages[0].conversation_id if messages else None
        is_other, self._conversation_id = (
            conversation_id != self._conversation_id,
            conversation_id,
        )
        if self._bar.isVisible():
            if self._place is not None and self._place[0] not in self._ids():
                self._place = None
            self._search(wants_first=False)
            self._anchor = self._view.first_seen() if is_other else self._anchor
        elif is_other:
            self._view.found.clear()

    def _on_text_shown(self, message_id: int) -> None:
        if not self._bar.isVisible() or not self._view.found.query:
            return
        if self._waits_for is None or self._waits_for[0] != message_id:
            self._tell()
            return
        widget = self._view.widget_of(self._waits_for[0])
        if widget is not None and widget.is_all_shown:
            (waiting, number), self._waits_for = self._waits_for, None
            if not self._go(waiting, number):
                self.step(-1 if number == _LAST else 1)

    def _on_revealed(self, message_id: int, query: str) -> None:
        """A search in all conversations has gone to a message: the bar follows.

        It comes by itself, and leaves the keyboard where it is, to say that the hit is left out.
        """
        widget = self._view.widget_of(MessageId(message_id))
        is_left_out = widget is not None and widget.is_cut and not self._view.found.hits(widget)
        if query and (self._bar.isVisible() or is_left_out):
            self._bar.show()
            self._anchor = MessageId(message_id), 0
            self._bar.set_query(query)
            self._search(wants_first=True)

    def _marked_place(self) -> tuple[MessageId, int] | None:
        current = self._view.found.current
        for message_id in self._ids() if current is not None else ():
            widget = self._view.widget_of(message_id)
            hits = self._view.found.hits(widget) if widget is not None else []
            if current in hits:
                return message_id, hits.index(current)
        return None

    def _set_anchor(self) -> None:
        """What is typed next is looked for from here on."""
        current = self._view.found.current
        if self._place is not None and current is not None:
            widget = self._view.widget_of(self._place[0])
            if widget is not None:
                self._anchor = self._place[0], current.top_left_in(widget).y()

    def _ids(self) -> list[MessageId]:
        return [message.message_id for message in self._view.messages()]


def _shown_chars() -> dict[Role, int]:
    """How much of a message its widget shows."""
    from kochat_gui.ui.chat.answer_body import MAX_SHOWN_CHARS
    from kochat_gui.ui.chat.own_message import MAX_SHOWN_CHARS as MAX_OWN_CHARS

    return {
        Role.USER: MAX_OWN_CHARS,
        Role.ASSISTANT: MAX_SHOWN_CHARS,
        Role.SYSTEM: MAX_OWN_CHARS,
    }
