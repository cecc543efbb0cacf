"""Tries files at every door of the program that might read a pickle, watched by an audit hook.

``python -m tests.faults.pickle_doors FOLDER``: prints one JSON line for each folder in FOLDER,
with the errors by door and what the interpreter was asked to do meanwhile.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kochat_gui.catalog.adapter_conversion import convert_adapter
from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.catalog.checkpoint_conversion import convert_checkpoint
from kochat_gui.catalog.checkpoint_folder import describe_checkpoint
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.torch_pickle import read_torch_tensors
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import ModelFormat, ModelSpec

WATCHED = frozenset(
    {"exec", "compile", "import", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn"}
    | {"subprocess.Popen", "socket.__new__", "socket.connect", "pickle.find_class", "marshal.loads"}
    | {"ctypes.dlopen", "os.symlink", "shutil.copyfile", "sqlite3.connect", "urllib.Request"}
)
_MODEL = ModelSpec(
    "base",
    "base",
    Path("base"),
    ModelFormat.SAFETENSORS,
    None,
    0,
    "LlamaForCausalLM",
    layer_count=1,
    hidden_size=4,
    feed_forward_size=4,
    head_count=1,
    head_count_kv=1,
    head_dim=4,
)


def _convert_adapter(folder: Path) -> None:
    spec = describe_adapter(folder)
    check_adapter(spec, _MODEL)
    convert_adapter(spec.path, _MODEL, folder / "out" / "adapter.gguf", lambda _: None)


def _convert_model(folder: Path, target: Path) -> None:
    describe_checkpoint(folder)
    convert_checkpoint(folder, target, lambda _: None)


DOORS: dict[str, Callable[[Path], object]] = {
    "reader, archive": lambda folder: read_torch_tensors(folder / "model" / "pytorch_model.bin"),
    "reader, bare": lambda folder: read_torch_tensors(folder / "bare.pt"),
    "checkpoint": lambda folder: _convert_model(folder / "model", folder / "out" / "converted"),
    "checkpoint, bare": lambda folder: _convert_model(folder / "bare", folder / "out" / "bare"),
    "adapter": lambda folder: _convert_adapter(folder / "adapter"),
    "adapter, as safetensors": lambda folder: _convert_adapter(folder / "adapter-safetensors"),
    "adapter, as config": lambda folder: describe_adapter(folder / "adapter-config"),
    "model file": lambda folder: inspect_model(folder / "bare.pt"),
    "model, as gguf": lambda folder: inspect_model(folder / "bare.gguf"),
    "adapter, as gguf": lambda folder: describe_adapter(folder / "bare.gguf"),
    "model, as safetensors": lambda folder: inspect_model(folder / "as-safetensors"),
    "model, as config": lambda folder: inspect_model(folder / "as-config"),
    "model, as tokenizer": lambda folder: inspect_model(folder / "as-tokenizer"),
}
"""What a file may be given to. ``as-tokenizer`` is described by its other files."""


class _Watcher:
    """An audit hook that notes what it sees while it is on."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on:
            return
        if event in WATCHED:
            self.seen.append(event)
        elif event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            place = os.fsdecode(arguments[0])
            if f"{os.sep}out{os.sep}" not in place:
                self.seen.append(f"open {place}")


def _try(door: Callable[[Path], object], folder: Path) -> list[str] | None:
    """The error's code and text; None when there was none."""
    try:
        door(folder)
    except UserFacingError as error:
        return [error.code, error.text()]
    except Exception as error:  # noqa: BLE001 - told to the test, which fails on it
        return ["bug", repr(error)]
    return None


def main() -> None:
    """Entry point."""
    watcher = _Watcher()
    sys.addaudithook(watcher.hook)
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        watcher.seen = []
        watcher.is_on = True
        errors = {label: _try(door, folder) for label, door in DOORS.items()}
        watcher.is_on = False
        line = {"folder": folder.name, "errors": errors, "events": watcher.seen}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
