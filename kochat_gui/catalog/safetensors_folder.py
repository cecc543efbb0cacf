"""A model as Hugging Face stores it: a folder of config, tokenizer and safetensors files."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kochat_gui.catalog.config_values import token_ids, unsupported_kind
from kochat_gui.catalog.file_errors import bad_header, damaged, missing, reading, unsupported
from kochat_gui.catalog.header_reader import read_whole
from kochat_gui.catalog.hf_config import OUTPUT, HfConfig, read_hf_config
from kochat_gui.catalog.hf_gguf import vocabulary_gguf
from kochat_gui.catalog.safetensors_header import (
    StoredTensor,
    parse_json_object,
    read_safetensors_header,
)
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

CONFIG = "config.json"
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
TOKENIZER = "tokenizer.json"
SENTENCEPIECE = "tokenizer.model"
DESCRIPTIONS = (
    "generation_config.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "chat_template.json",
    "README.md",
)
"""Small files that may say more of a model; they need not be there."""
_MAX_CONFIG_BYTES = 10**6
_MAX_DESCRIPTION_BYTES = 20 * 10**6
"""Gemma's ``tokenizer_config.json`` has more than a million."""
_MAX_INDEX_BYTES = 50 * 10**6
_MAX_TEMPLATE_BYTES = 65_536
_MAX_CARD_BYTES = 10**6
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth")
_DROPPED = "rotary_emb.inv_freq"
"""Older checkpoints store what can be computed."""
_FLOATS = frozenset({"F16", "BF16", "F32"})
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---", re.DOTALL)
_LICENCE = re.compile(r"^license: *[\"']?([\w.+-]{1,60})[\"']? *$", re.MULTILINE)


@dataclass(frozen=True)
class HfModel:
    """What the small files of a folder say; its weights may be in another format."""

    path: Path
    config: HfConfig
    architecture: str
    """As ``config.json`` spells it."""
    tokenizer: Path
    stored_level: str = ""
    """What the weights are quantized to on disk: ``nf4``, ``int8``, or a method's name."""


@dataclass(frozen=True, kw_only=True)
class SafetensorsFolder(HfModel):
    """A checked folder: its description, and where every tensor of it is."""

    tensors: dict[str, StoredTensor]

    @property
    def weight_files(self) -> list[Path]:
        """The safetensors files, by name."""
        return sorted({tensor.path for tensor in self.tensors.values()})

    @property
    def source_files(self) -> list[Path]:
        """Everything a conversion reads."""
        others = [self.path / name for name in DESCRIPTIONS if (self.path / name).is_file()]
        return [self.path / CONFIG, self.tokenizer, *others, *self.weight_files]

    @property
    def weight_bytes(self) -> int:
        """Size of all tensors."""
        return sum(tensor.size for tensor in self.tensors.values())

    @property
    def parameter_count(self) -> int:
        """Weights of the model."""
        return sum(math.prod(shape) for shape in self.config.tensor_shapes().values())


def read_hf_model(path: Path) -> HfModel:
    """Read the config and what goes with it under ``path``; nothing of the weights.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    config_path = path / CONFIG
    plain = read_json(config_path, _MAX_CONFIG_BYTES)
    config = read_hf_config(plain, config_path)
    ends = _generation_ends(path, config.vocab_size)
    config = replace(
        config,
        eos_ids=tuple(dict.fromkeys((*ends, *config.eos_ids))),
        chat_template=_chat_template(path),
        licence=_licence(path),
    )
    if not config.eos_ids:
        raise damaged(
            config_path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} does not say which token ends a text."),
        )
    tokenizers = [path / TOKENIZER, path / SENTENCEPIECE]
    tokenizer = next((file for file in tokenizers if file.is_file()), None)
    if tokenizer is None:
        raise missing(path / TOKENIZER)
    architecture = str(plain["architectures"][0])
    return HfModel(path, config, architecture, tokenizer, _stored_level(plain))


def _stored_level(plain: Mapping[str, Any]) -> str:
    match plain.get("quantization_config"):
        case {"load_in_8bit": True}:
            return "int8"
        case {"load_in_4bit": True, **rest}:
            return str(rest.get("bnb_4bit_quant_type", "fp4"))
        case {"quant_method": str(method)}:
            return method[:40]
        case None:
            return ""
    return "quantization_config"


def refuse_quantized(model: HfModel) -> None:
    """Raise ``ModelUnsupportedError`` for weights that no conversion can read."""
    if model.stored_level:
        kind = f"{model.architecture}, {model.stored_level}"
        raise unsupported_kind(model.path / CONFIG, kind)


def read_safetensors_folder(path: Path) -> SafetensorsFolder:
    """Read and check the headers under ``path``; the weights are not read.

    Raises ``ModelMissingError``, ``ModelDamagedError`` or ``ModelUnsupportedError``.
    """
    model = read_hf_model(path)
    refuse_quantized(model)
    tensors = _read_tensors(path)
    _check_tensors(tensors, model.config, path)
    return SafetensorsFolder(
        path, model.config, model.architecture, model.tokenizer, tensors=tensors
    )


def vocabulary_header(path: Path, name: str) -> bytes:
    """A GGUF file without tensors, for the tokenizer of the model at ``path``.

    Raises ``ModelError`` as :func:`read_hf_model` and ``read_tokenizer`` do.
    """
    model = read_hf_model(path)
    vocabulary = read_tokenizer(model.tokenizer, model.config.vocab_size)
    return vocabulary_gguf(model.config, vocabulary, name)


def read_json(path: Path, limit: int) -> dict[str, Any]:
    """A JSON object of at most ``limit`` bytes from an untrusted file."""
    return parse_json_object(read_whole(path, limit), path)


def _optional_json(path: Path) -> dict[str, Any]:
    return read_json(path, _MAX_DESCRIPTION_BYTES) if path.is_file() else {}


def _generation_ends(path: Path, vocab_size: int) -> tuple[int, ...]:
    """Tokens that end an answer by ``generation_config.json``; newer than those of the config."""
    file = path / "generation_config.json"
    return token_ids(_optional_json(file), "eos_token_id", vocab_size, file)


def _chat_template(path: Path) -> str:
    """The model's own template; empty when there is none or it is not a sane size."""
    found: object = None
    jinja = path / "chat_template.jinja"
    if jinja.is_file():
        found = _text(jinja, _MAX_TEMPLATE_BYTES + 1)
    for name in ("tokenizer_config.json", "chat_template.json"):
        found = found or _optional_json(path / name).get("chat_template")
    if isinstance(found, list):
        named = [item for item in found if isinstance(item, dict) and item.get("name") == "default"]
        found = named[-1].get("template") if named else None
    if not isinstance(found, str) or len(found.encode("utf-8", "replace")) > _MAX_TEMPLATE_BYTES:
        return ""
    return found


def _licence(path: Path) -> str:
    """The licence in the head of the model's card, as the hub spells it."""
    card = path / "README.md"
    head = _FRONT_MATTER.match(_text(card, _MAX_CARD_BYTES)) if card.is_file() else None
    said = _LICENCE.search(head[1]) if head else None
    return said[1] if said else ""


def _text(path: Path, limit: int) -> str:
    with reading(path), open_regular(path) as file:
        return file.read(limit).decode("utf-8", "replace")


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


def _check_tensors(tensors: dict[str, StoredTensor], config: HfConfig, path: Path) -> None:
    expected = config.tensor_shapes()
    for name in [name for name in tensors if name.endswith(_DROPPED)]:
        del tensors[name]
    if config.is_output_tied:
        tensors.pop(OUTPUT, None)
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
