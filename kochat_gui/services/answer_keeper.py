"""Brings running answers to the disk every second, and keeps them while the disk refuses."""

import logging
import threading
import time
from collections.abc import Callable

from kochat_gui.core.conversation import MadeBy, MessageId
from kochat_gui.core.errors import StorageError
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.live_answers import FinalAnswer

_log = logging.getLogger(__name__)

CHECKPOINT_S = 0.8
"""Longest time that text stays in memory alone; leaves 0.2 s of the promised second to the disk."""
CHECKPOINT_CHARACTERS = 2048
"""This much new text is written without waiting."""
RETRY_S = 2.0
"""Pause after a write that failed."""


class AnswerKeeper:
    """Owns one thread; every method may be called on any thread until :meth:`close`."""

    def __init__(self, store: ConversationStore, *, retry_s: float = RETRY_S) -> None:
        self._store = store
        self._retry_s = retry_s
        self._wake = threading.Condition()
        self._due: float | None = None
        self._is_refused = False
        self._is_closed = False
        # Chunks of an answer must not be written after its final text.
        self._one_write = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="answer keeper", daemon=True)
        self._thread.start()

    @property
    def is_all_stored(self) -> bool:
        """No text is in memory alone."""
        return not self._store.live.unsaved() and not self._store.live.unstored()

    def append(self, message_id: MessageId, text: str, made_by: MadeBy | None = None) -> int:
        """Take new text of an answer and what makes it; returns how many characters are before."""
        offset, unsaved = self._store.live.append(message_id, text, made_by)
        is_much = unsaved >= CHECKPOINT_CHARACTERS
        with self._wake:
            if self._due is None:
                self._plan(0.0 if is_much else CHECKPOINT_S)
            elif is_much and not self._is_refused:
                self._plan(0.0)
        return offset

    def text(self, message_id: MessageId) -> str:
        """All text so far of an answer that has not ended."""
        return self._store.live.text(message_id)

    def finish(self, final: FinalAnswer) -> None:
        """Store how an answer ended: now, or else as soon as the disk takes it again."""
        self._write(lambda: self._store.finish_answer(final))

    def store_now(self) -> int:
        """Write what is in memory alone; returns how many answers the disk does not take."""
        self._write(self._write_all)
        live = self._store.live
        waiting = {*live.unsaved(), *(final.message_id for final in live.unstored())}
        return len(waiting) if self._is_refused else 0

    def close(self) -> None:
        """Write what is left, if the disk lets us, and end the thread."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        self._thread.join()
        self._write(self._write_all)
        if self._is_refused:
            _log.error("answers could not be stored before the end")

    def _plan(self, wait_s: float) -> None:
        self._due = time.monotonic() + wait_s
        self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._is_closed and not self._is_due():
                    self._wake.wait(None if self._due is None else self._due - time.monotonic())
                if self._is_closed:
                    return
                self._due = None
            self._write(self._write_all)

    def _is_due(self) -> bool:
        return self._due is not None and self._due <= time.monotonic()

    def _write_all(self) -> None:
        chunks = self._store.live.unsaved()
        if chunks:
            self._store.append_chunks(chunks)
        for final in self._store.live.unstored():
            self._store.finish_again(final)
        with self._wake:
            self._is_refused = False

    def _write(self, work: Callable[[], None]) -> None:
        with self._one_write:
            try:
                work()
            except StorageError:
                # Whoever watches the store tells it.
                with self._wake:
                    self._is_refused = True
                    self._plan(self._retry_s)
            except Exception:  # noqa: BLE001 - logged, and tried again: the text must not be lost
                _log.exception("an answer could not be written")
                with self._wake:
                    self._plan(self._retry_s)
