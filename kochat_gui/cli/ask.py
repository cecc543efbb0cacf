"""``kochat ask``: one question, one streamed answer; nothing is stored."""

import argparse
from dataclasses import dataclass, replace
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.interruption import stopped_by_ctrl_c
from kochat_gui.cli.progress import show_progress
from kochat_gui.cli.standard_input import standard_input
from kochat_gui.cli.workshop import Workshop, open_workshop
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.errors import Cancelled, UsageError
from kochat_gui.core.generation import (
    RANGES,
    ContextTrimmed,
    Finished,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.core.presets import Preset
from kochat_gui.core.states import FinishReason
from kochat_gui.services.chat_templates import match_spec, why_it_continues
from kochat_gui.services.presets import preset_named, presets_for
from kochat_gui.services.prompt_request import build_request, sampling_defaults
from kochat_gui.storage.paths import ProfilePaths

OPTIONS = ("temperature", "top_k", "top_p", "seed", "max_new_tokens")
"""Sampling parameters that have an option on the command line."""


@dataclass(frozen=True)
class Answer:
    """A whole answer and how it came about."""

    text: str
    finished: Finished
    engine: str
    spec: ModelSpec
    quantization: str

    def to_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        usage = self.finished.usage
        return {
            "text": self.text,
            "finish_reason": self.finished.reason.value,
            "prompt_tokens": usage.prompt_tokens,
            "new_tokens": usage.new_tokens,
            "reused_tokens": usage.reused_tokens,
            "time_to_first_token_s": usage.time_to_first_token_s,
            "tokens_per_second": usage.tokens_per_second,
            "engine": self.engine,
            "model": self.spec.model_id,
            "quantization": self.quantization,
        }


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Ask and print the answer as it comes, or as one JSON object at its end."""
    question = question_of(args.text)
    with open_workshop(paths, args.engine) as workshop, stopped_by_ctrl_c() as cancel:
        spec = workshop.model(args.model)
        preset = preset_of(args.preset, spec)
        defaults = preset.sampling if preset else sampling_defaults(workshop.settings)
        settings = ConversationSettings(
            system_prompt=args.system,
            sampling=sampling_of(args, defaults),
            template=args.template or (preset.template if preset else None),
        )
        request = build_request([], question, settings, SamplingParams())
        answer = _ask(args, workshop, spec, request, cancel)
    if args.json:
        output.write_json(answer.to_json())
    if answer.finished.reason is FinishReason.CANCELLED:
        raise Cancelled
    if not answer.text.strip():
        output.write_error(translate("CliAsk", "The model ended its answer without any text."))
    return 0


def _ask(
    args: argparse.Namespace,
    workshop: Workshop,
    spec: ModelSpec,
    request: GenerationRequest,
    cancel: CancelToken,
) -> Answer:
    loading = translate("CliAsk", "Getting the model ready")

    def advance(share: float) -> None:
        show_progress(loading, share)

    # An adapter that does not fit is told before the model is loaded.
    chooser = workshop.models.chooser
    engine = chooser.choice(spec, chooser.level(spec, args.quant)).engine
    uses = tuple(
        workshop.models.adapters.use(spec, choice, engine, advance, cancel)
        for choice in args.adapter
    )
    loaded = workshop.load(spec, args.quant, advance, cancel)
    why = why_it_continues(spec) if request.template is None else None
    if why is not None and spec.format is not ModelFormat.SCRIPT:
        output.write_error(f"{spec.name}: {why.text()}")
    request = replace(request, adapters=uses)
    pieces: list[str] = []
    finished: Finished | None = None
    try:
        for event in workshop.host.stream(request, cancel):
            match event:
                case TextDelta(text):
                    pieces.append(text)
                    if not args.json:
                        output.write(text)
                case Finished():
                    finished = event
                case _:
                    _tell(event)
    finally:
        # Also when the engine dies: what is said about that begins a line of its own.
        if not args.json and pieces and not pieces[-1].endswith("\n"):
            output.write_line()
    if finished is None:
        raise RuntimeError("the engine ended a generation without saying so")
    return Answer("".join(pieces), finished, loaded.engine, spec, workshop.quantization)


def _tell(event: GenerationEvent) -> None:
    match event:
        case ParametersIgnored(names):
            ignored = translate("CliAsk", "The engine cannot do this, so it is left out: {names}")
            output.write_error(ignored.format(names=", ".join(names)))
        case ContextTrimmed(count):
            trimmed = translate("CliAsk", "{count} messages did not fit and were left out.")
            output.write_error(trimmed.format(count=count))


def question_of(text: str) -> str:
    """The question; ``-`` reads all of the standard input. Raises ``UsageError`` when empty."""
    question = text_of(text).strip()
    if not question:
        raise UsageError(QT_TRANSLATE_NOOP("CliAsk", "There is nothing to ask."))
    return question


def text_of(text: str) -> str:
    """``text``, or for ``-`` all of the standard input, exactly."""
    return standard_input() if text == "-" else text


def preset_of(name: str | None, spec: ModelSpec) -> Preset | None:
    """The preset of that name; raises ``UsageError`` when there is none."""
    if name is None:
        return None
    preset = preset_named(name)
    if preset is None:
        fitting = presets_for(spec, spec.template or match_spec(spec).template)
        raise UsageError(
            QT_TRANSLATE_NOOP("CliAsk", "There is no preset called {name}."),
            advice=QT_TRANSLATE_NOOP("CliAsk", "For this model there are: {names}"),
            name=name,
            names=", ".join(found.name for found in fitting),
        )
    return preset


def sampling_of(args: argparse.Namespace, defaults: SamplingParams) -> SamplingParams:
    """``defaults`` with what was given; raises ``UsageError`` when that is out of range."""
    given = {name: getattr(args, name) for name in OPTIONS if getattr(args, name) is not None}
    sampling = replace(defaults, **given)
    problems = sampling.problems()
    if problems:
        raise _outside(problems[0], getattr(sampling, problems[0]))
    return sampling


def _outside(name: str, value: object) -> UsageError:
    if name == "top_p":
        summary = QT_TRANSLATE_NOOP(
            "CliAsk", "{option} is above {least} and at most {most}, not {value}."
        )
    else:
        summary = QT_TRANSLATE_NOOP("CliAsk", "{option} is from {least} to {most}, not {value}.")
    least, most = RANGES[name]
    option = "--" + name.replace("_", "-")
    return UsageError(summary, option=option, least=f"{least:,}", most=f"{most:,}", value=value)
