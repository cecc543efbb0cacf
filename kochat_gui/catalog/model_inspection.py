"""Recognises models by content, whatever they are called, and describes them by their headers."""

import math
import unicodedata
from pathlib import Path

from kochat_gui.catalog.adapter_config import ADAPTER_CONFIG
from kochat_gui.catalog.checkpoint_folder import describe_checkpoint, is_checkpoint_folder
from kochat_gui.catalog.file_errors import empty, missing, no_model, reading, unsupported
from kochat_gui.catalog.ggml_model import describe_ggml
from kochat_gui.catalog.gguf_format import MAGIC
from kochat_gui.catalog.gguf_model import adapter_given, describe_gguf
from kochat_gui.catalog.gguf_split import part_paths
from kochat_gui.catalog.safetensors_folder import (
    CONFIG,
    INDEX,
    SINGLE,
    HfModel,
    pickled,
    read_hf_model,
    read_safetensors_folder,
)
from kochat_gui.catalog.safetensors_header import MAX_HEADER_BYTES
from kochat_gui.core.errors import ModelMissingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import PRECISIONS, ModelFormat, ModelSpec
from kochat_gui.core.regular_file import open_regular
from kochat_gui.core.user_path import with_home

_GGML = (b"lmgg", b"fmgg", b"tjgg")
_OLD_LORA = b"algg"
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_PEEK = 4096
_SCRIPT_MARK = b'"kochat-script"'
_MAX_ENTRIES = 10_000
"""Of a folder that may be a model: more are not looked through."""


def find_path(path: Path) -> Path:
    """``path`` as the disk spells it: Hangul in names may be composed or decomposed.

    Raises ``ModelMissingError``.
    """
    with reading(path):
        path = with_home(path).absolute()
        if path.exists():
            return path
        found = Path(path.anchor)
        for part in path.parts[1:]:
            if not (found / part).exists():
                part = _same_name(found, part)  # noqa: PLW2901 - the spelling on the disk
            found /= part
        if found.exists():
            return found
    raise missing(path)


def _same_name(folder: Path, name: str) -> str:
    wanted = unicodedata.normalize("NFC", name)
    for entry in folder.iterdir():
        if unicodedata.normalize("NFC", entry.name) == wanted:
            return entry.name
    return name


def inspect_model(path: Path) -> ModelSpec:
    """Describe the model at ``path``: a file of any kind, or a folder, or a file in one.

    GGUF (also one part of several), GGML, safetensors, PyTorch checkpoints and scripts are known.
    Raises ``ModelMissingError``, ``ModelDamagedError``, ``ModelUnsupportedError``, and its
    ``AdapterGivenError`` for an adapter, which is added to a model instead.
    """
    path = find_path(path)
    if path.is_dir():
        return _describe_folder(path)
    with reading(path), open_regular(path) as file:
        start = file.read(_PEEK)
    if not start:
        raise empty(path)
    if start.startswith(MAGIC):
        return describe_gguf(path)
    if start[:4] in _GGML:
        return describe_ggml(path)
    if start[:4] == _OLD_LORA:
        raise _old_adapter(path)
    if start.lstrip().startswith(b"{"):
        return _describe_json(path, start)
    if start.startswith(_PICKLE_STARTS):
        return _describe_pickle(path)
    if _is_safetensors(start):
        return _describe_weights(path)
    raise no_model(path)


def _is_safetensors(start: bytes) -> bool:
    length = int.from_bytes(start[:8], "little")
    return 0 < length <= MAX_HEADER_BYTES and start[8:9] == b"{"


def _describe_json(path: Path, start: bytes) -> ModelSpec:
    if _SCRIPT_MARK in start:
        # The scripted engine reads the rest itself.
        size = path.stat().st_size
        return ModelSpec(str(path), path.stem, path, ModelFormat.SCRIPT, None, size)
    if path.name == ADAPTER_CONFIG or (path.parent / CONFIG).is_file():
        return _describe_folder(path.parent)
    raise no_model(path)


def _describe_pickle(path: Path) -> ModelSpec:
    if (path.parent / ADAPTER_CONFIG).is_file() or (path.parent / CONFIG).is_file():
        return _describe_folder(path.parent)
    raise pickled(path)


def _describe_weights(path: Path) -> ModelSpec:
    if (path.parent / ADAPTER_CONFIG).is_file() or (path.parent / CONFIG).is_file():
        return _describe_folder(path.parent)
    raise unsupported(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} holds only the weights of a model."),
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "Choose the folder that holds it together with config.json and tokenizer.json.",
        ),
    )


def _old_adapter(path: Path) -> Exception:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} is an adapter in the GGLA format of 2023."),
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Get the adapter as PEFT made it, a folder with adapter_config.json."
        ),
    )


def _describe_folder(path: Path) -> ModelSpec:
    has_weights = (path / SINGLE).exists() or (path / INDEX).exists()
    if (path / ADAPTER_CONFIG).is_file() and not has_weights:
        raise adapter_given(path)
    if is_checkpoint_folder(path):
        return describe_checkpoint(path)
    if not has_weights and not (path / CONFIG).exists():
        only = _only_gguf(path)
        if only is None:
            raise _no_model_inside(path)
        return describe_gguf(only)
    return _describe_safetensors(path)


def _no_model_inside(folder: Path) -> ModelMissingError:
    return ModelMissingError(
        QT_TRANSLATE_NOOP("ModelFiles", "There is no model in the folder {path}."),
        advice=QT_TRANSLATE_NOOP(
            "ModelFiles", "Choose a GGUF file, or a folder with config.json and the weights."
        ),
        path=folder,
    )


def _only_gguf(folder: Path) -> Path | None:
    """The one GGUF model in a folder, as downloads leave it; None when there is none.

    Raises ``ModelUnsupportedError`` when there are several to choose from.
    """
    with reading(folder):
        names = [entry for entry, _ in zip(folder.iterdir(), range(_MAX_ENTRIES), strict=False)]
        files = sorted(entry for entry in names if entry.suffix == ".gguf" and entry.is_file())
    models = sorted({part_paths(file)[0] for file in files})
    if len(models) > 1:
        raise unsupported(
            folder,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} holds several models."),
            QT_TRANSLATE_NOOP("ModelFiles", "Choose one of its files: {files}"),
            files=", ".join(model.name for model in models[:5]),
        )
    return models[0] if models else None


def _describe_safetensors(path: Path) -> ModelSpec:
    model = read_hf_model(path)
    if model.stored_level in PRECISIONS:
        return _describe_quantized(model)
    folder = read_safetensors_folder(path)
    return _described(folder, None, folder.weight_bytes, folder.parameter_count)


def _describe_quantized(model: HfModel) -> ModelSpec:
    """A folder whose weights only the transformers engine can read; it checks them itself."""
    with reading(model.path):
        size = sum(file.stat().st_size for file in model.path.glob("*.safetensors"))
    if not size:
        raise missing(model.path / SINGLE)
    count = sum(math.prod(shape) for shape in model.config.tensor_shapes().values())
    return _described(model, model.stored_level, size, count)


def _described(model: HfModel, level: str | None, size: int, parameter_count: int) -> ModelSpec:
    path, config = model.path, model.config
    return ModelSpec(
        model_id=str(path),
        name=path.name,
        path=path,
        format=ModelFormat.SAFETENSORS,
        quantization=level,
        size_bytes=size,
        architecture=model.architecture,
        parameter_count=parameter_count,
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
