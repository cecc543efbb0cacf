"""Waiting for the child: when does it make sense to wait on, and when not any more."""

import time
from dataclasses import dataclass

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import TextDelta
from kochat_gui.engines.messages import Bug, Event, Heartbeat, Reply
from kochat_gui.services.engine_failures import (
    Phase,
    bug_error,
    crash_error,
    nonsense_error,
    silent_error,
    stalled_error,
)
from kochat_gui.services.engine_process import EngineProcess, ProcessExit


@dataclass(frozen=True)
class HostPolicy:
    """How patient the host is. All times are lived through: a suspended program does not age."""

    tick_s: float = 1.0
    """Longest single wait; no time between two looks counts for more than this."""
    start_ticks: int = 60
    """Waits in a row without a reply that a starting interpreter may take."""
    silent_ticks: int = 10
    """Waits in a row without a heartbeat or reply before the child counts as hung.

    While a model is loading it is ``start_ticks``, too: libraries are loaded then, and those for
    GPUs keep the interpreter to themselves for that time.
    """
    loading_stall_s: float = 300.0
    """Loading without a step forward."""
    reading_stall_s: float = 600.0
    """Reading a prompt without a step forward; one batch of a 7B model may take a minute."""
    answering_stall_s: float = 300.0
    """Between two pieces of text."""
    cancel_s: float = 5.0
    """From a cancel to the end of the generation."""

    def stall_s(self, phase: Phase) -> float:
        """Patience in ``phase``."""
        return {
            Phase.LOADING: self.loading_stall_s,
            Phase.READING: self.reading_stall_s,
            Phase.ANSWERING: self.answering_stall_s,
        }.get(phase, self.reading_stall_s)


class JobOver(Exception):
    """The child cannot be used any more.

    ``error`` says why; None when that was wanted: the host ended the child, or the job was
    cancelled first.
    """

    def __init__(self, error: UserFacingError | None) -> None:
        super().__init__()
        self.error = error


class JobReplies:
    """Replies to one job."""

    def __init__(
        self, process: EngineProcess, job: int, phase: Phase, policy: HostPolicy, stop: CancelToken
    ) -> None:
        self.phase = phase
        self._process = process
        self._job = job
        self._policy = policy
        self._stop = stop
        self._last: Reply | None = None
        self._heartbeats = process.heartbeats
        self._silent_ticks = 0
        self._stalled_s = 0.0
        self._stopping_s = 0.0
        self._looked_at = time.monotonic()

    def next(self) -> Reply:
        """Wait for the next reply to this job; raises ``JobOver``."""
        while True:
            was_stopping = self._stop.is_cancelled
            reply = self._process.receive(self._policy.tick_s)
            waited = self._passed_s()
            if isinstance(reply, ProcessExit):
                raise self.over(None if reply.was_ended else crash_error(reply, self.phase))
            self._stalled_s += waited
            answer = reply if reply is not None and self._is_ours(reply) else None
            if answer is not None:
                self._note_progress(answer)
            self._check_patience(waited if was_stopping else 0.0, is_silent=reply is None)
            if isinstance(answer, Bug):
                raise self.over(bug_error(answer.traceback, self.phase))
            if answer is not None:
                return answer

    def nonsense(self, reply: Reply) -> JobOver:
        """What to raise for a reply that cannot come here."""
        return self.over(nonsense_error(f"unexpected {type(reply).__name__}", self.phase))

    def over(self, error: UserFacingError | None) -> JobOver:
        """What to raise; after a cancel nobody wants to hear what else went wrong."""
        return JobOver(None if self._stop.is_cancelled else error)

    def _passed_s(self) -> float:
        """Time since the last look, at most a tick of it.

        What the reader does in between counts: a child that floods it never lets it wait.
        """
        now = time.monotonic()
        passed, self._looked_at = now - self._looked_at, now
        return min(passed, self._policy.tick_s)

    def _is_ours(self, reply: Reply) -> bool:
        """Late replies to a job that was given up are passed over."""
        if isinstance(reply, Heartbeat) or reply.job < self._job:
            return False
        if reply.job > self._job:
            raise self.nonsense(reply)
        return True

    def _note_progress(self, reply: Reply) -> None:
        """The same progress again is no progress; the same text is: ㅋㅋㅋㅋ."""
        is_text = isinstance(reply, Event) and isinstance(reply.event, TextDelta)
        if is_text or reply != self._last:
            self._stalled_s = 0.0
        self._silent_ticks = 0
        self._last = reply

    def _check_patience(self, stopping_s: float, *, is_silent: bool) -> None:
        self._stopping_s += stopping_s
        if self._stopping_s >= self._policy.cancel_s:
            raise self.over(None)
        if not is_silent or self._process.heartbeats > self._heartbeats:
            self._silent_ticks = 0
        else:
            self._silent_ticks += 1
        self._heartbeats = self._process.heartbeats
        has_started = self._heartbeats > 0 or self._last is not None
        has_started = has_started and self.phase is not Phase.LOADING
        patience = self._policy.silent_ticks if has_started else self._policy.start_ticks
        if self._silent_ticks >= patience:
            raise self.over(silent_error(self._silent_ticks * self._policy.tick_s, self.phase))
        limit_s = self._policy.stall_s(self.phase)
        if self._stalled_s >= limit_s:
            raise self.over(stalled_error(limit_s, self.phase))
