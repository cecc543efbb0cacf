"""The window as a person uses it: a process, keys and clicks, ends of every kind, starts anew."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from kochat_gui.storage.paths import profile_paths
from tests.e2e.driven_window import WAIT_S, Painted, State, Window, shown, wait_for_end
from tests.engine_scripts import script_spec

CLOSE_S = 3.0
TOKENS_PER_SECOND = 40
TOKEN_BYTES = 4
SENTENCE = "창밖에는 비가 조용히 내리고 있었어요. "
LOST_AT_MOST_S = 1.0
ENOUGH = 2 * TOKENS_PER_SECOND * TOKEN_BYTES // 3
"""Characters of Hangul (3 bytes each) in two seconds."""

OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(own_profile: Path) -> Iterator[OpenWindow]:
    """Starts driven programs on the test's profile."""
    with ExitStack() as stack:

        def start(*scripts: Path) -> Window:
            window = Window(own_profile, *scripts)
            stack.callback(window.release)
            return window

        yield start


@pytest.fixture
def slow_script(tmp_path: Path) -> Path:
    """Long enough for anything to happen meanwhile."""
    answer = {"text": SENTENCE * 200, "tokens_per_second": TOKENS_PER_SECOND}
    return script_spec(tmp_path, token_bytes=TOKEN_BYTES, default=answer).path


def streams(state: State) -> bool:
    return len(shown(state)) > ENOUGH


def is_idle(state: State) -> bool:
    return bool(state["button"] == "보내기" and state["answers"])


def test_the_built_in_model_answers_and_the_next_start_shows_it(open_window: OpenWindow) -> None:
    window = open_window()
    assert window.send("안녕하세요")["button"] == "멈춤"
    answered = window.wait(is_idle)
    assert answered["answers"] == ["안녕하세요."]
    assert answered["list"] == ["오늘", "안녕하세요"]
    assert answered["notices"] == []
    window.close()
    again = open_window()
    assert again.first["answers"] == ["안녕하세요."]
    assert again.first["own"] == 1
    assert again.first["list"] == ["오늘", "안녕하세요"]
    again.close()


def test_stopping_keeps_what_there_is(open_window: OpenWindow, slow_script: Path) -> None:
    window = open_window(slow_script)
    window.send("긴 이야기")
    window.wait(streams)
    window.do("click", button="send")
    stopped = window.wait(lambda seen: is_idle(seen) and bool(seen["continue"]))
    assert SENTENCE.strip() in shown(stopped)
    assert stopped["continue"] == ["이어서 생성"]
    assert len(shown(stopped)) < len(SENTENCE) * 100
    window.close()
    assert shown(open_window().first) == shown(stopped)


def test_closing_while_an_answer_streams(open_window: OpenWindow, slow_script: Path) -> None:
    window = open_window(slow_script)
    window.send("긴 이야기")
    before = window.wait(streams)
    assert window.close() < CLOSE_S
    again = open_window().first
    assert shown(again).startswith(shown(before).rstrip())
    assert again["continue"] == ["이어서 생성"]
    assert again["button"] == "보내기"


def test_a_kill_loses_at_most_a_second(open_window: OpenWindow, slow_script: Path) -> None:
    window = open_window(slow_script)
    window.send("긴 이야기")
    painted = Painted()
    painted.watch(window, streams)
    children = window.children()
    window.process.kill()
    wait_for_end(children, CLOSE_S)
    again = open_window()
    again.do("open", title="긴 이야기")
    found = again.wait(lambda state: bool(state["answers"]))
    assert found["continue"] == ["이어서 생성"]
    assert found["own"] == 1
    assert painted.lost_s(shown(found)) <= LOST_AT_MOST_S
    before = len(shown(found))
    again.do("continue")
    longer = again.wait(lambda state: len(shown(state)) > before + len(SENTENCE))
    assert (SENTENCE * 200).startswith(shown(longer).rstrip())
    assert again.close() < CLOSE_S


def test_a_text_that_was_not_sent_is_there_after_a_kill_and_every_start(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    window.do("type", text="보내지 않은 글")
    time.sleep(LOST_AT_MOST_S)
    window.process.kill()
    window.process.wait()
    for _ in range(2):
        window = open_window()
        assert window.first["typed"] == "보내지 않은 글"
        window.close()


def test_a_text_for_a_new_conversation_is_kept_while_another_is_open(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    window.send("안녕하세요")
    window.wait(is_idle)
    window.do("click", button="new")
    window.do("type", text="나중에 물어볼 것")
    window.do("open", title="안녕하세요")
    window.close()
    again = open_window()
    assert (again.first["own"], again.first["typed"]) == (1, "")
    assert again.do("click", button="new")["typed"] == "나중에 물어볼 것"
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked to end there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_close_the_window(
    open_window: OpenWindow, slow_script: Path, number: signal.Signals
) -> None:
    window = open_window(slow_script)
    window.send("긴 이야기")
    before = window.wait(streams)
    children = window.children()
    began = time.monotonic()
    window.process.send_signal(number)
    assert window.ended(began, children) < CLOSE_S
    assert shown(open_window().first).startswith(shown(before).rstrip())


def kochat(**environment: str | None) -> subprocess.CompletedProcess[str]:
    """The program as from a terminal; None takes a variable out."""
    merged = {**os.environ, "LC_ALL": "ko_KR.UTF-8", **environment}
    return subprocess.run(
        [sys.executable, "-m", "kochat_gui"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={name: value for name, value in merged.items() if value is not None},
        timeout=WAIT_S,
    )


def test_one_program_per_profile(open_window: OpenWindow) -> None:
    first = open_window()
    second = kochat()
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.count("\n") == 1
    assert second.stderr.startswith("kochat: ")
    assert "KoChat" in second.stderr
    assert any("가" <= char <= "힣" for char in second.stderr)
    first.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_says_so() -> None:
    done = kochat(DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "xvfb-run" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked to end there")
def test_the_command_itself_starts_and_ends(own_profile: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kochat_gui"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        # Its engine starts once the window is there.
        deadline = time.monotonic() + WAIT_S
        while not psutil.Process(process.pid).children() and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.terminate()
        out, err = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert not any(child.is_running() for child in children)
    # Made by the first thing that is worth a line.
    assert not (profile_paths(own_profile).log_dir / "kochat.log").exists()
