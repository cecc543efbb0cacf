"""Files that KoChat makes of models, kept per state of their source.

One folder per model: a file per level, and what they were made from. What was only a step on the
way to the level that was asked for (an f16 file, a checkpoint as safetensors) is kept when it is
small beside the free space, because the next level then takes half the time; else it is deleted
as soon as the level is there. Nothing else is deleted without being asked.
"""

import contextlib
import glob
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.conversion import make_file
from kochat_gui.catalog.conversion_job import LevelJob, VocabularyJob, WeightsJob
from kochat_gui.catalog.conversion_room import (
    check_conversion_memory,
    check_places,
    check_room,
    delete_whole,
    folder_bytes,
    new_part_suffix,
    remove_stale_parts,
    writing,
)
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_rules import FLOAT_TYPES
from kochat_gui.catalog.memory_estimate import available_memory
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.source_files import fingerprint, is_one_of, source_files
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.core.user_path import with_home

PREPARED = "safetensors"
"""Name, among the made files, of a checkpoint's weights without the pickles."""
_VOCABULARY = "vocabulary"
_RECIPE = "kochat-levels-2"
"""Changes when the same source would give other files."""
_KEPT_SHARE = 20
"""A step on the way is kept when it takes at most this part of the free space."""
_FOLDERS = frozenset({ModelFormat.SAFETENSORS, ModelFormat.CHECKPOINT})


@dataclass(frozen=True)
class MadeFile:
    """Something that was made of a model, and that can be made again."""

    level: str
    """Name of the level, or ``safetensors``."""
    path: Path
    """A file; for ``safetensors`` a folder."""
    size_bytes: int


