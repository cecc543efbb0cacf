"""Brings what other threads have to tell to the GUI thread."""

import queue
import weakref
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import Shiboken

R = TypeVar("R", bound=QObject)


class GuiThread(QObject):
    """The only object that other threads touch; it is never destroyed.

    A thread that emits a signal of an object, or to one, that is being destroyed crashes the
    program, and a widget may go at any moment: with its conversation, or with the window.
    """

    _called = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._calls: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._called.connect(self._do_next, Qt.ConnectionType.QueuedConnection)

    def call(self, receiver: "weakref.ref[R]", do: Callable[[R], object]) -> None:
        """Have ``do`` called with ``receiver`` when its turn comes, unless it is gone by then.

        On any thread; calls keep their order.
        """

        def if_there() -> None:
            found = receiver()
            if found is not None and Shiboken.isValid(found):
                do(found)

        self._calls.put(if_there)
        self._called.emit()

    def _do_next(self) -> None:
        # One at a time: what one of them raises does not keep the others.
        self._calls.get_nowait()()


@cache
def gui_thread() -> GuiThread:
    """The one; first asked for on the GUI thread."""
    return GuiThread()
