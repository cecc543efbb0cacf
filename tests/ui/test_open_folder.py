"""A folder that cannot be opened is named."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from kochat_gui.core.events import EventBus
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.ui.open_folder import open_folder


def test_a_folder_that_cannot_be_opened_is_named_until_one_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "한글 폴더"
    notices = NoticeCenter(EventBus())
    asked: list[str] = []
    works = False

    def open_url(url: QUrl) -> bool:
        asked.append(url.toLocalFile())
        return works

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    open_folder(folder, notices)
    assert asked == [str(folder)]
    [notice] = notices.active()
    assert str(folder) in notice.text
    works = True
    open_folder(folder, notices)
    assert notices.active() == []
