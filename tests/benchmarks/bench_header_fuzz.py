"""Headers that were damaged on purpose: refused with a clear error, in little time and memory.

Every reader of the window's process gets as many changed files as ``--count`` says (200,000 of
each format). The changes know the formats: counts, lengths, types and offsets get the values that
break readers; JSON gets values of other types, missing and repeated keys, deep nesting. Goals per
file: no exception but ``ModelError``, 50 ms of processor time, 64 MB of memory (the process may
not take more: a ``MemoryError`` counts as a failure). ``--seed N`` repeats a run.
"""

import copy
import json
import random
import resource
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from kochat_gui.catalog.adapter_header import describe_adapter
from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.gguf_writer import PlannedTensor, Typed, data_bytes, encode_header
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.safetensors_folder import read_hf_model
from kochat_gui.catalog.safetensors_header import read_safetensors_header
from kochat_gui.catalog.splitters import SPLITTERS
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.torch_archive import read_torch_archive
from kochat_gui.core.errors import ModelError
from kochat_gui.core.resources import resource as shipped
from tests.benchmarks.measuring import Figure, report, told
from tests.helpers.ggml_writer import mutation_seeds
from tests.helpers.tiny_models import TINY_CONFIG, mutations, tiny_gguf, write_tiny_folder
from tests.helpers.torch_checkpoints import whole_pickle, write_archive

COUNT = 200_000
LIMIT_S = 0.05
LIMIT_BYTES = 64 * 10**6
_PICKLE = whole_pickle(b"}")
_TAIL = 2**20
"""Zeros behind some files, so that lengths can be wrong without passing the end."""
_WIDE = (
    0,
    1,
    2,
    3,
    31,
    32,
    255,
    2**16,
    2**20,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**40,
    2**63,
    2**64 - 1,
)
_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    7,
    2**31,
    2**63,
    2**200,
    -(2**70),
    0.0,
    -0.5,
    1e308,
    1e-308,
    "",
    "가",
    "\0",
    "x" * 300,
    "\ud800",
    [],
    {},
    [[]],
    [0],
    ["a"],
    [None],
    {"a": 1},
    [{}],
)


@dataclass
class Tally:
    """What the files of one format did."""

    name: str
    files: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)


Change = Callable[[random.Random, bytes], bytes]
Read = Callable[[Path], object]


@dataclass(frozen=True)
class Target:
    """A format: sound files, how they are damaged, and who reads them."""

    name: str
    file_name: str
    seeds: tuple[bytes, ...]
    change: Change
    read: Read


def changed_binary(chance: random.Random, sound: bytes) -> bytes:
    """Numbers in the header, wherever they are aligned, get the values that break readers."""
    data = bytearray(sound)
    reach = min(len(data), 900)
    for _ in range(chance.choice((1, 1, 2, 4))):
        kind, at = chance.randrange(5), chance.randrange(max(reach - 8, 1))
        if kind == 0:
            data[at : at + 8] = struct.pack("<Q", chance.choice(_WIDE))
        elif kind == 1:
            data[at : at + 4] = struct.pack("<I", chance.choice(_WIDE) & 0xFFFFFFFF)
        elif kind == 2:
            value = int.from_bytes(data[at : at + 4], "little") + chance.choice((-32, -1, 1, 32))
            data[at : at + 4] = struct.pack("<I", value & 0xFFFFFFFF)
        elif kind == 3:
            start = chance.randrange(reach)
            data[at:at] = data[start : start + chance.choice((4, 8, 24, 60))]
        else:
            return mutations(bytes(data), 1, chance.randrange(2**32), reach)[0]
    if chance.random() < 0.05:
        del data[chance.randrange(len(data)) :]
    return bytes(data) + (bytes(_TAIL) if chance.random() < 0.02 else b"")


def changed_json(chance: random.Random, sound: bytes) -> bytes:
    """Values of other types, missing and repeated keys, deep nesting, broken text."""
    if chance.random() < 0.15:
        return mutations(sound, 1, chance.randrange(2**32), len(sound))[0]
    plain = json.loads(sound)
    for _ in range(chance.choice((1, 1, 2, 3))):
        _change_somewhere(chance, plain)
    text = json.dumps(plain)
    if chance.random() < 0.02:
        depth = chance.choice((100, 5_000, 100_000))
        text = text.replace("null", "[" * depth + "]" * depth, 1)
    if chance.random() < 0.02:
        text = "{" + text[1:-1] + ", " + text[1:]
    return text.encode("utf-8", "surrogatepass")


