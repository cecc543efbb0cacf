"""Fonts: the bundled ones, so that Hangul is never a row of boxes."""

import logging
from collections.abc import Iterable
from functools import cache

from PySide6.QtGui import QFontDatabase

from kochat_gui.core.resources import resource

_log = logging.getLogger(__name__)

TEXT_FAMILIES = ["Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR"]
CODE_FAMILIES = ["D2Coding", "Pretendard"]
"""Pretendard has the few syllables that D2Coding lacks."""

_WINDOW_FILES = ("Pretendard-Regular.otf", "Pretendard-SemiBold.otf")
_ANSWER_FILES = ("Pretendard-Bold.otf", "D2Coding.ttf")


def load_fonts() -> None:
    """Make the window's bundled fonts known to Qt, before any text is measured.

    A file that fails is logged, and the system's fonts serve.
    """
    _load(_WINDOW_FILES)


@cache
def load_answer_fonts() -> None:
    """Those that only answers and code are written in, before the first of them is laid out."""
    _load(_ANSWER_FILES)


def _load(files: Iterable[str]) -> None:
    for name in files:
        if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0:
            _log.warning("the font %s could not be loaded", name)
