"""Nothing in the whole window takes others' text for markup."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.theme import Appearance
from tests.ui.conftest import UseScript

_HOSTILE = "<b>굵게</b><img src='file:///etc/passwd'><a href='http://a.b'>a</a>"


def test_no_label_reads_markup(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> None:
    use_script(default={"text": _HOSTILE})
    turn = services.chat.send(None, _HOSTILE)
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=20_000)
    services.settings.set("ui.current_conversation", turn.conversation_id)
    window = MainWindow(services, bridge, appearance)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    QCoreApplication.processEvents()
    labels = [label for label in window.findChildren(QLabel) if label.pixmap().isNull()]
    marked = [label.text() for label in labels if label.textFormat() is not Qt.TextFormat.PlainText]

    assert len(labels) > 5
    assert marked == []
