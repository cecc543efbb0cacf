"""Where a profile keeps its files."""

from pathlib import Path
from typing import NamedTuple

import platformdirs

from kochat_gui.core.user_path import with_home

APP_NAME = "KoChat"


class ProfilePaths(NamedTuple):
    """All places that KoChat writes to; nothing is created by asking for them."""

    root: Path
    """The profile's folder, for showing to a person."""
    data: Path
    cache: Path
    config: Path
    logs: Path

    @property
    def database(self) -> Path:
        return self.data / "kochat.db"

    @property
    def search_index(self) -> Path:
        """Made of the database, and made anew whenever it is missing."""
        return self.data / "search.db"

    @property
    def backup_dir(self) -> Path:
        """Copies of the database: of each day, and from before each migration."""
        return self.data / "backups"

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.json"

    @property
    def preferences_file(self) -> Path:
        """What was chosen for each model."""
        return self.config / "models.json"

    @property
    def models_dir(self) -> Path:
        return self.data / "models"

    @property
    def templates_dir(self) -> Path:
        """Chat templates that a person made."""
        return self.data / "templates"

    @property
    def removed_models_dir(self) -> Path:
        """Models that were removed, until they are deleted."""
        return self.data / "trash" / "models"

    @property
    def cache_dir(self) -> Path:
        """Files of levels are in ``models`` below it, converted adapters in ``adapters``."""
        return self.cache

    @property
    def log_dir(self) -> Path:
        return self.logs

    @property
    def crash_dir(self) -> Path:
        return self.logs / "crashes"

    @property
    def lock_file(self) -> Path:
        """Held by the one program that may write to the database."""
        return self.data / "kochat.lock"


def profile_paths(profile: Path | None) -> ProfilePaths:
    """Everything under ``profile``, or where this system keeps such files when it is None."""
    if profile is not None:
        root = with_home(profile).absolute()
        return ProfilePaths(root, root / "data", root / "cache", root / "config", root / "logs")
    data = platformdirs.user_data_path(APP_NAME, appauthor=False)
    return ProfilePaths(
        root=data,
        data=data,
        cache=platformdirs.user_cache_path(APP_NAME, appauthor=False),
        config=platformdirs.user_config_path(APP_NAME, appauthor=False),
        logs=platformdirs.user_log_path(APP_NAME, appauthor=False),
    )
