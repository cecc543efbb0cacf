"""The end of the window: what was begun is stored and ended, and errors do not leave things."""

import gc
import os
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
from kochat_gui.core.states import ModelState
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


def test_a_busy_thread_leaves_python_to_the_window_in_time() -> None:
    before = sys.getswitchinterval()
    try:
        start.end_loading()
        assert sys.getswitchinterval() < 0.001  # seconds
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()


def test_no_garbage_is_looked_for_among_what_was_loaded_later(own_services: Services) -> None:
    start.load_rest(own_services)
    assert gc.get_freeze_count() == 0
    try:
        gc.freeze()
        loaded: list[list[int]] = [[]]  # as modules are: it stays
        assert any(found is loaded for found in gc.get_objects())
        start.load_rest(own_services)
        assert not any(found is loaded for found in gc.get_objects())
    finally:
        gc.unfreeze()
    own_services.close()


_OPENING = """
import enum
import sys
from PySide6.QtCore import QTimer
from kochat_gui.ui import start

def enums(cls):
    return {
        made.__qualname__
        for below in cls.__subclasses__()
        for made in (below, *below.__subclasses__())
    }

class Opened(start.Program):
    def __init__(self, *args):
        super().__init__(*args)
        self._loading.stop()
        print(*sys.modules, *enums(enum.Enum))
        start.load_rest(self.services)
        print(*sys.modules)
        QTimer.singleShot(0, self.window, self.window.close)

start.Program = Opened
from kochat_gui.__main__ import main
sys.argv[1:] = []
sys.exit(main())
"""
_DISPENSABLE = (
    "html",
    "jinja2",
    "kochat_gui.catalog",
    "kochat_gui.cli.arguments",
    "kochat_gui.core.generation",
    "kochat_gui.core.models",
    "kochat_gui.engines",
    "kochat_gui.services.backups",
    "kochat_gui.services.chat_session",
    "kochat_gui.services.engine_host",
    "kochat_gui.services.model_manager",
    "kochat_gui.services.search",
    "kochat_gui.settings.model_preferences",
    "kochat_gui.storage.backups",
    "kochat_gui.storage.salvage",
    "kochat_gui.ui.chat.answer",
    "kochat_gui.ui.header.card",
    "kochat_gui.ui.models.models_page",
    "kochat_gui.ui.parameters.parameters_panel",
    "kochat_gui.ui.search.results_page",
    "kochat_gui.ui.settings",
    "kochat_gui.ui.termination",
    "llama_cpp",
    "logging.handlers",
    "markdown_it",
    "numpy",
    "psutil",
    "pygments",
    "torch",
    "transformers",
    "xml.etree",
    # Qt's enums, one of each class that the binding need not know yet. Of all widgets, because
    # it looks for the kind of a widget that Qt made.
    "QFileDialog.FileMode",
    "QStyle.StandardPixmap",
    "QTextFormat.Property",
    "QWizard.WizardButton",
)
_FIRST_ANSWER = (
    "kochat_gui.services.chat_session",
    "kochat_gui.services.generation_run",
    "kochat_gui.services.search",
    "markdown_it",
    "pygments.lexers.python",
)


def test_the_window_opens_without_what_only_the_first_answer_needs(own_profile: Path) -> None:
    """It is loaded beside the window then."""
    done = subprocess.run(
        [sys.executable, "-c", _OPENING],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "KOCHAT_PROFILE": str(own_profile), "QT_QPA_PLATFORM": "offscreen"},
    )
    opened, ready = (set(line.split()) for line in done.stdout.splitlines())
    assert [name for name in _DISPENSABLE if name in opened] == []
    assert [name for name in _FIRST_ANSWER if name not in ready] == []


def test_what_the_first_answer_needs_is_loaded_beside_the_window(
    own_services: Services,
    appearance: Appearance,
    qapp: QApplication,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But Qt's classes on the window's own thread, a module in each turn."""
    loaded_by: list[threading.Thread] = []
    shown: list[str] = []
    monkeypatch.setattr(start, "_LOAD_DELAY_MS", 1)
    monkeypatch.setattr(
        start, "load_rest", lambda _services: loaded_by.append(threading.current_thread())
    )
    monkeypatch.setattr(
        start, "import_module", lambda name: shown.append(f"{name} {threading.get_ident()}")
    )
    program = Program(qapp, own_services, appearance)
    qtbot.addWidget(program.window)
    qtbot.waitUntil(
        lambda: bool(loaded_by) and len(shown) == len(start._SHOWN_LATER), timeout=10_000
    )
    assert loaded_by[0] is not threading.main_thread()
    assert f"kochat_gui.ui.chat.answer {threading.get_ident()}" in shown
    program.window.close()
    program.close()


def test_a_window_that_is_closed_at_once_starts_no_engine(
    own_services: Services, appearance: Appearance, qapp: QApplication, qtbot: QtBot
) -> None:
    program = Program(qapp, own_services, appearance)
    qtbot.addWidget(program.window)
    program.window.close()
    program.close()
    assert own_services.known_status is None
    start.load_rest(own_services)
    with pytest.raises(UserFacingError):
        _ = own_services.models
