"""The thread on which answers are generated, one after the other."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings, MadeBy, Message
from kochat_gui.core.generation import GenerationRequest
from kochat_gui.core.models import ModelSpec
from kochat_gui.core.states import GenerationState
from kochat_gui.services.events import ModelStatus
from kochat_gui.storage.conversations import Turn


@dataclass(eq=False)
class Generation:
    """One answer on its way; ``state`` is changed by the generation runner alone."""

    turn: Turn
    request: GenerationRequest
    own: ConversationSettings | None = None
    """What it leaves open, the model that answers decides; None: ``request`` is kept as it is."""
    cancel: CancelToken = field(default_factory=CancelToken)
    state: GenerationState = GenerationState.QUEUED
    ready: ModelStatus | None = None
    """The model that answers, once it is ready."""
    made_by: MadeBy | None = None
    """All of the answer, when it is continued; known once the model is ready."""
    like: MadeBy | None = None
    """It is to be made as this was, or not at all."""
    chosen: ModelSpec | None = None
    """The model that was chosen when it was asked for."""
    continues: Message | None = None
    """The answer that it writes on, as it was before."""


class GenerationWorker:
    """Runs what is submitted, in order; ``run`` must not raise."""

    def __init__(self, run: Callable[[Generation], None]) -> None:
        self._run = run
        self._wake = threading.Condition()
        self._queue: deque[Generation] = deque()
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="generation", daemon=True)
        self._thread.start()

    def submit(self, generation: Generation) -> None:
        """Run ``generation`` after those before it."""
        with self._wake:
            self._queue.append(generation)
            self._wake.notify()

    def withdraw(self, generation: Generation) -> bool:
        """Take back one that has not begun; False when it has."""
        with self._wake:
            if generation not in self._queue:
                return False
            self._queue.remove(generation)
            return True

    def close(self, timeout_s: float) -> bool:
        """Begin nothing new; False when the running one does not end in time."""
        with self._wake:
            self._is_closed = True
            self._queue.clear()
            self._wake.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._is_closed:
                    self._wake.wait()
                if self._is_closed:
                    return
                generation = self._queue.popleft()
            self._run(generation)
