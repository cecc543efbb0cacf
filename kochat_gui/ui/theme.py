"""Colours by role, sizes by one scale, and the application's style sheet made of both."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from kochat_gui.core.resources import resource
from kochat_gui.ui.fonts import CODE_FAMILIES, TEXT_FAMILIES, load_answer_fonts

MIN_SCALE_PERCENT = 80
MAX_SCALE_PERCENT = 200
BASE_TEXT_PX = 15


class Role(Enum):
    """What a colour is for."""

    CANVAS = "canvas"
    SURFACE = "surface"
    SIDEBAR = "sidebar"
    INK = "ink"
    INK_SECOND = "ink_second"
    INK_THIRD = "ink_third"
    ACCENT = "accent"
    ON_ACCENT = "on_accent"
    TINT = "tint"
    HOVER = "hover"
    LINE = "line"
    CONTROL_LINE = "control_line"
    CODE = "code"
    WARNING = "warning"
    DANGER = "danger"
    GOOD = "good"
    FOUND = "found"
    """Behind words that were looked for, which are then in ``INK``."""
    FOUND_NOW = "found_now"
    """Behind the one of them that a person is at, which is then in ``ON_FOUND_NOW``."""
    ON_FOUND_NOW = "on_found_now"
    CODE_KEYWORD = "code_keyword"
    CODE_STRING = "code_string"
    CODE_NUMBER = "code_number"
    CODE_NAME = "code_name"


@dataclass(frozen=True, eq=False)
class Theme:
    """A complete set of colours, ``#rrggbb`` by role."""

    name: str
    is_dark: bool
    colours: dict[Role, str]

    def __getitem__(self, role: Role) -> QColor:
        return QColor(self.colours[role])


LIGHT = Theme(
    "light",
    False,
    {
        Role.CANVAS: "#FBFBF9",
        Role.SURFACE: "#FFFFFF",
        Role.SIDEBAR: "#F2F4F1",
        Role.INK: "#1D2321",
        Role.INK_SECOND: "#59635F",
        Role.INK_THIRD: "#616A66",
        Role.ACCENT: "#1B7463",
        Role.ON_ACCENT: "#FFFFFF",
        Role.TINT: "#E2F0EC",
        Role.HOVER: "#E9ECE8",
        Role.LINE: "#E1E5E1",
        Role.CONTROL_LINE: "#868F8B",
        Role.CODE: "#F5F6F4",
        Role.WARNING: "#8A5A00",
        Role.DANGER: "#B42318",
        Role.GOOD: "#1A7045",
        Role.FOUND: "#FBE8A6",
        Role.FOUND_NOW: "#F0B13C",
        Role.ON_FOUND_NOW: "#1D2321",
        Role.CODE_KEYWORD: "#8B3FB0",
        Role.CODE_STRING: "#1A6B42",
        Role.CODE_NUMBER: "#A3470F",
        Role.CODE_NAME: "#1F5FA8",
    },
)
DARK = Theme(
    "dark",
    True,
    {
        Role.CANVAS: "#161A19",
        Role.SURFACE: "#1D2221",
        Role.SIDEBAR: "#111514",
        Role.INK: "#E7ECEA",
        Role.INK_SECOND: "#A6B0AC",
        Role.INK_THIRD: "#98A39E",
        Role.ACCENT: "#74CBB7",
        Role.ON_ACCENT: "#0E1614",
        Role.TINT: "#203A35",
        Role.HOVER: "#222927",
        Role.LINE: "#2A3230",
        Role.CONTROL_LINE: "#6B7672",
        Role.CODE: "#191E1D",
        Role.WARNING: "#E3B341",
        Role.DANGER: "#FB8075",
        Role.GOOD: "#45BB86",
        Role.FOUND: "#4D421B",
        Role.FOUND_NOW: "#E8B94A",
        Role.ON_FOUND_NOW: "#161A19",
        Role.CODE_KEYWORD: "#CBA6F0",
        Role.CODE_STRING: "#8FD19E",
        Role.CODE_NUMBER: "#F0A878",
        Role.CODE_NAME: "#8DBBF0",
    },
)


