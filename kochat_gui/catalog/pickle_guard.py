"""A second wall around the reading of pickles, in case the first one has a hole.

The reader itself cannot run anything. While it works, this module also makes Python refuse, for
the reading thread, to import, compile or run code, start programs, open connections, load
libraries, and write outside one folder; on Linux the memory that the process may take is limited.
What it does not do: it is no sandbox of the operating system. Code that already runs as machine
code would not be stopped by it, and the process may read any file that its user may read.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

if sys.platform == "linux":
    import resource

MEMORY_BYTES = 1024**3
"""What may be taken beyond what the process has when reading starts."""
_FORBIDDEN = frozenset({"exec", "compile", "import", "code.__new__", "marshal.loads"}) | frozenset(
    {"os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"}
    | {"os.startfile", "pty.spawn", "subprocess.Popen", "pickle.find_class"}
    | {"socket.__new__", "socket.connect", "socket.bind", "ctypes.dlopen", "ctypes.dlsym"}
)
_CHANGING = frozenset({"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ForbiddenActionError(RuntimeError):
    """Something tried what no reader of weights does: a bug, or an attack that was stopped."""


class _Guard:
    """One audit hook per process; hooks cannot be removed, so it looks whom it is on for."""

    def __init__(self) -> None:
        self._folders: dict[int, str] = {}
        self._is_installed = False

    @contextmanager
    def on(self, writable: Path) -> Iterator[None]:
        if not self._is_installed:
            self._is_installed = True
            sys.addaudithook(self._check)
        thread = threading.get_ident()
        self._folders[thread] = os.path.abspath(writable)  # noqa: PTH100 - as in _check_place
        try:
            yield
        finally:
            del self._folders[thread]

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        folder = self._folders.get(threading.get_ident())
        if folder is None:
            return
        if event in _FORBIDDEN:
            raise ForbiddenActionError(event)
        if event in _CHANGING or (event == "open" and not _reads_only(arguments)):
            self._check_place(event, arguments[0], folder)

    @staticmethod
    def _check_place(event: str, place: object, folder: str) -> None:
        if not isinstance(place, str | bytes | os.PathLike):
            raise ForbiddenActionError(event)
        whole = os.path.abspath(os.fsdecode(place))  # noqa: PTH100 - Path would resolve via os too
        if whole != folder and not whole.startswith(folder + os.sep):
            raise ForbiddenActionError(event)


def _reads_only(arguments: tuple[Any, ...]) -> bool:
    """``open``'s arguments: path, mode, flags; mode is None for ``os.open``."""
    _, mode, flags = arguments
    if isinstance(mode, str):
        return not set(mode) & set("wax+")
    return not flags & _WRITING


_GUARD = _Guard()


@contextmanager
def guarded_reading(writable: Path) -> Iterator[None]:
    """Refuse everything but reading, and writing beneath ``writable``, in this thread."""
    with _MEMORY_LIMIT.on(), _GUARD.on(writable):
        yield


class _MemoryLimit:
    """The limit is the process's: the first reader sets it, the last one takes it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._before = (0, 0)

    @contextmanager
    def on(self) -> Iterator[None]:
        if sys.platform != "linux":
            yield  # elsewhere the limit does not exist, or the system ignores it
            return
        with self._lock:
            self._readers += 1
            if self._readers == 1:
                self._set()
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                if self._readers == 0:
                    resource.setrlimit(resource.RLIMIT_AS, self._before)

    def _set(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_AS)
        soft, hard = self._before
        limit = psutil.Process().memory_info().vms + MEMORY_BYTES
        if soft != resource.RLIM_INFINITY:
            limit = min(limit, soft)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


_MEMORY_LIMIT = _MemoryLimit()
