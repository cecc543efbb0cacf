"""``kochat models``: the models on this computer, and what each needs."""

import argparse
from collections.abc import Sequence
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.workshop import Workshop, open_workshop
from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import MemoryFit, ModelFormat, ModelSpec, QuantizationChoice
from kochat_gui.services.adapter_files import is_adapter
from kochat_gui.services.chat_templates import match_spec
from kochat_gui.storage.paths import ProfilePaths

_FITS = {
    MemoryFit.AMPLE: QT_TRANSLATE_NOOP("CliModels", "fits"),
    MemoryFit.TIGHT: QT_TRANSLATE_NOOP("CliModels", "just fits"),
    MemoryFit.TOO_LARGE: QT_TRANSLATE_NOOP("CliModels", "too large for the memory"),
}
_FORMATS = {
    ModelFormat.GGUF: QT_TRANSLATE_NOOP("CliModels", "GGUF"),
    ModelFormat.GGML: QT_TRANSLATE_NOOP("CliModels", "GGML of 2023"),
    ModelFormat.SAFETENSORS: QT_TRANSLATE_NOOP("CliModels", "safetensors folder"),
    ModelFormat.CHECKPOINT: QT_TRANSLATE_NOOP("CliModels", "PyTorch checkpoint folder"),
    ModelFormat.SCRIPT: QT_TRANSLATE_NOOP("CliModels", "script"),
}
_ABILITIES = {
    "convert": QT_TRANSLATE_NOOP("CliModels", "become a GGUF file"),
    "quantize": QT_TRANSLATE_NOOP("CliModels", "be quantized"),
    "adapter": QT_TRANSLATE_NOOP("CliModels", "run with adapters"),
}
_LEAST_CONTEXT, _MOST_CONTEXT = 256, 131_072