class LevelCache:
    """Finds and makes level files under ``folder``; thread-safe, also against other programs."""

    def __init__(self, folder: Path, available: Callable[[], int] = available_memory) -> None:
        """``available``: bytes of memory that a conversion may use."""
        self._folder = folder
        self._available = available
        self._sound: dict[Path, tuple[int, int]] = {}

    def path(self, spec: ModelSpec, level: str) -> Path:
        """Where the file of ``level`` is or will be; raises ``ModelMissingError``."""
        return self._model_folder(spec) / f"{level}.gguf"

    def is_made(self, spec: ModelSpec, level: str) -> bool:
        """Whether the file of ``level`` is there and whole."""
        return level in self.made_levels(spec, [level])

    def made_levels(self, spec: ModelSpec, levels: Iterable[str]) -> set[str]:
        """Those of ``levels`` whose files are there and whole."""
        folder = self._model_folder(spec)
        return {level for level in levels if self._is_known_sound(folder / f"{level}.gguf")}

    def made_files(self, spec: ModelSpec) -> list[MadeFile]:
        """Everything that was made of ``spec`` and takes room, largest first."""
        folder = self._model_folder(spec)
        with writing(folder):
            levels = [path for path in folder.glob("*.gguf") if path.stem != _VOCABULARY]
            found = [MadeFile(path.stem, path, path.stat().st_size) for path in levels]
            prepared = folder / PREPARED
            if prepared.is_dir():
                found.append(MadeFile(PREPARED, prepared, folder_bytes(prepared)))
        return sorted(found, key=lambda made: -made.size_bytes)

    def delete(self, spec: ModelSpec, level: str) -> None:
        """Delete what was made for ``level``, if it is there; the original is another file.

        Raises ``StorageError`` when it cannot be deleted, as when it is in use on Windows.
        """
        folder = self._model_folder(spec)
        names = {made.level: made.path for made in self.made_files(spec)}
        path = names.get(level)
        if path is None:
            return
        with writing(folder):
            delete_whole(path)
            if not any(folder.glob("*.gguf")) and not (folder / PREPARED).exists():
                with contextlib.suppress(OSError):  # something else is in it
                    folder.rmdir()

    def make(
        self,
        spec: ModelSpec,
        level: str,
        sizes: dict[str, int],
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> Path:
        """Path of the file of ``level``, made if it is not there; ``sizes``: of all levels, bytes.

        Raises ``Cancelled``, ``ModelError``, ``MemoryShortError``, ``DiskFullError`` (before
        anything is written, where that can be known) or ``ReadOnlyError``.
        """
        target = self.path(spec, level)
        if target.is_file():
            if _is_sound(target):
                return target
            with writing(target.parent):
                target.unlink()
        self._run(spec, level, target, sizes, on_progress, cancel)
        return target

    def export(
        self,
        spec: ModelSpec,
        level: str,
        sizes: dict[str, int],
        target: Path,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> Path:
        """Write the file of ``level`` to ``target``, anywhere; a file that is there is replaced.

        Returns its absolute path. Raises what :meth:`make` raises, and ``UsageError`` for a target
        that is a file of the model itself.
        """
        target = with_home(target).absolute()
        files = source_files(spec.path, spec.format, spec.import_options)
        if is_one_of(target, [spec.path, *files]):
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelFiles", "{name} is the original, which is never changed."),
                advice=QT_TRANSLATE_NOOP("ModelFiles", "Choose another name for the new file."),
                name=target.name,
            )
        self._run(spec, level, target, sizes, on_progress, cancel)
        return target

    def vocabulary(self, spec: ModelSpec, cancel: CancelToken) -> Path:
        """A GGUF file with the vocabulary of ``spec``, to be loaded without weights.

        A GGUF model is that file itself, and so is a level that was made. Raises like
        :meth:`make`.
        """
        if spec.format is ModelFormat.GGUF:
            return spec.path
        folder = self._model_folder(spec)
        target = folder / f"{_VOCABULARY}.gguf"
        for path in (target, *sorted(folder.glob("*.gguf"))):
            if self._is_known_sound(path):
                return path
        job = VocabularyJob(
            source=spec.path,
            format=spec.format,
            name=spec.name,
            import_options=spec.import_options,
            target=target,
            part_suffix=new_part_suffix(),
        )
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        make_file(job, lambda _: None, cancel)
        return target

    def weights_folder(self, spec: ModelSpec) -> Path:
        """The safetensors folder of ``spec``: its own, or what was or will be made of a checkpoint.

        Raises ``ModelMissingError``.
        """
        if spec.format is not ModelFormat.CHECKPOINT:
            return spec.path
        return self._model_folder(spec) / PREPARED

    def make_weights(
        self, spec: ModelSpec, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> Path:
        """:meth:`weights_folder`, made if it is not there; raises like :meth:`make`."""
        target = self.weights_folder(spec)
        if spec.format is not ModelFormat.CHECKPOINT:
            # It is the person's own: whatever is wrong with it is said when it is loaded.
            return target
        if target.is_dir() and _is_whole(target):
            return target
        check_conversion_memory(self._available())
        with writing(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            self.remove_stale_parts()
            if target.is_dir():
                delete_whole(target)
            check_room(target.parent, spec.size_bytes)
        job = WeightsJob(source=spec.path, target=target, part_suffix=new_part_suffix())
        make_file(job, on_progress, cancel)
        return target

    def remove_stale_parts(self) -> None:
        """Delete what programs that were killed left half-made."""
        remove_stale_parts(self._folder.glob("*/*.part"))

    def _run(
        self,
        spec: ModelSpec,
        level: str,
        target: Path,
        sizes: dict[str, int],
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> None:
        job = self._job(spec, level, target)
        folder = self._model_folder(spec)
        self._check(job, spec, folder, sizes)
        steps = [path for path in job.outputs if path != target and not path.exists()]
        try:
            make_file(job, on_progress, cancel)
        finally:
            for path in steps:
                _drop_unless_small(path)

    def _job(self, spec: ModelSpec, level: str, target: Path) -> LevelJob:
        folder = self._model_folder(spec)
        prepared = folder / PREPARED if spec.format is ModelFormat.CHECKPOINT else None
        first = None
        if spec.format in _FOLDERS:
            # What is not quantized comes from the weights themselves, with all their digits.
            first = None if level in FLOAT_TYPES else "f16"
        elif spec.format is ModelFormat.GGML and level != spec.quantization:
            first = spec.quantization
        own = folder / f"{level}.gguf"
        if spec.format is not ModelFormat.GGUF and own != target and _is_sound(own):
            first = level
        return LevelJob(
            source=spec.path,
            format=spec.format,
            name=spec.name,
            level=level,
            prepared=prepared,
            intermediate=folder / f"{first}.gguf" if first else None,
            import_options=spec.import_options,
            target=target,
            part_suffix=new_part_suffix(),
        )

    def _check(self, job: LevelJob, spec: ModelSpec, folder: Path, sizes: dict[str, int]) -> None:
        """Tidy up, and make sure that the job can end well."""
        check_conversion_memory(self._available())
        for place in {path.parent for path in job.outputs}:
            with writing(place):
                place.mkdir(parents=True, exist_ok=True)
        with writing(job.target.parent):
            self.remove_stale_parts()
            remove_stale_parts(job.target.parent.glob(f"{glob.escape(job.target.name)}.*.part"))
            first = job.intermediate
            if first is not None and first.is_file() and not _is_sound(first):
                first.unlink()
            if job.prepared is not None and job.prepared.is_dir() and not _is_whole(job.prepared):
                delete_whole(job.prepared)
            steps = 0
            if first is None or not first.is_file():
                steps += sizes[first.stem] if first is not None else 0
                if job.prepared is not None and not job.prepared.is_dir():
                    steps += spec.size_bytes
            check_places(folder, steps, job.target.parent, sizes[job.level])

    def _model_folder(self, spec: ModelSpec) -> Path:
        safe_name = re.sub(r"[^\w.-]+", "_", spec.name)[:40]
        recipe = f"{_RECIPE}\0{spec.name}\0{spec.import_options}"
        files = source_files(spec.path, spec.format, spec.import_options)
        return self._folder / f"{safe_name}-{fingerprint(recipe, files)}"

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


def _drop_unless_small(path: Path) -> None:
    """Delete a step that nobody asked for, where it takes much room."""
    with contextlib.suppress(OSError):  # it was never made, or is in use
        size = folder_bytes(path) if path.is_dir() else path.stat().st_size
        if size * _KEPT_SHARE > shutil.disk_usage(path.parent).free + size:
            delete_whole(path)


def _is_whole(folder: Path) -> bool:
    try:
        read_safetensors_folder(folder)
    except ModelError:
        return False
    return True


def _is_sound(path: Path) -> bool:
    try:
        read_gguf_header(path)
    except ModelError:
        return False
    return True
