"""What input methods and keyboards send to a field, step by step, without any waiting."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = {
    "return": (Qt.Key.Key_Return, "\r"),
    "enter": (Qt.Key.Key_Enter, "\r"),
    "escape": (Qt.Key.Key_Escape, ""),
    "backspace": (Qt.Key.Key_Backspace, "\b"),
    "left": (Qt.Key.Key_Left, ""),
    "up": (Qt.Key.Key_Up, ""),
    "shift": (Qt.Key.Key_Shift, ""),
}


def preedit(text: str, *, commit: str = "") -> QInputMethodEvent:
    """The syllable being typed is now ``text``; ``commit`` was finished at the same time."""
    event = QInputMethodEvent(text, [])
    event.setCommitString(commit)
    return event


def type_steps(field: QWidget, steps: Iterable[str]) -> None:
    """Send the steps, in one turn of the event loop unless there is a ``turn`` among them.

    ``한…`` shows preedit text, ``…`` ends it, ``+한`` commits, ``+한|ㄱ…`` does both in one event,
    ``turn`` lets the loop go round once; a name in ``_KEYS`` is a key, with ``shift+`` before it or
    `` repeated`` after it; all else is typed as Latin keys.
    """
    for step in steps:
        if step == "turn":
            QCoreApplication.processEvents()
        elif step.endswith("…"):
            commit, _, text = step[:-1].rpartition("|")
            QCoreApplication.sendEvent(field, preedit(text, commit=commit.removeprefix("+")))
        elif step.startswith("+"):
            QCoreApplication.sendEvent(field, preedit("", commit=step[1:]))
        else:
            _press(field, step)


def _press(field: QWidget, step: str) -> None:
    name = step.removeprefix("shift+").removesuffix(" repeated")
    shift = Qt.KeyboardModifier.ShiftModifier if "shift+" in step else Qt.KeyboardModifier(0)
    if name in _KEYS:
        pressed = [_KEYS[name]]
    else:
        pressed = [(Qt.Key(ord(char.upper())), char) for char in name]
    for key, text in pressed:
        is_repeat = step.endswith(" repeated")
        event = QKeyEvent(QEvent.Type.KeyPress, key, shift, text, is_repeat)
        QCoreApplication.sendEvent(field, event)
