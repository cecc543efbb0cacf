"""``kochat ask``: one question, one streamed answer; nothing is stored."""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.workshop import Workshop, open_workshop
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.errors import Cancelled, UsageError
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import ModelSpec
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
        settings = ConversationSettings(
            system_prompt=clean(args.system),
            sampling=sampling_of(args, sampling_defaults(workshop.settings)),
            template=args.template,
        )
        request = build_request([], question, settings, SamplingParams())
        answer = _ask(args, workshop, request, cancel)
    if args.json:
        output.write_json(answer.to_json())
    if answer.finished.reason is FinishReason.CANCELLED:
        raise Cancelled
    return 0


def _ask(
    args: argparse.Namespace, workshop: Workshop, request: GenerationRequest, cancel: CancelToken
) -> Answer:
    spec = workshop.model(args.model)
    loaded = workshop.load(spec, args.quant, _show_progress, cancel)
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
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    question = clean(text).strip()
    if not question:
        raise UsageError(QT_TRANSLATE_NOOP("CliAsk", "There is nothing to ask."))
    return question


def clean(text: str) -> str:
    """Arguments that were not UTF-8 hold half characters that nothing can write again."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def sampling_of(args: argparse.Namespace, defaults: SamplingParams) -> SamplingParams:
    """``defaults`` with what was given; raises ``UsageError`` when that is out of range."""
    given = {name: getattr(args, name) for name in OPTIONS if getattr(args, name) is not None}
    sampling = replace(defaults, **given)
    problems = sampling.problems()
    if problems:
        raise UsageError(
            QT_TRANSLATE_NOOP("CliAsk", "{option} is outside its range."),
            advice=QT_TRANSLATE_NOOP("CliAsk", "kochat ask --help tells the ranges."),
            option="--" + problems[0].replace("_", "-"),
        )
    return sampling


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        loading = translate("CliAsk", "Getting the model ready: {percent}%")
        text = loading.format(percent=round(share * 100))
        # The line is taken away again: only the answer stays.
        sys.stderr.write(f"\r\x1b[K{text}" if share < 1 else "\r\x1b[K")
        sys.stderr.flush()


@contextmanager
def stopped_by_ctrl_c() -> Iterator[CancelToken]:
    """A token that the first Ctrl+C cancels; the second one ends the program."""
    cancel = CancelToken()

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
