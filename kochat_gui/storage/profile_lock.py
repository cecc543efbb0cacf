"""One program per profile: a file lock that the system frees when its owner dies."""

import os
import sys
from pathlib import Path

from kochat_gui.core.errors import ProfileBusyError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProfileLock:
    """Held from construction until :meth:`release`; children do not inherit it."""

    def __init__(self, path: Path) -> None:
        """Take the lock; raises ``ProfileBusyError``, or ``OSError`` when the file is refused."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(self._descriptor)
        except OSError:
            self.release()
            raise ProfileBusyError(
                QT_TRANSLATE_NOOP("Storage", "KoChat is already open with this profile."),
                advice=QT_TRANSLATE_NOOP(
                    "Storage", "Use the open window, or start with another profile (--profile)."
                ),
            ) from None

    def release(self) -> None:
        """Let the next program have the profile; the file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
