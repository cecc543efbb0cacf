"""An engine's process that fails on demand: the real one, with an engine that does what it reads.

Started as a program by ``test_engine_child``. The model's name or the user's message says what to
do, and when: ``SIGSEGV at decode``.
"""

import ctypes
import os
import signal
import struct
import threading
from collections.abc import Iterator

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.generation import GenerationEvent, GenerationRequest, TextDelta
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelSpec
from kochat_gui.engines.base import ProgressCallback
from kochat_gui.engines.child import EngineChild
from kochat_gui.engines.child_process import harden, take_over_pipes
from kochat_gui.engines.scripted_engine import ScriptedEngine

_IDLE_S = 0.1


class MisbehavingEngine(ScriptedEngine):
    """Goes wrong as asked; otherwise a scripted engine."""

    def __init__(self, raw_replies: int) -> None:
        super().__init__()
        self._raw_replies = raw_replies
        self._is_deaf = False

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: ProgressCallback,
        cancel: CancelToken,
    ) -> LoadedModel:
        on_progress(0.1)
        self._act(spec.name, "load")
        return super().load(spec, options, on_progress, cancel)

    def stream(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        if self._is_deaf:
            threading.Event().wait()
        wish = request.messages[-1].content
        shown = 0
        for event in super().stream(request, cancel):
            yield event
            shown += isinstance(event, TextDelta)
            if not shown:
                self._act(wish, "prompt")
            elif shown == 2:
                self._act(wish, "decode")
        threading.Timer(_IDLE_S, self._act, (wish, "idle")).start()

    def _act(self, wish: str, place: str) -> None:
        kind, _, wanted = wish.partition(" at ")
        if wanted != place:
            return
        match kind:
            case "exit":
                os._exit(0)
            case "garbage":
                os.write(self._raw_replies, b"\0\0\0\x05hello" * 100)
            case "huge":
                os.write(self._raw_replies, struct.pack(">I", 2**31))
            case "hang":
                self._is_deaf = True
            case "deadlock":
                ctypes.PyDLL(None).sleep(1000)  # keeps the interpreter's lock: no heartbeat either
            case _:
                os.kill(os.getpid(), signal.Signals[kind])
        if place != "idle":
            threading.Event().wait()


if __name__ == "__main__":
    harden()
    raw = os.dup(1)
    commands, replies = take_over_pipes()
    EngineChild(commands, replies, lambda _name: MisbehavingEngine(raw)).run()