class Appearance(QObject):
    """The theme and the text scale in force; widgets that paint themselves ask it.

    Signals: changed() after either became another, when the style sheet is already in place.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str, scale_percent: int) -> None:
        """``choice``: ``system``, ``light`` or ``dark``; ``scale_percent``: 80–200.

        The style sheet is left to :meth:`put_style_sheet`.
        """
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._scale_percent = scale_percent
        self._theme = LIGHT
        self._fonts: dict[tuple[int, int], QFont] = {}
        """By size in px and weight."""
        application.styleHints().colorSchemeChanged.connect(self._apply)
        self._put_colours()

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def scale_percent(self) -> int:
        return self._scale_percent

    def colour(self, role: Role) -> QColor:
        """The colour that ``role`` has now."""
        return self._theme[role]

    def px(self, size: float) -> int:
        """``size`` at 100 %, in pixels of the scale in force."""
        return round(size * self._scale_percent / 100)

    def text_font(self, size: float = BASE_TEXT_PX, weight: int = 400) -> QFont:
        """The text font at ``size`` px (at 100 %); weights 400, 600 and 700 are bundled.

        The same one each time, which Qt has found the glyphs for: not to be changed.
        """
        pixels = max(1, self.px(size))
        font = self._fonts.get((pixels, weight))
        if font is None:
            font = self._fonts[pixels, weight] = QFont(TEXT_FAMILIES)
            font.setPixelSize(pixels)
            font.setWeight(QFont.Weight(weight))
        return font

    def code_font(self, size: float = 13.5) -> QFont:
        """The fixed-width font, with Hangul two columns wide."""
        load_answer_fonts()
        font = QFont(CODE_FAMILIES)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(max(1, self.px(size)))
        return font

    def set_choice(self, choice: str) -> None:
        """Follow the system, or be light or dark."""
        self._choice = choice
        self._apply()

    def set_scale_percent(self, percent: int) -> None:
        """Scale all text and the spaces around it."""
        self._scale_percent = min(MAX_SCALE_PERCENT, max(MIN_SCALE_PERCENT, percent))
        self._apply()

    def put_style_sheet(self) -> None:
        """Style all widgets; together they take half as long as one by one while they are made."""
        self._application.setStyleSheet(style_sheet(self._theme, self._scale_percent))

    def _apply(self) -> None:
        self._put_colours()
        self.put_style_sheet()
        self.changed.emit()

    def _put_colours(self) -> None:
        hints = self._application.styleHints()
        is_dark = (
            hints.colorScheme() is Qt.ColorScheme.Dark
            if self._choice == "system"
            else self._choice == "dark"
        )
        self._theme = DARK if is_dark else LIGHT
        self._application.setPalette(palette_of(self._theme))
        self._application.setFont(self.text_font())


def palette_of(theme: Theme) -> QPalette:
    """The theme for what the style sheet does not reach."""
    palette = QPalette()
    for group_role, role in (
        (QPalette.ColorRole.Window, Role.CANVAS),
        (QPalette.ColorRole.Base, Role.SURFACE),
        (QPalette.ColorRole.AlternateBase, Role.CODE),
        (QPalette.ColorRole.Button, Role.SURFACE),
        (QPalette.ColorRole.WindowText, Role.INK),
        (QPalette.ColorRole.Text, Role.INK),
        (QPalette.ColorRole.ButtonText, Role.INK),
        (QPalette.ColorRole.ToolTipBase, Role.SURFACE),
        (QPalette.ColorRole.ToolTipText, Role.INK),
        (QPalette.ColorRole.PlaceholderText, Role.INK_THIRD),
        (QPalette.ColorRole.Highlight, Role.ACCENT),
        (QPalette.ColorRole.HighlightedText, Role.ON_ACCENT),
        (QPalette.ColorRole.Link, Role.ACCENT),
        (QPalette.ColorRole.Mid, Role.LINE),
    ):
        palette.setColor(group_role, theme[role])
    for group_role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, group_role, theme[Role.INK_THIRD])
    return palette


def style_sheet(theme: Theme, scale_percent: int) -> str:
    """``resources/style.qss`` with the theme's colours and scaled sizes.

    Their places are ``@role@`` for colours and ``@12px@`` for sizes at 100 %.
    """
    values = {role.value: colour for role, colour in theme.colours.items()}
    values |= {f"{px}px": f"{round(px * scale_percent / 100)}px" for px in range(1, 101)}
    values["icons"] = resource("icons", theme.name).as_posix()
    parts = resource("style.qss").read_text(encoding="utf-8").split("@")
    parts[1::2] = [values[place] for place in parts[1::2]]
    return "".join(parts)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1–21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
