"""Opens a profile's database, whatever state it is in, and says what had to be done."""

import contextlib
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
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.leftovers import (
    SalvageReport,
    discard_leftovers,
    finish_salvage,
    forget_report,
    report_of,
)
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.profile_lock import ProfileLock

SHOW_BACKUPS_ACTION = "show-backups"
"""What the notice of damaged conversations offers."""
UNDO_RESTORE_ACTION = "undo-restore:"
"""What a notice offers after a restore; the name of a backup follows."""
SALVAGED_NOTICE_ID = "conversations-salvaged"


@dataclass
class OpenProfile:
    """The database of a profile and the right to write to it."""

    database: Database
    lock: ProfileLock | None
    """None while another program has the profile, or where nothing can be written."""
    paths: ProfilePaths
    is_salvaged: bool = False
    """It was damaged, and what could be read is in a new one."""

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

    def close(self, *, keeps_lock: bool = False) -> None:
        """Close the database, then let the next program in unless ``keeps_lock``."""
        if self.is_salvaged:
            # Only now: a kill before anybody has read it must not hide it.
            with contextlib.suppress(StorageError):
                forget_report(self.database)
        self.database.close()
        if self.lock is not None and not keeps_lock:
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
        database = _open_for_writing(paths, notices)
        return OpenProfile(database, lock, paths, is_salvaged=_tell_state(database, notices))
    except BaseException:
        lock.release()
        raise


def reopen_store(
    profile: OpenProfile, notices: NoticeCenter, incognito: Database | None
) -> tuple[OpenProfile, ConversationStore]:
    """Open the database that took the place of the closed one of ``profile``, whose lock it gets.

    ``incognito``: what the store before had in memory. Raises like :func:`open_profile`.
    """
    database = _open_for_writing(profile.paths, notices)
    is_salvaged = _tell_state(database, notices)
    opened = OpenProfile(database, profile.lock, profile.paths, is_salvaged=is_salvaged)
    try:
        return opened, ConversationStore(database, incognito)
    except BaseException:
        database.close()
        raise


def open_store(paths: ProfilePaths, notices: NoticeCenter) -> tuple[OpenProfile, ConversationStore]:
    """As :func:`open_profile`, with the conversations in it put in order."""
    try:
        return _open_store(paths, notices)
    except DatabaseDamagedError:
        # A large database is not read through at a start after a clean end. Now it will be.
        return _open_store(paths, notices)


def _open_store(
    paths: ProfilePaths, notices: NoticeCenter
) -> tuple[OpenProfile, ConversationStore]:
    profile = open_profile(paths, notices)
    try:
        return profile, ConversationStore(profile.database)
    except BaseException:
        profile.close()
        raise


def _take_lock(paths: ProfilePaths) -> ProfileLock:
    try:
        return ProfileLock(paths.lock_file)
    except OSError as error:
        raise sqlite_errors.from_os_error(error, paths.database) from error


def _open_for_writing(paths: ProfilePaths, notices: NoticeCenter) -> Database:
    discard_leftovers(paths.database)
    try:
        finish_salvage(paths.database)
        try:
            return Database(paths.database)
        except DatabaseDamagedError:
            from kochat_gui.storage.salvage import salvage

            salvage(paths.database)
            return Database(paths.database)
    except (ReadOnlyError, DiskFullError) as error:
        return _fall_back(paths, error, notices)


def _tell_state(database: Database, notices: NoticeCenter) -> bool:
    """Say what became of conversations that were not as they should be; whether any were saved."""
    report = report_of(database) if database.is_kept else None
    if report is not None:
        _tell_salvaged(report, notices)
    elif database.is_log_lost:
        text = translate(
            "Storage",
            "KoChat ended unexpectedly, and the file {path} is gone since. The newest messages "
            "may be missing. See whether a backup has what you miss.",
        )
        log = database.path.with_name(database.path.name + "-wal")
        _tell_loss(text.format(path=str(log)), notices)
    return report is not None


def _tell_salvaged(report: SalvageReport, notices: NoticeCenter) -> None:
    if report.conversations:
        text = translate(
            "Storage",
            "The conversations were damaged. {conversations} conversations with {messages} "
            "messages were saved. If something is missing, restore a backup. The damaged file is "
            "kept as {path}.",
        )
    else:
        text = translate(
            "Storage",
            "The conversations were damaged, and none of them could be saved. Restore a backup. "
            "The damaged file is kept as {path}.",
        )
    _tell_loss(
        text.format(
            conversations=f"{report.conversations:,}",
            messages=f"{report.messages:,}",
            path=str(report.original),
        ),
        notices,
    )


def _tell_loss(text: str, notices: NoticeCenter) -> None:
    # Nothing else says where the damaged file is: it stays beside the backups.
    show = NoticeAction(
        translate("Storage", "Show backups"), SHOW_BACKUPS_ACTION, keeps_notice=True
    )
    notices.post(Notice(SALVAGED_NOTICE_ID, Severity.WARNING, text, (show,)))


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
    # The watch of the store tries it again.
    advice = sqlite_errors.goes_on(error)
    told = type(error)(error.summary, kept=kept, advice=advice, **error.values)
    told.notice_id = sqlite_errors.DATABASE_NOTICE_ID
    database.refusal = told
    notices.post_error(told, told.notice_id)
    return database
