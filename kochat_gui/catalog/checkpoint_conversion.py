"""Turns a PyTorch checkpoint into safetensors, once. Only for child processes: it reads pickles."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.adapter_config import ADAPTER_CONFIG
from kochat_gui.catalog.adapter_header import PICKLE, SAFETENSORS
from kochat_gui.catalog.checkpoint_folder import (
    INDEX,
    CheckpointFolder,
    read_checkpoint_folder,
)
from kochat_gui.catalog.file_errors import bad_header, damaged, reading, unsupported, write_error
from kochat_gui.catalog.pickle_guard import guarded_reading
from kochat_gui.catalog.safetensors_folder import CONFIG, DESCRIPTIONS, SENTENCEPIECE
from kochat_gui.catalog.safetensors_folder import INDEX as NEW_INDEX
from kochat_gui.catalog.safetensors_folder import SINGLE as NEW_SINGLE
from kochat_gui.catalog.safetensors_writer import (
    NewTensor,
    encode_safetensors_header,
    write_slabs,
)
from kochat_gui.catalog.tensor_bytes import tensor_slabs
from kochat_gui.catalog.torch_pickle import PickledTensor, read_torch_tensors
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

SHARD_BYTES = 4 * 1024**3
"""A file takes no further tensor once it would be larger than this."""
_COPIED = (CONFIG, *DESCRIPTIONS, "special_tokens_map.json", SENTENCEPIECE)
_COPIED_PATTERN = "tokenizer*.json"
_MAX_COPIED_BYTES = 200 * 10**6
_MAX_GROWTH = 4
"""Tensors that share a storage are written one by one; output beyond this is no model."""
_SMALL = 2**16

Report = Callable[[float], None]


@dataclass(frozen=True)
class _Shard:
    name: str
    tensors: dict[str, PickledTensor]


def convert_checkpoint(
    folder: Path, target_folder: Path, on_progress: Report, *, part_suffix: str = ".part"
) -> None:
    """Write the model of ``folder`` to ``target_folder`` as safetensors, weights unchanged.

    It is built in a sibling folder, named like the target with ``part_suffix``, which is removed
    on errors; the target appears complete, or not at all. About 50 MiB of the weights are in
    memory at a time. Raises ``ModelError`` when the source cannot be used, ``StorageError`` when
    writing fails.
    """
    source = read_checkpoint_folder(folder)
    before = _fingerprint(source)
    with _built(target_folder, part_suffix, folder, CONFIG) as part:
        with guarded_reading(part):
            shards = _planned(_read_tensors(source), source)
            _write_shards(shards, part, on_progress)
        with reading(folder):
            small = {*(folder / name for name in _COPIED), *folder.glob(_COPIED_PATTERN)}
        _copy_small_files(small, part)
        if _fingerprint(source) != before:
            raise damaged(
                folder,
                QT_TRANSLATE_NOOP("ModelFiles", "{name} was changed while it was being converted."),
            )


def convert_adapter_weights(
    folder: Path, target_folder: Path, on_progress: Report, *, part_suffix: str = ".part"
) -> None:
    """The same for a PEFT adapter whose weights are a pickle."""
    with _built(target_folder, part_suffix, folder, ADAPTER_CONFIG) as part:
        with guarded_reading(part):
            tensors = read_torch_tensors(folder / PICKLE)
            _write_shards([_Shard(SAFETENSORS, tensors)], part, on_progress)
        _copy_small_files({folder / ADAPTER_CONFIG}, part)


@contextmanager
def _built(target: Path, part_suffix: str, source: Path, last_file: str) -> Iterator[Path]:
    """A folder beside ``target`` that takes its place when all is well.

    ``last_file``: what a complete folder has.
    """
    part = target.with_name(target.name + part_suffix)
    with _writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
    try:
        yield part
        _publish(part, target, last_file)
    except MemoryError as error:
        raise bad_header(source, "it needs too much memory") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fingerprint(source: CheckpointFolder) -> list[tuple[str, int, int]]:
    with reading(source.path):
        found = [(path.name, path.stat()) for path in (*source.weight_files, source.path / CONFIG)]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in found]


def _read_tensors(source: CheckpointFolder) -> dict[str, PickledTensor]:
    tensors: dict[str, PickledTensor] = {}
    for path in source.weight_files:
        found = read_torch_tensors(path)
        if source.places is None:
            return found
        for name in (name for name, file in source.places.items() if file == path.name):
            if name not in found:
                raise bad_header(source.path / INDEX, "a tensor is not in its file")
            tensors[name] = found[name]
    return tensors


def _planned(tensors: dict[str, PickledTensor], source: CheckpointFolder) -> list[_Shard]:
    """The files to write, in the order of the checkpoint."""
    total = 0
    groups: list[dict[str, PickledTensor]] = [{}]
    room = SHARD_BYTES
    for name, tensor in tensors.items():
        if tensor.dtype == "F64":
            raise unsupported(
                tensor.path,
                QT_TRANSLATE_NOOP("ModelFiles", "{name} has 64-bit weights ({tensor})."),
                QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF or safetensors version of this model."),
                tensor=name[:80],
            )
        total += tensor.size
        if tensor.size > room and groups[-1]:
            groups.append({})
            room = SHARD_BYTES
        groups[-1][name] = tensor
        room -= tensor.size
    if total > _MAX_GROWTH * source.weight_bytes + _SMALL:
        raise bad_header(source.path, "its tensors are larger than its files")
    if len(groups) == 1:
        return [_Shard(NEW_SINGLE, groups[0])]
    count = len(groups)
    return [
        _Shard(f"model-{number:05}-of-{count:05}.safetensors", group)
        for number, group in enumerate(groups, 1)
    ]


def _write_shards(shards: list[_Shard], part: Path, on_progress: Report) -> None:
    total = sum(tensor.size for shard in shards for tensor in shard.tensors.values())
    done = 0
    for shard in shards:
        planned = {
            name: NewTensor(tensor.dtype, tensor.shape, tensor.size)
            for name, tensor in shard.tensors.items()
        }
        path = part / shard.name
        with _writing(part), path.open("wb") as out:
            out.write(encode_safetensors_header(planned))
            for tensor in shard.tensors.values():
                write_slabs(out, tensor_slabs(tensor), tensor.size)
                done += tensor.size
                on_progress(done / total if total else 1.0)
            out.flush()
            os.fsync(out.fileno())
    if len(shards) > 1:
        places = {name: shard.name for shard in shards for name in shard.tensors}
        index = {"metadata": {"total_size": total}, "weight_map": places}
        _write_synced(part / NEW_INDEX, json.dumps(index, ensure_ascii=False).encode())


def _copy_small_files(paths: set[Path], part: Path) -> None:
    """The files beside the weights that a conversion reads, as they are."""
    for path in sorted(paths):
        if not path.is_file():
            continue
        with reading(path):
            size = path.stat().st_size
        if size > _MAX_COPIED_BYTES:
            raise bad_header(path, f"it is longer than {_MAX_COPIED_BYTES:,} bytes")
        with reading(path), open_regular(path) as file:
            content = file.read(size)
        with _writing(part):
            _write_synced(part / path.name, content)


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _publish(part: Path, target: Path, last_file: str) -> None:
    """Give the complete folder its name; what another process put there meanwhile is as good."""
    with _writing(target.parent):
        _sync_folder(part)
        try:
            part.rename(target)
        except OSError:
            if not (target / last_file).is_file():
                raise
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_error(folder, error) from error
