"""Korean typed with real key presses, through a real input method (ibus-hangul), into the window.

Needs Xvfb, xdotool, openbox, dbus-daemon, ibus and ibus-hangul, as packages of a Linux system.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kochat_gui.storage.paths import profile_paths

TIMEOUT_S = 60.0
_TOOLS = ("Xvfb", "xdotool", "openbox", "dbus-daemon", "ibus-daemon", "ibus")
_MISSING = [tool for tool in _TOOLS if shutil.which(tool) is None]
_ENGINE_FILES = [Path("/usr/share/ibus/component/hangul.xml")]
_MEMORY_CONFIG = [Path("/usr/libexec/ibus-memconf"), Path("/usr/lib/ibus/ibus-memconf")]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="X11 and ibus are for Linux"),
    pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}"),
    pytest.mark.skipif(
        not all(file.exists() for file in _ENGINE_FILES), reason="not installed: ibus-hangul"
    ),
]


class Desktop:
    """An X display with a window manager, an input method, and KoChat's window."""

    def __init__(self, stack: ExitStack, folder: Path, profile: Path) -> None:
        self._stack = stack
        self._paths = profile_paths(profile)
        # ibus keeps sockets at home, and the path of a socket has to be short.
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND"))},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LC_ALL": "C.UTF-8",
            "LANGUAGE": "ko",
            "QT_QPA_PLATFORM": "xcb",
            "QT_IM_MODULE": "ibus",
        }
        self._start_display()
        self._start_input_method()
        self._program = self._start(sys.executable, "-m", "kochat_gui")
        wait_until(lambda: bool(self._windows()))
        self._run("xdotool", "windowfocus", "--sync", self._windows()[-1])

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as fast as a person types."""
        self._run("xdotool", "key", "--delay", "60", *keys)

    def look(self) -> None:
        """Wait as a person does who looks where the cursor has gone.

        Qt resets the input method when the focus moves, which drops what it was sent before that.
        """
        time.sleep(1.0)

    def quit(self) -> None:
        """Close the window and wait for the program's end."""
        self.press("ctrl+q")
        assert self._program.wait(TIMEOUT_S) == 0

    def stored(self, sql: str) -> list[str]:
        """The first column of what ``sql`` finds in the database."""
        if not self._paths.database.exists():
            return []
        uri = f"{self._paths.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return [row[0] for row in connection.execute(sql)]

    def wait_stored(self, sql: str, *expected: str) -> None:
        """Wait until ``sql`` finds this; what it finds instead is told."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = self.stored(sql)
            return found == list(expected)

        wait_until(is_there, lambda: f"stored is {found}, wanted {list(expected)}")

    def setting(self, key: str) -> object:
        return json.loads(self._paths.settings_file.read_text(encoding="utf-8"))[key]

    def _start_display(self) -> None:
        read_end, write_end = os.pipe()
        self._start("Xvfb", "-r", "-displayfd", str(write_end), "-screen", "0", "1280x820x24",
                    pass_fds=(write_end,))  # fmt: skip
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            self._environment["DISPLAY"] = f":{pipe.readline().strip()}"
        self._start("openbox")

    def _start_input_method(self) -> None:
        address = f"unix:path={self._environment['HOME']}/bus"
        self._start("dbus-daemon", "--session", "--nofork", f"--address={address}")
        self._environment["DBUS_SESSION_BUS_ADDRESS"] = address
        wait_until(Path(address.removeprefix("unix:path=")).exists)
        options = [f"--config={file}" for file in _MEMORY_CONFIG if file.exists()][:1]
        self._start("ibus-daemon", "--panel=disable", "--emoji-extension=disable", *options)
        wait_until(lambda: self._is_success("ibus", "engine", "hangul"))

    def _start(self, *command: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env=self._environment,
            pass_fds=pass_fds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(_end, process)
        return process

    def _run(self, *command: str) -> None:
        subprocess.run(
            command, check=True, env=self._environment, capture_output=True, timeout=TIMEOUT_S
        )

    def _windows(self) -> list[str]:
        assert self._program.poll() is None, "the program has ended"
        search = ("xdotool", "search", "--onlyvisible", "--name", "KoChat|코챗")
        found = subprocess.run(
            search, check=False, env=self._environment, capture_output=True, encoding="utf-8"
        )
        return found.stdout.split()

    def _is_success(self, *command: str) -> bool:
        done = subprocess.run(
            command, check=False, env=self._environment, capture_output=True, timeout=TIMEOUT_S
        )
        return done.returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(
    condition: Callable[[], bool], told: Callable[[], str] = lambda: "it did not come to that"
) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


@pytest.fixture
def desktop(own_profile: Path) -> Iterator[Desktop]:
    folder = tempfile.TemporaryDirectory(prefix="k", ignore_cleanup_errors=True)
    with folder as name, ExitStack() as stack:
        yield Desktop(stack, Path(name), own_profile)


SENT = "SELECT text FROM messages WHERE role = 'user' ORDER BY id"
TITLES = "SELECT title FROM conversations ORDER BY id"
AN_NYEONG = ("d", "k", "s", "s", "u", "d")
NEW_NAME = ("t", "o", "d", "l", "f", "m", "a")


def test_hangul_in_the_box_the_list_and_the_search(desktop: Desktop) -> None:
    desktop.press("shift+space", *AN_NYEONG, "Return")
    desktop.wait_stored(SENT, "안녕")

    desktop.press("ctrl+n", "s", "k", "shift+Return", "e", "k", "Return")
    desktop.wait_stored(SENT, "안녕", "나\n다")

    # Enter finds at once and goes to the first conversation found.
    desktop.press("ctrl+k")
    desktop.look()
    desktop.press("s", "k", "Return", "F2")
    desktop.look()
    desktop.press(*NEW_NAME, "Return")
    desktop.wait_stored(TITLES, "안녕", "새이름")

    desktop.press("ctrl+n", "r", "k", "Return")
    desktop.wait_stored(SENT, "안녕", "나\n다", "가")

    # What is unfinished when another conversation is opened is part of the draft.
    desktop.press("s", "k", "ctrl+k")
    desktop.look()
    desktop.press(*AN_NYEONG, "Return", "Return")
    desktop.quit()
    assert desktop.setting("ui.current_conversation") == 1
    assert desktop.stored("SELECT draft FROM conversations ORDER BY id") == ["", "", "나"]
    assert desktop.stored(SENT) == ["안녕", "나\n다", "가"]
