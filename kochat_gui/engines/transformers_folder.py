"""A folder of Hugging Face files, checked before ``transformers`` sees it. Imports nothing heavy.

Only what is known is let through: kinds of models from a table, weights from safetensors. Program
code that a repository brings along is never run.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kochat_gui.core.regular_file import NotAFileError, open_regular
from kochat_gui.engines.transformers_errors import (
    damaged_error,
    kind_error,
    missing_error,
    pickle_error,
)

KNOWN_KINDS = frozenset({
    "cohere", "cohere2", "deepseek_v2", "deepseek_v3", "exaone4", "exaone_moe", "falcon", "gemma",
    "gemma2", "gemma3_text", "glm", "glm4", "gpt2", "gpt_neox", "gpt_oss", "gptj", "granite",
    "hyperclovax", "llama", "mistral", "mixtral", "olmo2", "phi", "phi3", "qwen2", "qwen2_moe",
    "qwen3", "qwen3_moe", "smollm3", "solar_open", "stablelm",
})  # fmt: skip
"""``model_type`` of the decoders whose attention can be cut back to an earlier turn."""
_LEARNED_PLACES = {"gpt2": "n_positions"}
_MAX_JSON_BYTES = 32 * 2**20
_MAX_HEADER_BYTES = 100 * 10**6
_LARGEST = 2**24
"""Above any dimension of a real model."""
_DIMENSIONS = (
    "hidden_size", "intermediate_size", "max_position_embeddings", "num_attention_heads",
    "num_hidden_layers", "num_key_value_heads", "vocab_size",
)  # fmt: skip
_OWN_CODE = ("auto_map", "custom_pipelines")
_DROPPED = (*_OWN_CODE, "_attn_implementation", "attn_implementation", "_name_or_path")
"""What would load code, from the repository or from elsewhere, or name such a place."""
_MOST_FILES = 1000


@dataclass(frozen=True)
class ModelFolder:
    """The small files of a model, read and checked."""

    path: Path
    config: Mapping[str, Any]
    """``config.json`` without what loads code."""
    generation: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: Mapping[str, Any] = field(default_factory=dict)
    """``tokenizer_config.json``."""
    chat_template: str = ""
    """Jinja source; empty when there is none."""
    weights: tuple[Path, ...] = ()
    has_own_code: bool = False
    """The repository brings program code of its own, which is not run."""

    @property
    def kind(self) -> str:
        """``model_type``."""
        return str(self.config["model_type"])

    def window(self, wanted: int) -> int:
        """Tokens of a context: what is wanted, unless each place was learned and there are fewer.

        Others go on beyond what they were made for, if less well.
        """
        learned = self.config.get(_LEARNED_PLACES.get(self.kind, ""))
        return min(wanted, learned) if type(learned) is int and learned > 0 else wanted

    @property
    def quantization(self) -> Mapping[str, Any] | None:
        """How the weights are quantized on disk; None when they are not."""
        found = self.config.get("quantization_config")
        return found if isinstance(found, Mapping) else None


def open_folder(path: Path, *, needs_weights: bool = True) -> ModelFolder:
    """Read the folder ``path``, or the folder of the safetensors file ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError`` and ``ModelUnsupportedError``.
    """
    if not path.exists():
        raise missing_error(path)
    folder = path if path.is_dir() else path.parent
    config = _read_json(folder / "config.json", is_needed=True)
    _check_config(config, folder / "config.json")
    tokenizer = _read_json(folder / "tokenizer_config.json")
    found = ModelFolder(
        folder,
        {key: value for key, value in config.items() if key not in _DROPPED},
        _read_json(folder / "generation_config.json"),
        tokenizer,
        _chat_template(folder, tokenizer),
        _weight_files(folder) if needs_weights else (),
        any(config.get(key) for key in _OWN_CODE),
    )
    for file in found.weights:
        check_safetensors(file)
    return found


def check_safetensors(path: Path) -> None:
    """Raise the error for a file that is cut off or none; its tensors are not read."""
    try:
        size = path.stat().st_size
        with open_regular(path) as file:
            start = file.read(8)
            if len(start) < 8:
                raise damaged_error(path, "it is empty")
            (length,) = struct.unpack("<Q", start)
            if not 2 <= length <= min(size - 8, _MAX_HEADER_BYTES):
                raise damaged_error(path, "it has no header")
            header = json.loads(file.read(length))
    except OSError as error:
        raise missing_error(path) from error
    except (ValueError, RecursionError) as error:
        raise damaged_error(path, "its header is no JSON") from error
    if not isinstance(header, dict):
        raise damaged_error(path, "its header is no object")
    header.pop("__metadata__", None)
    try:
        needed = max((int(tensor["data_offsets"][1]) for tensor in header.values()), default=0)
    except (TypeError, LookupError, ValueError) as error:
        raise damaged_error(path, "its header names no data") from error
    if 8 + length + needed > size:
        raise damaged_error(path, "it is cut off")


def _read_json(path: Path, *, is_needed: bool = False) -> dict[str, Any]:
    try:
        with open_regular(path) as file:
            content = file.read(_MAX_JSON_BYTES + 1)
    except NotAFileError as error:
        raise damaged_error(path, "it is no regular file") from error
    except OSError as error:
        if is_needed:
            raise missing_error(path) from error
        return {}
    if len(content) > _MAX_JSON_BYTES:
        raise damaged_error(path, "it is far too long")
    try:
        plain = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise damaged_error(path, "it is no JSON") from error
    if not isinstance(plain, dict):
        raise damaged_error(path, "it is no object")
    return plain


def _check_config(config: Mapping[str, Any], path: Path) -> None:
    kind = config.get("model_type")
    if kind not in KNOWN_KINDS:
        names = config.get("architectures")
        name = names[0] if isinstance(names, list) and names else "?"
        raise kind_error(path.parent, str(kind or name))
    for key in _DIMENSIONS:
        value = config.get(key)
        if value is not None and not (type(value) is int and 0 < value <= _LARGEST):
            raise damaged_error(path, f"{key}: {value!r}")


def _weight_files(folder: Path) -> tuple[Path, ...]:
    index = folder / "model.safetensors.index.json"
    single = folder / "model.safetensors"
    if not index.exists():
        if single.exists():
            return (single,)
        has_pickles = any(folder.glob("pytorch_model*.bin"))
        raise pickle_error(folder) if has_pickles else missing_error(single)
    weight_map = _read_json(index, is_needed=True).get("weight_map")
    if not isinstance(weight_map, dict):
        raise damaged_error(index, "it has no weight_map")
    names = set(map(str, weight_map.values()))
    if not names or len(names) > _MOST_FILES or any(not _is_plain(name) for name in names):
        raise damaged_error(index, "it names impossible files")
    return tuple(folder / name for name in sorted(names))


def _is_plain(name: str) -> bool:
    """A file of the folder itself; not one somewhere else on the disk."""
    return name.endswith(".safetensors") and not {"/", "\\", "\0"} & set(name)


def _chat_template(folder: Path, tokenizer: Mapping[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    try:
        if file.is_file() and file.stat().st_size <= _MAX_JSON_BYTES:
            return file.read_text("utf-8", "replace")
    except OSError:
        pass  # most models have it in the other place
    found = tokenizer.get("chat_template")
    if isinstance(found, list):
        named = [row for row in found if isinstance(row, dict) and row.get("name") == "default"]
        found = named[0].get("template") if named else None
    return found if isinstance(found, str) else ""
