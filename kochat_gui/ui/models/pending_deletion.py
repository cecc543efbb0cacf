"""Files that are going to be deleted unless a person takes it back in time."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

_DELAY_MS = 8000
Key = tuple[str, str]
"""(model id, level)."""


class PendingDeletions(QObject):
    """Making a large file again takes minutes, so deleting it waits some seconds.

    Signals: changed() when one was added, taken back, or done.
    """

    changed = Signal()

    def __init__(self, parent: QObject, delay_ms: int = _DELAY_MS) -> None:
        super().__init__(parent)
        self._delay_ms = delay_ms
        self._waiting: dict[Key, tuple[QTimer, Callable[[], None]]] = {}

    def add(self, key: Key, delete: Callable[[], None]) -> None:
        """Call ``delete`` in a while."""
        self.take_back(key)
        timer = QTimer(self, singleShot=True, interval=self._delay_ms)
        timer.timeout.connect(lambda: self._finish(key))
        self._waiting[key] = timer, delete
        timer.start()
        self.changed.emit()

    def take_back(self, key: Key) -> None:
        """Let the file stay."""
        found = self._waiting.pop(key, None)
        if found is not None:
            found[0].stop()
            found[0].deleteLater()
            self.changed.emit()

    def levels(self, model_id: str) -> frozenset[str]:
        """Levels of a model whose files are going to be deleted."""
        return frozenset(level for waiting, level in self._waiting if waiting == model_id)

    def finish(self) -> None:
        """Delete everything that waits, now: the window is closing."""
        for key in list(self._waiting):
            self._finish(key)

    def _finish(self, key: Key) -> None:
        timer, delete = self._waiting.pop(key)
        timer.stop()
        timer.deleteLater()
        delete()
        self.changed.emit()
