"""Text fields for Hangul: Enter takes the unfinished syllable along (see ``EnterKey``)."""

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from kochat_gui.core.korean import whole_syllables
from kochat_gui.ui.enter_key import EnterKey

_RETURN_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_PARAGRAPH_SEPARATORS = {0x2028: "\n", 0x2029: "\n"}


def storable(text: str) -> str:
    """``text`` with lone surrogates, which no UTF-8 can hold, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def inserted(text: str, position: int, preedit: str) -> str:
    """``text`` with ``preedit`` at ``position``, which counts UTF-16 units as Qt does."""
    units = text.encode("utf-16-le", "surrogatepass")
    both = units[: 2 * position] + preedit.encode("utf-16-le", "surrogatepass")
    return (both + units[2 * position :]).decode("utf-16-le", "replace")


class HangulTextEdit(QPlainTextEdit):
    """A plain-text field of several lines; Enter sends, Shift+Enter makes a line.

    Signals: submitted(str text); escape_pressed(); content_changed() when the text or the
    unfinished syllable became another; large_text_pasted(str text) instead of inserting what would
    take long to lay out. In a field that does not send, Enter makes a line, Escape is the window's,
    and a large text is inserted.
    """

    submitted = Signal(str)
    escape_pressed = Signal()
    content_changed = Signal()
    large_text_pasted = Signal(str)

    LARGE_TEXT_CHARS = 16_000
    _SMALL_PASTE_CHARS = 1_000

    def __init__(self, parent: QWidget | None = None, *, sends: bool = True) -> None:
        super().__init__(parent)
        self._sends = sends
        self._enter = EnterKey(self, self._give, self.submit)
        self._told = (self.document().revision(), "")
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._tell_content)

    @property
    def preedit(self) -> str:
        """The unfinished syllable."""
        return self._enter.preedit

    def text(self) -> str:
        """The committed text, character for character."""
        # toPlainText would turn no-break spaces into ordinary ones.
        return storable(self.document().toRawText().translate(_PARAGRAPH_SEPARATORS))

    def text_with_preedit(self) -> str:
        """The text as it is shown, with the unfinished syllable."""
        text, preedit = self.text(), self._enter.preedit
        return inserted(text, self.textCursor().position(), preedit) if preedit else text

    def set_text(self, text: str) -> None:
        """Replace everything and put the cursor at the end."""
        self._enter.forget()
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def finish_and_submit(self) -> None:
        """What a button that sends does: take in the unfinished syllable, emit the text."""
        self._enter.finish()
        self.submit()

    def submit(self) -> None:
        """Emit the text."""
        self.submitted.emit(self.text())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._enter.take(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._enter.lose_focus()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in _RETURN_KEYS
        has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_return and self._sends and not has_shift:
            self._enter.press(event)
            return
        self._enter.press_other(event)
        if is_return:
            self._enter.finish()
            # Qt would insert a line separator, which is another character than a new line.
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        elif event.key() == Qt.Key.Key_Escape and self._sends:
            self.escape_pressed.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files are dropped on the window, not into a text; pasting does not ask this.
        is_file = any(url.isLocalFile() for url in source.urls())
        return not is_file and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = whole_syllables(storable(source.text()))
        chars_after = self.document().characterCount() + len(text)
        is_large = len(text) > self._SMALL_PASTE_CHARS and chars_after > self.LARGE_TEXT_CHARS
        if is_large and self._sends:
            self.large_text_pasted.emit(text)
        else:
            self.textCursor().insertText(text)
            self.ensureCursorVisible()

    def _give(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._tell_content()

    def _tell_content(self) -> None:
        content = (self.document().revision(), self._enter.preedit)
        if content != self._told:
            self._told = content
            self.content_changed.emit()


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
        self._enter = EnterKey(self, self._give, self.submit)
        self._told = text
        self.textChanged.connect(self._tell_content)

    @property
    def preedit(self) -> str:
        """The unfinished syllable."""
        return self._enter.preedit

    def text_with_preedit(self) -> str:
        """The text as it is shown, with the unfinished syllable."""
        return storable(inserted(self.text(), self.cursorPosition(), self._enter.preedit))

    def set_text(self, text: str) -> None:
        """Replace everything, the unfinished syllable included."""
        self._enter.forget()
        self.setText(text)

    def submit(self) -> None:
        """Emit the text."""
        self.return_committed.emit(storable(self.text()))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._enter.take(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._enter.lose_focus()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _RETURN_KEYS:
            self._enter.press(event)
            return
        self._enter.press_other(event)
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _give(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._tell_content()

    def _tell_content(self) -> None:
        text = self.text_with_preedit()
        if text != self._told:
            self._told = text
            self.content_changed.emit(text)
