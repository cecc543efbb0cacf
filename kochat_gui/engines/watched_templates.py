"""The chat templates for a loaded model: a person's own may change while it is loaded."""

import os
from pathlib import Path

from kochat_gui.engines.template_registry import TemplateRegistry, load_templates


class WatchedTemplates:
    """The registry, read again when a file in the person's folder has changed."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._seen = _state(folder)
        self.registry: TemplateRegistry = load_templates(folder)

    def refresh(self) -> bool:
        """Look at the folder; True when :attr:`registry` is another one now."""
        state = _state(self._folder)
        if state == self._seen:
            return False
        self._seen = state
        self.registry = load_templates(self._folder)
        return True


def _state(folder: Path | None) -> frozenset[tuple[str, int, int]]:
    """Names, times and sizes of the files; empty for a folder that is not there."""
    if folder is None:
        return frozenset()
    try:
        with os.scandir(folder) as entries:
            stats = [(entry.name, entry.stat()) for entry in entries]
    except OSError:
        return frozenset()
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
