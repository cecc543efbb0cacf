"""What a LoRA adapter says about itself, and whether it fits a model; reads headers only."""

import re
from collections import Counter
from pathlib import Path

from kochat_gui.catalog.adapter_config import (
    ADAPTER_CONFIG,
    OTHER_KIND,
    LoraConfig,
    read_lora_config,
)
from kochat_gui.catalog.adapter_tensors import LoraPair, W, gguf_shapes, lora_pairs
from kochat_gui.catalog.families import FAMILIES, Axis, Family
from kochat_gui.catalog.file_errors import missing, reading, unsupported
from kochat_gui.catalog.gguf_format import MAGIC
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.safetensors_header import read_safetensors_header
from kochat_gui.catalog.torch_archive import is_torch_archive, read_torch_archive
from kochat_gui.core.errors import ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import AdapterFormat, AdapterSpec, ModelSpec
from kochat_gui.core.regular_file import open_regular
from kochat_gui.core.user_path import with_home

SAFETENSORS = "adapter_model.safetensors"
PICKLE = "adapter_model.bin"
_GGUF_LAYER = re.compile(r"blk\.(\d{1,4})\.([a-z_]+\.weight)")
_PICKLED_ITEM_BYTES = (4, 2)
_GET_LORA = QT_TRANSLATE_NOOP("Adapters", "Get a LoRA adapter for this model.")


def describe_adapter(path: Path) -> AdapterSpec:
    """Describe the adapter at ``path``: PEFT's folder, a file in it, or a GGUF adapter.

    Weights in a pickle are not looked at. Raises ``ModelMissingError``, ``ModelDamagedError``, or
    ``ModelUnsupportedError`` with the reason.
    """
    with reading(path):
        path = with_home(path).absolute()
        if not path.exists():
            raise missing(path)
        is_folder = path.is_dir()
    if not is_folder and path.is_file() and _starts_with(path, MAGIC):
        return _describe_gguf(path)
    folder = path if is_folder else path.parent
    if not (folder / ADAPTER_CONFIG).is_file():
        raise _no_adapter(path)
    if not is_folder and path.name not in {ADAPTER_CONFIG, SAFETENSORS, PICKLE}:
        raise _no_adapter(path)
    return _describe_peft(folder)


def check_adapter(adapter: AdapterSpec, model: ModelSpec) -> None:
    """Raise ``ModelUnsupportedError`` naming both, unless ``adapter`` fits ``model`` by shape.

    What the adapter says about its base is not asked: often that is a path on another computer.
    A pickled adapter is judged by the sizes of its tensors here, and by each of them when it is
    converted.
    """
    family = model_family(model)
    if adapter.format is AdapterFormat.GGUF:
        _check_gguf(adapter, model, family)
        return
    if family is None:
        raise unknown_family(adapter.name, model)
    if adapter.is_pickled:
        _check_sizes(adapter, model, family)
    else:
        pairs = lora_pairs(read_safetensors_header(adapter.path / SAFETENSORS), adapter.path)
        check_pairs(pairs, adapter.name, model, family)


def model_family(model: ModelSpec) -> Family | None:
    """How tensors of ``model`` are named and laid out; None for models that are not known."""
    if model.architecture in FAMILIES:
        return FAMILIES[model.architecture]
    for family in FAMILIES.values():
        if family.architecture == model.architecture:
            return family
    return None


def check_pairs(pairs: list[LoraPair[W]], name: str, model: ModelSpec, family: Family) -> None:
    """Raise ``ModelUnsupportedError`` unless each of ``pairs`` fits its weight in ``model``."""
    _check_layers({pair.layer for pair in pairs}, name, model)
    for pair in pairs:
        _check_shape(pair.module, pair.shape, name, model, family)


