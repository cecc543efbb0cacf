"""Asks for a first and a last day."""

from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate

_FORMAT = "yyyy-MM-dd"
_SUGGESTED_DAYS = 30


def shown_days(first: date, last: date) -> str:
    """A stretch of days, as short as it can be said."""
    if first == last:
        return f"{first:%Y-%m-%d}"
    end = f"{last:%m-%d}" if first.year == last.year else f"{last:%Y-%m-%d}"
    return f"{first:%Y-%m-%d} ~ {end}"


class DaysDialog(QDialog):
    """Signals: chosen(date first, date last), in order. Open it with ``open()``."""

    chosen = Signal(object, object)

    def __init__(self, today: date, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("DaysDialog", "Choose days"))
        self._first = _edit(today - timedelta(days=_SUGGESTED_DAYS))
        self._last = _edit(today)
        fields = QGridLayout()
        fields.setHorizontalSpacing(14)
        fields.setVerticalSpacing(10)
        for row, (text, edit) in enumerate(
            (
                (translate("DaysDialog", "First day"), self._first),
                (translate("DaysDialog", "Last day"), self._last),
            )
        ):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setBuddy(edit)
            edit.setAccessibleName(text)
            fields.addWidget(label, row, 0)
            fields.addWidget(edit, row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("DaysDialog", "Cancel"))
        apply = buttons.addButton(
            translate("DaysDialog", "Search these days"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        apply.setObjectName("primary")
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(16)
        column.addLayout(fields)
        column.addWidget(buttons)

    def _on_accepted(self) -> None:
        first, last = sorted((_day(self._first), _day(self._last)))
        self.chosen.emit(first, last)
        self.accept()


def _edit(day: date) -> QDateEdit:
    edit = QDateEdit(QDate(day.year, day.month, day.day))
    edit.setDisplayFormat(_FORMAT)
    edit.setCalendarPopup(True)
    return edit


def _day(edit: QDateEdit) -> date:
    chosen = edit.date()
    return date(chosen.year(), chosen.month(), chosen.day())
