"""Tells adapters from models, and which models an adapter fits."""

from collections.abc import Iterable
from pathlib import Path

from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.core.errors import ModelError
from kochat_gui.core.models import ModelFormat, ModelSpec

_CONFIG = "adapter_config.json"


def is_adapter(path: Path) -> bool:
    """Whether ``path`` is an adapter by what it holds; one that cannot be used counts, too."""
    if (path / _CONFIG).is_file() or path.name == _CONFIG:
        return True
    try:
        describe_adapter(path)
    except ModelError:
        return False
    return True


def bases_of(path: Path, models: Iterable[ModelSpec]) -> list[ModelSpec]:
    """Those of ``models`` that the adapter at ``path`` fits by its shape.

    Raises ``ModelError`` for what is no usable adapter.
    """
    adapter = describe_adapter(path)
    found = []
    for spec in models:
        if spec.format is ModelFormat.SCRIPT:
            continue
        try:
            check_adapter(adapter, spec)
        except ModelError:
            continue
        found.append(spec)
    return found
