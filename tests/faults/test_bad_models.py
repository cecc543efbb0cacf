"""Bad model files and interrupted conversions: a clear error, and no half-made file ever."""

import contextlib
import errno
import json
import os
import random
import resource
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kochat_gui.catalog.conversion_room import required_room
from kochat_gui.catalog.file_errors import write_error
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    Cancelled,
    DiskFullError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
    ReadOnlyError,
    StorageError,
    UserFacingError,
)
from kochat_gui.core.models import ModelSpec
from tests.helpers.tiny_models import BUILT_IN, tiny_gguf, write_tiny_folder

KILLS = 20
HOW_LONG_S = 0.6
"""About what making q4_0 of the built-in model takes, with its process's start."""


def _make(spec: ModelSpec, cache: Path, level: str = "q4_0", **token: CancelToken) -> Path:
    cancel = token.get("cancel", CancelToken())
    return LevelCache(cache).make(spec, level, level_sizes(spec), lambda _: None, cancel)


def _left(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(BUILT_IN, folder))


def _assert_absent_or_complete(cache: Path, spec: ModelSpec) -> None:
    sizes = level_sizes(spec)
    for path in cache.rglob("*"):
        if path.is_file():
            assert path.suffix == ".gguf", f"left behind: {path.name}"
            assert path.stat().st_size == sizes[path.stem]
            read_gguf_header(path)


def test_cancelled_at_random_points(tmp_path: Path) -> None:
    chance = random.Random(5)
    spec = inspect_model(BUILT_IN)
    cancelled = 0
    for index in range(KILLS):
        cache = tmp_path / str(index)
        cancel = CancelToken()
        timer = threading.Timer(chance.uniform(0, HOW_LONG_S), cancel.cancel)
        timer.start()
        try:
            _make(spec, cache, cancel=cancel)
        except Cancelled:
            cancelled += 1
        finally:
            timer.cancel()
            timer.join()
        _assert_absent_or_complete(cache, spec)
    assert cancelled > 0


def test_killed_at_random_points(tmp_path: Path) -> None:
    chance = random.Random(6)
    spec = inspect_model(BUILT_IN)
    died = 0
    for index in range(KILLS):
        cache = tmp_path / str(index)
        killer = threading.Thread(target=_kill_child, args=(chance.uniform(0, HOW_LONG_S),))
        killer.start()
        try:
            _make(spec, cache)
        except ModelError as error:
            died += "ended unexpectedly" in str(error)
        killer.join()
        _assert_absent_or_complete(cache, spec)
    assert died > 0


