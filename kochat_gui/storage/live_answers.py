"""Answers that memory knows better than the disk: being written, or waiting for room."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from kochat_gui.core.conversation import MadeBy, Message, MessageId, MessageState
from kochat_gui.core.states import FinishReason

if TYPE_CHECKING:
    from kochat_gui.core.generation import Usage


class FinalAnswer(NamedTuple):
    """How an answer ended: what its last transaction stores."""

    message_id: MessageId
    text: str
    state: MessageState
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    made_by: MadeBy | None = None
    error: str = ""


@dataclass
class _Live:
    parts: list[str]
    length: int
    unsaved: list[str] = field(default_factory=list)
    unsaved_length: int = 0
    made_by: MadeBy | None = None
    is_maker_saved: bool = False
    final: FinalAnswer | None = None


class LiveAnswers:
    """Thread-safe; readers of the store see these texts instead of older ones on the disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: dict[MessageId, _Live] = {}

    def start(self, message_id: MessageId, text: str = "") -> None:
        """An answer begins, or is continued after ``text``, which is on the disk."""
        with self._lock:
            self._live[message_id] = _Live([text], len(text))

    def append(
        self, message_id: MessageId, text: str, made_by: MadeBy | None = None
    ) -> tuple[int, int]:
        """Add ``text``; returns where it begins and how many characters are unsaved now.

        ``made_by``: what makes the answer, the same for all of its text from ``start`` on.
        Does nothing, and returns zeros, when the answer has ended.
        """
        with self._lock:
            live = self._live.get(message_id)
            if live is None or live.final is not None:
                return 0, 0
            begins = live.length
            live.made_by = made_by
            live.parts.append(text)
            live.length += len(text)
            live.unsaved.append(text)
            live.unsaved_length += len(text)
            return begins, live.unsaved_length

    def text(self, message_id: MessageId) -> str:
        """All text so far; empty when the answer has ended."""
        with self._lock:
            live = self._live.get(message_id)
            return self._text_of(live) if live is not None else ""

    def running(self) -> set[MessageId]:
        """Answers that are not, or not all, on the disk."""
        with self._lock:
            return set(self._live)

    def unsaved(self) -> dict[MessageId, str]:
        """What a checkpoint has to add, by message; without answers that have ended."""
        with self._lock:
            return {
                message_id: "".join(live.unsaved)
                for message_id, live in self._live.items()
                if live.unsaved and live.final is None
            }

    def unsaved_makers(self) -> dict[MessageId, MadeBy]:
        """What makes the answers whose first text is unsaved; it goes to the disk with that."""
        with self._lock:
            return {
                message_id: live.made_by
                for message_id, live in self._live.items()
                if live.made_by is not None and not live.is_maker_saved
            }

    def mark_saved(self, message_id: MessageId, length: int) -> None:
        """The first ``length`` unsaved characters, and what makes them, are on the disk now."""
        with self._lock:
            live = self._live.get(message_id)
            if live is not None:
                rest = "".join(live.unsaved)[length:]
                live.unsaved = [rest] if rest else []
                live.unsaved_length = len(rest)
                live.is_maker_saved = True

    def settle(self, final: FinalAnswer) -> None:
        """The answer ended, but the disk has not taken it yet."""
        with self._lock:
            text = final.text
            self._live[final.message_id] = _Live([text], len(text), final=final)

    def unstored(self) -> list[FinalAnswer]:
        """Ended answers that wait for the disk."""
        with self._lock:
            return [live.final for live in self._live.values() if live.final is not None]

    def unstored_end(self, message_id: MessageId) -> FinalAnswer | None:
        """How an answer ended, as long as that waits for the disk."""
        with self._lock:
            live = self._live.get(message_id)
            return live.final if live is not None else None

    def drop(self, final: FinalAnswer) -> None:
        """The disk has everything, unless the answer is written on by now."""
        with self._lock:
            live = self._live.get(final.message_id)
            if live is not None and live.final is final:
                del self._live[final.message_id]

    def overlay(self, message: Message) -> Message | None:
        """``message`` as it is in memory, or None when the disk knows best."""
        with self._lock:
            live = self._live.get(message.message_id)
            if live is None:
                return None
            if live.final is None:
                return replace(
                    message,
                    text=self._text_of(live),
                    state=MessageState.STREAMING,
                    made_by=live.made_by or message.made_by,
                )
            final = live.final
        return replace(
            message,
            text=final.text,
            state=final.state,
            finish_reason=final.finish_reason,
            usage=final.usage,
            made_by=final.made_by or message.made_by,
            error=final.error,
        )

    @staticmethod
    def _text_of(live: _Live) -> str:
        # Joined once and kept joined: many readers of a long answer must not cost its square.
        if len(live.parts) > 1:
            live.parts = ["".join(live.parts)]
        return live.parts[0]
