"""A model as PyTorch stores it: a folder of config, tokenizer and ``pytorch_model*.bin`` files.

The files are pickles. Here, in the window's process, only their containers are looked at: names,
sizes and the directories of the zip archives. :mod:`kochat_gui.catalog.checkpoint_conversion`
reads the rest in a child process.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, empty, reading
from kochat_gui.catalog.safetensors_folder import INDEX as SAFETENSORS_INDEX
from kochat_gui.catalog.safetensors_folder import SINGLE as SAFETENSORS_SINGLE
from kochat_gui.catalog.safetensors_folder import (
    HfModel,
    read_hf_model,
    read_json,
    refuse_quantized,
)
from kochat_gui.catalog.torch_archive import is_torch_archive, read_torch_archive
from kochat_gui.core.models import ModelFormat, ModelSpec

SINGLE = "pytorch_model.bin"
INDEX = "pytorch_model.bin.index.json"
_MAX_INDEX_BYTES = 50 * 10**6
_MAX_FILES = 1_000


@dataclass(frozen=True, kw_only=True)
class CheckpointFolder(HfModel):
    """A folder whose description and containers were checked, but whose weights were not read."""

    weight_files: tuple[Path, ...]
    """By name."""
    places: dict[str, str] | None
    """File name by tensor, as the index says; None for a single file."""

    @property
    def weight_bytes(self) -> int:
        """Size of all weight files; about what their tensors need in safetensors."""
        with reading(self.path):
            return sum(path.stat().st_size for path in self.weight_files)


def is_checkpoint_folder(path: Path) -> bool:
    """Whether ``path`` has PyTorch weights and no safetensors, which would come first."""
    try:
        names = {entry.name for entry in path.iterdir()}
    except (OSError, ValueError):
        return False
    return bool({SINGLE, INDEX} & names) and not {SAFETENSORS_SINGLE, SAFETENSORS_INDEX} & names


def describe_checkpoint(path: Path) -> ModelSpec:
    """Describe the model in the folder ``path``, or the folder of the file ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    folder = read_checkpoint_folder(path if path.is_dir() else path.parent)
    config = folder.config
    return ModelSpec(
        model_id=str(folder.path),
        name=folder.path.name,
        path=folder.path,
        format=ModelFormat.CHECKPOINT,
        quantization=None,
        size_bytes=folder.weight_bytes,
        architecture=folder.architecture,
        parameter_count=sum(math.prod(shape) for shape in config.tensor_shapes().values()),
        context_length=config.context_length,
        vocab_size=config.vocab_size,
        layer_count=config.layer_count,
        hidden_size=config.hidden_size,
        feed_forward_size=config.feed_forward_size,
        head_count=config.head_count,
        head_count_kv=config.head_count_kv,
        head_dim=config.head_dim,
        licence=config.licence,
        has_template=bool(config.chat_template),
    )


def read_checkpoint_folder(path: Path) -> CheckpointFolder:
    """Read the config and index under ``path``, and check that every weight file is there, whole.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    model = read_hf_model(path)
    refuse_quantized(model)
    places = None
    files = [path / SINGLE]
    if not files[0].exists() and (path / INDEX).exists():
        places = _read_index(path / INDEX)
        files = [path / name for name in sorted(set(places.values()))]
    for file in files:
        _check_container(file)
    return CheckpointFolder(
        path,
        model.config,
        model.architecture,
        model.tokenizer,
        weight_files=tuple(files),
        places=places,
    )


def _read_index(path: Path) -> dict[str, str]:
    places = read_json(path, _MAX_INDEX_BYTES).get("weight_map")
    if not isinstance(places, dict) or not places:
        raise bad_header(path, "no weight_map")
    names = set()
    for name in places.values():
        if not isinstance(name, str) or not _is_plain_name(name):
            raise bad_header(path, "a file outside its folder")
        names.add(name)
    if len(names) > _MAX_FILES:
        raise bad_header(path, f"{len(names):,} files")
    return places


def _is_plain_name(name: str) -> bool:
    return Path(name).name == name and name not in {"", ".."} and not {"\\", ":"} & set(name)


def _check_container(path: Path) -> None:
    """A cut-off archive has no directory; files from before PyTorch 1.6 tell nothing here."""
    with reading(path):
        size = path.stat().st_size
    if size == 0:
        raise empty(path)
    if is_torch_archive(path):
        read_torch_archive(path)
