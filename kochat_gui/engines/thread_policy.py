"""How many threads to compute with, from how long the tokens take.

A busy neighbour makes a full set of threads wait for its slowest one: measured on two cores, 17
tokens per second fall to 2, while one thread alone keeps 10. So: all cores while the machine is
idle, fewer as soon as tokens take more than twice as long, and a try with more now and then.
"""

import os
from dataclasses import dataclass, field

import psutil

JUMP = 2.0
"""Times the usual duration that count as disturbed."""
_DISTURBED_TOKENS = 2
_DISTURBED_S = 0.05
_FALLING_WEIGHT, _RISING_WEIGHT = 0.5, 0.05
"""The usual duration follows short steps at once and long ones, which may be noise, slowly."""
_TRIAL_S = 0.015
_TRIAL_STEPS = 5
"""A trial takes two steps, or, where they are shorter than noise, up to this many."""
_TRIAL_PAUSE_S = 1.0
_TRIAL_SHARE = 20
"""A failed trial is repeated after this many times its cost, so that trials cost 5 % at most."""
_FIRST_COMPARISON = 8
"""Tokens before all cores are compared with fewer once: the machine may be busy from the start."""


def physical_cores() -> int:
    """Cores that this process may use, without their second threads."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return cores


def thread_levels(cores: int) -> tuple[int, ...]:
    """Numbers of threads worth trying, most first."""
    if cores <= 4:
        return tuple(range(max(cores, 1), 0, -1))
    return (cores, cores - 1, cores - 2, *(n for n in (cores // 2, 2, 1) if n < cores - 2))


@dataclass
class _Trial:
    """A few steps with another number of threads; the first one is not counted."""

    home: int
    home_s: float
    durations: list[float] = field(default_factory=list)
    spent_s: float = 0.0


class ThreadPolicy:
    """Tells the number of threads for the next step; deterministic, without a clock.

    A step is one token, or one full batch of a prompt.
    """

    def __init__(self, cores: int, fixed: int = 0, *, compares_once: bool = True) -> None:
        """``fixed``: over 0 is used always. ``compares_once``: an early trial with fewer."""
        self._levels = (fixed,) if fixed > 0 else thread_levels(cores)
        self._level = 0
        self._usual: dict[int, float] = {}
        self._slow: list[float] = []
        self._slow_s = 0.0
        self._trial: _Trial | None = None
        self._until_comparison = _FIRST_COMPARISON if compares_once else 0
        self._until_trial_s = 0.0
        self._pause_s = _TRIAL_PAUSE_S

    @property
    def threads(self) -> int:
        """Threads to use now."""
        return self._levels[self._level]

    def observe(self, seconds: float) -> bool:
        """One step took ``seconds`` with :attr:`threads`; True when that number changed."""
        if len(self._levels) == 1:
            return False
        before = self._level
        if self._trial is not None:
            self._observe_trial(self._trial, seconds)
        else:
            self._observe_steady(seconds)
        return self._level != before

    def _observe_steady(self, seconds: float) -> None:
        usual = self._usual.get(self._level)
        if usual is not None and seconds > JUMP * usual:
            self._slow.append(seconds)
            self._slow_s += seconds
            is_lasting = len(self._slow) >= _DISTURBED_TOKENS and self._slow_s >= _DISTURBED_S
            if is_lasting and self._level + 1 < len(self._levels):
                self._try(self._level + 1, _median(self._slow))
            elif is_lasting:
                # Nothing lower to go to: this is how long it takes now.
                self._usual[self._level] = _median(self._slow)
                self._forget_slow()
            return
        if self._slow:
            self._forget_slow()
        if usual is None:
            self._usual[self._level] = seconds
        else:
            weight = _FALLING_WEIGHT if seconds < usual else _RISING_WEIGHT
            self._usual[self._level] = usual + weight * (seconds - usual)
        if self._level == 0:
            if self._until_comparison:
                self._until_comparison -= 1
                if not self._until_comparison:
                    self._try(1, self._usual[0])
            return
        self._until_trial_s -= seconds
        if self._until_trial_s <= 0:
            self._try(self._level - 1, self._usual[self._level])

    def _try(self, level: int, home_s: float) -> None:
        self._trial = _Trial(self._level, home_s)
        self._forget_slow()
        self._level = level

    def _forget_slow(self) -> None:
        self._slow.clear()
        self._slow_s = 0.0

    def _observe_trial(self, trial: _Trial, seconds: float) -> None:
        trial.durations.append(seconds)
        trial.spent_s += max(seconds - trial.home_s, 0.0)
        counted = trial.durations[1:]
        if not counted or (sum(counted) < _TRIAL_S and len(trial.durations) < _TRIAL_STEPS):
            return
        self._trial = None
        tried = self._level
        if min(counted) < 0.95 * trial.home_s:
            # The usual duration of an undisturbed level is kept: it tells the next jump.
            self._usual[tried] = min(counted)
            self._pause_s = _TRIAL_PAUSE_S
            self._until_trial_s = self._pause_s
            return
        self._level = trial.home
        if tried > trial.home:
            self._usual[trial.home] = trial.home_s
        else:
            self._pause_s = max(
                _TRIAL_PAUSE_S, _TRIAL_SHARE * trial.spent_s, min(2 * self._pause_s, 10.0)
            )
        self._until_trial_s = self._pause_s


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
