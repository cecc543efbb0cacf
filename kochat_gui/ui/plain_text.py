"""Names and paths come from files: shown as plain text, cut in the middle, whole in the tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from kochat_gui.core.text_cutting import breakable

_MAX_CHARS = 400
"""More of a name than this is not even measured."""


def shortened(text: str, limit: int) -> str:
    """``text`` on one line and at most ``limit`` characters, cut in the middle."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    half = (limit - 1) // 2
    return f"{line[: limit - 1 - half]}…{line[len(line) - half :]}"


def plain_tooltip(text: str) -> str:
    """A tooltip that Qt does not take for markup, whatever ``text`` looks like."""
    if not text:
        return ""
    from html import escape

    return f"<p>{escape(text[:_MAX_CHARS])}</p>"


def button_text(text: str) -> str:
    """A name inside a button's text, where ``&`` would mark a shortcut."""
    return text.replace("&", "&&")


def plain_label(text: str, object_name: str) -> QLabel:
    """A label of one line; its object name chooses the look in the style sheet."""
    label = QLabel(text)
    label.setObjectName(object_name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class Paragraph(QLabel):
    """Wrapped, and never wider than there is room: what Qt keeps in one piece, such as
    한글_이름_그대로.gguf, would make the whole window as wide.
    """

    def __init__(self, text: str, object_name: str) -> None:
        """``object_name`` chooses the look in the style sheet."""
        super().__init__()
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        self._text = text
        super().setText(breakable(text))


def section_title(text: str, *right: QWidget) -> QHBoxLayout:
    """The heading of a part of the page, with what can be done about all of it at the right."""
    title = QLabel(text)
    title.setObjectName("section_title")
    title.setTextFormat(Qt.TextFormat.PlainText)
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(title)
    row.addStretch(1)
    for widget in right:
        row.addWidget(widget)
    return row


class ElidedLabel(QLabel):
    """One line that gives way: it is cut in the middle, and the tooltip has all of it."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_full_text(self, text: str) -> None:
        """Show ``text``, which may be anything."""
        line = shortened(text, _MAX_CHARS)
        self.setText(line)
        self.setAccessibleName(line)
        self.setToolTip(plain_tooltip(text))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