def base_shape(module: str, model: ModelSpec, family: Family) -> tuple[int, int] | None:
    """(outputs, inputs) of ``module`` in ``model``; 0 for what its header does not say.

    None when such models have no such module.
    """
    lengths = {
        Axis.HIDDEN: model.hidden_size,
        Axis.WIDE: model.feed_forward_size,
        Axis.QUERIES: model.head_count * model.head_dim,
        Axis.KEYS: model.head_count_kv * model.head_dim,
    }
    for tensor in family.tensors:
        if tensor.source == f"{module}.weight" and len(tensor.shape) == 2:
            return lengths[tensor.shape[0]], lengths[tensor.shape[1]]
    return None


def _describe_peft(folder: Path) -> AdapterSpec:
    config = read_lora_config(folder / ADAPTER_CONFIG)
    weights = folder / SAFETENSORS
    targets = config.targets
    is_pickled = not weights.exists()
    if is_pickled:
        weights = folder / PICKLE
        if not weights.exists():
            raise missing(folder / SAFETENSORS)
        if is_torch_archive(weights):
            read_torch_archive(weights)
    else:
        pairs = lora_pairs(read_safetensors_header(weights), folder)
        targets = tuple(sorted({pair.module.rpartition(".")[2] for pair in pairs}))
    with reading(weights):
        size = weights.stat().st_size
    return AdapterSpec(
        adapter_id=str(folder),
        name=folder.name,
        path=folder,
        format=AdapterFormat.PEFT,
        size_bytes=size,
        rank=config.rank,
        alpha=config.alpha,
        base_name=config.base_name,
        targets=targets,
        is_pickled=is_pickled,
    )


def _describe_gguf(path: Path) -> AdapterSpec:
    header = read_gguf_header(path)
    if header.metadata.get("general.type") != "adapter":
        raise _no_adapter(path)
    kind = header.metadata.get("adapter.type")
    if kind != "lora" or "adapter.alora.invocation_tokens" in header.metadata:
        raise unsupported(path, OTHER_KIND, _GET_LORA, detail=str(kind)[:40])
    shapes = gguf_shapes(header, path)
    alpha = header.metadata.get("adapter.lora.alpha", 0.0)
    base = header.metadata.get("general.base_model.0.name", "")
    return AdapterSpec(
        adapter_id=str(path),
        name=path.stem,
        path=path,
        format=AdapterFormat.GGUF,
        size_bytes=header.file_size,
        rank=max(found.rank for found in shapes.values()),
        alpha=float(alpha) if isinstance(alpha, int | float) else 0.0,
        base_name=base[:200] if isinstance(base, str) else "",
        targets=tuple(sorted({name.split(".")[-2] for name in shapes})),
    )


def _check_gguf(adapter: AdapterSpec, model: ModelSpec, family: Family | None) -> None:
    header = read_gguf_header(adapter.path)
    architecture = header.metadata.get("general.architecture")
    ours = family.architecture if family else model.architecture
    if architecture != ours:
        raise _misfit(
            QT_TRANSLATE_NOOP(
                "Adapters",
                "The adapter {name} is for models of the kind {theirs}, and {model} is {ours}.",
            ),
            adapter.name,
            model,
            theirs=str(architecture)[:40],
            ours=ours or "?",
        )
    modules = {tensor.target: tensor.source for tensor in family.tensors} if family else {}
    layers: set[int] = set()
    for name, found in gguf_shapes(header, adapter.path).items():
        match = _GGUF_LAYER.fullmatch(name)
        if match is None:
            continue  # such as output.weight: llama.cpp compares it when it loads the adapter
        layers.add(int(match[1]))
        module = modules.get(match[2], "").removesuffix(".weight")
        if family is not None and module:
            _check_shape(module, found.shape, adapter.name, model, family)
    _check_layers(layers, adapter.name, model)


