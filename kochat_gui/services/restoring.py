"""Replaces the conversations of a running program by those of a backup.

What has to do with conversations is closed and built anew: nothing that remembers ids of the old
ones (drafts, answers, undo, lists) can meet the new ones. The loaded model and the jobs of the
model workshop go on.
"""

import logging
from pathlib import Path

from kochat_gui.core.errors import Cancelled, StorageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.services.assembly import Services, with_conversations
from kochat_gui.services.notices import Notice, NoticeAction, Severity
from kochat_gui.services.store_opening import UNDO_RESTORE_ACTION, reopen_store
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.storage.backups import Backup
from kochat_gui.storage.copying import CopyWatch
from kochat_gui.storage.restore import Prepared, put_in_place

_log = logging.getLogger(__name__)
NOTICE_ID = "restore"
_SETTLE_S = 15.0
"""Longer than an engine that does not stop is given before it is ended."""


def prepare_restore(services: Services, source: Path, watch: CopyWatch) -> Prepared:
    """Check and copy ``source``, then stop answers and see that they are stored.

    Everything stays open, and nothing is left when this raises: ``StorageError`` for an answer
    that cannot be stored, and what ``ConversationBackups.prepare`` raises.
    """
    prepared = services.backups.prepare(source, watch)
    if not services.chat.settle(_SETTLE_S):
        prepared.discard()
        raise _answer_not_stored()
    return prepared


def restore_conversations(services: Services, prepared: Prepared, watch: CopyWatch) -> Services:
    """Put ``prepared`` in the place of the conversations; takes seconds for each GB.

    Returns the services to go on with, also when it did not work or was stopped: then the
    conversations are as they were, and a notice says why. Nobody may use those given meanwhile.
    """
    incognito = services.close_conversations()
    services.notices.withdraw(NOTICE_ID)
    try:
        replaced = put_in_place(prepared, services.paths.database, services.paths.backup_dir, watch)
        services.notices.post(_done(replaced))
    except Cancelled:
        _log.info("the restore was stopped")
    except UserFacingError as error:
        services.notices.post_error(error, NOTICE_ID)
    except Exception:  # noqa: BLE001 - a bug: logged, and the old conversations come back
        _log.exception("restoring failed")
        services.notices.post_error(_our_fault(), NOTICE_ID)
    profile, store = reopen_store(services.profile, services.notices, incognito)
    services.refusals.watch = StoreWatch(profile, store, services.notices, services.bus)
    return with_conversations(services, profile, store)


def _done(replaced: Backup | Path | None) -> Notice:
    lines: list[str] = [translate("Restoring", "The conversations are as they were in the backup.")]
    actions: tuple[NoticeAction, ...] = ()
    match replaced:
        case Backup():
            lines.append(translate("Restoring", "What was there before is kept as a backup."))
            undo = translate("Restoring", "Undo the restore")
            actions = (NoticeAction(undo, UNDO_RESTORE_ACTION + replaced.path.name),)
        case Path():
            before = translate("Restoring", "What was there before is kept in {path}.")
            lines.append(before.format(path=replaced))
    return Notice(NOTICE_ID, Severity.INFO, " ".join(lines), actions)


def _answer_not_stored() -> StorageError:
    return StorageError(
        QT_TRANSLATE_NOOP("Restoring", "An answer is not on the disk yet."),
        kept=QT_TRANSLATE_NOOP("Restoring", "Nothing was changed; the answer is in memory."),
        advice=QT_TRANSLATE_NOOP("Restoring", "Make room on the disk, or wait, and restore then."),
    )


def _our_fault() -> UserFacingError:
    return UserFacingError(
        QT_TRANSLATE_NOOP("Restoring", "The backup could not be put back."),
        kept=QT_TRANSLATE_NOOP("Restoring", "Your conversations are as they were."),
        advice=QT_TRANSLATE_NOOP("Restoring", "This is a fault of KoChat; the log says more."),
    )
