"""A model's own chat template in a process of its own, as the engine sees it."""

import contextlib
import datetime
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

import kochat_gui
from kochat_gui.engines.protocol import MAX_COMMAND_BYTES, frame, parse, read_frame
from kochat_gui.engines.template_limits import LIMIT_S, MAX_MEMORY_BYTES, TemplateFailedError
from kochat_gui.engines.wire import ProtocolError

_log = logging.getLogger(__name__)
_START_S = 30.0
"""A first start from a slow disk."""
_GRACE_S = 0.5
"""The process ends itself when a template takes too long; this is for when it cannot."""
_LOOK_S = 0.02
_MAX_INPUT_CHARS = 8 << 20
"""Longer conversations than any context window can hold are not worth the memory."""
# What an interpreter needs to start; nothing that a template could be after.
_PASSED_ON = (
    "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ",
)  # fmt: skip


class TemplateProcess:
    """Renders one template. What it may not do ends it for good: it is never tried again."""

    def __init__(self, source: str, values: Mapping[str, str]) -> None:
        """Start the process and compile; raises ``TemplateFailedError``."""
        self._lost = ""
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = _start()
        self._reader = threading.Thread(target=self._read, name="template", daemon=True)
        self._reader.start()
        try:
            self._receive(_START_S)
            self._ask({"source": source, "values": dict(values)})
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def render(self, messages: Sequence[Mapping[str, str]], today: datetime.date) -> str:
        """The text for ``messages`` (``role``, ``content``); raises ``TemplateFailedError``."""
        if self._lost:
            raise TemplateFailedError(self._lost)
        if sum(len(message["content"]) for message in messages) > _MAX_INPUT_CHARS:
            raise TemplateFailedError("too much text for a template")
        return self._ask({"messages": list(messages), "today": today.isoformat()})

    def close(self) -> None:
        """End the process; nothing can be rendered afterwards."""
        self._lost = self._lost or "closed"
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not sent yet
                    pipe.close()

    def _ask(self, plain: dict[str, Any]) -> str:
        assert self._process.stdin is not None
        # A process that has ended says so by the end of its replies.
        with contextlib.suppress(OSError):
            self._process.stdin.write(frame(plain, MAX_COMMAND_BYTES))
            self._process.stdin.flush()
        match self._receive(LIMIT_S + _GRACE_S):
            case {"text": str(text)}:
                return text
            case {"error": str(error), "is_final": bool(is_final)}:
                if is_final:
                    self._give_up(error)
                raise TemplateFailedError(error)
        raise self._give_up("nonsense from the template's process")

    def _receive(self, patience_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                content = self._replies.get(timeout=_LOOK_S)
            except queue.Empty:
                if time.monotonic() > deadline:
                    raise self._give_up("it takes too long") from None
                if self._memory() > MAX_MEMORY_BYTES:
                    raise self._give_up("it takes too much memory") from None
                continue
            if content is None:
                raise self._give_up("it took too long or too much memory")
            try:
                return parse(content)
            except ProtocolError as error:
                raise self._give_up(str(error)) from error

    def _give_up(self, reason: str) -> TemplateFailedError:
        _log.info("the model's template is given up: %s", reason)
        self._lost = reason
        self._process.kill()
        return TemplateFailedError(reason)

    def _memory(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0  # it has ended

    def _read(self) -> None:
        assert self._process.stdout is not None
        content: bytes | None = b""
        while content is not None:
            try:
                content = read_frame(self._process.stdout, MAX_COMMAND_BYTES)
            except (ProtocolError, OSError, ValueError):
                content = None
            self._replies.put(content)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _start() -> subprocess.Popen[bytes]:
    """In the engine's process group, so that whoever ends the engine ends this, too."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    package_parent = str(Path(kochat_gui.__file__).resolve().parent.parent)
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "kochat_gui.engines.template_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**_environment(), "PYTHONPATH": package_parent},
            creationflags=flags,
        )
    except OSError as error:
        raise TemplateFailedError(f"no process for the template: {error}") from error
