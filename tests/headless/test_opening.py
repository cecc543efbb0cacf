"""The window is loaded while the conversations are opened; neither leaves the other behind."""

import sqlite3
import sys
import threading
from contextlib import closing
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

import kochat_gui.ui
from kochat_gui import app
from kochat_gui.core.errors import UserFacingError
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.paths import ProfilePaths, profile_paths

WINDOW = "kochat_gui.ui.start"
MESSAGE = "kochat_gui.ui.start_message"


@pytest.fixture(autouse=True)
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


def test_conversations_are_closed_where_the_window_cannot_be_loaded(
    own_profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, WINDOW, None)
    with pytest.raises(ImportError):
        app.run([])
    paths = profile_paths(own_profile)
    with closing(sqlite3.connect(paths.database)) as connection:
        [(is_open,)] = connection.execute("SELECT value FROM meta WHERE key = 'is_open'")
    assert is_open == "0"
    # And nobody holds the profile.
    services = build_services(paths)
    assert services.profile.lock is not None
    services.close()


def test_no_window_where_the_conversations_cannot_be_opened(
    own_profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_profile.write_text("in the way")
    shown: list[Services] = []
    monkeypatch.setitem(sys.modules, WINDOW, _window(shown))
    assert app.run([]) == 1
    assert str(own_profile) in capsys.readouterr().err
    assert shown == []


@pytest.mark.parametrize(
    ("platform", "is_terminal", "is_seen"),
    [("xcb", False, True), ("xcb", True, False), ("offscreen", False, False)],
)
def test_why_no_window_opens_is_shown_where_nobody_reads_it(
    platform: str,
    is_terminal: bool,
    is_seen: bool,
    own_profile: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own_profile.write_text("in the way")
    seen: list[UserFacingError] = []
    message = ModuleType(MESSAGE)
    vars(message)["show_start_error"] = seen.append
    monkeypatch.setitem(sys.modules, MESSAGE, message)
    monkeypatch.setitem(sys.modules, WINDOW, _window([]))
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    assert app.run([]) == 1
    assert [str(own_profile) in error.text() for error in seen] == [True] * is_seen


@pytest.mark.usefixtures("own_profile")
def test_the_window_is_loaded_while_the_conversations_are_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_loading = threading.Event()
    shown: list[Services] = []

    class InItsPlace(Loader):
        """Loads another module in the place of the window's."""

        def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
            return ModuleSpec(name, self) if name == WINDOW else None

        def create_module(self, _: ModuleSpec) -> ModuleType:
            is_loading.set()
            return _window(shown)

        def exec_module(self, module: ModuleType) -> None:
            pass

    def build(paths: ProfilePaths, engine: str | None) -> Services:
        assert is_loading.wait(10)
        return build_services(paths, engine)

    monkeypatch.setattr(sys, "meta_path", [InItsPlace(), *sys.meta_path])
    # Put there first, so that what is loaded in its place goes away after the test.
    monkeypatch.setattr(kochat_gui.ui, "start", None, raising=False)
    monkeypatch.setitem(sys.modules, WINDOW, None)
    monkeypatch.delitem(sys.modules, WINDOW)
    monkeypatch.setattr(app, "build_services", build)
    assert app.run([]) == 0
    assert len(shown) == 1


def _window(shown: list[Services]) -> ModuleType:
    module = ModuleType(WINDOW)

    def run_window(services: Services) -> int:
        shown.append(services)
        services.close()
        return 0

    vars(module)["run_window"] = run_window
    return module
