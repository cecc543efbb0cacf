"""The box in which messages are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Role as MessageRole
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.chat.write_button import WriteButton
from kochat_gui.ui.icons import icon
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.plain_text import button_text
from kochat_gui.ui.theme import Appearance, Role

if TYPE_CHECKING:
    from kochat_gui.ui.chat.pasted_texts import PastedTexts

MAX_WIDTH = 780
_LONGEST_QUESTION = 2_000
"""Characters of a paragraph that is shown as typed."""
_REMEMBERED = 4
"""Texts of which it is known what was pasted."""
_AROUND_CHIPS = 32 + 28 + 24
"""Px beside the chip that are not buttons: margins, and gaps between them."""


class Composer(QWidget):
    """A card with the text, what belongs to it, and the button that sends or stops.

    Signals: send_requested(str text), write_requested(object role, str text) for a message that is
    not answered, stop_requested(), draft_changed() when a person changed what :meth:`text` returns,
    edit_last_requested() when Up is pressed in the empty box, parameters_requested().
    """

    send_requested = Signal(str)
    write_requested = Signal(object, str)
    stop_requested = Signal()
    draft_changed = Signal()
    edit_last_requested = Signal()
    parameters_requested = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_busy = False
        self._is_restoring = False
        self._pasted: PastedTexts | None = None
        self._parts: dict[str, tuple[str, list[str]]] = {}
        """By whole texts: what was typed, and what was pasted."""
        self._in_force = ""
        """What the chip says, with room for all of it."""
        self._edit = ComposerText(self)
        self._chips = QPushButton(self)
        self._write = WriteButton(appearance, self)
        self._button = QPushButton(self)
        self._hint = QLabel(translate("Composer", "Enter sends, Shift+Enter makes a new line"))
        self._build()
        self._edit.submitted.connect(self._on_submitted)
        self._edit.written.connect(self._on_written)
        self._write.role_chosen.connect(self._on_role_chosen)
        self._edit.escape_pressed.connect(self._on_escape)
        self._edit.up_in_empty_pressed.connect(self._on_up_in_empty)
        self._edit.content_changed.connect(self._on_content_changed)
        self._edit.large_text_pasted.connect(self._add_pasted)
        self._button.clicked.connect(self._on_button)
        self._chips.clicked.connect(self.parameters_requested)
        appearance.changed.connect(self._restyle)
        self._restyle()

    def text(self) -> str:
        """Everything as it is shown: what is typed and then the large pasted texts."""
        return self._with_pasted(self._edit.text_with_preedit())

    def set_text(self, text: str) -> None:
        """Replace the draft without telling ``draft_changed``."""
        self._is_restoring = True
        self._remember_parts(self._edit.text_with_preedit())
        typed, pasted = self._parts_of(text)
        if self._pasted is not None:
            self._pasted.clear()
        self._edit.set_text(typed)
        for piece in pasted:
            self._add_pasted(piece)
        self._is_restoring = False
        self._update_button()

    def clear(self) -> None:
        """Empty the box, the unfinished syllable included."""
        self.set_text("")

    def set_busy(self, is_busy: bool) -> None:
        """Show the button that stops instead of the one that sends."""
        self._is_busy = is_busy
        self._update_button()

    def focus_text(self) -> None:
        """Put the keyboard focus into the text."""
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_chips(self, template_label: str, preset_label: str) -> None:
        """Say which chat template and which sampling parameters are in force."""
        self._in_force = " · ".join(part for part in (template_label, preset_label) if part)
        self._chips.setAccessibleName(self._in_force)
        self._chips.setVisible(bool(self._in_force))
        self._fit_chips()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._in_force:
            self._fit_chips()

    def _fit_chips(self) -> None:
        """Show as much of what is in force as there is room for."""
        chips, metrics = self._chips, self._chips.fontMetrics()
        text = metrics.size(Qt.TextFlag.TextShowMnemonic.value, chips.text())
        frame = chips.sizeHint().width() - text.width()
        others = self._write.sizeHint().width() + self._button.sizeHint().width()
        room = self.width() - others - frame - _AROUND_CHIPS
        shown = metrics.elidedText(self._in_force, Qt.TextElideMode.ElideRight, max(0, room))
        chips.setText(button_text(shown))

    def _build(self) -> None:
        card = _Card(self._edit, self._appearance, self)
        self._edit.setPlaceholderText(translate("Composer", "Write a message"))
        self._edit.setAccessibleName(translate("Composer", "Message"))
        self._edit.focus_changed.connect(card.update)
        self._chips.setObjectName("chip")
        self._chips.setVisible(False)
        self._chips.setToolTip(translate("Composer", "System prompt and sampling parameters"))
        self._button.setObjectName("send")
        self._hint.setObjectName("caption")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        foot = QHBoxLayout()
        foot.addWidget(self._chips)
        foot.addStretch(1)
        foot.addWidget(self._write)
        foot.addWidget(self._button)
        inside = self._inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 14, 12, 12)
        inside.setSpacing(8)
        inside.addWidget(self._edit)
        inside.addLayout(foot)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(16, 0, 16, 10)
        outside.setSpacing(8)
        outside.addWidget(card)
        outside.addWidget(self._hint)

    def _restyle(self) -> None:
        self._edit.setFont(self._appearance.text_font())
        side = self._appearance.px(16)
        self._button.setIconSize(QSize(side, side))
        self.setMaximumWidth(self._appearance.px(MAX_WIDTH) + 32)
        self._write.restyle()
        self._edit.fit_height()
        self._update_button()
        if self._in_force:
            self._fit_chips()

    def _update_button(self) -> None:
        has_text = bool(self._pasted_texts() or self._edit.text_with_preedit().strip())
        self._write.setEnabled(has_text and not self._is_busy)
        colour = self._appearance.colour(Role.ON_ACCENT).name()
        if self._is_busy:
            self._button.setText(translate("Composer", "Stop"))
            self._button.setIcon(icon("stop", colour, self._appearance.px(16)))
            self._button.setEnabled(True)
            return
        self._button.setText(translate("Composer", "Send"))
        shown = colour if has_text else self._appearance.colour(Role.INK_THIRD).name()
        self._button.setIcon(icon("arrow-up", shown, self._appearance.px(16)))
        self._button.setEnabled(has_text)

    def _on_content_changed(self) -> None:
        self._edit.fit_height()
        self._update_button()
        if not self._is_restoring:
            self.draft_changed.emit()

    def _pasted_texts(self) -> list[str]:
        return self._pasted.texts if self._pasted is not None else []

    def _with_pasted(self, typed: str) -> str:
        return "\n\n".join([*([typed] if typed else []), *self._pasted_texts()])

    def _on_submitted(self, typed: str) -> None:
        text = self._taken(typed)
        if text:
            self.send_requested.emit(text)

    def _on_written(self, role: MessageRole, typed: str) -> None:
        text = self._taken(typed)
        if text:
            self.write_requested.emit(role, text)

    def _on_role_chosen(self, role: MessageRole) -> None:
        self._edit.finish_as(role)
        self.focus_text()

    def _taken(self, typed: str) -> str:
        """The whole message, taken out of the box; empty when it cannot be sent now."""
        text = self._with_pasted(typed)
        if self._is_busy or not text.strip():
            return ""
        self._remember_parts(typed)
        self.clear()
        return text

    def _on_button(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
        else:
            self._edit.finish_as(None)
        self.focus_text()

    def _on_escape(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()

    def _on_up_in_empty(self) -> None:
        if not self._pasted_texts():
            self.edit_last_requested.emit()

    def _add_pasted(self, text: str) -> None:
        if self._pasted is None:
            from kochat_gui.ui.chat.pasted_texts import PastedTexts

            self._pasted = PastedTexts(self._appearance, self._edit, self)
            self._pasted.taken_out.connect(self._on_taken_out)
            self._inside.insertWidget(0, self._pasted)
        self._pasted.add(text)
        self._on_content_changed()

    def _on_taken_out(self) -> None:
        self._on_content_changed()
        self.focus_text()

    def _remember_parts(self, typed: str) -> None:
        """So that what was typed comes back as text, and what was pasted as chips."""
        pasted = self._pasted_texts()
        if pasted:
            self._parts[self._with_pasted(typed)] = (typed, pasted)
            while len(self._parts) > _REMEMBERED:
                del self._parts[next(iter(self._parts))]

    def _parts_of(self, text: str) -> tuple[str, list[str]]:
        """What was typed of a text, and what was pasted."""
        if text in self._parts:
            return self._parts[text]
        if len(text) <= HangulTextEdit.LARGE_TEXT_CHARS:
            return text, []
        # Of a text of an earlier run, the first paragraph is what is most likely typed.
        head, gap, rest = text.partition("\n\n")
        is_typed = bool(gap and rest) and len(head) <= _LONGEST_QUESTION
        return (head, [rest]) if is_typed else ("", [text])


class _Card(QFrame):
    """The rounded surface; its line takes the accent while the text has the focus.

    The text is not its focus proxy: Tab from what else is on the card would go back to the text.
    """

    def __init__(self, text: QWidget, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        self._appearance = appearance
        appearance.changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._text.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = Role.ACCENT if self._text.hasFocus() else Role.LINE
        painter.setPen(QPen(self._appearance.colour(role), 1))
        painter.setBrush(self._appearance.colour(Role.SURFACE))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
