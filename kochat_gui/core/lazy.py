"""Parts of the program that are built when they are first asked for."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

T = TypeVar("T")


class Lazy(Generic[T]):
    """Made once, by whichever thread asks first; the others wait."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: T | None = None
        self._is_closed = False

    @property
    def made(self) -> T | None:
        """What was made; None when nobody has asked for it yet, or it is still being made."""
        return self._made

    def get(self) -> T:
        """The thing; raises ``UserFacingError`` when it was not made before :meth:`close`."""
        if self._made is None:
            with self._lock:
                if self._made is None:
                    if self._is_closed:
                        raise UserFacingError(
                            QT_TRANSLATE_NOOP("ChatSession", "KoChat is closing.")
                        )
                    self._made = self._make()
        return self._made

    def close(self) -> T | None:
        """Make nothing from now on; returns what was made, for its owner to close."""
        with self._lock:
            self._is_closed = True
            return self._made
