"""The program with its real window, obeying JSON lines on its standard input.

Run as ``python -m tests.e2e.drive_window PROFILE [SCRIPT]``; ``SCRIPT`` is a script for the
scripted engine. Commands: ``{"do": "type", "text": TEXT}``, ``{"do": "click", "button":
OBJECT_NAME}``, ``{"do": "continue"}``, ``{"do": "open", "title": TITLE}``, ``{"do": "state"}``,
``{"do": "close"}``. Each is answered with one JSON line: what the window shows then, or how it
failed.
"""

import json
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
)

from kochat_gui.app import install_language
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.own_message import OwnMessage
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.start import Program, make_application


class Driver(QObject):
    """Does what the lines say, on the GUI thread."""

    line_read = Signal(str)

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self.line_read.connect(self._obey, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._read, daemon=True).start()

    def say(self, **facts: Any) -> None:
        sys.stdout.write(json.dumps({**facts, **self._state()}) + "\n")
        sys.stdout.flush()

    def _read(self) -> None:
        for line in sys.stdin:
            self.line_read.emit(line)

    def _obey(self, line: str) -> None:
        try:
            self._do(json.loads(line))
        except Exception:  # noqa: BLE001 - said to who drives
            # Left to the program, it would be a crash report, and who drives would wait in vain.
            sys.stdout.write(json.dumps({"failed": traceback.format_exc()}) + "\n")
            sys.stdout.flush()

    def _do(self, command: dict[str, str]) -> None:
        match command["do"]:
            case "type":
                self._type(command["text"])
            case "click":
                self._click(self._visible_button(command["button"]))
            case "continue":
                self._click(self._continue_buttons()[-1])
            case "open":
                self._open(command["title"])
            case "close":
                self._window.close()
                return
        self.say(did=command["do"])

    def _type(self, text: str) -> None:
        """As keys do: ASCII through key events, Hangul through an input method."""
        [edit] = self._window.findChildren(QPlainTextEdit, "composer_text")
        for char in text:
            if char.isascii():
                QTest.keyClicks(edit, char)
            else:
                QApplication.sendEvent(edit, QInputMethodEvent(char, []))
                done = QInputMethodEvent("", [])
                done.setCommitString(char)
                QApplication.sendEvent(edit, done)

    def _click(self, button: QAbstractButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _open(self, title: str) -> None:
        [view] = self._window.findChildren(QListView, "conversations")
        for row in range(view.model().rowCount()):
            index = view.model().index(row, 0)
            if index.data() == title:
                place = view.visualRect(index).center()
                QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
                return
        raise LookupError(title)

    def _visible_button(self, name: str) -> QAbstractButton:
        found = [b for b in self._window.findChildren(QAbstractButton, name) if b.isVisible()]
        if len(found) != 1:
            raise LookupError(f"{len(found)} buttons {name}")
        return found[0]

    def _continue_buttons(self) -> list[QPushButton]:
        answers = self._window.findChildren(Answer)
        buttons = [b for answer in answers for b in answer.findChildren(QPushButton, "small")]
        return [button for button in buttons if button.isVisible()]

    def _state(self) -> dict[str, Any]:
        [view] = self._window.findChildren(QListView, "conversations")
        rows = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
        shown = [
            part.toPlainText()
            for answer in self._window.findChildren(Answer)
            if answer.isVisible()
            for part in answer.findChildren(QTextBrowser)
        ]
        own = [m for m in self._window.findChildren(OwnMessage) if m.isVisible()]
        [box] = self._window.findChildren(QPlainTextEdit, "composer_text")
        return {
            "list": rows,
            "answers": shown,
            "own": len(own),
            "typed": box.toPlainText(),
            "button": self._visible_button("send").text(),
            "continue": [button.text() for button in self._continue_buttons()],
            "notices": [notice.text for notice in self._services.notices.active()],
        }


def main() -> int:
    profile, *scripts = sys.argv[1:]
    install_language("ko")
    services = build_services(profile_paths(Path(profile)))
    if scripts:
        spec = services.models.add(Path(scripts[0]))
        services.settings.set("model.current", spec.model_id)
    application, appearance = make_application(services.settings)
    program = Program(application, services, appearance)
    # The offscreen screen is 800 px wide, where the list of conversations is folded.
    program.window.resize(1280, 820)
    driver = Driver(program.window, services)
    driver.say(shown=True, pid=os.getpid())
    application.exec()
    program.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
