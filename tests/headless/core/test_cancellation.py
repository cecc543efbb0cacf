"""Stop requests: one way, once."""

import threading

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled


def test_cancel_is_one_way_and_calls_once() -> None:
    token = CancelToken()
    calls: list[str] = []
    token.on_cancel(lambda: calls.append("hooked"))
    unhook = token.on_cancel(lambda: calls.append("unhooked"))
    unhook()
    unhook()
    token.raise_if_cancelled()
    assert not token.is_cancelled
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: calls.append("late"))()
    assert calls == ["hooked", "late"]
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_many_threads_cancel_once() -> None:
    token = CancelToken()
    calls: list[int] = []
    token.on_cancel(lambda: calls.append(1))
    threads = [threading.Thread(target=token.cancel) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


def test_a_callback_may_unhook_and_cancel() -> None:
    token = CancelToken()
    calls: list[int] = []

    def callback() -> None:
        calls.append(1)
        token.cancel()
        unhook()

    unhook = token.on_cancel(callback)
    token.cancel()
    assert calls == [1]