def _change_somewhere(chance: random.Random, plain: Any) -> None:
    """One change at a random place of the tree."""
    place = plain
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = chance.choice(keys)
        child = place[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.7:
            place = child
            continue
        match chance.randrange(4):
            case 0:
                del place[key]
            case 1 if isinstance(place, dict):
                place[str(key) + "x"] = place.pop(key)
            case _:
                place[key] = copy.deepcopy(chance.choice(_ODD_VALUES))
        return


def changed_archive(chance: random.Random, sound: bytes) -> bytes:
    """A zip archive is read from its end: that is where the changes go."""
    cut = chance.choice((0, len(sound) - min(len(sound), 700)))
    return sound[:cut] + changed_binary(chance, sound[cut:])


def changed_safetensors(chance: random.Random, sound: bytes) -> bytes:
    """The JSON inside, or the length before it."""
    length = int.from_bytes(sound[:8], "little")
    if chance.random() < 0.3:
        return changed_binary(chance, sound)
    head = changed_json(chance, sound[8 : 8 + length])
    size = len(head) if chance.random() < 0.9 else chance.choice(_WIDE)
    return struct.pack("<Q", size) + head + sound[8 + length :]


def targets(folder: Path) -> Iterator[Target]:
    """All formats; ``folder`` is where their files lie."""
    sound = write_tiny_folder(folder / "sound")
    tokenizer = (sound / "tokenizer.json").read_bytes()
    weights = (sound / "model.safetensors").read_bytes()
    gguf = (tiny_gguf(), tiny_gguf(architecture="qwen2"))
    yield Target("GGUF", "m.gguf", gguf, changed_binary, _read_gguf)
    ggml = tuple(mutation_seeds().values())
    yield Target("GGML", "m.bin", ggml, changed_binary, inspect_model)
    yield Target(
        "safetensors", "m.safetensors", (weights,), changed_safetensors, read_safetensors_header
    )
    (folder / "tokenizer.json").write_bytes(tokenizer)
    yield Target(
        "config.json", "config.json", _configs(), changed_json, lambda path: _hf(path.parent)
    )
    tokenizers = (tokenizer, _byte_level(tokenizer))
    yield Target("tokenizer.json", "t.json", tokenizers, changed_json, _tokenizer)
    templates = {"chat_template": [{"name": "default", "template": "{{ messages }}"}]}
    yield Target(
        "tokenizer_config.json",
        "sound/tokenizer_config.json",
        (json.dumps(templates).encode(),),
        changed_json,
        lambda path: _hf(path.parent),
    )
    yield from _adapter_targets(folder)
    archive = write_archive(folder / "archive.bin", _PICKLE, {"0": bytes(64), "1": bytes(64)})
    sound_archive = archive.read_bytes()
    yield Target("PyTorch archive", "p.bin", (sound_archive,), changed_archive, read_torch_archive)


def _configs() -> tuple[bytes, ...]:
    """Of families that differ in what they say about positions and layers."""
    yarn = {"rope_type": "yarn", "factor": 2.0, "beta_fast": 32, "beta_slow": 1, "truncate": True}
    kinds = ["sliding_attention", "full_attention"]
    changes: tuple[dict[str, Any], ...] = (
        {"rope_scaling": None, "rms_norm_eps": None},
        {"architectures": ["Qwen2ForCausalLM"], "rope_parameters": yarn},
        {"architectures": ["Gemma3ForCausalLM"], "sliding_window": 64, "layer_types": kinds},
        {"architectures": ["Exaone4ForCausalLM"], "layer_types": ["full_attention"] * 2},
    )
    return tuple(json.dumps(TINY_CONFIG | change).encode() for change in changes)


def _byte_level(tokenizer: bytes) -> bytes:
    """``tokenizer`` as if it spelled its pieces byte by byte."""
    plain = json.loads(tokenizer)
    plain["model"]["byte_fallback"] = False
    pattern = {"Regex": next(found for found in SPLITTERS if found.name == "qwen2").steps[0]}
    split = {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}
    whole = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
    steps = {"type": "Sequence", "pretokenizers": [split, whole]}
    return json.dumps(plain | {"normalizer": None, "pre_tokenizer": steps}).encode()


def _adapter_targets(folder: Path) -> Iterator[Target]:
    source = shipped("adapters", "ko-tiny-meow")
    weights, config = "adapter_model.safetensors", "adapter_config.json"
    (folder / weights).write_bytes((source / weights).read_bytes())
    plain = ((source / config).read_bytes(),)
    yield Target(config, config, plain, changed_json, lambda path: describe_adapter(path.parent))
    (folder / config).write_bytes(plain[0])
    yield Target("GGUF adapter", "a.gguf", (_gguf_adapter(),), changed_binary, describe_adapter)


def _gguf_adapter() -> bytes:
    """A sound adapter of one matrix."""

    def text(value: str) -> Typed:
        return Typed(ValueType.STRING, value)

    metadata = {
        "general.architecture": text("llama"),
        "general.type": text("adapter"),
        "adapter.type": text("lora"),
        "adapter.lora.alpha": Typed(ValueType.FLOAT32, 16.0),
    }
    name = "blk.0.attn_q.weight"
    tensors = [
        PlannedTensor(f"{name}.lora_a", "f32", (32, 4)),
        PlannedTensor(f"{name}.lora_b", "f32", (4, 32)),
    ]
    return encode_header(metadata, tensors) + bytes(data_bytes(tensors))


def _read_gguf(path: Path) -> object:
    read_gguf_header(path)
    return inspect_model(path)


def _hf(folder: Path) -> object:
    return read_hf_model(folder)


def _tokenizer(path: Path) -> object:
    return read_tokenizer(path, int(TINY_CONFIG["vocab_size"]))


def fuzz(target: Target, folder: Path, count: int, seed: int) -> Tally:
    """Read ``count`` damaged files of one format."""
    tally, path = Tally(target.name), folder / target.file_name
    for number in range(count):
        chance = random.Random(f"{seed} {target.name} {number}")
        content = target.change(chance, chance.choice(target.seeds))
        path.write_bytes(content)
        taken = _read(target, path, number, tally)
        tally.files += 1
        if taken > LIMIT_S:
            # A busy machine takes time from single files; what a file costs, it costs each time.
            taken = min(taken, *(_read(target, path, number, Tally("again")) for _ in range(3)))
        tally.slowest_s = max(tally.slowest_s, taken)
        if taken > LIMIT_S:
            tally.failures.append(f"{target.name} {number}: {taken * 1000:.0f} ms")
    path.unlink()
    return tally


def _read(target: Target, path: Path, number: int, tally: Tally) -> float:
    """Read ``path`` once; seconds of processor time."""
    began = time.process_time()
    try:
        target.read(path)
    except ModelError as error:
        tally.refused += 1
        error.lines()
    except Exception:  # noqa: BLE001 - that is what is looked for
        tally.failures.append(f"{target.name} {number}: {traceback.format_exc(limit=-3)}")
    return time.process_time() - began


def run_all(count: int, seed: int = 1) -> list[Tally]:
    """Every format in turn; this process gets no more than the allowed memory meanwhile."""
    with tempfile.TemporaryDirectory(prefix="kochat-fuzz-") as name:
        folder = Path(name)
        before = resource.getrlimit(resource.RLIMIT_AS)
        limit = psutil.Process().memory_info().vms + LIMIT_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
        try:
            return [fuzz(target, folder, count, seed) for target in targets(folder)]
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)


def main() -> int:
    """Run; the exit status says whether every file was refused or read as it should be."""
    count = int(sys.argv[sys.argv.index("--count") + 1]) if "--count" in sys.argv else COUNT
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
    figures, failures = [], []
    for tally in run_all(count, seed):
        failures += tally.failures
        metric = f"{tally.name}: {tally.files:,} files, {tally.refused:,} refused; slowest"
        ratio = LIMIT_S / max(tally.slowest_s, 1e-9)
        figure = Figure(metric, tally.slowest_s * 1000, LIMIT_S * 1000, "ms", ratio, 1.0)
        figures.append(told(figure))
    for failure in failures[:10]:
        sys.stderr.write(failure + "\n")
    return report("header_fuzz", figures, failures=len(failures), seed=seed) or bool(failures)


if __name__ == "__main__":
    sys.exit(main())
