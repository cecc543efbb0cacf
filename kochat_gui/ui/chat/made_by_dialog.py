"""만든 조건: with what an answer was made, to read and to copy."""

from collections.abc import Callable
from dataclasses import fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import LaterPart, MadeBy, Message
from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.answer_texts import caption_of
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.plain_text import plain_label
from kochat_gui.ui.theme import Appearance

_MAX_SHOWN_CHARS = 4_000
_MAX_SHOWN_ROWS = 1_000
"""What is imported may have any number of parts."""


class MadeByDialog(FittedDialog):
    """Open it with ``open()``."""

    def __init__(
        self,
        message: Message,
        template_name: Callable[[str], str],
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``template_name``: what people call a chat template."""
        title = translate("MadeByDialog", "How the answer was made")
        super().__init__(title, 560, 560, appearance, parent)
        self._rows = made_by_rows(message, template_name)
        grid = QGridLayout()
        grid.setHorizontalSpacing(appearance.px(20))
        grid.setVerticalSpacing(appearance.px(10))
        grid.setColumnStretch(1, 1)
        for row, (label, value) in enumerate(self._rows[:_MAX_SHOWN_ROWS]):
            name = plain_label(label, "field")
            # Without places to break, which would be copied, too.
            shown = plain_label(value[:_MAX_SHOWN_CHARS], "fact")
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            shown.setAccessibleName(f"{label}: {value[:_MAX_SHOWN_CHARS]}")
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)
        grid.setRowStretch(len(self._rows), 1)
        inside = QWidget()
        inside.setObjectName("panel_inside")
        inside.setLayout(grid)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(scroll, 1)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText(translate("MadeByDialog", "Close"))
        buttons.rejected.connect(self.reject)
        copy = QPushButton(translate("MadeByDialog", "Copy all"))
        copy.clicked.connect(self._copy)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        return buttons

    def _copy(self) -> None:
        text = "\n".join(f"{label}: {value}" for label, value in self._rows)
        QGuiApplication.clipboard().setText(text)


def made_by_rows(message: Message, template_name: Callable[[str], str]) -> list[tuple[str, str]]:
    """Labels and values of all that is known; plain text."""
    made_by = message.made_by
    if made_by is None:
        return []
    result = caption_of(message) if message.usage is not None else ""
    if not made_by.later_parts:
        rows = _part_rows(made_by, template_name, result)
    else:
        rows = []
        for number, part in enumerate((LaterPart(0, made_by), *made_by.later_parts), 1):
            label = translate("MadeByDialog", "Part {number}").format(number=number)
            rows.append((label, _place(part, is_edited=made_by.is_edited)))
            rows += _part_rows(part.made_by, template_name)
        rows.append((translate("MadeByDialog", "Result"), result))
    return [(label, value) for label, value in rows if value]


def _place(part: LaterPart, *, is_edited: bool) -> str:
    if is_edited:
        text = translate("MadeByDialog", "from character {number}, before a person changed it")
    else:
        text = translate("MadeByDialog", "from character {number}")
    return text.format(number=f"{part.start + 1:,}")


def _part_rows(
    made_by: MadeBy, template_name: Callable[[str], str], result: str = ""
) -> list[tuple[str, str]]:
    """Of all of an answer, or of one part; a value that is not known is empty."""
    no_adapters = translate("MadeByDialog", "none") if made_by.model_id else ""
    rows: list[tuple[str, str]] = [
        (
            translate("MadeByDialog", "Model"),
            made_by.model_name or translate("MadeByDialog", "not known"),
        ),
        (translate("MadeByDialog", "Level"), made_by.quantization),
        (translate("MadeByDialog", "Engine"), made_by.engine),
        (translate("MadeByDialog", "Chat template"), template_name(made_by.template)),
        (translate("MadeByDialog", "Adapters"), made_by.adapters or no_adapters),
        (translate("MadeByDialog", "System prompt"), made_by.system_prompt),
    ]
    if made_by.sampling is not None:
        seed = made_by.sampling.seed
        rows.append((translate("MadeByDialog", "Seed"), "" if seed is None else str(seed)))
        rows.append((translate("MadeByDialog", "Parameters"), _parameters(made_by.sampling)))
    rows += [
        (translate("MadeByDialog", "Result"), result),
        (translate("MadeByDialog", "Model file"), made_by.model_id),
        (translate("MadeByDialog", "File hash"), made_by.model_hash),
    ]
    return rows


def _parameters(sampling: SamplingParams) -> str:
    """One per line, by the names that every engine and model card uses."""
    lines = []
    for field in fields(sampling):
        value = getattr(sampling, field.name)
        if field.name != "seed" and value not in ((), None):
            lines.append(f"{field.name} = {value}")
    return "\n".join(lines)
