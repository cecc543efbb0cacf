"""What every benchmark needs: a machine that is quiet, figures that say how they were made."""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

BUSY_PERCENT = 5.0
TURN_STEPS = 16


@dataclass(frozen=True)
class Figure:
    """One measured ratio against its goal."""

    metric: str
    ours: float
    baseline: float
    unit: str
    ratio: float
    goal: float

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.goal


def busy_neighbours() -> list[str]:
    """Other processes that used more than 5 % of a core during the last second."""
    processes = [p for p in psutil.process_iter(["name"]) if p.pid != os.getpid()]
    for process in processes:
        with _ignoring_ended():
            process.cpu_percent()
    psutil.cpu_percent(interval=1.0)
    found = []
    for process in processes:
        with _ignoring_ended():
            percent = process.cpu_percent()
            if percent > BUSY_PERCENT:
                found.append(f"{process.info['name']} {percent:.0f} %")
    return found


@contextmanager
def _ignoring_ended() -> Iterator[None]:
    try:
        yield
    except psutil.Error:
        return


def interleaved(
    first: Callable[[], Iterator[object]], second: Callable[[], Iterator[object]], rounds: int
) -> tuple[float, float]:
    """Steps per second of both, which take turns of a few steps in the order ABBA.

    So they are at the same step at nearly the same time: a machine whose speed changes for
    seconds at a time (1 : 1.5 was seen) hits both alike. The first step is not counted.
    """
    seconds, steps = [0.0, 0.0], [0, 0]
    for number in range(rounds):
        both = (first(), second())
        for stream in both:
            next(stream)
        going, turn = {0, 1}, number
        while going:
            for which in (0, 1) if turn % 2 == 0 else (1, 0):
                began = time.perf_counter()
                taken = sum(1 for _ in islice(both[which], TURN_STEPS))
                seconds[which] += time.perf_counter() - began
                steps[which] += taken
                if taken < TURN_STEPS:
                    going.discard(which)
            turn += 1
    return steps[0] / seconds[0], steps[1] / seconds[1]


def told(figure: Figure) -> Figure:
    """Show a figure as soon as it is measured: the next may take minutes."""
    sys.stderr.write(_row(figure) + "\n")
    return figure


def _row(figure: Figure) -> str:
    return (
        f"  {figure.metric:<44} {figure.ours:>10.3f} {figure.baseline:>10.3f} {figure.unit:<6}"
        f" ratio {figure.ratio:>7.3f} (goal {figure.goal:g})"
        f" {'ok' if figure.is_met else 'MISSED'}"
    )


def report(name: str, figures: Sequence[Figure], **facts: Any) -> int:
    """Print a table and one line of JSON; the exit status says whether all goals are met."""
    neighbours = busy_neighbours()
    lines = [f"{name}: {platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"]
    lines += [_row(figure) for figure in figures]
    rows = [{**vars(figure), "is_met": figure.is_met} for figure in figures]
    lines.append(json.dumps({"bench": name, "figures": rows, "busy": neighbours, **facts}))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(figure.is_met for figure in figures) else 1


def fixed_threads() -> int:
    """``--threads N``, for machines that do not become quiet; 0: as the program does."""
    return int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 0


def refuse_when_busy() -> None:
    """End the program when the machine is not quiet; ``--anyway`` measures all the same."""
    neighbours = busy_neighbours()
    if neighbours and "--anyway" not in sys.argv:
        sys.exit(f"not measured, busy: {', '.join(neighbours)} (--anyway measures all the same)")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder for models."""
    with tempfile.TemporaryDirectory(prefix="kochat-bench-") as folder:
        yield Path(folder)
