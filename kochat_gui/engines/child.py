"""The engine's process: ``python -m kochat_gui.engines.child``, frames on stdin and stdout.

The main thread runs one job after the other, a reader takes commands (so that a cancel reaches the
running job), a heartbeat shows that the interpreter is alive, and one sends text that waits.
"""

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import BinaryIO

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, MemoryShortError, UserFacingError
from kochat_gui.core.generation import GenerationEvent, TextDelta
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.engines import registry
from kochat_gui.engines.base import Engine
from kochat_gui.engines.child_process import harden, take_over_pipes
from kochat_gui.engines.messages import (
    Bug,
    Cancel,
    CountTokens,
    Done,
    Event,
    Failed,
    Heartbeat,
    Load,
    Loaded,
    LoadProgress,
    PromptFacts,
    RenderPrompt,
    Reply,
    Stream,
    TokenCount,
    Tokenize,
    WasCancelled,
)
from kochat_gui.engines.protocol import (
    MAX_COMMAND_BYTES,
    MAX_DELTA_CHARS,
    FrameTooLargeError,
    decode_command,
    encode_reply,
    read_frame,
    text_frames,
    token_frames,
)
from kochat_gui.engines.text_batches import TextBatches

HEARTBEAT_S = 1.0
_Job = Load | Stream | Tokenize | CountTokens | RenderPrompt
_EXIT_BAD_COMMAND = 3
_EXIT_PARENT_GONE = 0


class EngineChild:
    """Runs jobs on the thread that calls :meth:`run`."""

    def __init__(
        self, commands: BinaryIO, replies: BinaryIO, create: Callable[[str], Engine]
    ) -> None:
        self._commands = commands
        self._replies = replies
        self._write_lock = threading.Lock()
        self._create = create
        self._engine: Engine | None = None
        self._jobs: queue.SimpleQueue[tuple[_Job, CancelToken]] = queue.SimpleQueue()
        self._cancels: dict[int, CancelToken] = {}

    def run(self) -> None:
        """Serve for ever; the process ends when the command stream does."""
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        while True:
            job, cancel = self._jobs.get()
            self._run_job(job, cancel)
            self._cancels.pop(job.job, None)

    def _read_commands(self) -> None:
        """Take commands until the program closes the stream or is gone.

        The process ends at once then, whatever native code is running: nothing here needs saving.
        """
        try:
            while (content := read_frame(self._commands, MAX_COMMAND_BYTES)) is not None:
                command = decode_command(content)
                if isinstance(command, Cancel):
                    token = self._cancels.get(command.job)
                    if token is not None:
                        token.cancel()
                else:
                    self._cancels[command.job] = CancelToken()
                    self._jobs.put((command, self._cancels[command.job]))
        except Exception:  # noqa: BLE001 - without commands there is nothing left to do here
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(_EXIT_BAD_COMMAND)
        os._exit(_EXIT_PARENT_GONE)

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(HEARTBEAT_S):
            self._send(Heartbeat())

    def _send(self, reply: Reply) -> None:
        frame = memoryview(encode_reply(reply))
        with self._write_lock:
            try:
                while frame:
                    frame = frame[self._replies.write(frame) :]
            except OSError:
                os._exit(_EXIT_PARENT_GONE)

    def _send_events(self, job: int, events: Iterable[GenerationEvent]) -> None:
        with closing(TextBatches(lambda text: self._send_text(job, text))) as batches:
            for event in events:
                if isinstance(event, TextDelta):
                    batches.add(event.text)
                else:
                    batches.flush()
                    self._send(Event(job, event))

    def _send_text(self, job: int, text: str) -> None:
        for start in range(0, len(text), MAX_DELTA_CHARS):
            self._send(Event(job, TextDelta(text[start : start + MAX_DELTA_CHARS])))

    def _send_all(self, replies: Iterable[Reply]) -> None:
        for reply in replies:
            self._send(reply)

    def _run_job(self, job: _Job, cancel: CancelToken) -> None:
        try:
            self._dispatch(job, cancel)
        except Cancelled:
            self._send(WasCancelled(job.job))
        except UserFacingError as error:
            self._fail(job, error)
        except MemoryError:
            self._fail(job, _memory_error())
        except Exception:  # noqa: BLE001 - a bug: told to the program with its traceback
            self._report_bug(job)

    def _dispatch(self, job: _Job, cancel: CancelToken) -> None:
        match job:
            case Load():
                self._load(job, cancel)
            case Stream():
                self._send_events(job.job, self._loaded_engine().stream(job.request, cancel))
                self._send(Done(job.job))
            case Tokenize():
                self._send_all(token_frames(job.job, self._loaded_engine().tokenize(job.text)))
                self._send(Done(job.job))
            case CountTokens():
                count = self._loaded_engine().count_tokens(job.request)
                self._send(TokenCount(job.job, count))
            case RenderPrompt():
                prompt = self._loaded_engine().render_prompt(job.request)
                self._send_all(text_frames(job.job, prompt.text))
                self._send_all(token_frames(job.job, prompt.tokens))
                facts = (prompt.template, prompt.stops, prompt.dropped_messages)
                self._send(PromptFacts(job.job, *facts))

    def _load(self, job: Load, cancel: CancelToken) -> None:
        if self._engine is None:
            self._engine = self._create(job.engine)
        sent = -1.0

        def report(value: float) -> None:
            nonlocal sent
            # Loaders call this per tensor; a hundred steps are enough for a progress bar.
            value = min(max(value, 0.0), 1.0)
            if value - sent >= 0.01 or (value == 1.0 and sent < 1.0):
                sent = value
                self._send(LoadProgress(job.job, value))

        model = self._engine.load(job.spec, job.options, report, cancel)
        self._send(Loaded(job.job, model))

    def _loaded_engine(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("no model was loaded")
        return self._engine

    def _fail(self, job: _Job, error: UserFacingError) -> None:
        try:
            self._send(Failed(job.job, error))
        except FrameTooLargeError:
            self._report_bug(job)

    def _report_bug(self, job: _Job) -> None:
        text = traceback.format_exc()
        sys.stderr.write(text)
        sys.stderr.flush()
        self._send(Bug(job.job, text))


def _memory_error() -> MemoryShortError:
    return MemoryShortError(
        QT_TRANSLATE_NOOP("EngineChild", "There was not enough memory for this."),
        kept=QT_TRANSLATE_NOOP("EngineChild", "Your conversations are safe."),
        advice=QT_TRANSLATE_NOOP(
            "EngineChild",
            "Close other programs, or choose a smaller model, quantization or context length.",
        ),
    )


def main() -> None:
    """Entry point of the process."""
    harden()
    commands, replies = take_over_pipes()
    EngineChild(commands, replies, registry.create).run()


if __name__ == "__main__":
    main()
