"""What other threads tell reaches the window, or nobody when it is gone: never a crash."""

import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import TextKey
from kochat_gui.ui.background_task import BackgroundTask

_ROUNDS = """
from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool
from PySide6.QtWidgets import QApplication, QWidget

from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.watched_task import WatchedTask

app = QApplication([])


def watched(tell, _cancel):
    for share in (0.2, 0.4, 0.6):
        tell(share)
    return "done"


for _ in range(150):
    widgets = [QWidget() for _ in range(30)]
    for widget in widgets:
        task, other = BackgroundTask(widget), WatchedTask(widget)
        task.done.connect(widget.setWindowTitle)
        task.start(lambda _cancel: "done")
        other.progressed.connect(lambda _share: None)
        other.start(watched)
        widget.deleteLater()
    del widgets, widget, task, other
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    app.processEvents()
QThreadPool.globalInstance().waitForDone()
print("whole")
"""


def test_widgets_that_go_while_something_is_told_to_them_do_not_crash() -> None:
    run = [sys.executable, "-c", _ROUNDS]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_newest_call_counts(owner: QWidget, qtbot: QtBot) -> None:
    task = BackgroundTask(owner)
    heard: list[object] = []
    task.done.connect(heard.append)
    go_on = threading.Event()
    task.start(lambda _cancel: go_on.wait(10))
    task.start(lambda cancel: cancel.is_cancelled)
    go_on.set()
    qtbot.waitUntil(lambda: heard == [False])
    qtbot.wait(50)
    assert heard == [False]


def test_what_goes_wrong_is_told(owner: QWidget, qtbot: QtBot) -> None:
    task = BackgroundTask(owner)
    heard: list[object] = []
    task.failed.connect(heard.append)
    error = UsageError(TextKey("", "so"))

    def fail(_cancel: object) -> QObject:
        raise error

    task.start(fail)
    qtbot.waitUntil(lambda: heard == [error])
