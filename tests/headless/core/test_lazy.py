"""What is built when it is first asked for is built once, and not after the end."""

import threading
from collections.abc import Iterator

import pytest

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.lazy import Lazy


def test_it_is_made_once_by_whoever_asks_first() -> None:
    made: list[object] = []
    begun, may_end = threading.Event(), threading.Event()

    def make() -> object:
        begun.set()
        assert may_end.wait(10)
        made.append(object())
        return made[-1]

    lazy = Lazy(make)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(lazy.get())) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    assert lazy.made is None
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert found == [made[0]] * 4
    assert lazy.made is made[0]
    assert lazy.close() is made[0]
    assert lazy.get() is made[0]


def test_nothing_is_made_after_the_end() -> None:
    made: list[object] = []
    lazy = Lazy(lambda: made.append(0))
    assert lazy.close() is None
    with pytest.raises(UserFacingError):
        lazy.get()
    assert made == []


def test_what_could_not_be_made_is_tried_again() -> None:
    answers: Iterator[ValueError | str] = iter([ValueError("not now"), "made"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    lazy = Lazy(make)
    with pytest.raises(ValueError, match="not now"):
        lazy.get()
    assert lazy.get() == "made"
