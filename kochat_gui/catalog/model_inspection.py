"""Recognises models by content, whatever they are called, and describes them by their headers."""

import unicodedata
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, damaged, empty, missing, reading, unsupported
from kochat_gui.catalog.gguf_format import MAGIC, ValueType
from kochat_gui.catalog.gguf_header import GgufHeader, SkippedArray, read_gguf_header
from kochat_gui.catalog.safetensors_folder import CONFIG, pickled, read_safetensors_folder
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelFormat, ModelSpec

_OLD_GGML = (b"lmgg", b"fmgg", b"tjgg")
_OLD_LORA = b"algg"
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_LARGEST = 2**31 - 1
_PEEK = 4096
_SCRIPT_MARK = b'"kochat-script"'


def find_path(path: Path) -> Path:
    """``path`` as the disk spells it: Hangul in names may be composed or decomposed.

    Raises ``ModelMissingError``.
    """
    with reading(path):
        path = path.expanduser().absolute()
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
    """Describe the model at ``path``: a GGUF file, a safetensors folder or file in one, a script.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    path = find_path(path)
    if path.is_dir():
        return _describe_folder(path)
    if path.suffix == ".safetensors" or path.name == CONFIG:
        return _describe_folder(path.parent)
    if not path.is_file():
        raise _no_model(path)  # opening a pipe would wait for whoever writes to it
    with reading(path), path.open("rb") as file:
        start = file.read(_PEEK)
    if not start:
        raise empty(path)
    if start.startswith(MAGIC):
        return _describe_gguf(read_gguf_header(path), path)
    if start.lstrip().startswith(b"{") and _SCRIPT_MARK in start:
        return _describe_script(path)
    _refuse_known(start, path)
    raise _no_model(path)


def _no_model(path: Path) -> Exception:
    return damaged(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} is not a model file, or its beginning is damaged."),
    )


def _describe_script(path: Path) -> ModelSpec:
    """A script for the scripted engine, which reads the rest itself."""
    size = path.stat().st_size
    return ModelSpec(str(path), path.stem, path, ModelFormat.SCRIPT, None, size)


def _refuse_known(start: bytes, path: Path) -> None:
    if start[:4] in _OLD_GGML:
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} is in the GGML format of 2023."),
            QT_TRANSLATE_NOOP(
                "ModelFiles", "KoChat cannot open it yet. Get a GGUF file of the same model."
            ),
        )
    if start[:4] == _OLD_LORA:
        raise _adapter(path)
    if start.startswith(_PICKLE_STARTS):
        raise pickled(path)
    if 0 < int.from_bytes(start[:8], "little") < _LARGEST and start[8:9] == b"{":
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} holds only the weights of a model."),
            QT_TRANSLATE_NOOP(
                "ModelFiles",
                "Choose the folder that holds it together with config.json and tokenizer.json.",
            ),
        )


def _adapter(path: Path) -> Exception:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} is an adapter, not a whole model."),
        QT_TRANSLATE_NOOP("ModelFiles", "Choose the model that it was made for."),
    )


def _describe_folder(path: Path) -> ModelSpec:
    folder = read_safetensors_folder(path)
    config = folder.config
    return ModelSpec(
        model_id=str(path),
        name=path.name,
        path=path,
        format=ModelFormat.SAFETENSORS,
        quantization=None,
        size_bytes=folder.weight_bytes,
        architecture=folder.architecture,
        parameter_count=folder.parameter_count,
        context_length=config.context_length,
        vocab_size=config.vocab_size,
        layer_count=config.layer_count,
        hidden_size=config.hidden_size,
        feed_forward_size=config.feed_forward_size,
        head_count=config.head_count,
        head_count_kv=config.head_count_kv,
        head_dim=config.head_dim,
    )


def _describe_gguf(header: GgufHeader, path: Path) -> ModelSpec:
    _refuse_partial(header, path)
    architecture = header.metadata["general.architecture"]
    heads = _number(header, f"{architecture}.attention.head_count", path)
    hidden = _number(header, f"{architecture}.embedding_length", path)
    head_dim = _number(header, f"{architecture}.attention.key_length", path)
    tokens = header.metadata.get("tokenizer.ggml.tokens")
    is_list = isinstance(tokens, SkippedArray) and tokens.item_type is ValueType.STRING
    licence = header.metadata.get("general.license")
    level = header.file_type
    return ModelSpec(
        model_id=str(path),
        name=path.stem,
        path=path,
        format=ModelFormat.GGUF,
        quantization=level,
        size_bytes=header.file_size,
        architecture=str(architecture),
        parameter_count=sum(_count(tensor.shape) for tensor in header.tensors),
        context_length=_number(header, f"{architecture}.context_length", path),
        vocab_size=tokens.count if isinstance(tokens, SkippedArray) and is_list else 0,
        layer_count=_number(header, f"{architecture}.block_count", path),
        hidden_size=hidden,
        feed_forward_size=_number(header, f"{architecture}.feed_forward_length", path),
        head_count=heads,
        head_count_kv=_number(header, f"{architecture}.attention.head_count_kv", path) or heads,
        head_dim=head_dim or (hidden // heads if heads else 0),
        licence=licence if isinstance(licence, str) else "",
    )


def _refuse_partial(header: GgufHeader, path: Path) -> None:
    """Sound GGUF that is not a whole model."""
    if header.metadata.get("general.type") == "adapter":
        raise _adapter(path)
    parts = header.metadata.get("split.count", 0)
    if isinstance(parts, int) and parts > 1:
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} is one of {parts} parts of a model."),
            QT_TRANSLATE_NOOP(
                "ModelFiles", "KoChat cannot join them yet. Get the model as a single file."
            ),
            parts=parts,
        )
    if not isinstance(header.metadata.get("general.architecture"), str) or not header.tensors:
        raise bad_header(path, "it describes no model")


def _number(header: GgufHeader, key: str, path: Path) -> int:
    """A count; 0 when absent or given per layer."""
    value = header.metadata.get(key, 0)
    if isinstance(value, SkippedArray):
        return 0
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise bad_header(path, f"impossible {key[:60]}")
    return value


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count
