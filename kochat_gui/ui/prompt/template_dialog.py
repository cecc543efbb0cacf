"""A chat template to edit and keep: its pieces or its Jinja text, beside what they make."""

import dataclasses

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Role as Speaker
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import ChatMessage
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.services.chat_templates import PIECES, ChatTemplates, TemplateDraft
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.ime import HangulLineEdit, HangulTextEdit
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.wheel_safe import WheelSafeSpinBox

_DELAY_MS = 400
_FIELD_HEIGHT, _JINJA_HEIGHT = 82, 300
_ALWAYS_SHOWN = ("system", "user", "user_with_system", "before_answer", "after_answer")
_PIECE_LABELS = {
    "start": QT_TRANSLATE_NOOP("TemplateDialog", "At the very beginning"),
    "system": QT_TRANSLATE_NOOP("TemplateDialog", "System prompt, on its own: {{system}}"),
    "user": QT_TRANSLATE_NOOP("TemplateDialog", "Question: {{content}}"),
    "user_with_system": QT_TRANSLATE_NOOP(
        "TemplateDialog", "Question with the system prompt: {{system}}, {{content}}"
    ),
    "user_with_input": QT_TRANSLATE_NOOP(
        "TemplateDialog", "Question with material: {{content}}, {{input}}"
    ),
    "user_with_system_and_input": QT_TRANSLATE_NOOP(
        "TemplateDialog", "Question with system prompt and material"
    ),
    "before_answer": QT_TRANSLATE_NOOP("TemplateDialog", "Before an answer"),
    "before_new_answer": QT_TRANSLATE_NOOP("TemplateDialog", "Before the answer to be written"),
    "after_answer": QT_TRANSLATE_NOOP("TemplateDialog", "After an answer"),
}
_FIRST = "first_"
_STOP_BREAK = "\\n"


