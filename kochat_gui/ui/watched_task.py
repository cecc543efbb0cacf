"""A slow call that tells how far it is and can be stopped; see :mod:`.background_task`."""

import time
import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.gui_thread import gui_thread

_TOLD_EVERY_S = 0.05
WatchedCall = Callable[[Callable[[float], None], CancelToken], object]
"""Called with what takes its progress (0–1), on its own thread."""


class WatchedTask(QObject):
    """Runs one call at a time; the newest counts.

    Signals, on the GUI thread: progressed(float 0–1), at most 20 a second; done(object result);
    failed(UserFacingError).
    """

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task = BackgroundTask(self)
        self._number = 0
        self._is_running = False
        self._task.done.connect(self._on_done)
        self._task.failed.connect(self._on_failed)
        self._window = gui_thread()

    @property
    def is_running(self) -> bool:
        """Somebody still waits for a result."""
        return self._is_running

    def start(self, call: WatchedCall) -> None:
        """Cancel what runs, and run ``call``."""
        self.cancel()
        self._is_running = True
        number, window, here = self._number, self._window, weakref.ref(self)
        last = 0.0

        def tell(done: float) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _TOLD_EVERY_S:
                last = now
                window.call(here, lambda task: task._on_told(number, done))

        self._task.start(lambda cancel: call(tell, cancel))

    def cancel(self) -> None:
        """Stop what runs; nothing more is told of it."""
        self._task.cancel()
        self._number += 1
        self._is_running = False

    def _on_told(self, number: int, done: float) -> None:
        if number == self._number and self._is_running:
            self.progressed.emit(done)

    def _on_done(self, result: object) -> None:
        self._is_running = False
        self.done.emit(result)

    def _on_failed(self, error: object) -> None:
        self._is_running = False
        self.failed.emit(error)
