"""One attempt to make a model ready: others wait for it, follow its progress, or cancel it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelSpec


@dataclass(frozen=True)
class ModelChoice:
    """What a model is loaded as; another choice means loading again."""

    spec: ModelSpec
    quantization: str | None
    options: LoadOptions
    engine: str
    """Registry name; empty: the one that fits the format."""


class ModelJob:
    """Thread-safe. Ends with a loaded model, an error, or neither when it was cancelled."""

    def __init__(self, choice: ModelChoice) -> None:
        self.choice = choice
        self.cancel = CancelToken()
        self.is_replaced = False
        """It was cancelled for a newer choice; changed under the manager's lock."""
        self._changed = threading.Condition()
        self._progress = 0.0
        self._is_over = False
        self.loaded: LoadedModel | None = None
        self.error: Exception | None = None

    @property
    def is_over(self) -> bool:
        with self._changed:
            return self._is_over

    def advance(self, progress: float) -> None:
        """Tell those who wait how far it is, 0–1."""
        with self._changed:
            self._progress = progress
            self._changed.notify_all()

    def end(self, loaded: LoadedModel | None, error: Exception | None) -> None:
        """Tell those who wait that it is over."""
        with self._changed:
            self.loaded, self.error, self._is_over = loaded, error, True
            self._changed.notify_all()

    def follow(self, on_progress: Callable[[float], None], cancel: CancelToken) -> None:
        """Wait for the end on this thread; raises ``Cancelled`` when ``cancel`` fires first."""

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        forget = cancel.on_cancel(wake)
        try:
            told = -1.0
            while True:
                with self._changed:
                    while not self._is_over and not cancel.is_cancelled and self._progress == told:
                        self._changed.wait()
                    is_over, told = self._is_over, self._progress
                cancel.raise_if_cancelled()
                if is_over:
                    return
                on_progress(told)
        finally:
            forget()
