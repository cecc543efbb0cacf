"""The Enter key that commits the unfinished syllable and sends, once and whole.

An input method shows the syllable being typed as preedit text, which is not part of the field's
text yet. Depending on the system, Enter arrives after the input method has committed it (ibus,
Windows), before (Wayland) or while it is doing so (macOS). So Enter asks for the commit, and where
the syllable has not come yet, it is given until the next turn of the event loop; then it is
inserted here, and the input method's own commit, should it still come, is dropped.

Enter while Kana or Han characters are being composed only confirms them, as their users expect.

On a busy machine the input method is ahead of the window (ibus): it has got keys that were pressed
after the one that the window is at. A reset makes it drop them, so it is reset only where there is
an unfinished syllable to drop. (Qt itself resets it whenever the focus moves.)
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

_MODIFIER_KEYS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_Hangul}
)
_HANGUL = (
    ("\u1100", "\u11ff"),
    ("\u3130", "\u318f"),
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),
    ("\uffa0", "\uffdc"),
)


def is_hangul(preedit: str) -> bool:
    """Whether preedit text is syllables or jamo only, which need no choosing from a list."""
    return all(any(first <= char <= last for first, last in _HANGUL) for char in preedit)


class EnterKey(QObject):
    """The rule of the module's docstring, for one field, which shows it every key and event."""

    def __init__(
        self,
        field: QWidget,
        give: Callable[[QInputMethodEvent], None],
        submit: Callable[[], None],
    ) -> None:
        """``give`` lets Qt put an event into the field; ``submit`` is what Enter is for."""
        super().__init__(field)
        self._field = field
        self._give = give
        self._emit = submit
        self._preedit = ""
        self._is_waiting = False
        self._owed = ""
        """The syllable at Enter, while its commit is waited for."""
        self._has_vanished = False
        """The preedit text ended without a commit, which may be on its way."""
        self._late_commit = ""
        """What became text here; the input method's commit of it would be the second."""

    @property
    def preedit(self) -> str:
        """The unfinished syllable, not part of the field's text yet."""
        return self._preedit

    def press(self, event: QKeyEvent) -> None:
        """Enter was pressed without Shift."""
        event.accept()
        if event.isAutoRepeat() or self._is_waiting:
            return
        if not is_hangul(self._preedit):
            self.finish()
            return
        self._is_waiting = True
        text = self._owed = self._preedit
        if not text and not self._has_vanished:
            self._submit()
            return
        if text:
            QGuiApplication.inputMethod().commit()
        if self._is_waiting:
            QTimer.singleShot(0, self, self._submit)
        else:
            self._late_commit = text

    def press_other(self, event: QKeyEvent) -> None:
        """Another key was pressed: what it types comes after what Enter sends."""
        if event.key() not in _MODIFIER_KEYS:
            self._submit()
            self._late_commit = ""
            self._has_vanished = False

    def take(self, event: QInputMethodEvent) -> None:
        """Give the field what the input method says, in the order in which it was typed."""
        commit, preedit = event.commitString(), event.preeditString()
        only_preedit = QInputMethodEvent(preedit, event.attributes())
        if commit and commit == self._late_commit:
            commit, event = "", only_preedit
        if commit or preedit:
            self._late_commit = ""
        if self._is_waiting and commit:
            self._insert(event if not preedit else _commit_event(commit))
            self._submit()
            if not preedit:
                return
            commit, event = "", only_preedit
        elif self._is_waiting and preedit and not self._owed:
            self._submit()
        self._has_vanished = bool(self._preedit) and not preedit and not commit
        self._preedit = preedit
        self._give(event)

    def finish(self) -> None:
        """Make the unfinished syllable part of the text now."""
        text = self._preedit
        if text:
            QGuiApplication.inputMethod().commit()
            self.lose_focus()
            self._late_commit = text

    def lose_focus(self) -> None:
        """The input method turned to another field; it should have committed before."""
        if self._preedit:
            self._insert_owed(self._preedit)

    def forget(self) -> None:
        """The text is being replaced: drop the unfinished syllable, too."""
        unfinished, self._preedit = self._preedit, ""
        self._owed = ""
        self._is_waiting = self._has_vanished = False
        if not unfinished:
            return
        self._late_commit = unfinished
        self._give(QInputMethodEvent())
        if self._field.hasFocus():
            QGuiApplication.inputMethod().reset()

    def _submit(self) -> None:
        """What Enter is for, unless it is done already."""
        if not self._is_waiting:
            return
        if self._owed:
            self._insert_owed(self._owed)
        self._is_waiting = self._has_vanished = False
        self._emit()

    def _insert_owed(self, text: str) -> None:
        self._insert(_commit_event(text))
        self._late_commit = text

    def _insert(self, event: QInputMethodEvent) -> None:
        self._preedit = self._owed = ""
        self._give(event)


def _commit_event(text: str) -> QInputMethodEvent:
    event = QInputMethodEvent()
    event.setCommitString(text)
    return event
