"""GGUF files that were made of PEFT adapters, kept per state of the adapter and kind of model."""

import re
from collections.abc import Callable
from pathlib import Path

from kochat_gui.catalog.adapter_header import check_adapter
from kochat_gui.catalog.conversion import make_file
from kochat_gui.catalog.conversion_job import AdapterJob, WeightsJob
from kochat_gui.catalog.conversion_room import (
    check_room,
    new_part_suffix,
    remove_stale_parts,
    writing,
)
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.source_files import adapter_files, fingerprint
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError
from kochat_gui.core.models import AdapterFormat, AdapterSpec, ModelSpec

_RECIPE = "kochat-adapters-1"
"""Changes when the same adapter would give another file."""


class AdapterCache:
    """Finds and makes adapter files under ``folder``; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(
        self,
        adapter: AdapterSpec,
        model: ModelSpec,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> Path:
        """Path of ``adapter`` as GGUF for ``model``; a GGUF adapter is its own file.

        Raises ``ModelUnsupportedError`` when it does not fit, and what :func:`make_file` raises.
        """
        check_adapter(adapter, model)
        if adapter.format is AdapterFormat.GGUF:
            return adapter.path
        target = self.path(adapter, model)
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            remove_stale_parts(self._folder.glob("*.part"))
            if target.is_file():
                if _is_sound(target):
                    return target
                target.unlink()
            # bf16 weights become f32.
            check_room(self._folder, 2 * adapter.size_bytes)
        job = AdapterJob(
            source=adapter.path, model=model, target=target, part_suffix=new_part_suffix()
        )
        make_file(job, on_progress, cancel)
        return target

    def make_weights(
        self, adapter: AdapterSpec, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> Path:
        """The folder of a PEFT ``adapter`` with safetensors weights, made of a pickle if need be.

        Raises what :func:`make_file` raises.
        """
        folder = adapter.path if adapter.path.is_dir() else adapter.path.parent
        if not adapter.is_pickled:
            return folder
        print_ = fingerprint(_RECIPE, adapter_files(adapter.path))
        target = self._folder / f"{_safe_name(adapter)}-{print_}"
        if target.is_dir():
            return target
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            remove_stale_parts(self._folder.glob("*.part"))
            check_room(self._folder, adapter.size_bytes)
        make_file(
            WeightsJob(source=folder, target=target, part_suffix=new_part_suffix()),
            on_progress,
            cancel,
        )
        return target

    def path(self, adapter: AdapterSpec, model: ModelSpec) -> Path:
        """Where the file is or will be; raises ``ModelMissingError``."""
        shape = (model.architecture, model.head_count, model.head_count_kv, model.head_dim)
        recipe = f"{_RECIPE}\0{adapter.name}\0{shape}"
        print_ = fingerprint(recipe, adapter_files(adapter.path))
        return self._folder / f"{_safe_name(adapter)}-{print_}.gguf"


def _safe_name(adapter: AdapterSpec) -> str:
    return re.sub(r"[^\w.-]+", "_", adapter.name)[:40]


def _is_sound(path: Path) -> bool:
    try:
        read_gguf_header(path)
    except ModelError:
        return False
    return True
