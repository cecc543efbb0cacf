"""Owner of the engine's child process: loads a model in it, runs requests, survives its death.

A child lives exactly as long as the model that is loaded in it. So unloading gives all memory
back, and nothing of a model that failed is left for the next one.
"""

import itertools
import logging
import os
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    Cancelled,
    ModelUnsupportedError,
    PromptTooLongError,
    UserFacingError,
)
from kochat_gui.core.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    RenderedPrompt,
    TokenPiece,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines import registry
from kochat_gui.engines.messages import (
    Cancel,
    CountTokens,
    Done,
    Failed,
    Load,
    Loaded,
    LoadProgress,
    RenderPrompt,
    Stream,
    Tokenize,
)
from kochat_gui.engines.protocol import FrameTooLargeError, encode_command
from kochat_gui.services.engine_failures import (
    Phase,
    crash_error,
    nothing_loaded_error,
    start_error,
)
from kochat_gui.services.engine_generation import Tally, generation_events
from kochat_gui.services.engine_process import EngineProcess, child_command, child_environment
from kochat_gui.services.engine_prompts import rendered_prompt, token_count, token_pieces
from kochat_gui.services.engine_replies import HostPolicy, JobOver, JobReplies

_log = logging.getLogger(__name__)
_QuickJob = Tokenize | CountTokens | RenderPrompt
_TURN_STEP_S = 0.05
"""A load that waits for the running job hears of its own cancel within this time."""


