"""PEFT adapters on a loaded model: switched on, off and in strength without touching the model.

``peft`` puts its layers around the model's own. It gets a configuration made here of the values
that are known, and tensors from safetensors; nothing of an adapter's folder reaches its loaders.
"""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from kochat_gui.core.errors import (
    KoChatError,
    MemoryShortError,
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import AdapterUse
from kochat_gui.core.module_patterns import is_module_pattern
from kochat_gui.core.regular_file import open_regular
from kochat_gui.engines.transformers_errors import is_memory_error
from kochat_gui.engines.transformers_folder import check_safetensors

_MISSING = QT_TRANSLATE_NOOP("Transformers", "The adapter {file} is not there.")
_NOT_ADAPTER = QT_TRANSLATE_NOOP("Transformers", "{file} is not a PEFT adapter.")
_PICKLED = QT_TRANSLATE_NOOP("Transformers", "The adapter {file} has no safetensors file.")
_DAMAGED = QT_TRANSLATE_NOOP("Transformers", "The adapter {file} is incomplete or damaged.")
_UNSUPPORTED = QT_TRANSLATE_NOOP(
    "Transformers", "The adapter {file} changes the model in a way that KoChat cannot apply: {what}"
)
_OTHER_MODEL = QT_TRANSLATE_NOOP("Transformers", "The adapter {file} was made for another model.")
_NO_MEMORY = QT_TRANSLATE_NOOP("Transformers", "There is not enough memory for the adapter {file}.")
_KEPT = QT_TRANSLATE_NOOP("Transformers", "The model is still loaded.")
_ADVICE = QT_TRANSLATE_NOOP("Transformers", "Turn the adapter off, or choose another one.")

_CONFIG = "adapter_config.json"
_WEIGHTS = "adapter_model.safetensors"
_MAX_CONFIG_BYTES = 2**20
_LARGEST_RANK = 4096
_REFUSED = (
    "use_dora", "modules_to_save", "trainable_token_indices", "lora_bias", "use_qalora",
    "alora_invocation_tokens", "layer_replication", "target_parameters", "use_bdlora",
    "megatron_config",
)  # fmt: skip
_ROOT = "base_model.model."


@dataclass(frozen=True)
class _FileState:
    """Tells an adapter from a later one at the same place."""

    path: Path
    modified_ns: int
    size: int

    @property
    def folder(self) -> Path:
        return self.path.parent


class HfAdapterSet:
    """Adapters of one loaded model. Each is read once and kept until the model is freed."""

    def __init__(self, module: Any, dtype: Any) -> None:
        """``dtype``: of the adapters' matrices."""
        self._module = module
        self._dtype = dtype
        self._names: dict[_FileState, str] = {}
        self._made = 0
        self._active: dict[_FileState, float] = {}

    def are_active(self, adapters: Sequence[AdapterUse]) -> bool:
        """The model computes with exactly these already."""
        try:
            return _scales(adapters) == self._active
        except ModelError:
            return False

    def apply(self, adapters: Sequence[AdapterUse]) -> None:
        """Compute with exactly these from now on.

        Raises ``ModelError`` for an adapter that cannot be used; nothing has changed then.
        """
        scales = _scales(adapters)
        with warnings.catch_warnings():
            # Several adapters that come and go, which it warns of, are what is wanted here.
            warnings.simplefilter("ignore", UserWarning)
            for state in scales:
                if state not in self._names:
                    self._names[state] = self._read(state)
            self._switch({self._names[state]: scale for state, scale in scales.items()})
            self._active = scales
            self._forget_replaced()

    def _switch(self, scales: Mapping[str, float]) -> None:
        for layer in self._layers():
            mine = {name: scale for name, scale in scales.items() if name in layer.lora_A}
            layer.enable_adapters(bool(mine))
            if mine:
                layer.set_adapter(list(mine), inference_mode=True)
                for name, scale in mine.items():
                    layer.set_scale(name, scale)

    def _read(self, state: _FileState) -> str:
        config = _config(state.folder)
        tensors = _tensors(state, self._dtype)
        self._made += 1
        name = f"kochat_{self._made}"
        try:
            self._inject(name, config, tensors, state.folder)
        except BaseException as error:
            self._remove(name)
            self._switch({self._names[used]: scale for used, scale in self._active.items()})
            if isinstance(error, KoChatError) or not isinstance(error, Exception):
                raise
            if is_memory_error(error):
                raise _error(MemoryShortError, _NO_MEMORY, state.folder) from error
            raise _error(ModelUnsupportedError, _OTHER_MODEL, state.folder) from error
        return name

    def _inject(
        self, name: str, config: Mapping[str, Any], tensors: Mapping[str, Any], folder: Path
    ) -> None:
        # Takes longer to import than all the rest, and few need it.
        import peft

        lora = peft.LoraConfig(**config, inference_mode=True, init_lora_weights=False)
        peft.inject_adapter_in_model(lora, self._module, adapter_name=name)
        result = peft.set_peft_model_state_dict(self._module, dict(tensors), adapter_name=name)
        lacking = [key for key in result.missing_keys if f".{name}." in key]
        if result.unexpected_keys or lacking:
            raise _error(ModelUnsupportedError, _OTHER_MODEL, folder)
        for layer in self._layers():
            for matrices in (layer.lora_A, layer.lora_B, layer.lora_embedding_A):
                if name in matrices and hasattr(matrices[name], "to"):
                    matrices[name].to(self._dtype)
        self._module.eval()
        self._module.requires_grad_(requires_grad=False)

    def _forget_replaced(self) -> None:
        """Free what was read from files that have changed since; none of it is active now."""
        current = {state.path: state for state in self._active}
        for state in list(self._names):
            if state != current.get(state.path, state):
                self._remove(self._names.pop(state))

    def _remove(self, name: str) -> None:
        for layer in self._layers():
            if name in layer.lora_A or name in layer.lora_embedding_A:
                layer.delete_adapter(name)
        getattr(self._module, "peft_config", {}).pop(name, None)

    def _layers(self) -> list[Any]:
        return [module for module in self._module.modules() if hasattr(module, "lora_embedding_A")]


def _scales(adapters: Sequence[AdapterUse]) -> dict[_FileState, float]:
    """Scale of each adapter, those at 0 left out; one that is given twice counts twice."""
    scales: dict[_FileState, float] = {}
    for adapter in adapters:
        if adapter.scale:
            state = _state_of(adapter.path)
            scales[state] = scales.get(state, 0.0) + adapter.scale
    return scales


def _state_of(path: Path) -> _FileState:
    file = path / _WEIGHTS if path.is_dir() else path
    if path.is_dir() and not file.exists():
        is_pickled = any(path.glob("adapter_model.bin"))
        raise _error(ModelUnsupportedError, _PICKLED if is_pickled else _NOT_ADAPTER, path)
    try:
        status = file.stat()
    except OSError as error:
        raise _error(ModelMissingError, _MISSING, path) from error
    return _FileState(file, status.st_mtime_ns, status.st_size)


def _config(folder: Path) -> dict[str, Any]:
    """Arguments for ``LoraConfig``, checked."""
    try:
        with open_regular(folder / _CONFIG) as file:
            plain = json.loads(file.read(_MAX_CONFIG_BYTES))
    except OSError as error:
        raise _error(ModelUnsupportedError, _NOT_ADAPTER, folder) from error
    except (ValueError, RecursionError) as error:
        raise _error(ModelDamagedError, _DAMAGED, folder) from error
    if not isinstance(plain, dict) or plain.get("peft_type") != "LORA":
        what = str(plain.get("peft_type"))[:40] if isinstance(plain, dict) else ""
        raise _unsupported(folder, what)
    for key in _REFUSED:
        if plain.get(key):
            raise _unsupported(folder, key)
    if plain.get("bias", "none") != "none":
        raise _unsupported(folder, "bias")
    targets, rank, alpha = (plain.get(key) for key in ("target_modules", "r", "lora_alpha"))
    is_fine = (
        isinstance(targets, list)
        and targets
        and all(isinstance(target, str) for target in targets)
        and type(rank) is int
        and 0 < rank <= _LARGEST_RANK
        and isinstance(alpha, int | float)
    )
    if not is_fine:
        raise _error(ModelDamagedError, _DAMAGED, folder)
    return {
        "r": rank,
        "lora_alpha": alpha,
        "target_modules": targets,
        "use_rslora": plain.get("use_rslora") is True,
        "fan_in_fan_out": plain.get("fan_in_fan_out") is True,
        "rank_pattern": _patterns(plain.get("rank_pattern"), folder),
        "alpha_pattern": _patterns(plain.get("alpha_pattern"), folder),
    }


def _patterns(value: object, folder: Path) -> dict[str, float]:
    """Numbers by patterns, which PEFT will match with every module of the model."""
    if value is None:
        return {}
    if isinstance(value, dict) and all(
        is_module_pattern(key) and isinstance(item, int | float) for key, item in value.items()
    ):
        return value
    raise _error(ModelDamagedError, _DAMAGED, folder)


def _tensors(state: _FileState, dtype: Any) -> dict[str, Any]:
    try:
        check_safetensors(state.path)
        tensors = load_file(state.path)
    except ModelDamagedError as error:
        raise _error(ModelDamagedError, _DAMAGED, state.folder) from error
    except OSError as error:
        raise _error(ModelMissingError, _MISSING, state.folder) from error
    except Exception as error:  # the library's own class, made in Rust
        raise _error(ModelDamagedError, _DAMAGED, state.folder) from error
    return {name.removeprefix(_ROOT): tensor.to(dtype) for name, tensor in tensors.items()}


def _unsupported(folder: Path, what: str) -> ModelError:
    return ModelUnsupportedError(
        _UNSUPPORTED, kept=_KEPT, advice=_ADVICE, file=folder.name, what=what
    )


def _error(kind: type[ModelError], summary: TextKey, path: Path) -> ModelError:
    return kind(summary, kept=_KEPT, advice=_ADVICE, file=path.name)
