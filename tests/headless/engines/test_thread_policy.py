"""Thread choice on synthetic timings of a two- or eight-core machine."""

from collections.abc import Callable

import pytest

from kochat_gui.engines.thread_policy import ThreadPolicy, thread_levels

Timing = Callable[[int, int], float]
"""(step, threads) to seconds."""


def idle(_step: int, threads: int) -> float:
    return 0.06 if threads == 2 else 0.1


def busy(_step: int, threads: int) -> float:
    return 0.5 if threads == 2 else 0.11


def run(policy: ThreadPolicy, timing: Timing, steps: int) -> tuple[float, list[int]]:
    total, used = 0.0, []
    for step in range(steps):
        used.append(policy.threads)
        seconds = timing(step, policy.threads)
        total += seconds
        policy.observe(seconds)
    return total, used


def test_idle_stays_at_all_cores() -> None:
    total, used = run(ThreadPolicy(2), idle, 200)
    assert used.count(2) >= 198
    assert total <= 200 * idle(0, 2) / 0.97


def test_idle_with_short_noise_stays() -> None:
    def noisy(step: int, threads: int) -> float:
        return 0.003 * (3 if step % 10 == 0 else 1) * (1 if threads == 2 else 1.7)

    _, used = run(ThreadPolicy(2), noisy, 1_000)
    assert used.count(2) >= 995


@pytest.mark.parametrize("quiet_steps", [0, 50])
def test_a_busy_neighbour_brings_it_down(quiet_steps: int) -> None:
    policy = ThreadPolicy(2)
    run(policy, idle, quiet_steps)
    total, used = run(policy, busy, 200)
    fixed = 200 * busy(0, 2)
    assert fixed / total >= 3.5
    assert used[-1] == 1


def test_back_up_when_the_neighbour_has_gone() -> None:
    policy = ThreadPolicy(2)
    run(policy, idle, 20)
    run(policy, busy, 100)
    _, used = run(policy, idle, 300)
    assert used[-100:] == [2] * 100


def test_failed_trials_are_rare() -> None:
    policy = ThreadPolicy(2)
    run(policy, idle, 20)
    run(policy, busy, 20)
    total, used = run(policy, busy, 1_000)
    assert used.count(2) * 0.5 <= 0.12 * total


def test_a_slower_context_is_not_a_neighbour() -> None:
    def deep(_step: int, threads: int) -> float:
        return 0.2 if threads == 2 else 0.34

    policy = ThreadPolicy(2)
    run(policy, idle, 50)
    _, used = run(policy, deep, 100)
    assert used[-50:] == [2] * 50


def test_eight_cores_give_one_up_first() -> None:
    def crowded(_step: int, threads: int) -> float:
        return 0.3 if threads == 8 else 0.4 / threads

    policy = ThreadPolicy(8)
    run(policy, lambda _s, threads: 0.4 / threads, 50)
    _, used = run(policy, crowded, 100)
    assert used[-1] == 7
    assert thread_levels(8) == (8, 7, 6, 4, 2, 1)


@pytest.mark.parametrize("cores", [0, 1])
def test_one_core_has_no_choice(cores: int) -> None:
    _, used = run(ThreadPolicy(cores), busy, 50)
    assert set(used) == {1}


def test_a_fixed_number_is_kept() -> None:
    _, used = run(ThreadPolicy(2, fixed=5), busy, 50)
    assert set(used) == {5}


def test_no_early_comparison_for_prompts() -> None:
    _, used = run(ThreadPolicy(2, compares_once=False), idle, 50)
    assert set(used) == {2}
