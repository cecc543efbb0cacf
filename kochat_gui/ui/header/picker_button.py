"""The button that shows a choice and opens its card."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance, Role

_HEIGHT = 36
_PADDING = 13
_DOT = 8
_ARROW = 16
_MIN_TEXT = 60


class PickerButton(QAbstractButton):
    """A rounded field with an optional state dot, a text and an arrow."""

    def __init__(
        self, appearance: Appearance, *, is_strong: bool, is_led_by_name: bool, parent: QWidget
    ) -> None:
        """``is_strong``: the text is semibold; ``is_led_by_name``: where there is little room,
        the text up to its first dot stays, and the end gives way.
        """
        super().__init__(parent)
        self._appearance = appearance
        self._weight = 600 if is_strong else 400
        self._is_led_by_name = is_led_by_name
        self._dot: Role | None = None
        # A click leaves the keyboard where a person writes, for when the card is closed.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.updateGeometry)

    def set_content(self, text: str, dot: Role | None = None) -> None:
        """What is shown; ``dot`` is the colour of the state dot."""
        self.setText(text)
        self._dot = dot
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._font()).horizontalAdvance(self.text()) + 2
        return QSize(self._frame_width() + width, self._appearance.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        full = self.sizeHint()
        least = self._appearance.px(_MIN_TEXT)
        if self._is_led_by_name:
            name = self.text().partition(" · ")[0]
            least = max(least, QFontMetrics(self._font()).horizontalAdvance(f"{name}…") + 2)
        return QSize(min(full.width(), self._frame_width() + least), full.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lit = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(self._appearance.colour(Role.ACCENT if is_lit else Role.LINE), 1))
        painter.setBrush(self._appearance.colour(Role.SURFACE))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        padding, arrow = self._appearance.px(_PADDING), self._appearance.px(_ARROW)
        left = padding
        if self._dot is not None:
            size = self._appearance.px(_DOT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._appearance.colour(self._dot))
            painter.drawEllipse(QRectF(left, (self.height() - size) / 2, size, size))
            left += size + self._appearance.px(8)
        font = self._font()
        painter.setFont(font)
        painter.setPen(self._appearance.colour(Role.INK))
        room = self.width() - left - arrow - padding
        shown = QFontMetrics(font).elidedText(self.text(), self._elide_mode(), room)
        area = self.rect().adjusted(left, 0, -arrow - padding, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        colour = self._appearance.colour(Role.INK_SECOND).name()
        icon("chevron-down", colour, arrow).paint(
            painter,
            self.width() - arrow - padding + 4,
            (self.height() - arrow) // 2,
            arrow,
            arrow,
        )

    def _elide_mode(self) -> Qt.TextElideMode:
        if self._is_led_by_name:
            return Qt.TextElideMode.ElideRight
        return Qt.TextElideMode.ElideMiddle

    def _font(self) -> QFont:
        return self._appearance.text_font(14, self._weight)

    def _frame_width(self) -> int:
        dot = self._appearance.px(_DOT) + self._appearance.px(8) if self._dot is not None else 0
        return 2 * self._appearance.px(_PADDING) + dot + self._appearance.px(_ARROW) + 4
