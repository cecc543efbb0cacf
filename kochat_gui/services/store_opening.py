"""Opens a profile's database, whatever state it is in, and says what had to be done."""

from dataclasses import dataclass

from kochat_gui.core.errors import (
    DatabaseDamagedError,
    DiskFullError,
    ProfileBusyError,
    ReadOnlyError,
    StorageError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.services.notices import Notice, NoticeAction, NoticeCenter, Severity
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.profile_lock import ProfileLock
from kochat_gui.storage.restore import discard_leftovers
from kochat_gui.storage.salvage import salvage

SHOW_BACKUPS_ACTION = "show-backups"
"""What the notice of damaged conversations offers."""
SALVAGED_NOTICE_ID = "conversations-salvaged"


@dataclass
class OpenProfile:
    """The database of a profile and the right to write to it."""

    database: Database
    lock: ProfileLock | None
    """None while another program has the profile, or where nothing can be written."""
    paths: ProfilePaths

    @property
    def is_waiting(self) -> bool:
        """The disk refused writes at the start; :meth:`try_again` may have more luck."""
        return self.database.refusal is not None

    def try_again(self) -> None:
        """Write, also to what could only be read at the start; raises ``StorageError``.

        Then everything is as it was.
        """
        taken = self.lock or _take_lock(self.paths)
        try:
            self.database.try_writing()
        except BaseException:
            if self.lock is None:
                taken.release()
            raise
        self.lock = taken

    def close(self) -> None:
        """Close the database, then let the next program in."""
        self.database.close()
        if self.lock is not None:
            self.lock.release()


def open_profile(
    paths: ProfilePaths, notices: NoticeCenter, *, read_only_ok: bool = False
) -> OpenProfile:
    """Open for writing; if that cannot be, for reading; if there is nothing, in memory.

    A damaged database is kept aside and saved into a new one. Everything but plain success is
    told by a notice. Raises ``ProfileBusyError`` (unless ``read_only_ok``: then the other
    program's database is read), ``DatabaseNewerError``, and ``StorageError`` for a disk that
    fails in other ways.
    """
    try:
        lock = _take_lock(paths)
    except ProfileBusyError:
        if not read_only_ok or not paths.database.exists():
            raise
        return OpenProfile(Database(paths.database, AccessMode.READ_ONLY), None, paths)
    except (ReadOnlyError, DiskFullError) as error:
        return OpenProfile(_fall_back(paths, error, notices), None, paths)
    try:
        return OpenProfile(_open_for_writing(paths, notices), lock, paths)
    except BaseException:
        lock.release()
        raise


def reopen_profile(profile: OpenProfile, paths: ProfilePaths, notices: NoticeCenter) -> OpenProfile:
    """Open the database that took the place of the closed one of ``profile``, whose lock it gets.

    Raises like :func:`open_profile`.
    """
    return OpenProfile(_open_for_writing(paths, notices), profile.lock)


def _take_lock(paths: ProfilePaths) -> ProfileLock:
    try:
        return ProfileLock(paths.lock_file)
    except OSError as error:
        raise sqlite_errors.from_os_error(error, paths.database) from error


def _open_for_writing(paths: ProfilePaths, notices: NoticeCenter) -> Database:
    discard_leftovers(paths.database)
    try:
        try:
            return Database(paths.database)
        except DatabaseDamagedError:
            _salvage(paths, notices)
            return Database(paths.database)
    except (ReadOnlyError, DiskFullError) as error:
        return _fall_back(paths, error, notices)


def _salvage(paths: ProfilePaths, notices: NoticeCenter) -> None:
    report = salvage(paths.database)
    text = translate(
        "Storage",
        "The conversations were damaged. {conversations} conversations with {messages} messages "
        "were saved. The damaged file is kept as {path}.",
    )
    notices.post(
        Notice(
            SALVAGED_NOTICE_ID,
            Severity.WARNING,
            text.format(
                conversations=report.conversations,
                messages=report.messages,
                path=str(report.original),
            ),
            (NoticeAction(translate("Storage", "Show backups"), SHOW_BACKUPS_ACTION),),
        )
    )


def _fall_back(paths: ProfilePaths, error: StorageError, notices: NoticeCenter) -> Database:
    """What was stored, to read; or an empty database that nothing is kept of."""
    try:
        database = Database(paths.database, AccessMode.READ_ONLY)
    except StorageError:
        database = Database(paths.database, AccessMode.MEMORY)
    if database.is_read_only:
        kept = QT_TRANSLATE_NOOP(
            "Storage", "Stored conversations can be read, but nothing new can be stored."
        )
    else:
        kept = QT_TRANSLATE_NOOP(
            "Storage", "You can chat, but conversations are gone when KoChat is closed."
        )
    told = type(error)(error.summary, kept=kept, advice=error.advice, **error.values)
    told.notice_id = sqlite_errors.DATABASE_NOTICE_ID
    database.refusal = told
    notices.post_error(told, told.notice_id)
    return database