class EngineHost:
    """Runs one job at a time; callers on other threads wait for their turn.

    ``unload`` and ``close`` do not wait: a running job ends as if it had been cancelled.
    """

    def __init__(
        self,
        engine_name: str | None = None,
        policy: HostPolicy | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """``engine_name``: use this engine for every model; None: the first that reads its format.

        ``environment`` (``os.environ``) is what the child's allow-list is applied to; ``command``
        starts a child.
        """
        self._engine_name = engine_name
        self._policy = policy if policy is not None else HostPolicy()
        self._environment = os.environ if environment is None else environment
        self._command = list(command) if command is not None else child_command()
        self._one_job = threading.Lock()
        self._state = threading.Lock()
        self._process: EngineProcess | None = None
        self._loaded: LoadedModel | None = None
        self._is_closed = False
        self._jobs = itertools.count(1)

    @property
    def loaded(self) -> LoadedModel | None:
        """The model in the child; None as soon as the child is gone."""
        with self._state:
            is_alive = self._process is not None and self._process.exit is None
            return self._loaded if is_alive else None

    @property
    def child_pid(self) -> int | None:
        """Process id of the child, if one is running."""
        with self._state:
            return self._process.pid if self._process is not None else None

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        engine_name: str = "",
    ) -> LoadedModel:
        """End the child there is and load ``spec`` in a new one.

        ``on_progress`` is called on this thread with rising values, 1.0 last. Raises ``Cancelled``,
        ``EngineMissingError``, ``EngineCrashedError``, ``EngineHungError`` and what the engine
        raises (``ModelError``); nothing is loaded then, unless the cancel came before its turn.
        """
        with self._turn(cancel):
            cancel.raise_if_cancelled()
            self.unload()
            name = self._engine_for(spec.format, engine_name)
            process = self._start()
            # There is nothing to keep of a half-loaded model: a cancel simply ends the child.
            unhook = cancel.on_cancel(process.kill)
            try:
                command = Load(next(self._jobs), name, spec, options)
                model = self._load_in(process, command, on_progress, cancel)
                model = replace(model, engine=name)
                cancel.raise_if_cancelled()
                self._remember(process, model)
            except BaseException:
                self._discard(process)
                raise
            finally:
                unhook()
            return model

    def stream(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[GenerationEvent, None, None]:
        """Run ``request`` on the loaded model; the events are those of ``Engine.stream``.

        A generation that does not end soon after a cancel is ended with its child, and still ends
        with ``Finished(CANCELLED)``. Closing the generator early is a cancel, too. Raises
        ``EngineError`` without a model, ``EngineCrashedError``, ``EngineHungError``,
        ``PromptTooLongError``.
        """
        with self._one_job:
            tally = Tally()
            process = self._usable_process()
            stop = CancelToken()
            replies = self._begin(process, Stream(next(self._jobs), request), stop)
            unhook = cancel.on_cancel(stop.cancel)
            is_over = False
            try:
                for event in generation_events(replies):
                    tally.note(event)
                    is_over = isinstance(event, Finished)
                    yield event
            except JobOver as over:
                is_over = True
                self._give_up(process, over)
                yield tally.cancelled()
            except UserFacingError:
                is_over = True
                raise
            finally:
                unhook()
                if not is_over:
                    stop.cancel()
                    self._drain(process, replies)

    def tokenize(self, text: str) -> list[TokenPiece]:
        """Tokens of ``text`` by the loaded model; raises like :meth:`stream`, and ``Cancelled``
        when the model is unloaded meanwhile.
        """
        with self._one_job, self._quick_job(Tokenize(next(self._jobs), text)) as replies:
            return token_pieces(replies)

    def count_tokens(self, request: GenerationRequest) -> int:
        """Tokens of the prompt of ``request``; raises like :meth:`tokenize`."""
        with self._one_job, self._quick_job(CountTokens(next(self._jobs), request)) as replies:
            return token_count(replies)

    def render_prompt(self, request: GenerationRequest) -> RenderedPrompt:
        """What :meth:`stream` would send for ``request`` now; raises like :meth:`tokenize`."""
        with self._one_job, self._quick_job(RenderPrompt(next(self._jobs), request)) as replies:
            return rendered_prompt(replies)

    def unload(self) -> None:
        """End the child, which frees all of its memory; does nothing when there is none."""
        with self._state:
            process = self._process
        if process is None:
            return
        if process.exit is not None and not process.exit.was_ended:
            _log_failure(crash_error(process.exit, Phase.IDLE))
        self._discard(process)

    def close(self) -> None:
        """End the child for good; a later ``load`` raises ``Cancelled``."""
        with self._state:
            self._is_closed = True
        self.unload()

    @contextmanager
    def _turn(self, cancel: CancelToken) -> Iterator[None]:
        """Be the one job; raises ``Cancelled`` when ``cancel`` fires while another one is."""
        while not self._one_job.acquire(timeout=_TURN_STEP_S):
            cancel.raise_if_cancelled()
        try:
            yield
        finally:
            self._one_job.release()

    def _engine_for(self, format_: ModelFormat, wanted: str) -> str:
        """Name of an installed engine that reads ``format_``; raises when there is none."""
        names = registry.engines_for(format_)
        name = wanted or self._engine_name
        if name:
            reason = registry.availability(name)
            if reason is None and name in names:
                return name
        else:
            reasons = {candidate: registry.availability(candidate) for candidate in names}
            usable = [candidate for candidate, why_not in reasons.items() if why_not is None]
            if usable:
                return usable[0]
            name, reason = next(iter(reasons.items()), ("", None))
        if reason is not None:
            raise registry.missing_error(name, reason)
        summary = QT_TRANSLATE_NOOP(
            "EngineHost", "No engine here can run a model of the kind {format}."
        )
        if name:
            summary = QT_TRANSLATE_NOOP(
                "EngineHost", "The engine {engine} cannot run a model of the kind {format}."
            )
        raise ModelUnsupportedError(
            summary,
            advice=QT_TRANSLATE_NOOP("EngineHost", "Choose another model or another engine."),
            format=format_.value,
            engine=name,
        )

    def _start(self) -> EngineProcess:
        with self._state:
            if self._is_closed:
                raise Cancelled
            try:
                process = EngineProcess(self._command, child_environment(self._environment))
            except OSError as problem:
                raise start_error(problem) from problem
            self._process = process
            return process

    def _load_in(
        self,
        process: EngineProcess,
        command: Load,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> LoadedModel:
        process.send(encode_command(command))
        replies = JobReplies(process, command.job, Phase.LOADING, self._policy, cancel)
        shown = -1.0
        try:
            while True:
                match replies.next():
                    case LoadProgress(value=value):
                        if value > shown:
                            shown = value
                            on_progress(value)
                    case Loaded(model=model):
                        if shown < 1.0:
                            on_progress(1.0)
                        return model
                    case Failed(error=error):
                        raise error
                    case reply:
                        raise replies.nonsense(reply)
        except JobOver as over:
            self._give_up(process, over)
            raise Cancelled from None

    def _remember(self, process: EngineProcess, model: LoadedModel) -> None:
        with self._state:
            if self._process is not process:
                raise Cancelled  # unloaded from another thread in the last moment
            self._loaded = model

    def _usable_process(self) -> EngineProcess:
        with self._state:
            process, loaded = self._process, self._loaded
        if process is None or loaded is None:
            raise nothing_loaded_error()
        if process.exit is not None:
            self._give_up(process, JobOver(crash_error(process.exit, Phase.IDLE)))
        return process

    def _begin(
        self, process: EngineProcess, command: Stream | _QuickJob, stop: CancelToken
    ) -> JobReplies:
        try:
            frame = encode_command(command)
        except FrameTooLargeError:
            raise _too_large_error() from None
        replies = JobReplies(process, command.job, Phase.READING, self._policy, stop)
        process.send(frame)
        cancel_frame = encode_command(Cancel(command.job))
        stop.on_cancel(lambda: process.send(cancel_frame))
        return replies

    @contextmanager
    def _quick_job(self, command: _QuickJob) -> Iterator[JobReplies]:
        process = self._usable_process()
        try:
            yield self._begin(process, command, CancelToken())
        except JobOver as over:
            self._give_up(process, over)
            raise Cancelled from None

    def _give_up(self, process: EngineProcess, over: JobOver) -> None:
        """End a child that cannot be used any more; raises the reason if there is one to tell."""
        self._discard(process)
        if over.error is not None:
            _log_failure(over.error)
            raise over.error from None

    def _drain(self, process: EngineProcess, replies: JobReplies) -> None:
        """Wait for the end of a generation that nobody listens to any more."""
        try:
            while not isinstance(replies.next(), Done | Failed):
                pass
        except JobOver:
            self._discard(process)

    def _discard(self, process: EngineProcess) -> None:
        process.end()
        with self._state:
            if self._process is process:
                self._process = None
                self._loaded = None


def _log_failure(error: UserFacingError) -> None:
    """Keep what the person is not shown: the last output or the traceback of the child."""
    _log.warning("%s\n%s", error, error.values.get("details", ""))


def _too_large_error() -> PromptTooLongError:
    return PromptTooLongError(
        QT_TRANSLATE_NOOP("EngineHost", "This is far more text than any model can read."),
        kept=QT_TRANSLATE_NOOP("EngineHost", "Your text is still there."),
        advice=QT_TRANSLATE_NOOP("EngineHost", "Shorten the message."),
    )
