"""An answer's text on its way out of the engine's process: fast tokens share a frame.

A frame for each token costs both processes more than the token's text: at 1,000 tokens a second
the program's reading threads keep the window waiting, and the small models' own steps wait, too.
"""

import threading
import time
from collections.abc import Callable

INTERVAL_S = 0.01
"""Between two frames of text. Tokens that take longer have one each, at once."""


class TextBatches:
    """Sends text at once when none was sent lately, else together with what follows soon.

    One thread adds; what waits is sent by another, so that no text waits for the next token.
    One object for each answer; must be closed.
    """

    def __init__(self, send: Callable[[str], None], interval_s: float = INTERVAL_S) -> None:
        """``send``: called on either thread, never on both at once."""
        self._send = send
        self._interval_s = interval_s
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._next_s = 0.0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def add(self, text: str) -> None:
        """Send ``text``, soon."""
        with self._changed:
            self._waiting.append(text)
            if len(self._waiting) > 1:
                return
            if time.monotonic() >= self._next_s:
                self._send_waiting()
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="text", daemon=True)
                self._thread.start()
            self._changed.notify()

    def flush(self) -> None:
        """Send what waits, before anything else is sent."""
        with self._changed:
            self._send_waiting()

    def close(self) -> None:
        """Send what waits; nothing can be added any more."""
        with self._changed:
            self._send_waiting()
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        """Send what waits as soon as it has waited long enough."""
        with self._changed:
            while not self._is_closed:
                if not self._waiting:
                    self._changed.wait()
                elif (left := self._next_s - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._send_waiting()

    def _send_waiting(self) -> None:
        if self._waiting:
            text = "".join(self._waiting)
            self._waiting.clear()
            self._send(text)
            self._next_s = time.monotonic() + self._interval_s
