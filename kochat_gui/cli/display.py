"""A window needs a display: said before Qt is asked, which would end the program without a word."""

import sys
from collections.abc import Mapping

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP


def require_display(environment: Mapping[str, str], platform: str = sys.platform) -> None:
    """Raise a ``UserFacingError`` that tells how to get a display when there is none."""
    has_display = any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if platform == "linux" and not has_display:
        raise UserFacingError(
            QT_TRANSLATE_NOOP("Cli", "There is no display to open the window on."),
            advice=QT_TRANSLATE_NOOP(
                "Cli",
                "Start it in a desktop session, over ssh -X, or on a virtual display: xvfb-run -a "
                "kochat. Commands such as kochat ask need no display.",
            ),
        )
