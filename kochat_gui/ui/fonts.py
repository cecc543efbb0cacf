"""Fonts: the bundled ones, so that Hangul is never a row of boxes."""

import logging

from PySide6.QtGui import QFontDatabase

from kochat_gui.core.resources import resource

_log = logging.getLogger(__name__)

TEXT_FAMILIES = ["Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR"]
CODE_FAMILIES = ["D2Coding", "Pretendard"]
"""Pretendard has the few syllables that D2Coding lacks."""

_FILES = (
    "Pretendard-Regular.otf",
    "Pretendard-SemiBold.otf",
    "Pretendard-Bold.otf",
    "D2Coding.ttf",
)


def load_fonts() -> None:
    """Make the bundled fonts known to Qt; a file that fails is logged and the system's serve."""
    for name in _FILES:
        if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0:
            _log.warning("the font %s could not be loaded", name)
