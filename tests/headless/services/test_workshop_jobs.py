"""Jobs of the model workshop: one after the other, cancelled, failed, told as they go."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import TextKey
from kochat_gui.services.events import WorkshopChanged, WorkshopJob
from kochat_gui.services.workshop_jobs import Work, WorkshopJobs

WAIT_S = 20.0


@dataclass
class Bench:
    """The jobs, and what they told."""

    jobs: WorkshopJobs
    told: list[WorkshopJob] = field(default_factory=list)

    def submit(self, work: Work, key: object = None) -> WorkshopJob:
        return self.jobs.submit("quantize", "모델", key if key is not None else work, work)

    def ended(self, job: WorkshopJob) -> WorkshopJob:
        found = self.jobs.wait(job.job_id, WAIT_S)
        assert found.is_over
        return found


@pytest.fixture
def bench() -> Iterator[Bench]:
    bus = EventBus()
    found = Bench(WorkshopJobs(bus))
    bus.subscribe(WorkshopChanged, lambda change: found.told.append(change.job))
    yield found
    assert found.jobs.close(WAIT_S)


class Patient:
    """Work that goes on until it is cancelled or told to end."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
        self.began.set()
        cancel.on_cancel(self.may_end.set)
        assert self.may_end.wait(WAIT_S)
        cancel.raise_if_cancelled()
        return Path("made.gguf")


def test_a_job_is_told_from_beginning_to_end(bench: Bench) -> None:
    def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
        for step in range(1000):
            on_progress(step / 1000)
        return Path("/made.gguf")

    job = bench.submit(work)
    assert (job.state, job.progress) == ("running", None)
    done = bench.ended(job)
    assert (done.state, done.progress, done.result) == ("done", 1.0, Path("/made.gguf"))
    assert bench.jobs.close(WAIT_S)
    assert bench.told[0] == job
    assert bench.told[-1] == done
    assert len(bench.told) < 100
    shares = [told.progress or 0 for told in bench.told]
    assert shares == sorted(shares)


def test_jobs_run_one_after_the_other(bench: Bench) -> None:
    first, second = Patient(), Patient()
    one, two = bench.submit(first), bench.submit(second)
    assert first.began.wait(WAIT_S)
    assert not second.began.is_set()
    first.may_end.set()
    assert second.began.wait(WAIT_S)
    second.may_end.set()
    assert [bench.ended(job).state for job in (one, two)] == ["done", "done"]
    assert [job.job_id for job in bench.jobs.jobs()] == [one.job_id, two.job_id]


def test_the_same_work_is_not_done_twice(bench: Bench) -> None:
    work = Patient()
    job = bench.submit(work, "q4_0")
    assert work.began.wait(WAIT_S)
    assert bench.submit(work, "q4_0").job_id == job.job_id
    work.may_end.set()
    bench.ended(job)
    assert bench.submit(work, "q4_0").job_id != job.job_id


def test_a_running_job_is_cancelled(bench: Bench) -> None:
    work = Patient()
    job = bench.submit(work)
    assert work.began.wait(WAIT_S)
    bench.jobs.cancel(job.job_id)
    assert bench.ended(job).state == "cancelled"
    bench.jobs.cancel(job.job_id)
    bench.jobs.cancel(99)


def test_a_waiting_job_is_cancelled_at_once(bench: Bench) -> None:
    first, second = Patient(), Patient()
    bench.submit(first)
    waiting = bench.submit(second)
    bench.jobs.cancel(waiting.job_id)
    assert bench.ended(waiting).state == "cancelled"
    first.may_end.set()
    assert bench.jobs.close(WAIT_S)
    assert not second.began.is_set()


def test_an_error_for_people_is_kept(bench: Bench) -> None:
    error = UserFacingError(TextKey("Test", "The disk is full."))

    def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
        raise error

    failed = bench.ended(bench.submit(work))
    assert (failed.state, failed.error) == ("failed", error)


@pytest.mark.allow_log("kochat_gui.services.workshop_jobs")
def test_a_bug_is_told_as_one_and_the_next_job_runs(bench: Bench) -> None:
    def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
        raise ZeroDivisionError

    failed = bench.ended(bench.submit(work))
    assert failed.error is not None
    assert "ZeroDivisionError" in str(failed.error)
    following = Patient()
    following.may_end.set()
    assert bench.ended(bench.submit(following)).state == "done"


def test_closing_ends_everything(bench: Bench) -> None:
    first, second = Patient(), Patient()
    jobs = [bench.submit(first), bench.submit(second)]
    assert first.began.wait(WAIT_S)
    assert bench.jobs.close(WAIT_S)
    assert [bench.ended(job).state for job in jobs] == ["cancelled", "cancelled"]
    with pytest.raises(Cancelled):
        bench.submit(Patient())
