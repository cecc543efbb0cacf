"""A model as Hugging Face stores it: a folder of config, tokenizer and safetensors files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import bad_header, damaged, missing, reading, unsupported
from kochat_gui.catalog.llama_config import LlamaConfig, read_llama_config
from kochat_gui.catalog.safetensors_header import (
    StoredTensor,
    parse_json_object,
    read_safetensors_header,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

CONFIG = "config.json"
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
TOKENIZER = "tokenizer.json"
_MAX_CONFIG_BYTES = 10**6
_MAX_INDEX_BYTES = 50 * 10**6
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth")
_DROPPED = "rotary_emb.inv_freq"
"""Older checkpoints store what can be computed."""
_FLOATS = frozenset({"F16", "BF16", "F32"})


@dataclass(frozen=True)
class SafetensorsFolder:
    """A checked folder: config, and where every tensor of it is."""

    path: Path
    config: LlamaConfig
    architecture: str
    tensors: dict[str, StoredTensor]
    tokenizer: Path

    @property
    def weight_files(self) -> list[Path]:
        """The safetensors files, by name."""
        return sorted({tensor.path for tensor in self.tensors.values()})

    @property
    def source_files(self) -> list[Path]:
        """Everything a conversion reads."""
        return [self.path / CONFIG, self.tokenizer, *self.weight_files]

    @property
    def weight_bytes(self) -> int:
        """Size of all tensors."""
        return sum(tensor.size for tensor in self.tensors.values())

    @property
    def parameter_count(self) -> int:
        """Weights of the model."""
        return sum(_count(shape) for shape in self.config.tensor_shapes().values())


def read_safetensors_folder(path: Path) -> SafetensorsFolder:
    """Read and check the headers under ``path``; the weights are not read.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    config_path = path / CONFIG
    plain = read_json(config_path, _MAX_CONFIG_BYTES)
    config = read_llama_config(plain, config_path)
    tensors = _read_tensors(path)
    _check_tensors(tensors, config, path)
    tokenizer = path / TOKENIZER
    if not tokenizer.is_file():
        raise missing(tokenizer)
    return SafetensorsFolder(path, config, str(plain["architectures"][0]), tensors, tokenizer)


def read_json(path: Path, limit: int) -> dict[str, Any]:
    """A JSON object of at most ``limit`` bytes from an untrusted file."""
    with reading(path), path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise bad_header(path, f"it is longer than {limit:,} bytes")
    return parse_json_object(content, path)


def _read_tensors(path: Path) -> dict[str, StoredTensor]:
    if (path / SINGLE).exists():
        return read_safetensors_header(path / SINGLE)
    if not (path / INDEX).exists():
        for name in _PICKLES:
            if (path / name).exists():
                raise pickled(path / name)
        raise missing(path / SINGLE)
    weight_map = read_json(path / INDEX, _MAX_INDEX_BYTES).get("weight_map")
    if not isinstance(weight_map, dict):
        raise bad_header(path / INDEX, "no weight_map")
    shards: dict[str, dict[str, StoredTensor]] = {}
    tensors: dict[str, StoredTensor] = {}
    for name, shard in weight_map.items():
        if not isinstance(shard, str) or Path(shard).name != shard or "\\" in shard:
            raise bad_header(path / INDEX, "a file outside its folder")
        if shard not in shards:
            shards[shard] = read_safetensors_header(path / shard)
        if name not in shards[shard]:
            raise bad_header(path / INDEX, "a tensor is not in its file")
        tensors[name] = shards[shard][name]
    return tensors


def pickled(path: Path) -> Exception:
    """Weights as a pickle, which could run any program when opened."""
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "{name} is in an old format (pickle) that can run programs when it is opened.",
        ),
        QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF or safetensors version of this model."),
    )


def _check_tensors(tensors: dict[str, StoredTensor], config: LlamaConfig, path: Path) -> None:
    expected = config.tensor_shapes()
    for name in [name for name in tensors if name.endswith(_DROPPED)]:
        del tensors[name]
    if config.is_output_tied:
        tensors.pop("lm_head.weight", None)
    for name in (*expected, *tensors):
        if name not in tensors or name not in expected:
            raise _mismatch(path, name)
        if tensors[name].shape != expected[name] or tensors[name].dtype not in _FLOATS:
            raise _mismatch(path, name)


def _mismatch(path: Path, name: str) -> Exception:
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "The weights of {name} do not fit its config.json ({tensor})."
        ),
        tensor=name[:120],
    )


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count