def _kill_child(after_s: float) -> None:
    """Kill the converter some time after it appeared."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for child in psutil.Process().children():
            time.sleep(after_s)
            with contextlib.suppress(psutil.Error):
                child.kill()
            return
        time.sleep(0.005)


def test_after_a_kill_the_next_try_works(tmp_path: Path) -> None:
    spec = inspect_model(BUILT_IN)
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        LevelCache(tmp_path).make(
            spec, "q4_0", level_sizes(spec), lambda _: cancel.cancel(), cancel
        )
    assert _make(spec, tmp_path).stat().st_size == level_sizes(spec)["q4_0"]


def test_source_removed_before_conversion(tmp_path: Path) -> None:
    source = _copy(tmp_path / "m")
    spec = inspect_model(source)
    sizes = level_sizes(spec)
    shutil.rmtree(source)
    with pytest.raises(ModelMissingError):
        LevelCache(tmp_path / "c").make(spec, "q4_0", sizes, lambda _: None, CancelToken())


@pytest.mark.parametrize("how", ["removed", "truncated", "emptied"])
def test_source_spoiled_during_conversion(tmp_path: Path, how: str) -> None:
    source = write_tiny_folder(
        tmp_path / "m", {"hidden_size": 512, "vocab_size": 2000}, dtype="F16"
    )
    spec = inspect_model(source)
    weights = source / "model.safetensors"

    def spoil(_: float) -> None:
        if not weights.exists():
            return
        if how == "removed":
            weights.unlink()
        else:
            os.truncate(weights, 0 if how == "emptied" else weights.stat().st_size - 1)

    cache = tmp_path / "c"
    try:
        LevelCache(cache).make(spec, "q4_0", level_sizes(spec), spoil, CancelToken())
    except ModelError:
        assert [name for name in _left(cache) if name != "f16.gguf"] == []
    for path in cache.rglob("*.gguf"):
        read_gguf_header(path)


def test_disk_too_full_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = inspect_model(BUILT_IN)
    need = required_room(sum(level_sizes(spec)[level] for level in ("f16", "q4_0")))
    usage = shutil.disk_usage(tmp_path)._replace(free=need - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError, match=r"needs .* MB of disk space"):
        _make(spec, tmp_path / "c")
    assert _left(tmp_path / "c") == []


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 3 MB: what a full disk looks like to a program."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
def test_disk_full_while_converting(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        _make(inspect_model(BUILT_IN), tmp_path)
    assert _left(tmp_path) == []


def test_disk_full_while_quantizing(tmp_path: Path) -> None:
    spec = inspect_model(BUILT_IN)
    _make(spec, tmp_path, "f16")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(StorageError):
            _make(spec, tmp_path, "q4_0")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert _left(tmp_path) == ["f16.gguf"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_cache(tmp_path: Path) -> None:
    cache = tmp_path / "c"
    cache.mkdir(mode=0o500)
    with pytest.raises(ReadOnlyError):
        _make(inspect_model(BUILT_IN), cache)


def test_a_cache_that_is_a_file(tmp_path: Path) -> None:
    cache = tmp_path / "c"
    cache.write_bytes(b"")
    with pytest.raises(StorageError):
        _make(inspect_model(BUILT_IN), cache)


def test_a_damaged_cached_file_is_made_again(tmp_path: Path) -> None:
    spec = inspect_model(BUILT_IN)
    path = _make(spec, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1000])
    os.truncate(path.with_name("f16.gguf"), 100)
    assert not LevelCache(tmp_path).is_made(spec, "q4_0")
    assert _make(spec, tmp_path).read_bytes() == whole


def test_a_changed_source_is_another_model(tmp_path: Path) -> None:
    source = _copy(tmp_path / "m")
    cache = LevelCache(tmp_path / "c")
    first = cache.path(inspect_model(source), "q4_0")
    os.utime(source / "model.safetensors", ns=(1, 1))
    assert cache.path(inspect_model(source), "q4_0") != first


def test_stale_parts_are_removed_and_fresh_ones_kept(tmp_path: Path) -> None:
    folder = tmp_path / "old-model"
    folder.mkdir()
    nobody = 2**22 + 1
    old = folder / f"q4_0.gguf.kochat-{os.getpid()}-2.part"
    orphan = folder / f"q8_0.gguf.kochat-{nobody}-4.part"
    orphan_folder = folder / f"safetensors.kochat-{nobody}-5.part"
    fresh, other = folder / f"q5_0.gguf.kochat-{os.getpid()}-4.part", folder / "q4_0.1.2.part"
    orphan_folder.mkdir()
    for path in (old, orphan, orphan_folder / "model.safetensors", fresh, other):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    LevelCache(tmp_path).remove_stale_parts()
    assert _left(tmp_path) == sorted([fresh.name, other.name])
    assert not orphan_folder.exists()


def test_a_file_that_only_llama_cpp_finds_bad(tmp_path: Path) -> None:
    """A sound header of a model that cannot work: an error, not a crash of ours."""
    path = tmp_path / "모델.gguf"
    content = tiny_gguf().replace(b"q4_0", b"f16\0")
    path.write_bytes(content)
    spec = inspect_model(path)
    sizes = level_sizes(spec) | {"q8_0": 1000}
    with pytest.raises(UserFacingError):
        LevelCache(tmp_path / "c").make(spec, "q8_0", sizes, lambda _: None, CancelToken())
    assert _left(tmp_path / "c") == []


def test_a_vocabulary_that_does_not_convert_is_refused(tmp_path: Path) -> None:
    """llama.cpp splits at line ends before it merges, so a piece across one never comes."""
    source = write_tiny_folder(tmp_path / "m")
    path = source / "tokenizer.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    count = len(plain["model"]["vocab"])
    new = {piece: count + index for index, piece in enumerate((".", "\n", ".\n"))}
    plain["model"]["vocab"] |= new
    plain["model"]["merges"].append([".", "\n"])
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ModelUnsupportedError, match="cannot be converted exactly"):
        _make(inspect_model(source), tmp_path / "c")
    assert _left(tmp_path / "c") == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, ReadOnlyError),
        (errno.EIO, StorageError),
    ],
)
def test_what_the_system_says_about_writing(number: int, kind: type[StorageError]) -> None:
    error = write_error(Path("/캐시"), OSError(number, os.strerror(number)))
    assert type(error) is kind
    assert "/캐시" in error.text()
