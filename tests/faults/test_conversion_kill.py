"""Conversions killed at any moment: nothing half-made, the original untouched, a retry works."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from kochat_gui.catalog.adapter_cache import AdapterCache
from kochat_gui.catalog.adapter_header import describe_adapter
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_cache import PREPARED, LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError
from kochat_gui.core.resources import resource
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import BUILT_IN
from tests.helpers.torch_checkpoints import write_checkpoint_folder

KILLS = 6
HOW_LONG_S = 1.2
"""About what a conversion takes, with its process's start."""
ROOT = Path(__file__).parents[2]
_PARENT = """
import sys
from pathlib import Path
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
spec, cache = inspect_model(Path(sys.argv[1])), LevelCache(Path(sys.argv[2]))
def progress(value):
    print(value, flush=True)
cache.make(spec, "q4_0", level_sizes(spec), progress, CancelToken())
"""


def _ggml(folder: Path) -> Path:
    path = folder / "모델.bin"
    path.write_bytes(tiny_ggml("q4_0", layers=100).encoded())
    return path


SOURCES: dict[str, Callable[[Path], Path]] = {
    "checkpoint": lambda folder: write_checkpoint_folder(folder / "모델", BUILT_IN),
    "ggml": _ggml,
}


def _prints(path: Path) -> list[str]:
    files = [path] if path.is_file() else sorted(path.iterdir())
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def _make(source: Path, cache: Path) -> Path:
    spec = inspect_model(source)
    sizes = level_sizes(spec)
    return LevelCache(cache).make(spec, "q4_0", sizes, lambda _: None, CancelToken())


def _assert_absent_or_complete(cache: Path) -> None:
    for path in cache.rglob("*"):
        assert not path.name.endswith(".part"), f"left behind: {path.name}"
        if path.suffix == ".gguf":
            read_gguf_header(path)
        if path.name == PREPARED:
            read_safetensors_folder(path)


def _kill_child_after(seconds: float) -> threading.Thread:
    def kill() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for child in psutil.Process().children():
                time.sleep(seconds)
                if child.is_running():
                    child.kill()
                return
            time.sleep(0.005)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", SOURCES)
def test_the_converter_killed_at_random_points(tmp_path: Path, kind: str) -> None:
    chance = random.Random(7)
    source = SOURCES[kind](tmp_path)
    before = _prints(source)
    died = 0
    for index in range(KILLS):
        cache = tmp_path / "cache" / str(index)
        killer = _kill_child_after(chance.uniform(0, HOW_LONG_S))
        try:
            _make(source, cache)
        except ModelError as error:
            if "ended unexpectedly" not in str(error):
                raise
            died += 1
        killer.join()
        _assert_absent_or_complete(cache)
        assert _prints(source) == before
    assert died > 0
    spec = inspect_model(source)
    assert _make(source, tmp_path / "cache" / "0").stat().st_size == level_sizes(spec)["q4_0"]


def test_an_adapter_killed_at_random_points(tmp_path: Path) -> None:
    chance = random.Random(8)
    adapter = describe_adapter(resource("adapters", "ko-tiny-meow"))
    model = inspect_model(BUILT_IN)
    died = 0
    for index in range(KILLS):
        folder = tmp_path / str(index)
        killer = _kill_child_after(chance.uniform(0, 0.6))
        try:
            AdapterCache(folder).make(adapter, model, lambda _: None, CancelToken())
        except ModelError as error:
            if "ended unexpectedly" not in str(error):
                raise
            died += 1
        killer.join()
        _assert_absent_or_complete(folder)
    assert died > 0


def _start_parent(source: Path, cache: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(source), str(cache)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )


def _converter(parent: psutil.Process) -> psutil.Process:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in parent.children():
            return child
        time.sleep(0.005)
    raise AssertionError("no converter was started")


def test_the_program_killed_while_it_converts(tmp_path: Path) -> None:
    """The converter sees its parent's end, tidies up and ends, too."""
    for index, progress in enumerate((1, 5, 20)):
        cache = tmp_path / str(index)
        with _start_parent(BUILT_IN, cache) as parent:
            child = _converter(psutil.Process(parent.pid))
            assert parent.stdout is not None
            for _ in range(progress):
                parent.stdout.readline()
            parent.kill()
        child.wait(20)
        _assert_absent_or_complete(cache)
    assert _make(BUILT_IN, tmp_path / "0").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process as POSIX does")
def test_both_killed_at_once_leave_parts_that_the_next_start_removes(tmp_path: Path) -> None:
    with _start_parent(BUILT_IN, tmp_path / "cache") as parent:
        child = _converter(psutil.Process(parent.pid))
        assert parent.stdout is not None
        parent.stdout.readline()
        os.kill(child.pid, signal.SIGSTOP)
        parent.kill()
        os.kill(child.pid, signal.SIGKILL)
    left = list((tmp_path / "cache").rglob("*.part"))
    assert left, "the test came too late"
    LevelCache(tmp_path / "cache").remove_stale_parts()
    _assert_absent_or_complete(tmp_path / "cache")


def test_an_export_that_is_killed_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "내 모델.gguf"
    target.write_bytes(b"an older one")
    spec = inspect_model(BUILT_IN)
    killer = _kill_child_after(0.3)
    cache = LevelCache(tmp_path / "cache")
    try:
        cache.export(spec, "q4_0", level_sizes(spec), target, lambda _: None, CancelToken())
    except ModelError:
        assert target.read_bytes() == b"an older one"
    killer.join()
    assert list(tmp_path.glob("*.part")) == []


def test_a_converter_that_says_nothing_sensible_is_an_error(tmp_path: Path) -> None:
    """What arrives from the process is checked: a line that is no answer ends the work."""
    done = subprocess.run(
        [sys.executable, "-m", "kochat_gui.catalog.conversion_child"],
        input=json.dumps({"kind": "level"}).encode() + b"\n",
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode != 0
    assert done.stdout == b""
