"""The system's reasons in the program's language."""

import errno

from kochat_gui.core.i18n import TextKey
from kochat_gui.core.system_errors import reason_of


def test_known_reasons_are_translated() -> None:
    assert reason_of(OSError(errno.EROFS, "Read-only file system")) == TextKey(
        "SystemErrors", "the disk cannot be written"
    )


def test_others_keep_the_systems_word() -> None:
    assert (
        reason_of(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    )
    assert reason_of(ValueError("embedded null byte")) == "ValueError"