def show_list(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """List the models."""
    with open_workshop(paths, args.engine) as workshop:
        specs = workshop.models.models()
    if args.json:
        output.write_json([_facts(spec) for spec in specs])
        return 0
    output.write_rows(
        (spec.name, spec.quantization or "-", output.size(spec.size_bytes), spec.model_id)
        for spec in specs
    )
    return 0


def show(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Show one model with its levels."""
    with open_workshop(paths, args.engine) as workshop:
        spec = workshop.model(args.model)
        choices = workshop.models.choices(spec)
        if args.json:
            levels = [_level(choice) for choice in choices]
            output.write_json(_facts(spec) | {"can": _abilities(spec, choices), "levels": levels})
        else:
            _write_model(spec, choices)
    return 0


def add(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Put a model on the list, also of the window."""
    if is_adapter(args.path):
        raise UsageError(
            QT_TRANSLATE_NOOP("CliModels", "{name} is an adapter, not a whole model."),
            advice=QT_TRANSLATE_NOOP(
                "CliModels",
                "Ask with --adapter, or add it to a model on the models page of the window.",
            ),
            name=args.path.name,
        )
    with open_workshop(paths, args.engine, is_remembered=True) as workshop:
        spec = workshop.models.add(args.path)
        problem = workshop.settings.problem
    if problem is not None:
        # In the window it would be on the list until that is closed; here nothing is left of it.
        kept = QT_TRANSLATE_NOOP("CliModels", "The model was not put on the list.")
        raise UserFacingError(problem.summary, kept=kept, advice=problem.advice, **problem.values)
    output.write_line(spec.model_id)
    for remark in spec.remarks:
        output.write_error(remark.text())
    return 0


def estimate(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Tell the size of files and the memory they need, before anything is made."""
    context = args.context
    if context is not None and not _LEAST_CONTEXT <= context <= _MOST_CONTEXT:
        raise UsageError(
            QT_TRANSLATE_NOOP("CliModels", "--context is from {least} to {most}, not {value}."),
            least=f"{_LEAST_CONTEXT:,}",
            most=f"{_MOST_CONTEXT:,}",
            value=context,
        )
    with open_workshop(paths, args.engine) as workshop:
        spec = workshop.model(args.model)
        context = context or workshop.settings.get("load.context_tokens")
        rows = _estimated(workshop, spec, args.quant, context)
    if not args.json:
        title = translate("CliModels", "{model}, context length {context}")
        output.write_line(title.format(model=spec.name, context=f"{context:,}"))
        output.write_rows(_level_row(choice) for choice in rows)
        return 0
    facts = {
        "model": spec.model_id,
        "context_tokens": context,
        "is_exact": workshop.models.levels.sizes_are_exact(spec),
    }
    levels = [
        _level(row) | {"card_size_bytes": workshop.models.levels.card_size(spec, row.name)}
        for row in rows
    ]
    output.write_json(facts | (levels[0] if args.quant is not None else {"levels": levels}))
    return 0


def _estimated(
    workshop: Workshop, spec: ModelSpec, level: str | None, context: int
) -> list[QuantizationChoice]:
    choices = workshop.models.choices(spec, context)
    if level is None:
        return choices
    workshop.models.chooser.level(spec, level)
    return [choice for choice in choices if choice.name == level]


def _write_model(spec: ModelSpec, choices: Sequence[QuantizationChoice]) -> None:
    output.write_line(spec.name)
    rows = [
        (translate("CliModels", "File"), str(spec.path)),
        (translate("CliModels", "Format"), _FORMATS[spec.format].text()),
        (translate("CliModels", "Size"), output.size(spec.size_bytes)),
        (translate("CliModels", "Architecture"), spec.architecture or "-"),
        (translate("CliModels", "Parameters"), f"{spec.parameter_count:,}"),
        (translate("CliModels", "Context length"), f"{spec.context_length:,}"),
        (translate("CliModels", "Vocabulary"), f"{spec.vocab_size:,}"),
        (translate("CliModels", "Chat template"), _template(spec)),
        (translate("CliModels", "Licence"), spec.licence or "-"),
        (
            translate("CliModels", "Can"),
            ", ".join(_ABILITIES[name].text() for name in _abilities(spec, choices)) or "-",
        ),
    ]
    output.write_rows(("", name, value) for name, value in rows)
    remarks = [remark.text() for remark in spec.remarks]
    if spec.is_base:
        remarks.append(translate("CliModels", "A base model: it continues texts."))
    for remark in remarks:
        output.write_line(f"\n{remark}")
    if choices:
        output.write_line()
        output.write_rows(_level_row(choice) for choice in choices)


def _template(spec: ModelSpec) -> str:
    """The template by name, and why that one."""
    match = match_spec(spec)
    reason = match.why.text()
    if spec.template is not None and spec.template != match.template:
        reason = translate("CliModels", "chosen for this model")
    return f"{spec.template or match.template} ({reason})"


def _level_row(choice: QuantizationChoice) -> tuple[str, ...]:
    return (
        "*" if choice.is_recommended else "",
        choice.name,
        output.size(choice.size_bytes),
        translate("CliModels", "{size} of memory").format(size=output.size(choice.memory.total)),
        _FITS[choice.fit].text() if choice.missing is None else choice.missing.text(),
        "" if choice.is_made else translate("CliModels", "made when it is chosen"),
        choice.engine,
    )


def _abilities(spec: ModelSpec, choices: Sequence[QuantizationChoice]) -> list[str]:
    """Which of :data:`_ABILITIES` there are for the model."""
    if spec.format is ModelFormat.SCRIPT:
        return []
    can = ["convert"] if spec.format is not ModelFormat.GGUF else []
    return [*can, *(["quantize"] if len(choices) > 1 else []), "adapter"]


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
        "vocab_size": spec.vocab_size,
        "template": spec.template,
        "fitting_template": match_spec(spec).template,
        "is_base": spec.is_base,
        "licence": spec.licence,
        "is_demo": spec.is_demo,
        "remarks": [remark.text() for remark in spec.remarks],
    }


def _level(choice: QuantizationChoice) -> dict[str, Any]:
    return {
        "name": choice.name,
        "size_bytes": choice.size_bytes,
        "memory_bytes": choice.memory.total,
        "memory": {
            "weights_bytes": choice.memory.weights,
            "kv_cache_bytes": choice.memory.kv_cache,
            "compute_bytes": choice.memory.compute,
            "process_bytes": choice.memory.process,
        },
        "fit": choice.fit.value,
        "is_made": choice.is_made,
        "is_recommended": choice.is_recommended,
        "engine": choice.engine or None,
        "missing": choice.missing.text() if choice.missing is not None else None,
    }
