"""The thread on which files of models are made, one after the other, and how far each is."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.services.events import JobKind, WorkshopChanged, WorkshopJob

_log = logging.getLogger(__name__)
_TOLD_EVERY_S = 0.1
Work = Callable[[Callable[[float], None], CancelToken], Path]
"""Makes a file, telling how far it is (0–1); raises ``Cancelled`` or ``UserFacingError``."""


@dataclass(eq=False)
class _Entry:
    job: WorkshopJob
    key: object
    work: Work
    cancel: CancelToken = field(default_factory=CancelToken)
    told_at: float = 0.0


class WorkshopJobs:
    """Thread-safe. Publishes ``WorkshopChanged``: the first one on the submitting thread."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._changed = threading.Condition()
        self._entries: dict[int, _Entry] = {}
        self._queue: deque[_Entry] = deque()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def submit(self, kind: JobKind, title: str, key: object, work: Work) -> WorkshopJob:
        """Have ``work`` done; the job with an equal ``key`` if that is not over yet.

        Raises ``Cancelled`` after :meth:`close`.
        """
        with self._changed:
            if self._is_closed:
                raise Cancelled
            for entry in self._entries.values():
                if entry.key == key and not entry.job.is_over:
                    return entry.job
            job = WorkshopJob(len(self._entries) + 1, kind, title, None, "running")
            entry = _Entry(job, key, work)
            self._entries[job.job_id] = entry
            self._queue.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name="model-workshop", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()
        self._bus.publish(WorkshopChanged(job))
        return job

    def cancel(self, job_id: int) -> None:
        """End a job, at once if it has not begun."""
        with self._changed:
            entry = self._entries.get(job_id)
            if entry is None or entry.job.is_over:
                return
            is_waiting = entry in self._queue
            if is_waiting:
                self._queue.remove(entry)
        if is_waiting:
            self._end(entry, entry.job._replace(state="cancelled"))
        entry.cancel.cancel()

    def jobs(self) -> list[WorkshopJob]:
        """All jobs, oldest first."""
        with self._changed:
            return [entry.job for entry in self._entries.values()]

    def wait(self, job_id: int, timeout_s: float | None) -> WorkshopJob:
        """The job when it is over, or after ``timeout_s``; ``KeyError`` when there is none."""
        with self._changed:
            entry = self._entries[job_id]
            self._changed.wait_for(lambda: entry.job.is_over, timeout_s)
            return entry.job

    def close(self, timeout_s: float) -> bool:
        """Cancel everything; False when the running job does not end in time."""
        with self._changed:
            self._is_closed = True
            running = [entry for entry in self._entries.values() if not entry.job.is_over]
            thread = self._thread
            self._changed.notify_all()
        for entry in running:
            self.cancel(entry.job.job_id)
        if thread is None:
            return True
        thread.join(timeout_s)
        return not thread.is_alive()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._is_closed:
                    self._changed.wait()
                if not self._queue:
                    return
                entry = self._queue.popleft()
            self._run(entry)

    def _run(self, entry: _Entry) -> None:
        ended = entry.job
        try:
            entry.cancel.raise_if_cancelled()
            self._advance(entry, 0.0)
            path = entry.work(lambda done: self._advance(entry, done), entry.cancel)
            ended = entry.job._replace(state="done", progress=1.0, result=path)
        except Cancelled:
            ended = entry.job._replace(state="cancelled")
        except UserFacingError as error:
            ended = entry.job._replace(state="failed", error=error)
        except Exception as problem:  # noqa: BLE001 - a bug: logged, and shown as one
            _log.exception("a job of the model workshop failed")
            ended = entry.job._replace(state="failed", error=_our_fault(problem))
        self._end(entry, ended)

    def _advance(self, entry: _Entry, progress: float) -> None:
        with self._changed:
            entry.job = job = entry.job._replace(progress=progress)
            now = time.monotonic()
            if now - entry.told_at < _TOLD_EVERY_S:
                return
            entry.told_at = now
        self._bus.publish(WorkshopChanged(job))

    def _end(self, entry: _Entry, job: WorkshopJob) -> None:
        with self._changed:
            entry.job = job
            self._changed.notify_all()
        self._bus.publish(WorkshopChanged(job))


def _our_fault(problem: Exception) -> UserFacingError:
    return UserFacingError(
        QT_TRANSLATE_NOOP("ModelWorkshop", "The file could not be made ({detail})."),
        kept=QT_TRANSLATE_NOOP("ModelWorkshop", "The original model is unchanged."),
        advice=QT_TRANSLATE_NOOP("ModelWorkshop", "This is a fault of KoChat; the log says more."),
        detail=type(problem).__name__,
    )
