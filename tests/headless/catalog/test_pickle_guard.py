"""The wall around the reading of pickles."""

import mmap
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from kochat_gui.catalog.pickle_guard import MEMORY_BYTES, ForbiddenActionError, guarded_reading

FORBIDDEN: dict[str, Callable[[Path], object]] = {
    "shell": lambda _: os.system("true"),
    "program": lambda _: subprocess.run(["true"], check=False),
    "code": lambda _: exec("1"),
    "expression": lambda _: eval("1"),
    "import": lambda _: __import__("this"),
    "socket": lambda _: socket.socket(),
    "file elsewhere": lambda folder: (folder.parent / "x").write_bytes(b""),
    "file beside it": lambda folder: folder.with_name(folder.name + "x").write_bytes(b""),
    "file by the way out": lambda folder: (folder / ".." / "x").write_bytes(b""),
    "descriptor": lambda folder: os.open(folder.parent / "x", os.O_CREAT | os.O_WRONLY),
    "folder elsewhere": lambda folder: (folder.parent / "x").mkdir(),
    "removal elsewhere": lambda folder: (folder.parent / "kept").unlink(),
    "renaming elsewhere": lambda folder: (folder.parent / "kept").rename(folder / "y"),
    "link elsewhere": lambda folder: (folder.parent / "x").symlink_to("kept"),
}


@pytest.mark.parametrize("label", FORBIDDEN)
def test_what_is_refused(tmp_path: Path, label: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "kept").write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    with guarded_reading(folder), pytest.raises(ForbiddenActionError):
        FORBIDDEN[label](folder)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "source").write_bytes(b"abc")
    with guarded_reading(folder):
        (folder / "a").write_bytes((tmp_path / "source").read_bytes())
        (folder / "a").rename(folder / "b")
        (folder / "b").unlink()
    assert os.system("true") == 0


def test_other_threads_are_not_meant(tmp_path: Path) -> None:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(os.system("true")))
    with guarded_reading(tmp_path):
        thread.start()
        thread.join()
    assert done == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_memory_is_limited(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with guarded_reading(tmp_path):
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        assert limit < psutil.Process().memory_info().vms + 2 * MEMORY_BYTES
        with pytest.raises(OSError, match="memory"):
            mmap.mmap(-1, 2 * MEMORY_BYTES)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_memory_is_free_again_after_the_last_of_two_readers(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    first, second = guarded_reading(tmp_path), guarded_reading(tmp_path)
    is_inside, may_leave = threading.Event(), threading.Event()

    def read() -> None:
        with second:
            is_inside.set()
            may_leave.wait(10)

    thread = threading.Thread(target=read)
    with first:
        thread.start()
        assert is_inside.wait(10)
    assert resource.getrlimit(resource.RLIMIT_AS) != before
    may_leave.set()
    thread.join()
    assert resource.getrlimit(resource.RLIMIT_AS) == before
