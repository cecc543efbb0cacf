"""The mixtures of every level, against what llama.cpp's quantizer really writes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS, ValueType
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.gguf_split import read_gguf_parts
from kochat_gui.catalog.gguf_writer import (
    PlannedTensor,
    Typed,
    TypedArray,
    data_bytes,
    encode_header,
)
from kochat_gui.catalog.level_rules import level_types
from kochat_gui.catalog.level_sizes import gguf_plan, level_sizes, sizes_are_exact
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.models import QUANTIZATIONS

_SAID = {
    "general.quantization_version": Typed(ValueType.UINT32, 2),
    "general.file_type": Typed(ValueType.UINT32, 1),
}


class Shape(NamedTuple):
    """Sizes that the mixtures tell apart."""

    architecture: str
    layers: int
    hidden: int
    wide: int
    heads: int
    heads_kv: int
    head_dim: int
    words: int
    is_tied: bool


SHAPES = {
    "few layers": Shape("llama", 4, 256, 512, 4, 4, 64, 320, False),
    "grouped, tied, odd rows": Shape("llama", 9, 256, 768, 8, 2, 32, 301, True),
    "rows of no 256": Shape("llama", 17, 64, 96, 4, 1, 16, 300, False),
    "rows of no 32": Shape("llama", 2, 80, 48, 4, 2, 20, 300, False),
    "70B": Shape("llama", 80, 64, 96, 8, 2, 16, 64, False),
    "65B": Shape("llama", 80, 64, 96, 4, 4, 16, 64, False),
    "one row": Shape("llama", 1, 256, 256, 4, 4, 64, 1, False),
    "qwen2 with bias": Shape("qwen2", 28, 256, 288, 8, 2, 32, 300, True),
    "qwen3": Shape("qwen3", 36, 256, 512, 4, 2, 64, 300, False),
    "gemma": Shape("gemma2", 26, 256, 256, 4, 2, 64, 300, True),
}


_QUANTIZE = """
import ctypes, json, os, sys, llama_cpp as lib
log = lib.llama_log_callback(lambda level, text, data: None)
lib.llama_log_set(log, ctypes.c_void_p(0))
source, levels = sys.argv[1], json.load(sys.stdin)
for number, target in levels:
    params = lib.llama_model_quantize_default_params()
    params.ftype = number
    if lib.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params)):
        sys.exit(target)
"""


def _write(path: Path, shape: Shape, said: dict[str, Typed], type_name: str = "f16") -> Path:
    def number(value: int) -> Typed:
        return Typed(ValueType.UINT32, value)

    a = shape.architecture
    metadata: dict[str, Typed | TypedArray] = {
        "general.architecture": Typed(ValueType.STRING, a),
        **said,
        f"{a}.vocab_size": number(shape.words),
        f"{a}.block_count": number(shape.layers),
        f"{a}.context_length": number(512),
        f"{a}.embedding_length": number(shape.hidden),
        f"{a}.feed_forward_length": number(shape.wide),
        f"{a}.attention.head_count": number(shape.heads),
        f"{a}.attention.head_count_kv": number(shape.heads_kv),
        f"{a}.attention.key_length": number(shape.head_dim),
        f"{a}.attention.value_length": number(shape.head_dim),
        f"{a}.rope.dimension_count": number(shape.head_dim),
        f"{a}.attention.layer_norm_rms_epsilon": Typed(ValueType.FLOAT32, 1e-5),
    }
    tensors = _tensors(shape, type_name)
    header = encode_header(metadata, tensors)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data_bytes(tensors))
    return path


def _tensors(shape: Shape, type_name: str) -> list[PlannedTensor]:
    hidden, queries = shape.hidden, shape.heads * shape.head_dim
    keys = shape.heads_kv * shape.head_dim
    found = [
        PlannedTensor("token_embd.weight", type_name, (hidden, shape.words)),
        PlannedTensor("output_norm.weight", "f32", (hidden,)),
    ]
    if not shape.is_tied:
        found.append(PlannedTensor("output.weight", type_name, (hidden, shape.words)))
    layer: dict[str, tuple[int, ...]] = {
        "attn_norm": (hidden,),
        "attn_q": (hidden, queries),
        "attn_k": (hidden, keys),
        "attn_v": (hidden, keys),
        "attn_output": (queries, hidden),
        "ffn_norm": (hidden,),
        "ffn_gate": (hidden, shape.wide),
        "ffn_up": (hidden, shape.wide),
        "ffn_down": (shape.wide, hidden),
    }
    for index in range(shape.layers):
        for name, size in layer.items():
            kind = type_name if len(size) > 1 else "f32"
            found.append(PlannedTensor(f"blk.{index}.{name}.weight", kind, size))
            if shape.architecture == "qwen2" and name in {"attn_q", "attn_k", "attn_v"}:
                found.append(PlannedTensor(f"blk.{index}.{name}.bias", "f32", size[1:]))
    return found


def _quantize(source: Path, levels: list[str]) -> dict[str, Path]:
    """Files of all levels beside ``source``, made by the library in a process of its own."""
    made = {level: source.with_name(f"made-{level}.gguf") for level in levels}
    asked = [(FILE_TYPE_IDS[level], str(path)) for level, path in made.items()]
    done = subprocess.run(
        [sys.executable, "-c", _QUANTIZE, str(source)],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    return made


@pytest.mark.parametrize("name", SHAPES)
def test_every_level_is_foretold_to_the_byte(tmp_path: Path, name: str) -> None:
    # A file that does not say its level gets that said: the header grows.
    said = {} if SHAPES[name].is_tied else _SAID
    source = _write(tmp_path / "f16.gguf", SHAPES[name], said)
    plan = gguf_plan(read_gguf_parts(source))
    assert plan.is_exact
    for level, made in _quantize(source, list(QUANTIZATIONS)).items():
        found = {t.name: t.layout.name for t in read_gguf_header(made).tensors}
        assert found == dict(level_types(level, plan.tensors, plan.traits)), level
        assert made.stat().st_size == plan.size_at(level), level


def test_levels_grow_as_they_are_listed(tmp_path: Path) -> None:
    shape = Shape("llama", 32, 256, 768, 4, 4, 64, 2048, False)
    spec = inspect_model(_write(tmp_path / "m.gguf", shape, _SAID))
    sizes = level_sizes(spec)
    assert set(sizes) == set(QUANTIZATIONS)
    bits = [quantization.bits_per_weight for quantization in QUANTIZATIONS.values()]
    assert bits == sorted(bits)
    assert sizes_are_exact(spec)


def test_other_architectures_are_estimated(tmp_path: Path) -> None:
    shape = SHAPES["few layers"]._replace(architecture="falcon")
    spec = inspect_model(_write(tmp_path / "m.gguf", shape, _SAID))
    assert set(level_sizes(spec)) == set(QUANTIZATIONS)
    assert not sizes_are_exact(spec)


def test_what_was_quantized_is_not_quantized_again(tmp_path: Path) -> None:
    said = _SAID | {"general.file_type": Typed(ValueType.UINT32, FILE_TYPE_IDS["q8_0"])}
    spec = inspect_model(_write(tmp_path / "m.gguf", SHAPES["few layers"], said, "q8_0"))
    assert set(level_sizes(spec)) == {"q8_0"}
    # Not even when the file calls itself f16.
    lying = inspect_model(_write(tmp_path / "n.gguf", SHAPES["few layers"], _SAID, "q8_0"))
    assert set(level_sizes(lying)) == {"f16"}