def _check_sizes(adapter: AdapterSpec, model: ModelSpec, family: Family) -> None:
    """Compare the sizes of a pickle's tensors, which its archive tells, with the expected ones."""
    config = read_lora_config(adapter.path / ADAPTER_CONFIG)
    weights = adapter.path / PICKLE
    expected = _expected_items(config, model, family)
    if not expected or not is_torch_archive(weights):
        return
    records = read_torch_archive(weights).records
    found = Counter(record.size for name, record in records.items() if name.startswith("data/"))
    wanted = [
        Counter({count * item: times for count, times in expected.items()})
        for item in _PICKLED_ITEM_BYTES
    ]
    # Training programs may save all tensors as parts of a few storages, whose sizes tell nothing.
    is_one_by_one = found.total() == expected.total() or any(set(found) == set(w) for w in wanted)
    if found in wanted or not is_one_by_one:
        return
    raise _misfit(
        QT_TRANSLATE_NOOP(
            "Adapters", "The weights of the adapter {name} do not fit the model {model} by size."
        ),
        adapter.name,
        model,
    )


def _expected_items(config: LoraConfig, model: ModelSpec, family: Family) -> Counter[int]:
    """How many matrices of how many items each; empty where that cannot be told."""
    expected: Counter[int] = Counter()
    if config.rank_pattern or not config.covers_all_layers or not config.targets:
        return expected
    by_target = {
        tensor.source.removesuffix(".weight").rpartition(".")[2]: tensor.source
        for tensor in family.tensors
    }
    for target in config.targets:
        source = by_target.get(target.rpartition(".")[2])
        shape = base_shape(source.removesuffix(".weight"), model, family) if source else None
        if shape is None or 0 in shape:
            return Counter()
        for length in shape:
            expected[length * config.rank] += model.layer_count
    return expected


def _check_layers(layers: set[int], name: str, model: ModelSpec) -> None:
    if model.layer_count and max(layers, default=0) >= model.layer_count:
        raise _misfit(
            QT_TRANSLATE_NOOP(
                "Adapters",
                "The adapter {name} is for a model of {theirs} layers or more, and {model} has "
                "{ours}.",
            ),
            name,
            model,
            theirs=max(layers) + 1,
            ours=model.layer_count,
        )


def _check_shape(
    module: str, shape: tuple[int, int], name: str, model: ModelSpec, family: Family
) -> None:
    ours = base_shape(module, model, family)
    if ours is None:
        raise _misfit(
            QT_TRANSLATE_NOOP(
                "Adapters", "The adapter {name} changes {part}, which {model} does not have."
            ),
            name,
            model,
            part=module,
        )
    if any(own and own != length for own, length in zip(ours, shape, strict=True)):
        raise _misfit(
            QT_TRANSLATE_NOOP(
                "Adapters",
                "The adapter {name} does not fit the model {model}: it is for a {part} of "
                "{theirs}, and this model's is {ours}.",
            ),
            name,
            model,
            part=module.rpartition(".")[2],
            theirs=f"{shape[0]:,} × {shape[1]:,}",
            ours=f"{ours[0]:,} × {ours[1]:,}",
        )


def _misfit(
    summary: TextKey, name: str, model: ModelSpec, **values: object
) -> ModelUnsupportedError:
    return ModelUnsupportedError(
        summary,
        kept=QT_TRANSLATE_NOOP("Adapters", "Nothing was changed."),
        advice=QT_TRANSLATE_NOOP("Adapters", "Choose the model that the adapter was made for."),
        name=name,
        model=model.name,
        **values,
    )


def unknown_family(name: str, model: ModelSpec) -> ModelUnsupportedError:
    """Nobody told KoChat how tensors of ``model`` are named."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP(
            "Adapters",
            "The adapter {name} cannot be added to {model}: KoChat does not know models of its "
            "kind ({kind}).",
        ),
        kept=QT_TRANSLATE_NOOP("Adapters", "Nothing was changed."),
        advice=QT_TRANSLATE_NOOP("Adapters", "Use an adapter in GGUF format, or another model."),
        name=name,
        model=model.name,
        kind=model.architecture or "?",
    )


def _no_adapter(path: Path) -> ModelUnsupportedError:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP("Adapters", "{name} is no adapter that KoChat knows."),
        QT_TRANSLATE_NOOP(
            "Adapters",
            "Choose the folder with adapter_config.json, or an adapter in GGUF format.",
        ),
    )


def _starts_with(path: Path, start: bytes) -> bool:
    with reading(path), open_regular(path) as file:
        return file.read(len(start)) == start
