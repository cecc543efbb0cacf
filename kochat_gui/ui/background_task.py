"""Runs a slow call of a service beside the window, and brings its result back to it."""

import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, QThreadPool, Signal

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, UserFacingError
from kochat_gui.ui.gui_thread import gui_thread


class BackgroundTask(QObject):
    """Runs one call at a time; the newest counts, the results of earlier ones are dropped.

    Signals, on the GUI thread: done(object result); failed(UserFacingError). A call that raises
    ``Cancelled`` ends in silence; a bug reaches the exception hooks.
    """

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._number = 0
        self._cancel = CancelToken()
        self._window = gui_thread()

    def start(self, call: Callable[[CancelToken], object]) -> None:
        """Cancel what runs, and run ``call`` on a thread of Qt's pool."""
        self.cancel()
        number, cancel = self._number, self._cancel
        window, here = self._window, weakref.ref(self)

        def run() -> None:
            result: object = None
            error: Exception | None = None
            try:
                result = call(cancel)
            except Cancelled:
                return
            except Exception as problem:  # noqa: BLE001 - raised again on the GUI thread
                error = problem
            window.call(here, lambda task: task._on_ended(number, result, error))

        QThreadPool.globalInstance().start(run)

    def cancel(self) -> None:
        """Nobody waits for what runs any more."""
        self._cancel.cancel()
        self._cancel = CancelToken()
        self._number += 1

    def _on_ended(self, number: int, result: object, error: Exception | None) -> None:
        if number != self._number:
            return
        if isinstance(error, UserFacingError):
            self.failed.emit(error)
        elif error is not None:
            raise error
        else:
            self.done.emit(result)
