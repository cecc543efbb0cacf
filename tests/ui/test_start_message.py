"""What a person sees where the window does not open, and nobody reads the standard error."""

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import TextKey
from kochat_gui.storage.paths import profile_paths
from kochat_gui.storage.profile_lock import ProfileLock
from kochat_gui.ui.start_message import StartMessage
from kochat_gui.ui.theme import Appearance

_SECOND_START = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from kochat_gui import app
from kochat_gui.ui import start_message

class Seen(start_message.StartMessage):
    def showEvent(self, event):
        super().showEvent(event)
        print(*(label.text() for label in self.findChildren(QLabel)))
        print(QApplication.font().families()[0])
        QTimer.singleShot(0, self.findChild(QPushButton).click)

start_message.StartMessage = Seen
app._UNSEEN_PLATFORMS = frozenset()
sys.exit(app.run([]))
"""


def test_a_second_start_says_why_it_opens_no_window(own_profile: Path) -> None:
    lock = ProfileLock(profile_paths(own_profile).lock_file)
    done = subprocess.run(
        [sys.executable, "-c", _SECOND_START],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={**os.environ, "KOCHAT_PROFILE": str(own_profile), "LANG": "ko_KR.UTF-8"},
    )
    lock.release()
    said, font = done.stdout.splitlines()
    assert done.returncode == 1
    assert said.startswith("이 프로필로 KoChat이 이미 열려 있어요.")
    assert said in done.stderr
    assert font == "Pretendard"


def test_text_is_plain_and_whole(appearance: Appearance, qtbot: QtBot) -> None:
    error = UserFacingError(
        TextKey("Test", "<b>{path}</b> cannot be read."),
        kept=TextKey("Test", "Nothing was changed."),
        advice=TextKey("Test", "Look at it. " * 40),
        path="/<i>여기",
    )
    message = StartMessage(error, appearance)
    qtbot.addWidget(message)
    message.show()
    labels = [label for label in message.findChildren(QLabel) if label.isVisible()]
    assert labels[0].text() == "<b>/<i>여기</b> cannot be read."
    assert labels[1].text().startswith("Nothing was changed.\nLook at it.")
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert all(label.height() >= label.heightForWidth(label.width()) for label in labels)
    QTest.keyClick(message, Qt.Key.Key_Escape)
    assert not message.isVisible()
