"""Editing a message where it stands; what was typed is lost only by 취소."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.conversation import KeptEdit
from kochat_gui.core.i18n import translate
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance

_FEWEST_LINES, _MOST_LINES = 4, 14
_CHARS_IN_LINE = 45
"""About as many syllables as fit beside each other."""


class MessageEditing(QObject):
    """Puts an editor into the place of a message's text.

    Signals: submitted(str text), never blank; the editor is closed then; changed() when
    :attr:`kept` is another one.
    """

    submitted = Signal(str)
    changed = Signal()

    def __init__(
        self, column: QVBoxLayout, shown: QWidget, done_label: str, appearance: Appearance
    ) -> None:
        """``shown`` is in ``column`` and gives way; ``done_label``: the button that submits."""
        super().__init__(shown)
        self._column = column
        self._shown = shown
        self._done_label = done_label
        self._appearance = appearance
        self._editor: _Editor | None = None
        self._kept = ""

    @property
    def is_open(self) -> bool:
        """The editor stands in the place of the text."""
        return self._editor is not None

    @property
    def kept(self) -> KeptEdit | None:
        """What is typed, or was when Esc closed the editor; None when there is nothing."""
        if self._editor is not None:
            return KeptEdit(self._editor.text(), is_open=True)
        return KeptEdit(self._kept, is_open=False) if self._kept else None

    def restore(self, kept: KeptEdit) -> None:
        """Take over what another editor of the same message had."""
        self._kept = kept.text
        if kept.is_open:
            self._show(kept.text)

    def open(self, text: str) -> None:
        """Edit what was typed before, else ``text``; nothing happens while it is open."""
        if self._editor is None:
            self._show(text).focus_text()

    def _show(self, text: str) -> "_Editor":
        is_resumed = bool(self._kept) and self._kept != text
        text = self._kept or text
        self._editor = _Editor(text, self._done_label, self._appearance, is_resumed=is_resumed)
        self._editor.submitted.connect(self._submit)
        self._editor.cancelled.connect(self._cancel)
        self._editor.left.connect(self._leave)
        self._editor.changed.connect(self.changed)
        self._shown.hide()
        self._column.insertWidget(self._column.indexOf(self._shown), self._editor)
        self._editor.show()
        self.changed.emit()
        return self._editor

    def open_with(self, text: str) -> None:
        """Edit ``text``, which could not be stored."""
        self._kept = text
        self.open(text)

    def _submit(self, text: str) -> None:
        if text.strip():
            self._cancel()
            self.submitted.emit(text)

    def _leave(self) -> None:
        if self._editor is not None:
            self._kept = self._editor.text()
            self._close()

    def _cancel(self) -> None:
        self._kept = ""
        self._close()

    def _close(self) -> None:
        if self._editor is None:
            return
        had_focus = self._editor.isAncestorOf(self._editor.window().focusWidget() or self._shown)
        self._column.removeWidget(self._editor)
        self._editor.hide()
        self._editor.deleteLater()
        self._editor = None
        self.changed.emit()
        self._shown.show()
        message = self._shown.parentWidget()
        if had_focus and message is not None:
            message.setFocus(Qt.FocusReason.OtherFocusReason)


class _Editor(QFrame):
    """Signals: submitted(str text); cancelled(); left() by Esc; changed()."""

    submitted = Signal(str)
    changed = Signal()
    cancelled = Signal()
    left = Signal()

    def __init__(
        self, text: str, done_label: str, appearance: Appearance, *, is_resumed: bool
    ) -> None:
        super().__init__()
        self.setObjectName("offer_card")
        self._edit = HangulTextEdit()
        self._edit.setObjectName("composer_text")
        self._edit.setFont(appearance.text_font())
        lines = text[:10_000].count("\n") + len(text) // _CHARS_IN_LINE + 1
        lines = min(_MOST_LINES, max(_FEWEST_LINES, lines))
        self._edit.setFixedHeight(lines * self._edit.fontMetrics().lineSpacing() + 12)
        self._edit.set_text(text)
        self._edit.setAccessibleName(translate("MessageEditor", "Edit message"))
        self._edit.submitted.connect(self.submitted)
        self._edit.escape_pressed.connect(self.left)
        self._edit.content_changed.connect(self.changed)
        self._edit.large_text_pasted.connect(lambda text: self._edit.textCursor().insertText(text))
        cancel = QPushButton(translate("MessageEditor", "Cancel"))
        cancel.setObjectName("small")
        cancel.setToolTip(translate("MessageEditor", "Discards what you changed"))
        cancel.clicked.connect(self.cancelled)
        done = QPushButton(done_label)
        done.setObjectName("primary")
        done.clicked.connect(self._edit.finish_and_submit)
        note = (
            translate("MessageEditor", "This is what you were changing. Cancel discards it.")
            if is_resumed
            else translate("MessageEditor", "Esc closes and keeps what you changed")
        )
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(Paragraph(note, "caption"), 1)
        foot.addWidget(cancel)
        foot.addWidget(done)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.addWidget(self._edit)
        column.addLayout(foot)

    def text(self) -> str:
        """With the unfinished syllable."""
        return self._edit.text_with_preedit()

    def focus_text(self) -> None:
        """Put the keyboard focus into the text."""
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
