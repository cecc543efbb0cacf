"""Text fields in which one Enter commits the unfinished syllable and sends, once and whole.

An input method shows the syllable being typed as preedit text, which is not part of the field's
text yet. Depending on the system, Enter arrives after the input method has committed it (ibus,
Windows), together with it, or while it is still there (macOS). So Enter first asks for the commit,
and the text is read on the next turn of the event loop, when every order has ended the same way.

Enter while Kana or Han characters are being composed only confirms them, as their users expect.
"""

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

_RETURN_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_HANGUL = (("\u1100", "\u11ff"), ("\u3130", "\u318f"), ("\ua960", "\ua97f"), ("\uac00", "\ud7ff"))
_PARAGRAPH_SEPARATORS = {0x2028: "\n", 0x2029: "\n"}


def is_hangul(preedit: str) -> bool:
    """Whether preedit text is syllables or jamo only, which need no choosing from a list."""
    return all(any(first <= char <= last for first, last in _HANGUL) for char in preedit)


def storable(text: str) -> str:
    """``text`` with lone surrogates, which no UTF-8 can hold, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def underlined(event: QInputMethodEvent) -> QInputMethodEvent:
    """``event`` with its preedit text underlined, in the colours of the theme.

    Input methods send colours of their own; ibus-hangul's black block hides the caret.
    """
    kind = QInputMethodEvent.AttributeType
    attributes = [a for a in event.attributes() if a.type is not kind.TextFormat]
    preedit = event.preeditString()
    if preedit:
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        units = len(preedit.encode("utf-16-le", "surrogatepass")) // 2
        attributes.append(QInputMethodEvent.Attribute(kind.TextFormat, 0, units, style))
    made = QInputMethodEvent(preedit, attributes)
    made.setCommitString(event.commitString(), event.replacementStart(), event.replacementLength())
    return made


class EnterKey:
    """The rule of the module's docstring, for one field."""

    def __init__(self, field: "HangulTextEdit | HangulLineEdit") -> None:
        self._field = field
        self._preedit = ""
        self._is_sending = False
        self._late_commit = ""

    @property
    def preedit(self) -> str:
        """The unfinished syllable, not part of the field's text yet."""
        return self._preedit

    def press(self, event: QKeyEvent) -> None:
        """Enter was pressed without Shift."""
        event.accept()
        if event.isAutoRepeat() or self._is_sending:
            return
        is_choosing = bool(self._preedit) and not is_hangul(self._preedit)
        if self._preedit:
            QGuiApplication.inputMethod().commit()
        if is_choosing:
            self._finish_preedit()
            return
        self._is_sending = True
        QTimer.singleShot(0, self._field, self._send)

    def takes(self, event: QInputMethodEvent) -> bool:
        """Note what the input method says; False for a commit that was already made here."""
        if self._late_commit and event.commitString() == self._late_commit:
            self._late_commit = ""
            return False
        self._late_commit = ""
        self._preedit = event.preeditString()
        return True

    def forget(self) -> None:
        """The field was cleared: drop the unfinished syllable, too."""
        self._preedit = ""
        QGuiApplication.inputMethod().reset()

    def _finish_preedit(self) -> None:
        """Commit what the input method has left as preedit; a late commit of it is dropped."""
        if not self._preedit:
            return
        text, self._preedit = self._preedit, ""
        event = QInputMethodEvent()
        event.setCommitString(text)
        self._field.take_input_method_event(event)
        self._late_commit = text

    def _send(self) -> None:
        self._is_sending = False
        self._finish_preedit()
        self._field.submit()


class HangulTextEdit(QPlainTextEdit):
    """A plain-text field of several lines; Enter sends, Shift+Enter makes a line.

    Signals: submitted(str text); escape_pressed(); content_changed() also when only the preedit
    text became another; large_text_pasted(str text) instead of inserting what would take long to
    lay out.
    """

    submitted = Signal(str)
    escape_pressed = Signal()
    content_changed = Signal()
    large_text_pasted = Signal(str)

    LARGE_TEXT_CHARS = 16_000

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._enter = EnterKey(self)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.content_changed)

    @property
    def preedit(self) -> str:
        """The unfinished syllable."""
        return self._enter.preedit

    def text(self) -> str:
        """The committed text, character for character."""
        # toPlainText would turn no-break spaces into ordinary ones.
        return storable(self.document().toRawText().translate(_PARAGRAPH_SEPARATORS))

    def set_text(self, text: str) -> None:
        """Replace everything and put the cursor at the end."""
        self._enter.forget()
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def submit(self) -> None:
        """Emit the text."""
        self.submitted.emit(self.text())

    def take_input_method_event(self, event: QInputMethodEvent) -> None:
        """Let Qt insert what the input method committed."""
        super().inputMethodEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._enter.takes(event):
            super().inputMethodEvent(underlined(event))
        self.content_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in _RETURN_KEYS
        if is_return and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            QGuiApplication.inputMethod().commit()
            # Qt would insert a line separator, which is another character than a new line.
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        elif is_return:
            self._enter.press(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) > self.LARGE_TEXT_CHARS:
            self.large_text_pasted.emit(storable(text))
        else:
            self.textCursor().insertText(text)
            self.ensureCursorVisible()


class HangulLineEdit(QLineEdit):
    """A field of one line; Enter commits the unfinished syllable and emits the whole text once.

    Signals: return_committed(str text); escape_pressed(); content_changed(str text) with the
    unfinished syllable in it, for searching while a syllable is being typed.
    """

    return_committed = Signal(str)
    escape_pressed = Signal()
    content_changed = Signal(str)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._enter = EnterKey(self)
        self.textChanged.connect(self._tell_content)

    @property
    def preedit(self) -> str:
        """The unfinished syllable."""
        return self._enter.preedit

    def text_with_preedit(self) -> str:
        """The text as it is shown, with the unfinished syllable."""
        position = self.cursorPosition()
        text = self.text()
        return text[:position] + self._enter.preedit + text[position:]

    def submit(self) -> None:
        """Emit the text."""
        self.return_committed.emit(storable(self.text()))

    def take_input_method_event(self, event: QInputMethodEvent) -> None:
        """Let Qt insert what the input method committed."""
        super().inputMethodEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._enter.takes(event):
            super().inputMethodEvent(underlined(event))
        self._tell_content()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _RETURN_KEYS:
            self._enter.press(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _tell_content(self) -> None:
        self.content_changed.emit(self.text_with_preedit())
