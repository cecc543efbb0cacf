"""``kochat models``: the models on this computer."""

import argparse
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.workshop import Workshop, open_workshop
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import MemoryFit, ModelSpec, QuantizationChoice
from kochat_gui.storage.paths import ProfilePaths

_FITS = {
    MemoryFit.AMPLE: QT_TRANSLATE_NOOP("CliModels", "fits"),
    MemoryFit.TIGHT: QT_TRANSLATE_NOOP("CliModels", "just fits"),
    MemoryFit.TOO_LARGE: QT_TRANSLATE_NOOP("CliModels", "too large for the memory"),
}
MIB = 1024**2


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """List the models, or show one with its levels."""
    with open_workshop(paths, args.engine) as workshop:
        if args.action == "list":
            _list(workshop.models.models(), is_json=args.json)
        else:
            _show(workshop, workshop.model(args.model), is_json=args.json)
    return 0


def _list(specs: list[ModelSpec], *, is_json: bool) -> None:
    if is_json:
        output.write_json([_facts(spec) for spec in specs])
        return
    output.write_rows(
        (spec.name, spec.quantization or "-", _megabytes(spec.size_bytes), spec.model_id)
        for spec in specs
    )


def _show(workshop: Workshop, spec: ModelSpec, *, is_json: bool) -> None:
    choices = workshop.models.choices(spec)
    if is_json:
        output.write_json(_facts(spec) | {"levels": [_level(choice) for choice in choices]})
        return
    output.write_line(spec.name)
    output.write_rows(
        [
            ("", translate("CliModels", "File"), str(spec.path)),
            ("", translate("CliModels", "Architecture"), spec.architecture or "-"),
            ("", translate("CliModels", "Parameters"), f"{spec.parameter_count:,}"),
            ("", translate("CliModels", "Context length"), f"{spec.context_length:,}"),
            ("", translate("CliModels", "Chat template"), spec.template or "-"),
            ("", translate("CliModels", "Licence"), spec.licence or "-"),
        ]
    )
    output.write_line()
    output.write_rows(
        (
            "*" if choice.is_recommended else "",
            choice.name,
            _megabytes(choice.size_bytes),
            translate("CliModels", "{size} of memory").format(size=_megabytes(choice.memory.total)),
            _FITS[choice.fit].text(),
            "" if choice.is_made else translate("CliModels", "made when it is chosen"),
        )
        for choice in choices
    )


def _facts(spec: ModelSpec) -> dict[str, Any]:
    return {
        "id": spec.model_id,
        "name": spec.name,
        "path": str(spec.path),
        "format": spec.format.value,
        "quantization": spec.quantization,
        "size_bytes": spec.size_bytes,
        "architecture": spec.architecture,
        "parameter_count": spec.parameter_count,
        "context_length": spec.context_length,
        "template": spec.template,
        "licence": spec.licence,
        "is_demo": spec.is_demo,
    }


def _level(choice: QuantizationChoice) -> dict[str, Any]:
    return {
        "name": choice.name,
        "size_bytes": choice.size_bytes,
        "memory_bytes": choice.memory.total,
        "fit": choice.fit.value,
        "is_made": choice.is_made,
        "is_recommended": choice.is_recommended,
    }


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / MIB:,.1f} MB"
