"""Every text can be read on what it stands on, and the style sheet knows every role."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from kochat_gui.ui.theme import DARK, LIGHT, Appearance, Role, Theme, contrast, style_sheet

TEXTS = (
    Role.INK,
    Role.INK_SECOND,
    Role.INK_THIRD,
    Role.ACCENT,
    Role.WARNING,
    Role.DANGER,
    Role.GOOD,
)
GROUNDS = (Role.CANVAS, Role.SURFACE, Role.SIDEBAR, Role.TINT, Role.HOVER)
CODE_TEXTS = (Role.CODE_KEYWORD, Role.CODE_STRING, Role.CODE_NUMBER, Role.CODE_NAME, Role.INK_THIRD)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("text", TEXTS, ids=lambda role: role.value)
@pytest.mark.parametrize("ground", GROUNDS, ids=lambda role: role.value)
def test_text_has_contrast(theme: Theme, text: Role, ground: Role) -> None:
    assert contrast(theme.colours[text], theme.colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("text", CODE_TEXTS, ids=lambda role: role.value)
def test_code_has_contrast(theme: Theme, text: Role) -> None:
    assert contrast(theme.colours[text], theme.colours[Role.CODE]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_found_words_have_contrast_and_the_current_ones_stand_out(theme: Theme) -> None:
    colours = theme.colours
    assert contrast(colours[Role.INK], colours[Role.FOUND]) >= 7
    assert contrast(colours[Role.ON_FOUND_NOW], colours[Role.FOUND_NOW]) >= 7
    assert contrast(colours[Role.FOUND], colours[Role.FOUND_NOW]) >= 1.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_controls_have_contrast(theme: Theme) -> None:
    colours = theme.colours
    assert contrast(colours[Role.ON_ACCENT], colours[Role.ACCENT]) >= 4.5
    for role in (Role.ACCENT, Role.CONTROL_LINE):
        assert contrast(colours[role], colours[Role.CANVAS]) >= 3
        assert contrast(colours[role], colours[Role.SURFACE]) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_style_sheet_is_complete(percent: int) -> None:
    sheet = style_sheet(LIGHT, percent)
    assert "@" not in sheet
    assert f"font-size: {round(16 * percent / 100)}px" in sheet


def test_appearance_follows_the_choice(qapp: QApplication, appearance: Appearance) -> None:
    appearance.set_choice("dark")
    assert appearance.theme is DARK
    assert DARK.colours[Role.CANVAS] in qapp.styleSheet()
    appearance.set_choice("system")
    is_dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
    assert appearance.theme is (DARK if is_dark else LIGHT)


def test_text_scale_is_kept_within_limits(appearance: Appearance) -> None:
    appearance.set_scale_percent(1000)
    assert appearance.scale_percent == 200
    assert appearance.text_font().pixelSize() == 30
