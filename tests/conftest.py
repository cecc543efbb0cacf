"""Guards for every test: nothing unexpected may be logged, left running, or sent to a network."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

T = TypeVar("T")

GRACE_S = 3.0
"""How long threads and processes may take to end after a test."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the project's own tests."""
    parser.addoption("--update-shots", action="store_true", help="take tests/shots/*.png anew")
    parser.addoption(
        "--thorough",
        action="store_true",
        help="break the store in tests/faults as often as promised",
    )


class _Recorder(logging.Handler):
    """Keeps what is logged at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def own_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home, XDG folders and KoChat's profile inside the test's temporary folder."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    profile = tmp_path / "profile"
    monkeypatch.setenv("KOCHAT_PROFILE", str(profile))
    return profile


@pytest.fixture(autouse=True)
def no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on records at WARNING or above; ``@pytest.mark.allow_log("name")`` allows a logger."""
    allowed = {mark.args[0] for mark in request.node.iter_markers("allow_log")}
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    yield
    root.removeHandler(recorder)
    unexpected = [
        f"{record.name} {record.levelname}: {record.getMessage()}"
        for record in recorder.records
        if record.name not in allowed
    ]
    if unexpected:
        pytest.fail("unexpected log records:\n" + "\n".join(unexpected), pytrace=False)


@pytest.fixture(autouse=True)
def no_left_over_threads() -> Iterator[None]:
    """Fail when a thread that the test started is still running."""
    before = set(threading.enumerate())
    yield
    left = _wait_for_none(lambda: [t for t in threading.enumerate() if _is_ours(t, before)])
    if left:
        pytest.fail(f"threads left running: {[t.name for t in left]}", pytrace=False)


@pytest.fixture(autouse=True)
def no_left_over_processes() -> Iterator[None]:
    """Fail when a child process that the test started is still there; end it."""
    this = psutil.Process()
    before = set(this.children())
    yield
    left = _wait_for_none(lambda: [p for p in this.children() if p not in before])
    if left:
        said = [_describe(process) for process in left]
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=GRACE_S)
        pytest.fail(f"child processes left: {said}", pytrace=False)


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that is not a local (AF_UNIX) one, in this process."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a test tried to reach the network: {address!r}")
        connect(self, address)

    def refuse_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a test tried to reach the network: {address!r}")
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        # Windows has no AF_UNIX, and asyncio's own socket pair there is a loopback connection.
        if hasattr(socket, "AF_UNIX"):
            patch.setattr(socket.socket, "connect", refuse)
            patch.setattr(socket.socket, "connect_ex", refuse_ex)
        yield


def _is_ours(thread: threading.Thread, before: set[threading.Thread]) -> bool:
    # Threads that Qt made show up as dummies once Python code ran in them; Qt's pools own them.
    is_dummy = isinstance(thread, threading._DummyThread)
    return thread not in before and thread.is_alive() and not is_dummy


def _wait_for_none(find: Callable[[], list[T]]) -> list[T]:
    """What ``find`` still finds after the grace time; returns at once when there is nothing."""
    deadline = time.monotonic() + GRACE_S
    while (found := find()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:200]}"
    except psutil.Error:
        return str(process.pid)
