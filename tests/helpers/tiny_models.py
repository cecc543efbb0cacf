"""Makers of tiny models on disk: sound ones, and bytes to damage."""

import json
import random
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_writer import (
    Metadata,
    PlannedTensor,
    Typed,
    TypedArray,
    encode_header,
)
from kochat_gui.catalog.hf_config import read_hf_config
from kochat_gui.core.resources import resource

BUILT_IN = resource("models", "ko-tiny-chat")
TINY_CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 96,
    "max_position_embeddings": 128,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "vocab_size": 300,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_PLAIN_TOKEN = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
_FORMATS = {"F32": "<f", "F16": "<e"}


def tiny_gguf(extra: Metadata | None = None, architecture: str = "llama") -> bytes:
    """A small but whole GGUF file; ``extra`` metadata replace its own."""
    metadata: dict[str, Typed | TypedArray] = {
        "general.architecture": Typed(ValueType.STRING, architecture),
        "general.file_type": Typed(ValueType.UINT32, 2),
        f"{architecture}.block_count": Typed(ValueType.UINT32, 1),
        f"{architecture}.context_length": Typed(ValueType.UINT32, 512),
        f"{architecture}.embedding_length": Typed(ValueType.UINT32, 32),
        f"{architecture}.attention.head_count": Typed(ValueType.UINT32, 2),
        "tokenizer.ggml.tokens": TypedArray(ValueType.STRING, ("<unk>", "가", "나다")),
        "tokenizer.ggml.scores": TypedArray(ValueType.FLOAT32, (0.0, 1.0, 2.0)),
        **(extra or {}),
    }
    tensors = [
        PlannedTensor("token_embd.weight", "q4_0", (32, 3)),
        PlannedTensor("output_norm.weight", "f32", (32,)),
    ]
    data = b"".join(b"\x01" * tensor.size + b"\0" * (-tensor.size % 32) for tensor in tensors)
    return encode_header(metadata, tensors) + data


def tiny_vocabulary(size: int) -> dict[str, Any]:
    """A byte-fallback ``tokenizer.json`` of ``size`` pieces."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{value:02X}>" for value in range(256))]
    pieces += ["▁", *"안녕하세요오늘은날씨가좋네", "안녕", "하세", "▁안녕", "하세요"]
    pieces = list(dict.fromkeys(pieces))
    merges = [["안", "녕"], ["하", "세"], ["▁", "안녕"], ["하세", "요"]]
    assert len(pieces) <= size
    return {
        "added_tokens": [
            {"id": number, "content": pieces[number], "special": True, **_PLAIN_TOKEN}
            for number in range(3)
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": "always",
            "split": False,
        },
        "model": {
            "type": "BPE",
            "byte_fallback": True,
            "vocab": {piece: number for number, piece in enumerate(pieces)},
            "merges": merges,
        },
    }


def write_safetensors(path: Path, tensors: dict[str, tuple[str, tuple[int, ...], bytes]]) -> None:
    """``tensors``: dtype, shape and content by name."""
    header, content, offset = {}, [], 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {
            "dtype": dtype,
            "shape": list(shape),
            "data_offsets": [offset, offset + len(data)],
        }
        content.append(data)
        offset += len(data)
    head = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(content))


def write_tiny_folder(
    folder: Path,
    config: Mapping[str, Any] | None = None,
    *,
    dtype: str = "F32",
    shards: int = 1,
    seed: int = 1,
) -> Path:
    """A safetensors model of random weights; ``config`` overrides ``TINY_CONFIG``."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = TINY_CONFIG | dict(config or {})
    (folder / "config.json").write_text(json.dumps(plain), encoding="utf-8")
    vocabulary = tiny_vocabulary(plain["vocab_size"])
    (folder / "tokenizer.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    shapes = read_hf_config(plain, folder / "config.json").tensor_shapes()
    chance = random.Random(seed)
    tensors = {
        name: (dtype, shape, _random_floats(chance, shape, dtype)) for name, shape in shapes.items()
    }
    if shards == 1:
        write_safetensors(folder / "model.safetensors", tensors)
        return folder
    weight_map: dict[str, str] = {}
    for index in range(shards):
        name = f"model-{index + 1:05}-of-{shards:05}.safetensors"
        part = {key: tensors[key] for key in list(tensors)[index::shards]}
        write_safetensors(folder / name, part)
        weight_map |= dict.fromkeys(part, name)
    index_text = json.dumps({"weight_map": weight_map})
    (folder / "model.safetensors.index.json").write_text(index_text, encoding="utf-8")
    return folder


def _random_floats(chance: random.Random, shape: tuple[int, ...], dtype: str) -> bytes:
    count = 1
    for length in shape:
        count *= length
    values = (chance.gauss(0, 0.05) for _ in range(count))
    if dtype == "BF16":
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    return b"".join(struct.pack(_FORMATS[dtype], value) for value in values)


def mutations(sound: bytes, count: int, seed: int, reach: int) -> list[bytes]:
    """``count`` damaged copies; changes fall into the first ``reach`` bytes."""
    chance = random.Random(seed)
    edges = (0, 1, 0x7F, 0x80, 0xFF)
    wide = (0, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1, 10**9, len(sound))
    found = []
    for _ in range(count):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 1, 1, 2, 8))):
            at = chance.randrange(min(reach, len(data)))
            match chance.randrange(6):
                case 0:
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    data[at] = chance.choice(edges)
                case 2:
                    data[at : at + 8] = struct.pack("<Q", chance.choice(wide))
                case 3:
                    data[at : at + 4] = struct.pack("<I", chance.choice(wide) & 0xFFFFFFFF)
                case 4:
                    del data[at : at + chance.choice((1, 4, 8, 100))]
                case _:
                    data[at:at] = chance.randbytes(chance.choice((1, 4, 8)))
        if chance.random() < 0.1:
            del data[chance.randrange(len(data)) :]
        found.append(bytes(data))
    return found
