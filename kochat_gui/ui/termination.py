"""Ends of the program that are asked for from outside: Ctrl+C in the terminal, a log-out, kill."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those of these that the system has."""


class TerminationSignals(QObject):
    """Turns signals of the system into one of Qt, from construction until :meth:`close`.

    Python runs its handlers between two steps of Python code, and a window that waits for events
    runs none: a socket that the system's handler writes to wakes it.

    Signals: requested() on the GUI thread.
    """

    requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self._notifier = QSocketNotifier(
            self._receiver.fileno(), QSocketNotifier.Type.Read, parent=self
        )
        self._notifier.activated.connect(self._on_written)
        self._old_fd = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        self._numbers = frozenset(numbers)
        self._old_handlers = {number: signal.signal(number, _ignore) for number in numbers}

    def close(self) -> None:
        """Give the signals back to whom they belonged."""
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._old_handlers.clear()
        signal.set_wakeup_fd(self._old_fd)
        self._notifier.setEnabled(False)
        self._receiver.close()
        self._sender.close()

    def _on_written(self) -> None:
        if self._numbers.intersection(self._receiver.recv(256)):
            self.requested.emit()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Python writes to the socket only for signals that have a handler."""