class TemplateDialog(FittedDialog):
    """Open it with ``open()``.

    Signals: saved(str name) when the template is kept; deleted(str name).
    """

    saved = Signal(str)
    deleted = Signal(str)

    def __init__(
        self, templates: ChatTemplates, name: str, appearance: Appearance, parent: QWidget
    ) -> None:
        """``name``: the template to begin with; one of the program's is kept as a copy.

        Raises ``UsageError`` for a name that there is not.
        """
        title = translate("TemplateDialog", "Chat template")
        super().__init__(title, 860, 680, appearance, parent)
        self._templates = templates
        self._appearance = appearance
        self._draft = templates.draft(name)
        self._own_name = name if self._draft.name else ""
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._show_preview)
        self._label = HangulLineEdit(self._start_label())
        self._pieces: dict[str, HangulTextEdit] = {}
        self._jinja: HangulTextEdit | None = None
        self._stops = self._text_field(
            "\n".join(_spelled_stop(s) for s in self._draft.stops), _FIELD_HEIGHT
        )
        self._turns = WheelSafeSpinBox()
        self._bos = QCheckBox()
        self._preview = QPlainTextEdit()
        self._problem = Paragraph("", "danger_text")
        self._task = BackgroundTask(self)
        self._task.done.connect(self._on_preview)
        self._task.failed.connect(self._on_problem)
        self.finished.connect(self._task.cancel)
        self._build()
        self._show_preview()

    def _start_label(self) -> str:
        if self._own_name:
            return self._draft.label
        return translate("TemplateDialog", "{label}, my own").format(label=self._draft.label)

    def _build(self) -> None:
        self._label.setAccessibleName(translate("TemplateDialog", "Name"))
        self._turns.setRange(0, 1000)
        self._turns.setValue(self._draft.max_turns)
        self._turns.setAccessibleName(translate("TemplateDialog", "Turns that are sent"))
        self._bos.setChecked(self._draft.starts_with_bos)
        self._bos.setAccessibleName(translate("TemplateDialog", "Begin with the model's BOS"))
        self._turns.valueChanged.connect(self._timer.start)
        self._bos.toggled.connect(self._timer.start)
        self._label.content_changed.connect(self._timer.start)
        self._label.return_committed.connect(self._on_save)
        self._preview.setObjectName("field_text")
        self._preview.setReadOnly(True)
        self._preview.setFont(self._appearance.code_font())
        self._preview.setAccessibleName(translate("TemplateDialog", "Preview"))
        self._problem.hide()
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(_field(translate("TemplateDialog", "What a conversation becomes")))
        right.addWidget(self._preview, 1)
        right.addWidget(self._problem)
        halves = QHBoxLayout()
        halves.setSpacing(18)
        halves.addWidget(self._form(), 1)
        halves.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addLayout(halves, 1)
        column.addWidget(self._buttons())

    def _form(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("panel_inside")
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(8)
        rows.addWidget(_field(translate("TemplateDialog", "Name")))
        rows.addWidget(self._label)
        if self._draft.jinja:
            self._jinja = self._text_field(self._draft.jinja, _JINJA_HEIGHT)
            rows.addWidget(_field(translate("TemplateDialog", "Jinja text")))
            rows.addWidget(self._jinja)
        else:
            for name in PIECES:
                text = self._draft.pieces.get(name, "")
                if text or name in _ALWAYS_SHOWN:
                    self._pieces[name] = self._text_field(text, _FIELD_HEIGHT)
                    self._pieces[name].setAccessibleName(_piece_label(name))
                    rows.addWidget(_field(_piece_label(name)))
                    rows.addWidget(self._pieces[name])
        rows.addWidget(_field(translate("TemplateDialog", "Texts that end an answer, one a line")))
        self._stops.setAccessibleName(translate("TemplateDialog", "Texts that end an answer"))
        rows.addWidget(self._stops)
        rows.addLayout(
            _row(translate("TemplateDialog", "Turns that are sent (0: all)"), self._turns)
        )
        if not self._draft.jinja:
            text = translate("TemplateDialog", "Begin with the model's BOS")
            rows.addLayout(_row(text, self._bos))
        rows.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _text_field(self, text: str, height: int) -> HangulTextEdit:
        field = HangulTextEdit(sends=False)
        field.set_text(text)
        field.moveCursor(QTextCursor.MoveOperation.Start)
        field.setObjectName("field_text")
        field.setFont(self._appearance.code_font())
        field.setFixedHeight(self._appearance.px(height))
        field.content_changed.connect(self._timer.start)
        return field

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("TemplateDialog", "Cancel"))
        save = buttons.addButton(
            translate("TemplateDialog", "Save"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        save.setObjectName("primary")
        if self._own_name:
            delete = QPushButton(translate("TemplateDialog", "Delete"))
            delete.clicked.connect(self._on_delete)
            buttons.addButton(delete, QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.accepted.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        return buttons

    def _edited(self) -> TemplateDraft:
        pieces = dict(self._draft.pieces)
        for name, field in self._pieces.items():
            text = field.text_with_preedit()
            if text:
                pieces[name] = text
            else:
                pieces.pop(name, None)
            if not text and name in {"before_answer", "after_answer"}:
                pieces[name] = ""
        lines = self._stops.text_with_preedit().split("\n")
        return dataclasses.replace(
            self._draft,
            label=self._label.text_with_preedit().strip(),
            pieces=pieces,
            jinja=self._jinja.text_with_preedit() if self._jinja is not None else "",
            stops=tuple(line.replace(_STOP_BREAK, "\n") for line in lines if line),
            max_turns=self._turns.value(),
            starts_with_bos=self._bos.isChecked(),
        )

    def _show_preview(self) -> None:
        draft = self._edited()
        self._task.start(lambda _cancel: self._templates.preview(draft, _example()))

    def _on_preview(self, text: object) -> None:
        self._problem.hide()
        self._preview.setPlainText(str(text))

    def _on_problem(self, error: UserFacingError) -> None:
        self._problem.setText(error.text())
        self._problem.show()

    def _on_save(self) -> None:
        try:
            name = self._templates.save(self._edited())
        except UserFacingError as error:
            self._on_problem(error)
            return
        self.saved.emit(name)
        self.accept()

    def _on_delete(self) -> None:
        try:
            self._templates.delete(self._own_name)
        except UserFacingError as error:
            self._on_problem(error)
            return
        self.deleted.emit(self._own_name)
        self.accept()


def _example() -> list[ChatMessage]:
    return [
        ChatMessage(Speaker.SYSTEM, translate("TemplateDialog", "You are a kind guide.")),
        ChatMessage(Speaker.USER, translate("TemplateDialog", "Where shall we go?")),
        ChatMessage(Speaker.ASSISTANT, translate("TemplateDialog", "To the sea.")),
        ChatMessage(Speaker.USER, translate("TemplateDialog", "And then?")),
    ]


def _piece_label(name: str) -> str:
    is_first = name.startswith(_FIRST)
    text = _PIECE_LABELS[name.removeprefix(_FIRST)].text()
    if is_first:
        return translate("TemplateDialog", "{piece} (first turn)").format(piece=text)
    return text


def _spelled_stop(stop: str) -> str:
    return stop.replace("\n", _STOP_BREAK)


def _field(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("field")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _row(text: str, editor: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(_field(text), 1)
    row.addWidget(editor)
    return row
