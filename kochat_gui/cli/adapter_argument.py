"""``--adapter PATH[:SCALE]``: paths may hold colons, so only a number at the end is a scale."""

import re
from pathlib import Path

from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.settings.model_preferences import MAX_SCALE, AdapterChoice

_WITH_SCALE = re.compile(
    r"(?P<path>.+):(?P<scale>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))", re.DOTALL
)


def adapter_argument(text: str) -> AdapterChoice:
    """The adapter and scale (1 if not given) that ``text`` means.

    A file or folder whose own name ends in a colon and a number is found when there is none
    without them. Raises ``UsageError`` for a scale that is not from 0 to 4.
    """
    match = _WITH_SCALE.fullmatch(text)
    if match is None or _is_whole_path(text, match["path"]):
        return AdapterChoice(text)
    scale = float(match["scale"])
    if not 0 <= scale <= MAX_SCALE:
        raise UsageError(
            QT_TRANSLATE_NOOP("Cli", "The scale of --adapter is from 0 to {most}, not {scale}."),
            most=f"{MAX_SCALE:g}",
            scale=match["scale"],
        )
    return AdapterChoice(match["path"], scale)


def _is_whole_path(whole: str, shorter: str) -> bool:
    try:
        return Path(whole).exists() and not Path(shorter).exists()
    except (OSError, ValueError):
        return False
