"""Copies the conversations once a day, in the background of an open window."""

import logging
import threading
from datetime import datetime

from kochat_gui.core.errors import DatabaseDamagedError, StorageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.services.notices import NoticeCenter, Severity
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.sqlite_errors import DAMAGED_NOTICE_ID

_log = logging.getLogger(__name__)
_NOTICE_ID = "backup"
_FIRST_DELAY_S = 20.0
"""The start and the first answer have the disk to themselves."""
_AGAIN_S = 3600.0


class DailyBackup:
    """A thread from :meth:`start` until :meth:`close`."""

    def __init__(self, paths: ProfilePaths, database: Database, notices: NoticeCenter) -> None:
        self._paths = paths
        self._database = database
        self._notices = notices
        self._is_closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look every hour whether a copy is due; for what is not kept, there is none to make."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="backup", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait for a copy that is being made; it takes seconds for each GB."""
        self._is_closing.set()
        if self._thread is not None:
            self._thread.join()

    def make_if_due(self) -> None:
        """Make a copy unless there is one of today or nothing has changed since the last."""
        try:
            if self._is_due():
                made = self._database.back_up(self._paths.backup_dir)
                _log.info("backup: %s", made.path.name)
            self._notices.withdraw(_NOTICE_ID)
        except DatabaseDamagedError as error:
            _log.warning("no backup: %s", error)
            self._notices.post_error(error, DAMAGED_NOTICE_ID)
        except StorageError as error:
            _log.warning("no backup: %s", error)
            told = StorageError(
                error.summary,
                kept=QT_TRANSLATE_NOOP(
                    "Backup", "Your conversations are safe; only today's backup was not made."
                ),
                advice=error.advice,
                **error.values,
            )
            self._notices.post_error(told, _NOTICE_ID, severity=Severity.WARNING)
        except Exception:  # noqa: BLE001 - a bug: logged, and tried again in an hour
            _log.exception("the backup failed")

    def _is_due(self) -> bool:
        from kochat_gui.storage.backups import is_due, list_backups

        if not self._database.is_kept:
            return False
        database = self._paths.database
        files = (database, database.with_name(database.name + "-wal"))
        try:
            changed = max(file.stat().st_mtime for file in files if file.exists())
        except (OSError, ValueError):
            return False  # it is gone: whoever reads it next says so
        now = datetime.now().astimezone()
        changed_at = datetime.fromtimestamp(changed).astimezone()
        return is_due(list_backups(self._paths.backup_dir), changed_at, now)

    def _run(self) -> None:
        delay = _FIRST_DELAY_S
        while not self._is_closing.wait(delay):
            self.make_if_due()
            delay = _AGAIN_S
