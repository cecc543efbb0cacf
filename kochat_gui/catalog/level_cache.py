"""Files of quantization levels that KoChat made, kept per state of their source."""

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kochat_gui.catalog.file_errors import no_room, reading, write_error
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_job import LevelJob
from kochat_gui.catalog.quantize import make_level_file
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError
from kochat_gui.core.models import ModelFormat, ModelSpec

_RECIPE = b"kochat-levels-1"
"""Changes when the same source would give other files."""
_PART = ".part"
_HASHED_BYTES = 1024**2
_STALE_S = 24 * 3600.0
_RESERVE = 1024**3
_SMALL_RESERVE = 64 * 1024**2


class LevelCache:
    """Finds and makes level files under ``folder``; thread-safe, also against other programs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sound: dict[Path, tuple[int, int]] = {}

    def path(self, spec: ModelSpec, level: str) -> Path:
        """Where the file of ``level`` is or will be; raises ``ModelMissingError``."""
        return self._model_folder(spec) / f"{level}.gguf"

    def _model_folder(self, spec: ModelSpec) -> Path:
        safe_name = re.sub(r"[^\w.-]+", "_", spec.name)[:40]
        return self._folder / f"{safe_name}-{_fingerprint(spec)}"

    def _is_known_sound(self, path: Path) -> bool:
        """Like ``_is_sound``, reading a header only once as long as the file stays the same."""
        try:
            stat = path.stat()
        except OSError:
            return False
        stamp = (stat.st_size, stat.st_mtime_ns)
        if self._sound.get(path) != stamp:
            if not _is_sound(path):
                return False
            self._sound[path] = stamp
        return True

    def is_made(self, spec: ModelSpec, level: str) -> bool:
        """Whether the file of ``level`` is there and whole."""
        return level in self.made_levels(spec, [level])

    def made_levels(self, spec: ModelSpec, levels: Iterable[str]) -> set[str]:
        """Those of ``levels`` whose files are there and whole."""
        folder = self._model_folder(spec)
        return {level for level in levels if self._is_known_sound(folder / f"{level}.gguf")}

    def make(
        self,
        spec: ModelSpec,
        level: str,
        sizes: dict[str, int],
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> Path:
        """Path of the file of ``level``, made if it is not there; ``sizes``: of all levels, bytes.

        Raises ``Cancelled``, ``ModelError``, ``DiskFullError`` (before anything is written, where
        that can be known) or ``ReadOnlyError``.
        """
        target = self.path(spec, level)
        if target.is_file():
            if _is_sound(target):
                return target
            with _writing(target.parent):
                target.unlink()
        intermediate = target.with_name("f16.gguf")
        needs_f16 = spec.format is ModelFormat.SAFETENSORS
        with _writing(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            self.remove_stale_parts()
            if needs_f16 and intermediate.is_file() and not _is_sound(intermediate):
                intermediate.unlink()
            need = sizes[level]
            if needs_f16 and target != intermediate and not intermediate.is_file():
                need += sizes["f16"]
            _check_room(target.parent, need)
        job = LevelJob(
            source=spec.path,
            format=spec.format,
            name=spec.name,
            level=level,
            intermediate=intermediate if needs_f16 else None,
            target=target,
            part_suffix=f".{os.getpid()}.{time.monotonic_ns()}{_PART}",
        )
        make_level_file(job, on_progress, cancel)
        return target

    def remove_stale_parts(self) -> None:
        """Delete what programs that were killed long ago left half-made."""
        for part in self._folder.glob(f"*/*{_PART}"):
            with contextlib.suppress(OSError):  # another program was faster, or still holds it
                if time.time() - part.stat().st_mtime > _STALE_S:
                    part.unlink()


def required_room(size: int) -> int:
    """Free bytes asked for before ``size`` bytes are written."""
    return size + min(_RESERVE, size // 10 + _SMALL_RESERVE)


def _check_room(folder: Path, size: int) -> None:
    need, have = required_room(size), shutil.disk_usage(folder).free
    if have < need:
        raise no_room(folder, need, have)


def _is_sound(path: Path) -> bool:
    try:
        read_gguf_header(path)
    except ModelError:
        return False
    return True


def _fingerprint(spec: ModelSpec) -> str:
    """Of the source's names, sizes, times and first megabyte."""
    digest = hashlib.sha256(_RECIPE)
    with reading(spec.path):
        files = [spec.path]
        if spec.path.is_dir():
            files = sorted((*spec.path.glob("*.json"), *spec.path.glob("*.safetensors")))
        for file in files:
            stat = file.stat()
            digest.update(
                f"{file.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode(errors="replace")
            )
            with file.open("rb") as content:
                digest.update(content.read(_HASHED_BYTES))
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_error(folder, error) from error
