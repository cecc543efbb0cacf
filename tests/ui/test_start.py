"""The end of the window: what was begun is stored and ended, and errors do not leave things."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import ModelState
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui import start
from kochat_gui.ui.start import Program
from kochat_gui.ui.termination import TerminationSignals
from kochat_gui.ui.theme import Appearance


@pytest.fixture
def own_services(own_profile: Path) -> Iterator[Services]:
    """Closed by the test itself; closing twice does nothing."""
    made = build_services(profile_paths(own_profile))
    yield made
    made.close()


def child_of(services: Services) -> int:
    """The engine's process; 0 when there is none."""
    return services.host.child_pid or 0


def test_closing_the_window_ends_everything(
    own_services: Services, appearance: Appearance, qapp: QApplication, qtbot: QtBot
) -> None:
    program = Program(qapp, own_services, appearance)
    qtbot.addWidget(program.window)
    qtbot.waitUntil(lambda: own_services.models.status.state is ModelState.READY, timeout=30_000)
    assert child_of(own_services)
    program.window.close()
    program.close()
    assert not program.window.isVisible()
    assert not child_of(own_services)
    with pytest.raises(UserFacingError):
        own_services.chat.send(None, "안녕")
    assert "closing" not in {thread.name for thread in threading.enumerate()}
    # The profile is free again.
    build_services(own_services.paths).close()


@pytest.mark.allow_log("kochat_gui.services.crash_reports")
def test_an_error_while_the_window_is_built_closes_the_services(
    own_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise LookupError("no such thing")

    monkeypatch.setattr(start, "make_application", fail)
    with pytest.raises(LookupError):
        start.run_window(own_services)
    assert list(own_services.paths.crash_dir.glob("crash-*.txt"))
    build_services(own_services.paths).close()


def test_a_signal_of_the_system_becomes_one_of_qt(qtbot: QtBot) -> None:
    before = signal.getsignal(signal.SIGINT)
    signals = TerminationSignals()
    with qtbot.waitSignal(signals.requested):
        signal.raise_signal(signal.SIGINT)
    signals.close()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.allow_log("kochat_gui.services.crash_reports")
def test_an_error_in_a_slot_is_reported_and_the_window_goes_on(
    own_services: Services, appearance: Appearance, qapp: QApplication, qtbot: QtBot
) -> None:
    program = Program(qapp, own_services, appearance)

    def fail() -> None:
        raise LookupError("no such thing")

    QTimer.singleShot(0, program.window, fail)
    qtbot.waitUntil(lambda: bool(own_services.notices.active()))
    assert len(list(own_services.paths.crash_dir.glob("crash-*.txt"))) == 1
    assert program.window.isVisible()
    program.window.close()
    program.close()


_READERS = """
import sys
from kochat_gui.ui.start import load_readers
heavy = ("markdown_it", "pygments")
print(*(name in sys.modules for name in heavy))
load_readers()
print(*(name in sys.modules for name in (*heavy, "pygments.lexers.python")))
"""


def test_what_reads_answers_is_loaded_before_the_first_one(
    own_services: Services,
    appearance: Appearance,
    qapp: QApplication,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside the window, and not for its opening."""
    done = subprocess.run(
        [sys.executable, "-c", _READERS], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False", "True", "True", "True"]
    loaded_by: list[threading.Thread] = []
    monkeypatch.setattr(start, "_READERS_DELAY_MS", 1)
    monkeypatch.setattr(start, "load_readers", lambda: loaded_by.append(threading.current_thread()))
    program = Program(qapp, own_services, appearance)
    qtbot.addWidget(program.window)
    qtbot.waitUntil(lambda: bool(loaded_by), timeout=10_000)
    assert loaded_by[0] is not threading.main_thread()
    program.window.close()
    program.close()
