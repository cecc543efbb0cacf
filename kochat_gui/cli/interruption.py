"""Ctrl+C: the first one asks for an orderly end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kochat_gui.core.cancellation import CancelToken


@contextmanager
def stopped_by_ctrl_c() -> Iterator[CancelToken]:
    """A token that the first Ctrl+C cancels; the second one ends the program."""
    cancel = CancelToken()

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
