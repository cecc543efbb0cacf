"""GGUF adapters with random weights for the models of ``random_gguf``."""

from pathlib import Path

import gguf
import numpy as np

from tests.benchmarks.random_gguf import TINY, ModelShape

RANK = 4


def write_random_adapter(
    path: Path,
    shape: ModelShape = TINY,
    *,
    seed: int = 11,
    architecture: str = "llama",
    kind: str = "adapter",
    alpha: float | str = 8.0,
    suffix: str = "lora_a",
    extra: str | None = None,
) -> Path:
    """Write a LoRA of the feed-forward networks that changes every answer.

    ``kind``, ``alpha`` (its type), ``suffix`` and ``extra`` (another tensor) make bad ones.
    """
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_string("general.type", kind)
    writer.add_string("adapter.type", "lora")
    if isinstance(alpha, str):
        writer.add_string("adapter.lora.alpha", alpha)
    else:
        writer.add_float32("adapter.lora.alpha", alpha)
    for layer in range(shape.layers):
        name = f"blk.{layer}.ffn_down.weight"
        down = random.standard_normal((RANK, shape.feed_forward), dtype=np.float32)
        up = random.standard_normal((shape.hidden, RANK), dtype=np.float32)
        writer.add_tensor(f"{name}.{suffix}", down * shape.feed_forward**-0.5)
        writer.add_tensor(f"{name}.lora_b", up * RANK**-0.5)
    if extra is not None:
        writer.add_tensor(extra, np.ones(shape.hidden, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
