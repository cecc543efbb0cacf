"""The built-in model, so changed that it never ends an answer; and an adapter that changes it."""

import json
import random
import shutil
import struct
from pathlib import Path
from typing import Any

from kochat_gui.core.models import ModelFormat, ModelSpec
from tests.helpers.tiny_models import BUILT_IN

_SPECIAL_TOKENS = 3
_RANK = 4


def endless_model(folder: Path, level: str) -> ModelSpec:
    """Write it into ``folder``; the path is that of its one file of weights."""
    target = folder / "끝없는 모델"
    target.mkdir(exist_ok=True)
    for name in ("config.json", "generation_config.json", "tokenizer.json"):
        shutil.copy(BUILT_IN / name, target)
    path = target / "model.safetensors"
    path.write_bytes(_without_endings((BUILT_IN / "model.safetensors").read_bytes()))
    size = path.stat().st_size
    return ModelSpec(
        str(path), "endless", path, ModelFormat.SAFETENSORS, level, size, template="chatml"
    )


def _without_endings(content: bytes) -> bytes:
    """The logits of special tokens become 0, which is never the largest."""
    (length,) = struct.unpack("<Q", content[:8])
    output = json.loads(content[8 : 8 + length])["lm_head.weight"]
    start, end = output["data_offsets"]
    row = (end - start) // output["shape"][0]
    first = 8 + length + start
    rows = _SPECIAL_TOKENS * row
    return content[:first] + bytes(rows) + content[first + rows :]


def strong_adapter(folder: Path, **changes: Any) -> Path:
    """Write a PEFT adapter with random weights; ``changes`` are made to its configuration."""
    target = folder / "무작위 어댑터"
    target.mkdir(exist_ok=True)
    config = {
        "peft_type": "LORA",
        "r": _RANK,
        "lora_alpha": 2 * _RANK,
        "target_modules": ["down_proj"],
        "bias": "none",
        "base_model_name_or_path": "/somewhere/else",
        **changes,
    }
    (target / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    shape = json.loads((BUILT_IN / "config.json").read_text("utf-8"))
    wide, hidden = shape["intermediate_size"], shape["hidden_size"]
    numbers = random.Random(11)
    tensors: dict[str, tuple[tuple[int, int], bytes]] = {}
    for layer in range(shape["num_hidden_layers"]):
        name = f"base_model.model.model.layers.{layer}.mlp.down_proj"
        for part, rows, columns, width in (("A", _RANK, wide, wide), ("B", hidden, _RANK, _RANK)):
            values = [numbers.gauss(0, width**-0.5) for _ in range(rows * columns)]
            content = struct.pack(f"<{len(values)}f", *values)
            tensors[f"{name}.lora_{part}.weight"] = ((rows, columns), content)
    write_safetensors(target / "adapter_model.safetensors", tensors)
    return target


def write_safetensors(path: Path, tensors: dict[str, tuple[tuple[int, int], bytes]]) -> None:
    """Write 32-bit matrices."""
    header: dict[str, object] = {}
    offset = 0
    for name, (shape, content) in tensors.items():
        end = offset + len(content)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    plain = json.dumps(header).encode()
    data = b"".join(content for _, content in tensors.values())
    path.write_bytes(struct.pack("<Q", len(plain)) + plain + data)
