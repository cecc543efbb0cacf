"""Exception hooks, the log file, crash reports: nothing silent, nothing private."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.events import EventBus
from kochat_gui.services.crash_reports import ExceptionHooks, describe, install_exception_hooks
from kochat_gui.services.notices import NoticeCenter

SECRET = "비밀 대화"
LOGGER = "kochat_gui.services.crash_reports"
ROOT = Path(__file__).parents[3]


class _Installed:
    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self.crashes = self.logs / "crashes"
        self.notices = NoticeCenter(EventBus())
        self.hooks: ExceptionHooks = install_exception_hooks(self.logs, self.crashes, self.notices)

    def reports(self) -> list[Path]:
        return sorted(self.crashes.glob("crash-*.txt"))


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[_Installed]:
    made = _Installed(tmp_path)
    yield made
    made.hooks.remove()


def _raise(text: str) -> None:
    raise ValueError(text)


def _caught(text: str) -> BaseException:
    try:
        _raise(text)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.allow_log(LOGGER)
def test_one_report_per_distinct_traceback(installed: _Installed) -> None:
    for _ in range(3):
        error = _caught(SECRET)
        sys.excepthook(type(error), error, error.__traceback__)
    assert len(installed.reports()) == 1
    assert len(installed.notices.active()) == 1
    assert str(installed.crashes) in installed.notices.active()[0].text


@pytest.mark.allow_log(LOGGER)
def test_exceptions_of_threads_are_reported(installed: _Installed) -> None:
    thread = threading.Thread(target=_raise, args=(SECRET,))
    thread.start()
    thread.join()
    assert len(installed.reports()) == 1


@pytest.mark.allow_log(LOGGER)
@pytest.mark.allow_log("some.part")
def test_neither_log_nor_report_hold_what_people_wrote(installed: _Installed) -> None:
    error = _caught(SECRET)
    try:
        raise RuntimeError(SECRET) from error
    except RuntimeError as outer:
        sys.excepthook(type(outer), outer, outer.__traceback__)
        logging.getLogger("some.part").error("failed", exc_info=outer)
    written = [*installed.reports(), installed.logs / "kochat.log"]
    texts = [path.read_text(encoding="utf-8") for path in written]
    assert len(texts) == 2
    assert all(SECRET not in text for text in texts)
    assert all("ValueError" in text and "_raise" in text for text in texts)


def test_messages_of_the_system_are_told() -> None:
    assert "No such file" in describe(FileNotFoundError(2, "No such file"))
    assert SECRET not in describe(ValueError(SECRET))


@pytest.mark.allow_log("kochat_gui.test")
def test_a_log_that_cannot_be_opened_is_tried_again(installed: _Installed) -> None:
    path = installed.logs / "kochat.log"
    path.mkdir()
    logging.getLogger("kochat_gui.test").warning("lost")
    path.rmdir()
    assert not path.exists()
    logging.getLogger("kochat_gui.test").warning("written")
    assert path.read_text(encoding="utf-8").endswith(" kochat_gui.test: written\n")


def test_hooks_are_put_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, list(logging.getLogger().handlers))
    made = _Installed(tmp_path)
    assert sys.excepthook is not before[0]
    made.hooks.remove()
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before


def test_a_native_crash_is_told_at_the_next_start(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from kochat_gui.core.events import EventBus\n"
        "from kochat_gui.services.crash_reports import install_exception_hooks\n"
        "from kochat_gui.services.notices import NoticeCenter\n"
        "logs = Path(sys.argv[1])\n"
        "install_exception_hooks(logs, logs / 'crashes', NoticeCenter(EventBus()))\n"
        "os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "logs")]
    died = subprocess.run(command, cwd=ROOT, check=False, env=os.environ)
    assert died.returncode == -signal.SIGSEGV
    after = _Installed(tmp_path)
    after.hooks.remove()
    [notice] = after.notices.active()
    [report] = after.crashes.glob("native-*.txt")
    assert str(report) in notice.text
    assert "Segmentation fault" in report.read_text()
    third = _Installed(tmp_path)
    third.hooks.remove()
    assert third.notices.active() == []


def test_folders_that_cannot_be_made_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    _Installed(tmp_path).hooks.remove()
