"""Which input method plug-in Qt uses; decided before the application exists."""

import logging
from collections.abc import MutableMapping
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

_log = logging.getLogger(__name__)


def choose_input_method(environment: MutableMapping[str, str]) -> None:
    """Let fcitx users type Hangul: where Qt has no fcitx plug-in, fcitx serves ibus clients, too.

    Sets ``QT_IM_MODULE`` to ``ibus`` in that case and leaves everything else alone.
    """
    wanted = environment.get("QT_IM_MODULE", "")
    if not wanted.startswith("fcitx"):
        return
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    if any((plugins / "platforminputcontexts").glob(f"*{wanted}*")):
        return
    _log.info("no %s plug-in for Qt here; using its ibus interface", wanted)
    environment["QT_IM_MODULE"] = "ibus"
