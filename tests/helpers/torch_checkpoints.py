"""Writes what ``torch.save`` writes, without torch: sound checkpoints, and parts to spoil."""

import json
import shutil
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.safetensors_header import ITEM_BYTES, read_safetensors_header

STORAGE_WORDS = {
    "F32": "FloatStorage",
    "F16": "HalfStorage",
    "BF16": "BFloat16Storage",
    "F64": "DoubleStorage",
    "I64": "LongStorage",
}
LEGACY_STARTS = (
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
    b"\x80\x02M\xe9\x03.",
    b"\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.",
)
"""Magic number, version and system of a file from before PyTorch 1.6."""


@dataclass(frozen=True)
class View:
    """A tensor as a view of a storage."""

    key: str
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None = None
    """None: dense."""
    offset: int = 0
    count: int | None = None
    """Items that the pickle says the storage has; None: as many as the tensor."""

    @property
    def item_count(self) -> int:
        count = 1
        for length in self.shape:
            count *= length
        return count


def text(value: str) -> bytes:
    """Pickled."""
    content = value.encode()
    return b"X" + struct.pack("<I", len(content)) + content


def number(value: int) -> bytes:
    """Pickled."""
    content = value.to_bytes(9, "little", signed=True)
    return b"\x8a\x09" + content


def name(module: str, word: str) -> bytes:
    """A global, pickled as protocol 2 does."""
    return f"c{module}\n{word}\n".encode()


def numbers(values: Iterable[int]) -> bytes:
    """A tuple of numbers, pickled."""
    return b"(" + b"".join(number(value) for value in values) + b"t"


def pickled_storage(view: View, *, legacy: bool = False) -> bytes:
    """The persistent id of a storage."""
    count = view.item_count if view.count is None else view.count
    return b"".join(
        (
            b"(" + text("storage") + name("torch", STORAGE_WORDS[view.dtype]),
            text(view.key) + text("cpu") + number(count),
            b"N" if legacy else b"",
            b"tQ",
        )
    )


def pickled_tensor(view: View, *, legacy: bool = False, last: bytes = b"") -> bytes:
    """A call of ``_rebuild_tensor_v2``; ``last`` is a seventh argument."""
    strides = view.strides
    if strides is None:
        steps, step = [], 1
        for length in reversed(view.shape):
            steps.append(step)
            step *= length
        strides = tuple(reversed(steps))
    return b"".join(
        (
            name("torch._utils", "_rebuild_tensor_v2") + b"(",
            pickled_storage(view, legacy=legacy) + number(view.offset),
            numbers(view.shape) + numbers(strides),
            b"\x89" + name("collections", "OrderedDict") + b")R" + last + b"tR",
        )
    )


def pickled_dict(entries: Mapping[str, bytes]) -> bytes:
    """A dictionary of values that are pickled already, without the pickle's start and stop."""
    return b"}(" + b"".join(text(key) + value for key, value in entries.items()) + b"u"


def whole_pickle(value: bytes, protocol: int = 2) -> bytes:
    """``value`` with the pickle's start and stop."""
    return b"\x80" + bytes((protocol,)) + value + b"."


def state_dict(views: Mapping[str, View]) -> bytes:
    """The pickle of a state dict, with the versions of modules that torch hangs on it."""
    entries = b"".join(text(key) + pickled_tensor(view) for key, view in views.items())
    ordered = name("collections", "OrderedDict") + b")R"
    return whole_pickle(ordered + b"(" + entries + b"u}" + text("_metadata") + ordered + b"sb")


def write_archive(
    path: Path, pickle: bytes, storages: Mapping[str, bytes] | None = None, folder: str = "archive"
) -> Path:
    """The zip container; ``storages`` by key."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{folder}/data.pkl", pickle)
        archive.writestr(f"{folder}/byteorder", b"little")
        for key, content in (storages or {}).items():
            archive.writestr(f"{folder}/data/{key}", content)
        archive.writestr(f"{folder}/version", b"3\n")
    return path


def legacy_file(pickle: bytes, storages: Mapping[str, tuple[int, bytes]]) -> bytes:
    """A file from before PyTorch 1.6; ``storages``: item counts and contents by key."""
    keys = whole_pickle(b"](" + b"".join(text(key) for key in storages) + b"e")
    data = b"".join(struct.pack("<q", count) + content for count, content in storages.values())
    return b"".join(LEGACY_STARTS) + pickle + keys + data


def write_checkpoint_folder(folder: Path, source: Path, files: int = 1) -> Path:
    """The safetensors model ``source`` as PyTorch files, its weights unchanged."""
    folder.mkdir(parents=True)
    for path in source.glob("*.json"):
        if not path.name.endswith(".index.json"):
            shutil.copyfile(path, folder / path.name)
    views: dict[str, View] = {}
    contents: dict[str, bytes] = {}
    for path in sorted(source.glob("*.safetensors")):
        content = path.read_bytes()
        for key, tensor in read_safetensors_header(path).items():
            views[key] = View(str(len(views)), tensor.dtype, tensor.shape)
            contents[key] = content[tensor.offset : tensor.offset + tensor.size]
    places: dict[str, str] = {}
    for index in range(files):
        part = {key: views[key] for key in list(views)[index::files]}
        file = f"pytorch_model-{index + 1:05}-of-{files:05}.bin"
        file = "pytorch_model.bin" if files == 1 else file
        storages = {view.key: contents[key] for key, view in part.items()}
        write_archive(folder / file, state_dict(part), storages, file.removesuffix(".bin"))
        places |= dict.fromkeys(part, file)
    if files > 1:
        index_text = json.dumps({"metadata": {}, "weight_map": places})
        (folder / "pytorch_model.bin.index.json").write_text(index_text, encoding="utf-8")
    return folder


def item_bytes(values: Iterable[int], dtype: str) -> bytes:
    """Numbers as items of ``dtype``'s width, to be told apart after a round trip."""
    return b"".join(value.to_bytes(ITEM_BYTES[dtype], "little") for value in values)
