"""Backups of the conversations: listed with what is in them, made, deleted, and put back."""

import threading
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.services.store_opening import OpenProfile
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.backups import Backup, Contents, list_backups, read_contents
from kochat_gui.storage.copying import CopyWatch
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.restore import Prepared, prepare

__all__ = ["Backup", "Contents", "ConversationBackups", "CopyWatch", "Prepared"]


class ConversationBackups:
    """Every method may be called on any thread; one copy is made at a time."""

    def __init__(self, paths: ProfilePaths, profile: OpenProfile) -> None:
        self._paths = paths
        self._profile = profile
        self._one_copy = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where they lie; it may not exist yet."""
        return self._paths.backup_dir

    @property
    def is_allowed(self) -> bool:
        """Whether the conversations on the disk are open for writing, so that they can be copied
        and replaced.
        """
        return self._profile.lock is not None and self._profile.database.is_kept

    def list(self) -> list[Backup]:
        """Newest first."""
        return list_backups(self.folder)

    def named(self, name: str) -> Backup:
        """One of the list by its file's name; raises ``UsageError`` when it is gone."""
        for backup in self.list():
            if backup.path.name == name:
                return backup
        raise UsageError(
            QT_TRANSLATE_NOOP("Backup", "The backup {name} is not there any more."),
            kept=QT_TRANSLATE_NOOP("Backup", "Your conversations were not touched."),
            advice=QT_TRANSLATE_NOOP("Backup", "Choose another backup."),
            name=name,
        )

    def contents(self, backup: Backup, cancel: CancelToken) -> Contents:
        """How much a backup holds; up to a second for each GB.

        Raises ``StorageError`` for one that cannot be read, ``Cancelled``.
        """
        return read_contents(backup.path, cancel)

    def make(self, watch: CopyWatch) -> Backup:
        """Copy the conversations now, and thin the older copies.

        Takes seconds for each GB. Raises ``StorageError``, and ``Cancelled``: then there is no new
        copy.
        """
        self._check_allowed()
        with self._one_copy:
            watch.cancel.raise_if_cancelled()
            return self._profile.database.back_up(self.folder, watch)

    def delete(self, backup: Backup) -> None:
        """Delete a backup for good; raises ``StorageError``."""
        try:
            backup.path.unlink(missing_ok=True)
        except OSError as error:
            raise sqlite_errors.from_os_error(error, backup.path) from error

    def prepare(self, source: Path, watch: CopyWatch) -> Prepared:
        """A checked copy of ``source``, ready to replace the conversations; nothing changes yet.

        Takes seconds for each GB. Raises ``UsageError`` for what is no sound backup,
        ``DatabaseNewerError``, ``StorageError``, ``Cancelled``.
        """
        self._check_allowed()
        with self._one_copy:
            watch.cancel.raise_if_cancelled()
            return prepare(source, self._paths.database, watch)

    def _check_allowed(self) -> None:
        if not self.is_allowed:
            raise sqlite_errors.read_only(self._paths.database)
