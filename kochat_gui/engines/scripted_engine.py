"""An engine that says what a script says (see ``script`` for the format).

It is for trying the program, for pictures, for finding faults, and for tests: everything around
the model is real, the child process, the text path that Korean syllables come through in pieces,
the context window, and the reuse of an earlier prompt.
"""

import os
import secrets
import signal
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.context_window import FittedMessages, fit_messages
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import EngineError, ModelMissingError
from kochat_gui.core.generation import (
    ChatMessage,
    ContextTrimmed,
    Finished,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
    PromptProgress,
    RenderedPrompt,
    SamplingParams,
    TextDelta,
    TokenPiece,
    Usage,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    AdapterUse,
    EngineCapabilities,
    LoadedModel,
    LoadOptions,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.base import Engine, ProgressCallback, vocabulary_only_error
from kochat_gui.engines.detokenizer import spelled_bytes
from kochat_gui.engines.script import Answer, Fault, Script, read_script
from kochat_gui.engines.text_path import TextPath

_VOCAB_SIZE = 65_536
_LOAD_STEPS = 20
_PROMPT_STEPS = 10
_TEMPLATE = "script"


@dataclass(frozen=True)
class _Loaded:
    script: Script
    window: int
    is_vocab_only: bool


@dataclass(frozen=True)
class _Prompt:
    content: bytes
    tokens: int
    reused: int


class ScriptedEngine(Engine):
    """Plays a script. Sampling has no effect on what it says, apart from the seed it names."""

    name: ClassVar[str] = "scripted"
    capabilities: ClassVar[EngineCapabilities] = EngineCapabilities(
        formats=frozenset({ModelFormat.SCRIPT}),
        unsupported_sampling=frozenset({"logit_bias", "no_repeat_ngram", "num_beams"}),
        supports_prefix_reuse=True,
        supports_adapters=True,
    )

    def __init__(self) -> None:
        self._loaded: _Loaded | None = None
        self._kept = b""
        self._adapters: frozenset[AdapterUse] = frozenset()

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: ProgressCallback,
        cancel: CancelToken,
    ) -> LoadedModel:
        self.unload()
        cancel.raise_if_cancelled()
        script = read_script(spec.path)
        pace = _Pace(_LOAD_STEPS / script.load_seconds if script.load_seconds else 0, cancel)
        on_progress(0.0)
        for step in range(1, _LOAD_STEPS + 1):
            if step == _LOAD_STEPS // 2 and script.load_fault is not None:
                _fail(script.load_fault, cancel)
            pace.wait()
            cancel.raise_if_cancelled()
            on_progress(step / _LOAD_STEPS)
        window = min(options.context_tokens, script.context_window or options.context_tokens)
        self._loaded = _Loaded(script, window, options.vocab_only)
        return LoadedModel(script.name or spec.name, window, _VOCAB_SIZE, "CPU", _TEMPLATE)

    def unload(self) -> None:
        self._loaded = None
        self._kept = b""
        self._adapters = frozenset()

    def tokenize(self, text: str) -> list[TokenPiece]:
        return [_token(piece) for piece in self._pieces(_encode(text))]

    def count_tokens(self, request: GenerationRequest) -> int:
        return self._count(_render(request.messages, request.answer_prefix))

    def render_prompt(self, request: GenerationRequest) -> RenderedPrompt:
        fitted = self._fitted(request)
        content = _render(fitted.messages, request.answer_prefix)
        return RenderedPrompt(
            text=content.decode(),
            tokens=tuple(_token(piece) for piece in self._pieces(content)),
            template=_TEMPLATE,
            stops=tuple(stop for stop in request.sampling.stop if stop),
            dropped_messages=fitted.dropped,
        )

    def stream(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        loaded = self._playing()
        if loaded.is_vocab_only:
            raise vocabulary_only_error()
        run = _Run(loaded, request, cancel)
        self._use_adapters(request.adapters)
        ignored = self._ignored(request.sampling)
        if ignored:
            yield ParametersIgnored(ignored)
        fitted = self._fitted(request)
        if fitted.dropped:
            yield ContextTrimmed(fitted.dropped)
        prompt = self._prompt(_render(fitted.messages, request.answer_prefix))
        yield from run.read(prompt)
        pieces = self._pieces(run.answer_bytes)
        limit = min(request.sampling.max_new_tokens, run.window - prompt.tokens)
        yield from run.write(pieces, limit)
        written = sum(len(piece) for piece in pieces[: run.new_tokens])
        self._kept = prompt.content + run.answer_bytes[:written]
        yield run.finished(prompt)

    def _fitted(self, request: GenerationRequest) -> FittedMessages:
        return fit_messages(
            request.messages,
            lambda messages: self._count(_render(messages, request.answer_prefix)),
            window=self._playing().window,
            max_new_tokens=request.sampling.max_new_tokens,
        )

    def _use_adapters(self, adapters: Sequence[AdapterUse]) -> None:
        """What was read with other adapters is read again."""
        for adapter in adapters:
            if not adapter.path.is_file():
                raise ModelMissingError(
                    QT_TRANSLATE_NOOP("ScriptedEngine", "The adapter {file} cannot be read."),
                    kept=QT_TRANSLATE_NOOP("ScriptedEngine", "The model is still loaded."),
                    advice=QT_TRANSLATE_NOOP("ScriptedEngine", "Turn it off, or choose it again."),
                    file=adapter.path.name,
                )
        active = frozenset(adapter for adapter in adapters if adapter.scale)
        if active != self._adapters:
            self._adapters = active
            self._kept = b""

    def _playing(self) -> _Loaded:
        if self._loaded is None:
            raise RuntimeError("no script is loaded")
        return self._loaded

    def _pieces(self, content: bytes) -> list[bytes]:
        """Cut into tokens, through the middle of syllables."""
        size = self._playing().script.token_bytes
        return [content[start : start + size] for start in range(0, len(content), size)]

    def _count(self, content: bytes) -> int:
        return -(-len(content) // self._playing().script.token_bytes)

    def _prompt(self, content: bytes) -> _Prompt:
        common = _common_length(content, self._kept)
        tokens = self._count(content)
        # The last token is always read again: an answer starts from its result.
        reused = min(common // self._playing().script.token_bytes, max(tokens - 1, 0))
        return _Prompt(content, tokens, reused)

    def _ignored(self, sampling: SamplingParams) -> tuple[str, ...]:
        usual = SamplingParams()
        return tuple(
            name
            for name in sorted(self.capabilities.unsupported_sampling)
            if getattr(sampling, name) != getattr(usual, name)
        )


class _Run:
    """One generation: what is said, how fast, and what was counted."""

    def __init__(self, loaded: _Loaded, request: GenerationRequest, cancel: CancelToken) -> None:
        self.window = loaded.window
        self.new_tokens = 0
        self._script = loaded.script
        self._cancel = cancel
        self._began = time.monotonic()
        self._first_text = self._first_token = self._last_token = 0.0
        self._path = TextPath(request.sampling.stop)
        self._reason = FinishReason.STOP
        seed = request.sampling.seed
        self._seed = seed if seed is not None else secrets.randbelow(2**32 - 1)
        message = next((m.content for m in reversed(request.messages) if m.role is Role.USER), "")
        self._answer = self._script.answer_to(message)
        text = _fill(self._answer, message, self._seed, request.adapters)
        self.answer_bytes = _encode(text.removeprefix(request.answer_prefix))

    def read(self, prompt: _Prompt) -> Iterator[GenerationEvent]:
        """Read the prompt in steps, or as far as a cancel lets it."""
        new = prompt.tokens - prompt.reused
        step = max(1, -(-new // _PROMPT_STEPS))
        rate = self._script.prompt_tokens_per_second
        pace = _Pace(rate / step, self._cancel)
        done = prompt.reused
        yield PromptProgress(done, prompt.tokens, prompt.reused)
        if self._answer.fault is not None and self._answer.fault_at == "prompt":
            _fail(self._answer.fault, self._cancel)
        while done < prompt.tokens and not self._cancel.is_cancelled:
            pace.wait()
            if not self._cancel.is_cancelled:
                done = min(done + step, prompt.tokens)
                yield PromptProgress(done, prompt.tokens, prompt.reused)

    def write(self, pieces: Sequence[bytes], limit: int) -> Iterator[GenerationEvent]:
        """Say ``pieces``, at most ``limit`` of them."""
        speed = self._answer.tokens_per_second
        pace = _Pace(self._script.tokens_per_second if speed is None else speed, self._cancel)
        fault = self._answer.fault if self._answer.fault_at == "answer" else None
        self._reason = FinishReason.STOP if len(pieces) <= limit else FinishReason.LENGTH
        half = min(len(pieces), limit) // 2
        for index, piece in enumerate(pieces[:limit]):
            pace.wait()
            if fault is not None and index == half and not self._cancel.is_cancelled:
                _fail(fault, self._cancel)
            if self._cancel.is_cancelled:
                break
            self._count_token()
            yield from self._shown(self._path.feed(piece))
            if self._path.stopped:
                self._reason = FinishReason.STOP
                break
        yield from self._shown(self._path.finish())

    def finished(self, prompt: _Prompt) -> Finished:
        """The last event."""
        duration = self._last_token - self._first_token
        speed = (self.new_tokens - 1) / duration if duration > 0 else 0.0
        first_text = self._first_text - self._began if self._first_text else 0.0
        usage = Usage(
            prompt_tokens=prompt.tokens,
            reused_tokens=prompt.reused,
            new_tokens=self.new_tokens,
            time_to_first_token_s=first_text,
            tokens_per_second=speed,
            context_window=self.window,
            seed=self._seed,
        )
        was_cancelled = self._cancel.is_cancelled and not self._path.stopped
        return Finished(FinishReason.CANCELLED if was_cancelled else self._reason, usage)

    def _shown(self, text: str) -> Iterator[TextDelta]:
        if text:
            self._first_text = self._first_text or time.monotonic()
            yield TextDelta(text)

    def _count_token(self) -> None:
        self.new_tokens += 1
        self._last_token = time.monotonic()
        self._first_token = self._first_token or self._last_token


class _Pace:
    """Waits so that steps come at an even rate; a late step does not move the later ones."""

    def __init__(self, per_second: float, cancel: CancelToken) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._cancel = cancel
        self._due = time.monotonic()

    def wait(self) -> None:
        """Wait for the next step, or until the cancel."""
        if self._interval:
            self._due += self._interval
            _sleep(self._due - time.monotonic(), self._cancel)


def _sleep(seconds: float, cancel: CancelToken) -> None:
    if seconds <= 0:
        return
    woken = threading.Event()
    unhook = cancel.on_cancel(woken.set)
    woken.wait(seconds)
    unhook()


def _fail(fault: Fault, cancel: CancelToken) -> None:
    match fault.kind:
        case "error":
            raise EngineError(
                QT_TRANSLATE_NOOP("ScriptedEngine", "The script asked for this error."),
                kept=QT_TRANSLATE_NOOP("ScriptedEngine", "The answer so far is kept."),
                advice=QT_TRANSLATE_NOOP("ScriptedEngine", "Write another message."),
            )
        case "bug":
            raise RuntimeError("the script asked for a bug")
        case "memory":
            raise MemoryError
        case "signal":
            os.kill(os.getpid(), signal.Signals[fault.signal_name])
        case "exit":
            os._exit(fault.exit_code)
        case "stall":
            _sleep(fault.seconds, cancel)
        case "hang":
            threading.Event().wait()


def _fill(answer: Answer, message: str, seed: int, adapters: Sequence[AdapterUse]) -> str:
    active = (f"{used.path.stem}:{used.scale:g}" for used in adapters if used.scale)
    text = answer.text.replace("{seed}", str(seed)).replace("{adapters}", " ".join(active))
    return text.replace("{message}", message)


def _token(content: bytes) -> TokenPiece:
    return TokenPiece(zlib.crc32(content) % _VOCAB_SIZE, spelled_bytes(content))


def _render(messages: Sequence[ChatMessage], answer_prefix: str) -> bytes:
    turns = "".join(f"<{m.role.value}>\n{m.content}\n" for m in messages)
    return _encode(f"{turns}<assistant>\n{answer_prefix}")


def _common_length(one: bytes, other: bytes) -> int:
    """Length of the common beginning, found by halving: long prompts are compared natively."""
    same, different = 0, min(len(one), len(other)) + 1
    while different - same > 1:
        middle = (same + different) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            different = middle
    return same


def _encode(text: str) -> bytes:
    """UTF-8; lone surrogates, which have none, as question marks."""
    return text.encode("utf-8", "replace")
