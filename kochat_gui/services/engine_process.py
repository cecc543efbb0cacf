"""The engine's child process as the program sees it: start, frames both ways, death."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import kochat_gui
from kochat_gui.engines.messages import Heartbeat, Reply
from kochat_gui.engines.protocol import MAX_REPLY_BYTES, StreamCutError, decode_reply, read_frame
from kochat_gui.engines.wire import ProtocolError

_WAITING_REPLIES = 256
"""Replies kept for a slow reader; then the child has to wait."""
_STDERR_TAIL_BYTES = 8192
_REAP_S = 2.0
_JOIN_S = 5.0

# Everything else stays out: tokens, proxies, LD_PRELOAD, PYTHON* of the person's shell.
_PASSED_ON = (
    "APPDATA", "COMSPEC", "CUDA_PATH", "CUDA_VISIBLE_DEVICES", "DYLD_LIBRARY_PATH",
    "GGML_METAL_PATH_RESOURCES", "HIP_VISIBLE_DEVICES", "HOME", "LANG", "LC_ALL", "LC_CTYPE",
    "LD_LIBRARY_PATH", "LOCALAPPDATA", "LOGNAME", "NUMBER_OF_PROCESSORS", "OMP_NUM_THREADS",
    "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "ROCR_VISIBLE_DEVICES",
    "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USER", "USERPROFILE", "WINDIR",
    "XDG_CACHE_HOME",
)  # fmt: skip
_SET = {
    "OMP_WAIT_POLICY": "passive",  # spinning threads starve the window on small machines
    "GGML_NO_BACKTRACE": "1",  # a failed assertion must not start a debugger
    # Weights read without mmap come in pieces: giving each back to the system doubles the time
    # (7B q4_0: 10.5 instead of 5.1 s). The process ends with the model, so nothing is kept.
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**31),
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
}


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of ``environment`` that an engine may see, and what it needs besides."""
    passed_on = {name: environment[name] for name in _PASSED_ON if name in environment}
    # -P keeps the working folder out of the child's path, so the package's place is named here.
    package_parent = str(Path(kochat_gui.__file__).resolve().parent.parent)
    return {**passed_on, **_SET, "PYTHONPATH": package_parent}


def child_command() -> list[str]:
    """How to start an engine's process."""
    return [sys.executable, "-P", "-m", "kochat_gui.engines.child"]


@dataclass(frozen=True)
class ProcessExit:
    """How a child process came to its end."""

    returncode: int
    """Of the operating system: negative for a signal."""
    was_ended: bool
    """By :meth:`EngineProcess.end` or :meth:`EngineProcess.kill`."""
    bad_frame: str
    """What was wrong with its data when it was killed for that; else empty."""
    stderr_tail: str


class EngineProcess:
    """One running child.

    The thread that starts the process also reads its replies to the end and reaps it. It must not
    be a passing worker: Linux sends the parent-death signal when the *thread* that started the
    child ends (prctl(2)).
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the child; raises ``OSError`` when that is not possible."""
        self._command = list(command)
        self._environment = dict(environment)
        self._changed = threading.Condition()
        self._replies: deque[Reply] = deque()
        self._heartbeats = 0
        self._is_ending = False
        self._exit: ProcessExit | None = None
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stderr_tail = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._started: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="engine-process", daemon=True)
        self._thread.start()
        problem = self._started.get()
        if problem is not None:
            self._thread.join()
            raise problem

    @property
    def pid(self) -> int | None:
        """Process id; None once it has ended."""
        return self._process.pid if self._process is not None and self._exit is None else None

    @property
    def exit(self) -> ProcessExit | None:
        """How it ended; None while it runs."""
        return self._exit

    @property
    def heartbeats(self) -> int:
        """Heartbeats received so far."""
        return self._heartbeats

    def send(self, frame: bytes) -> None:
        """Queue a frame; never blocks, and says nothing when the child is gone."""
        self._outbox.put(frame)

    def receive(self, timeout_s: float) -> Reply | ProcessExit | None:
        """Next reply (heartbeats are only counted); how it ended after the last; None: nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._replies or self._exit, timeout_s)
            if self._replies:
                reply = self._replies.popleft()
                self._changed.notify_all()
                return reply
            return self._exit

    def kill(self) -> None:
        """End the child at once, with its own children; does not wait."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._kill()

    def end(self) -> None:
        """End the child and wait until it and its threads are gone."""
        self.kill()
        self._thread.join(_JOIN_S)

    def _live(self) -> None:
        try:
            process = self._process = self._start()
            workers = [
                threading.Thread(target=target, args=(process,), name=name, daemon=True)
                for name, target in (
                    ("engine-stdin", self._write),
                    ("engine-stderr", self._collect),
                )
            ]
            for worker in workers:
                worker.start()
        except Exception as error:  # noqa: BLE001 - raised where the process is waited for
            self._kill()
            self._started.put(error)
            return
        self._started.put(None)
        bad_frame = self._read_all(process)
        if bad_frame:
            self._kill()
        try:
            process.wait(_REAP_S)
        except subprocess.TimeoutExpired:
            self._kill()  # it closed its replies but did not end
            process.wait()
        self._outbox.put(None)
        for worker in workers:
            worker.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        tail = self._stderr_tail.decode("utf-8", "replace")
        with self._changed:
            self._exit = ProcessExit(process.returncode, self._is_ending, bad_frame, tail)
            self._changed.notify_all()

    def _start(self) -> subprocess.Popen[bytes]:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
            creationflags=flags,
        )

    def _read_all(self, process: subprocess.Popen[bytes]) -> str:
        """Take replies until the stream ends; returns what was wrong with the last frame."""
        assert process.stdout is not None
        try:
            while (content := read_frame(process.stdout, MAX_REPLY_BYTES)) is not None:
                self._accept(decode_reply(content))
        except StreamCutError:
            return ""  # it died while writing: its exit status says more
        except ProtocolError as error:
            return str(error)
        return ""

    def _accept(self, reply: Reply) -> None:
        with self._changed:
            if isinstance(reply, Heartbeat):
                self._heartbeats += 1
                return
            self._changed.wait_for(lambda: len(self._replies) < _WAITING_REPLIES or self._is_ending)
            if not self._is_ending:
                self._replies.append(reply)
                self._changed.notify_all()

    def _write(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        # Closing writes what is left, so it fails as well when the child is gone: the reading
        # thread finds out why.
        with contextlib.suppress(OSError), process.stdin as stdin:
            while (frame := self._outbox.get()) is not None:
                stdin.write(frame)
                stdin.flush()

    def _collect(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        while chunk := os.read(process.stderr.fileno(), _STDERR_TAIL_BYTES):
            self._stderr_tail += chunk
            del self._stderr_tail[:-_STDERR_TAIL_BYTES]

    def _kill(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        if sys.platform == "win32":
            process.kill()
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()  # it has not made its session yet
