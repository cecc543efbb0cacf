"""Starts the program with its real window and tells it what to do (see ``drive_window``)."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from kochat_gui.storage.paths import profile_paths

WAIT_S = 60.0

State = dict[str, Any]


class Window:
    """A driven program (see ``drive_window``) on a profile."""

    def __init__(self, profile: Path, *scripts: Path) -> None:
        self._profile = profile
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.drive_window", str(profile), *map(str, scripts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.first = self._next()

    def do(self, what: str, **how: str) -> State:
        self._tell(what, **how)
        return self._next()

    def wait(self, is_reached: Callable[[State], bool]) -> State:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            state = self.do("state")
            if is_reached(state):
                return state
            time.sleep(0.05)
        raise AssertionError(f"never reached; the window shows {state}")

    def send(self, text: str) -> State:
        self.do("type", text=text)
        return self.do("click", button="send")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> float:
        """Close the window as its frame does; returns how many seconds the end took."""
        children = self.children()
        began = time.monotonic()
        self._tell("close")
        return self.ended(began, children)

    def ended(self, began: float, children: list[psutil.Process]) -> float:
        """Wait for an end with nothing left behind and nothing said."""
        assert self.process.wait(WAIT_S) == 0, self._stderr()
        seconds = time.monotonic() - began
        assert not any(child.is_running() for child in children)
        assert self._stderr() == ""
        return seconds

    def release(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def _tell(self, what: str, **how: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self.process.stdin.flush()

    def _next(self) -> State:
        try:
            line = self._lines.get(timeout=WAIT_S)
        except queue.Empty:
            self.process.send_signal(signal.SIGABRT)
            line = ""
        assert line, (self.process.wait(), self._stderr(), self._log())
        state: State = json.loads(line)
        assert "failed" not in state, state["failed"] + self._log()
        return state

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _log(self) -> str:
        """Errors of a program that is up go to its log, not to the terminal."""
        folder = profile_paths(self._profile).log_dir
        logs = [*folder.glob("kochat.log"), *folder.rglob("native*")]
        return "".join(path.read_text(encoding="utf-8") for path in logs)

    def _stderr(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()


def shown(state: State) -> str:
    """The answers' text as it is painted."""
    return "".join(state["answers"])


def wait_for_end(processes: list[psutil.Process], within_s: float) -> None:
    """Children of a program that was killed end by themselves."""
    _gone, alive = psutil.wait_procs(processes, timeout=within_s)
    assert alive == []


class Painted:
    """What a window was seen to show of a growing answer, and when."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, str]] = []

    def watch(self, window: Window, is_enough: Callable[[State], bool]) -> None:
        """Look as often as the window answers, until it shows enough."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            state = window.do("state")
            self._seen.append((time.monotonic(), _letters(shown(state))))
            if is_enough(state):
                return
        raise AssertionError(f"never reached; the window shows {state}")

    def lost_s(self, kept: str) -> float:
        """For how many seconds the window had been showing text that ``kept`` has not."""
        letters = _letters(kept)
        last_at, last = self._seen[-1]
        assert last.startswith(letters) or letters.startswith(last)
        lost_at = [at for at, text in self._seen if len(text) > len(letters)]
        return last_at - lost_at[0] if lost_at else 0.0

    def lost_bytes(self, kept: str) -> int:
        """UTF-8 bytes of the last text that was seen which ``kept`` has not."""
        _, last = self._seen[-1]
        return len(last[len(_letters(kept)) :].encode())


def _letters(text: str) -> str:
    """Without what paragraphs make of the spaces between them."""
    return "".join(text.split())
