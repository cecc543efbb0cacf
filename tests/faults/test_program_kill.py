"""The whole program is killed while an answer streams into its window, and started anew."""

import random
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.driven_window import Painted, State, Window, shown, wait_for_end
from tests.engine_scripts import script_spec
from tests.faults.conftest import Tell

KILLS, KILLS_THOROUGH = 2, 200
LOST_S = 1.0
LOST_BYTES = 2048
CHILDREN_END_S = 5.0
TOKENS_PER_SECOND = 1000
PARAGRAPH = "창밖에는 비가 조용히 내리고 있었어요. " * 12 + "\n\n"
LONGEST_S = 3.0


@pytest.fixture
def fast_script(tmp_path: Path) -> Path:
    """An answer that does not end while it is watched."""
    answer = {"text": PARAGRAPH * 200, "tokens_per_second": TOKENS_PER_SECOND}
    return script_spec(tmp_path, default=answer).path


def _open(profile: Path, script: Path) -> tuple[Window, float]:
    """A started program, and how many seconds it took to show its window."""
    began = time.monotonic()
    window = Window(profile, script)
    return window, time.monotonic() - began


def _stream_and_kill(window: Window, title: str, watched_s: float) -> Painted:
    window.do("click", button="new")
    window.send(title)
    window.wait(lambda state: bool(shown(state)))
    ends_at = time.monotonic() + watched_s
    painted = Painted()
    painted.watch(window, lambda _: time.monotonic() >= ends_at)
    children = window.children()
    window.process.kill()
    wait_for_end(children, CHILDREN_END_S)
    return painted


def _reopened(window: Window, title: str) -> State:
    window.do("open", title=title)
    return window.wait(lambda state: state["own"] == 1)


@pytest.mark.skipif(sys.platform == "win32", reason="signals end processes otherwise there")
def test_kills_lose_no_message_and_at_most_a_second(
    own_profile: Path, fast_script: Path, is_thorough: bool, tell: Tell
) -> None:
    rng = random.Random(22)
    kills = KILLS_THOROUGH if is_thorough else KILLS
    lost_s, lost_bytes, starts_s = [], [], []
    first, _ = _open(own_profile, fast_script)
    first.release()
    window, usual_s = _open(own_profile, fast_script)
    try:
        for number in range(kills):
            title = f"질문 {number}"
            painted = _stream_and_kill(window, title, rng.uniform(0, LONGEST_S))
            window.release()
            window, start_s = _open(own_profile, fast_script)
            starts_s.append(start_s)
            assert window.first["notices"] == []
            assert title in window.first["list"]
            found = _reopened(window, title)
            assert bool(found["continue"]) == bool(shown(found))
            lost_s.append(painted.lost_s(shown(found)))
            lost_bytes.append(painted.lost_bytes(shown(found)))
        listed = window.do("state")["list"]
        window.close()
    finally:
        window.release()
    tell(
        f"R2 {kills} kills of the program: 0 messages lost, at most {max(lost_s):.2f} s or "
        f"{max(lost_bytes)} bytes of painted text; start {sorted(starts_s)[kills // 2]:.2f} s, "
        f"usually {usual_s:.2f} s"
    )
    assert {f"질문 {number}" for number in range(kills)} <= set(listed)
    assert all(
        seconds <= LOST_S or count <= LOST_BYTES
        for seconds, count in zip(lost_s, lost_bytes, strict=True)
    )
