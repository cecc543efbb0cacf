"""Shows a folder in the system's file manager."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from kochat_gui.core.i18n import translate
from kochat_gui.services.notices import Notice, NoticeCenter, Severity

_NOTICE_ID = "open-folder"


def open_folder(folder: Path, notices: NoticeCenter) -> None:
    """Where the system has nothing to show it with, ``notices`` tell where the folder is."""
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        notices.withdraw(_NOTICE_ID)
        return
    text = translate("OpenFolder", "The folder could not be opened. It is here: {path}")
    notices.post(Notice(_NOTICE_ID, Severity.WARNING, text.format(path=folder)))
