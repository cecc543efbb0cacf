"""Cards that open below a picker: rows to choose from, with keyboard and mouse."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import Shiboken

from kochat_gui.ui.theme import Appearance, Role

_ROW_RADIUS = 8
_ROW_HEIGHT = 58
_MAX_LIST_HEIGHT = 440
_DOT = 7
_MARGIN = 8


@dataclass(frozen=True)
class RowText:
    """What a row says; all of it is plain text."""

    title: str
    detail: str
    """Second line, at the left."""
    side: str = ""
    """First line, at the right."""
    side_detail: str = ""
    """Second line, at the right."""
    side_role: Role = Role.INK_SECOND
    """Colour of ``side_detail``."""
    badge: str = ""
    """Short mark after the title."""
    quality: int | None = None
    """0–3 filled dots of three after the title."""


class CardRow(QAbstractButton):
    """One choice."""

    def __init__(self, appearance: Appearance, text: RowText, *, is_chosen: bool) -> None:
        super().__init__()
        self._appearance = appearance
        self._text = text
        self._is_chosen = is_chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(", ".join(part for part in (text.title, text.badge) if part))
        self.setAccessibleDescription(f"{text.detail} {text.side} {text.side_detail}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_chosen(self, is_chosen: bool) -> None:
        """Mark the row as the chosen one, or not."""
        self._is_chosen = is_chosen
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._appearance.px(360), self._appearance.px(_ROW_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._is_chosen:
            painter.setBrush(self._appearance.colour(Role.TINT))
            painter.drawRoundedRect(box, _ROW_RADIUS, _ROW_RADIUS)
        elif self.underMouse():
            painter.setBrush(self._appearance.colour(Role.HOVER))
            painter.drawRoundedRect(box, _ROW_RADIUS, _ROW_RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(self._appearance.colour(Role.ACCENT), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, _ROW_RADIUS, _ROW_RADIUS)
        side_width = self._paint_side(painter)
        self._paint_main(painter, side_width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.step(is_down=event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def step(self, *, is_down: bool) -> None:
        """Give the keyboard to the row beside this one, if there is any."""
        rows = [
            row
            for row in self.window().findChildren(CardRow)
            if row.parent() is self.parent() and row.isVisible() and row.isEnabled()
        ]
        if self is not rows[-1 if is_down else 0]:
            self.focusNextPrevChild(is_down)

    def _lines(self) -> tuple[QRect, QRect]:
        inside = self.rect().adjusted(12, self._appearance.px(8), -12, -self._appearance.px(8))
        half = inside.height() // 2
        first = QRect(inside.left(), inside.top(), inside.width(), half)
        return first, first.translated(0, half)

    def _paint_side(self, painter: QPainter) -> int:
        first, second = self._lines()
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        font = self._appearance.text_font(13)
        painter.setFont(font)
        painter.setPen(self._appearance.colour(Role.INK_SECOND))
        painter.drawText(first, align, self._text.side)
        painter.setPen(self._appearance.colour(self._text.side_role))
        painter.drawText(second, align, self._text.side_detail)
        metrics = QFontMetrics(font)
        texts = (self._text.side, self._text.side_detail)
        return max(metrics.horizontalAdvance(text) for text in texts)

    def _paint_main(self, painter: QPainter, side_width: int) -> None:
        first, second = self._lines()
        room = first.width() - side_width - 12
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        title_font = self._appearance.text_font(14.5, 600)
        painter.setFont(title_font)
        painter.setPen(self._appearance.colour(Role.INK))
        metrics = QFontMetrics(title_font)
        title_room = max(room - self._mark_width(), room // 3)
        title = metrics.elidedText(self._text.title, Qt.TextElideMode.ElideMiddle, title_room)
        painter.drawText(first, align, title)
        left = first.left() + metrics.horizontalAdvance(title) + 10
        left = self._paint_quality(painter, left, first)
        if self._text.badge:
            badge_font = self._appearance.text_font(12, 600)
            painter.setFont(badge_font)
            painter.setPen(self._appearance.colour(Role.ACCENT))
            badge_room = max(0, first.left() + room - left)
            badge = QFontMetrics(badge_font).elidedText(
                self._text.badge, Qt.TextElideMode.ElideRight, badge_room
            )
            painter.drawText(first.adjusted(left - first.left(), 0, 0, 0), align, badge)
        detail_font = self._appearance.text_font(12.5)
        painter.setFont(detail_font)
        painter.setPen(self._appearance.colour(Role.INK_SECOND))
        detail = QFontMetrics(detail_font).elidedText(
            self._text.detail, Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(second, align, detail)

    def _mark_width(self) -> int:
        """What the dots and the badge after the title take."""
        dots = 3 * (self._appearance.px(_DOT) + 3) + 16 if self._text.quality is not None else 0
        if not self._text.badge:
            return dots
        metrics = QFontMetrics(self._appearance.text_font(12, 600))
        return dots + metrics.horizontalAdvance(self._text.badge) + 12

    def _paint_quality(self, painter: QPainter, left: int, line: QRect) -> int:
        if self._text.quality is None:
            return left
        size = self._appearance.px(_DOT)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(3):
            role = Role.ACCENT if step < self._text.quality else Role.LINE
            painter.setBrush(self._appearance.colour(role))
            painter.drawEllipse(QRect(left, line.center().y() - size // 2 + 1, size, size))
            left += size + 3
        return left + 6


class _CardChoice(CardRow):
    """A row of a card, where the keyboard goes round, over the buttons below the rows too."""

    def step(self, *, is_down: bool) -> None:
        self.focusNextPrevChild(is_down)


class Card(QWidget):
    """Rows to choose from, over the window; Escape or a click beside it closes it.

    It is a part of the window, not a window of its own: those have no round corners without a
    compositor, and no position of their own on Wayland.
    """

    def __init__(self, appearance: Appearance, title: str, anchor: QWidget) -> None:
        """``anchor``: the picker that it opens below."""
        super().__init__(anchor.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance = appearance
        self._anchor = anchor
        self._focus_before = self.window().focusWidget()
        heading = QLabel(title)
        heading.setObjectName("card_title")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addStretch(1)
        inside = QWidget()
        inside.setObjectName("card_rows")
        inside.setLayout(self._rows)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._panel = QFrame(self)
        self._panel.setObjectName("card")
        self._column = QVBoxLayout(self._panel)
        self._column.setContentsMargins(12, 14, 12, 12)
        self._column.setSpacing(8)
        self._column.addWidget(heading)
        self._column.addWidget(self._scroll)
        self._first_focus: QWidget | None = None
        self._width = 0

    def add_row(self, text: RowText, *, is_chosen: bool) -> CardRow:
        """Add a choice; connect its ``clicked``."""
        row = _CardChoice(self._appearance, text, is_chosen=is_chosen)
        row.clicked.connect(self.close)
        self._rows.insertWidget(self._rows.count() - 1, row)
        if is_chosen or self._first_focus is None:
            self._first_focus = row
        return row

    def hold_back(self, rows: Sequence[CardRow], text: str) -> None:
        """Hide ``rows`` until a person asks for them by a button that says ``text``."""
        for row in rows:
            row.hide()
        button = QPushButton(text)
        button.setObjectName("quiet")
        button.clicked.connect(lambda: self._reveal(rows, button))
        self._column.addWidget(button)

    def add_heading(self, text: str) -> None:
        """A line above the rows that follow."""
        heading = QLabel(text)
        heading.setObjectName("card_title")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setContentsMargins(0, 10, 0, 2)
        self._rows.insertWidget(self._rows.count() - 1, heading)

    def add_note(self, text: str) -> None:
        """Add a small paragraph below the rows."""
        note = QLabel(text)
        note.setObjectName("card_note")
        note.setWordWrap(True)
        note.setTextFormat(Qt.TextFormat.PlainText)
        self._column.addWidget(note)

    def add_widget(self, widget: QWidget) -> None:
        """Add anything below the rows."""
        self._column.addWidget(widget)

    @property
    def anchor(self) -> QWidget:
        """The picker that it belongs to."""
        return self._anchor

    def open(self, width: int) -> None:
        """Show the card, ``width`` px wide (at 100 %) if the window is.

        It closes when the keyboard goes elsewhere.
        """
        self._width = width
        self._place()
        self._anchor.window().installEventFilter(self)
        self.show()
        self.raise_()
        if self._first_focus is not None:
            self._first_focus.setFocus(Qt.FocusReason.PopupFocusReason)
            self._scroll.ensureWidgetVisible(self._first_focus, 0, 0)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        """Over the whole window, the rows below their picker."""
        window = self._anchor.window()
        self.setGeometry(window.rect())
        width = min(self._appearance.px(self._width), window.width() - 2 * _MARGIN)
        self._panel.setFixedWidth(width)
        corner = self._anchor.mapTo(window, QPoint(0, self._anchor.height() + 6))
        left = max(_MARGIN, min(corner.x(), window.width() - _MARGIN - width))
        self._panel.move(left, corner.y())
        self._fit()

    @Slot("QWidget*", "QWidget*")
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now.window() is self.window() and not self.isAncestorOf(now):
            self.close()

    def _fit(self) -> None:
        """As high as the rows are, if there is room below the picker."""
        rows = [row for row in self._panel.findChildren(CardRow) if not row.isHidden()]
        content = len(rows) * (self._appearance.px(_ROW_HEIGHT) + 2)
        # Not adjustSize(): it takes the height that the notes have at another width.
        width = self._panel.width()
        self._scroll.setFixedHeight(0)
        around = self._column.totalHeightForWidth(width)
        room = self.height() - self._panel.y() - around - _MARGIN
        most = min(self._appearance.px(_MAX_LIST_HEIGHT), room)
        least = self._appearance.px(_ROW_HEIGHT)
        height = max(least, min(content, most))
        self._scroll.setFixedHeight(height)
        self._panel.resize(width, around + height)

    def _reveal(self, rows: Sequence[CardRow], button: QPushButton) -> None:
        for row in rows:
            row.show()
        rows[0].setFocus(Qt.FocusReason.OtherFocusReason)
        button.hide()
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        # The keyboard stays in the card until it is closed.
        inside = [
            widget
            for widget in self._panel.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and widget.isEnabled()
        ]
        focus = self.focusWidget()
        if focus in inside:
            step = 1 if next else -1
            target = inside[(inside.index(focus) + step) % len(inside)]
            target.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        focus = self.window().focusWidget()
        if focus is None or self.isAncestorOf(focus):
            self._focus_after().setFocus(Qt.FocusReason.PopupFocusReason)

    def _focus_after(self) -> QWidget:
        """What had the keyboard before; the picker where that is gone meanwhile."""
        before = self._focus_before
        if before is None or not Shiboken.isValid(before):
            return self._anchor
        return before if before.isVisible() and before.isEnabled() else self._anchor
