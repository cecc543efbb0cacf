"""The Qt binding itself: a version of it ended the process after some hundred signals."""

from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

EMITS = 20_000


class Sender(QObject):
    """Signals: told(object), counted(int, str)."""

    told = Signal(object)
    counted = Signal(int, str)


def test_thousands_of_signals(qtbot: QtBot) -> None:
    sender = Sender()
    told: list[object] = []
    counted: list[int] = []
    queued: list[object] = []
    sender.told.connect(told.append)
    sender.counted.connect(lambda number, _text: counted.append(number))
    sender.told.connect(queued.append, Qt.ConnectionType.QueuedConnection)
    for number in range(EMITS):
        sender.told.emit({"number": number})
        sender.counted.emit(number, "가")
    qtbot.waitUntil(lambda: len(queued) == EMITS, timeout=20_000)
    assert [one["number"] for one in told if isinstance(one, dict)] == list(range(EMITS))
    assert counted == list(range(EMITS))
    assert queued == told
