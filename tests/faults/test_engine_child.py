"""Whatever the engine's process does, the host says what happened and works again afterwards."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, EngineCrashedError, EngineError, EngineHungError
from kochat_gui.core.generation import Finished, TextDelta
from kochat_gui.core.models import LoadOptions
from kochat_gui.core.states import FinishReason
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.engine_replies import HostPolicy
from tests.engine_scripts import ANSWER, question, script_spec

_HERE = Path(__file__).parent
_POLICY = HostPolicy(
    tick_s=0.1,
    start_ticks=50,
    silent_ticks=20,
    loading_stall_s=4.0,
    reading_stall_s=2.0,
    answering_stall_s=2.0,
    cancel_s=0.5,
)
_HANGS_BY_S = 0.3
"""Since its first text, the child has met what it hangs at."""
_NOTICED_S = 10.0

_CRASHES = {
    "SIGKILL": "SIGKILL",
    "SIGSEGV": "SIGSEGV",
    "SIGABRT": "SIGABRT",
    "exit": "exit code 0",
    "garbage": "not ASCII JSON",
    "huge": "frame of 2147483648 bytes",
}
_HANGS = ["SIGSTOP", "hang", "deadlock"]
_PLACES = ["load", "prompt", "decode", "idle"]

pytestmark = [
    pytest.mark.allow_log("kochat_gui.services.engine_host"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


@pytest.fixture
def host() -> Iterator[EngineHost]:
    made = EngineHost(
        policy=_POLICY, command=[sys.executable, "-P", str(_HERE / "misbehaving_child.py")]
    )
    yield made
    made.close()


def load(host: EngineHost, folder: Path, name: str = "good") -> None:
    spec = script_spec(folder, name, tokens_per_second=500)
    host.load(spec, LoadOptions(), lambda _progress: None, CancelToken())


def ask(host: EngineHost, text: str) -> str:
    events = host.stream(question(text), CancelToken())
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def wait_until(is_so: Callable[[], bool], timeout_s: float = _NOTICED_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def provoke(host: EngineHost, folder: Path, kind: str, place: str) -> None:
    """Let the child do ``kind`` at ``place``; the host's error comes out of this."""
    if place == "load":
        load(host, folder, f"{kind} at load")
        return
    load(host, folder)
    answer = ask(host, f"{kind} at {place}")
    if place == "idle":
        assert answer == ANSWER
        if kind in _CRASHES:
            wait_until(lambda: host.loaded is None)
        else:
            time.sleep(0.3)
        ask(host, "아직 있어요?")


def assert_usable(host: EngineHost, folder: Path) -> None:
    load(host, folder)
    assert ask(host, "다시 물어봐요") == ANSWER


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("kind", _CRASHES)
def test_a_crash_is_named_and_survived(
    host: EngineHost, tmp_path: Path, kind: str, place: str
) -> None:
    with pytest.raises(EngineCrashedError) as caught:
        provoke(host, tmp_path, kind, place)
    assert caught.value.values["cause"] == _CRASHES[kind]
    assert len(caught.value.lines()) == 3
    assert host.loaded is None
    assert host.child_pid is None
    assert_usable(host, tmp_path)


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("kind", _HANGS)
def test_a_hang_is_noticed_and_ended(
    host: EngineHost, tmp_path: Path, kind: str, place: str
) -> None:
    began = time.monotonic()
    with pytest.raises(EngineHungError) as caught:
        provoke(host, tmp_path, kind, place)
    assert time.monotonic() - began < _NOTICED_S
    assert len(caught.value.lines()) == 3
    assert host.loaded is None
    assert host.child_pid is None
    assert_usable(host, tmp_path)


@pytest.mark.parametrize("kind", _HANGS)
def test_a_cancel_ends_what_does_not_end_itself(
    host: EngineHost, tmp_path: Path, kind: str
) -> None:
    load(host, tmp_path)
    cancel = CancelToken()
    shown = ""
    deltas = 0
    last = None
    for event in host.stream(question(f"{kind} at decode"), cancel):
        if isinstance(event, TextDelta):
            shown += event.text
            deltas += 1
            # What follows at once shares a frame, which may never be sent.
            time.sleep(_HANGS_BY_S)
            cancel.cancel()
        last = event
    assert shown
    assert ANSWER.startswith(shown)
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert last.usage.new_tokens == deltas
    assert host.loaded is None
    with pytest.raises(EngineError):
        ask(host, "아직 있어요?")
    assert_usable(host, tmp_path)


def test_a_crash_after_a_cancel_is_a_cancel(host: EngineHost, tmp_path: Path) -> None:
    load(host, tmp_path)
    cancel = CancelToken()
    events = host.stream(question("SIGSTOP at decode"), cancel)
    for event in events:
        if isinstance(event, TextDelta):
            break
    pid = host.child_pid
    assert pid is not None
    cancel.cancel()
    os.kill(pid, signal.SIGKILL)
    last = list(events)[-1]
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED


def test_a_load_that_hangs_can_be_cancelled(host: EngineHost, tmp_path: Path) -> None:
    cancel = CancelToken()
    spec = script_spec(tmp_path, "deadlock at load")
    with pytest.raises(Cancelled):
        host.load(spec, LoadOptions(), lambda _progress: cancel.cancel(), cancel)
    assert host.child_pid is None
    assert_usable(host, tmp_path)


_PARENT = """
import sys, threading
from pathlib import Path
from tests.engine_scripts import question, script_spec
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.models import LoadOptions
from kochat_gui.services.engine_host import EngineHost

host = EngineHost(command=[sys.executable, "-P", {child!r}])
spec = script_spec(Path({folder!r}), tokens_per_second=500)
loading = threading.Thread(
    target=host.load, args=(spec, LoadOptions(), lambda _: None, CancelToken())
)
loading.start()
loading.join()
print(host.child_pid, flush=True)
for event in host.stream(question({wish!r}), CancelToken()):
    pass
print("answered", flush=True)
sys.stdin.read()
"""


_SUSPENDED = """
import sys
from pathlib import Path
from tests.engine_scripts import question, script_spec
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.models import LoadOptions
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.engine_replies import HostPolicy

policy = HostPolicy(tick_s=0.1, silent_ticks=15, reading_stall_s=1.5, answering_stall_s=1.5)
host = EngineHost(policy=policy, command=[sys.executable, "-P", {child!r}])
spec = script_spec(Path({folder!r}), tokens_per_second=15)
host.load(spec, LoadOptions(), lambda _: None, CancelToken())
print(host.child_pid, flush=True)
for event in host.stream(question("nothing"), CancelToken()):
    pass
print("answered", flush=True)
"""


@pytest.mark.parametrize("wish", ["nothing", "hang at decode", "deadlock at decode"])
def test_the_child_goes_with_its_parent(tmp_path: Path, wish: str) -> None:
    if "deadlock" in wish and sys.platform != "linux":
        pytest.skip("needs the parent-death signal")
    code = _PARENT.format(
        child=str(_HERE / "misbehaving_child.py"),
        folder=str(tmp_path),
        wish=wish,
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_HERE.parent.parent)},
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        if wish == "nothing":
            # The thread that loaded the model is gone; the child must not have gone with it.
            assert parent.stdout.readline() == b"answered\n"
        assert child.is_running()
        parent.kill()
    gone, _ = psutil.wait_procs([child], timeout=2.0)
    assert gone


def test_a_slow_reader_makes_the_child_wait(host: EngineHost, tmp_path: Path) -> None:
    spec = script_spec(tmp_path, token_bytes=3, default={"text": "가나다라" * 2000})
    host.load(spec, LoadOptions(context_tokens=16_384), lambda _progress: None, CancelToken())
    shown = ""
    pause = threading.Event()
    for event in host.stream(question("길게", max_new_tokens=8000), CancelToken()):
        if isinstance(event, TextDelta):
            if not shown:
                pause.wait(3.0)  # longer than the patience: it must not count against the child
            shown += event.text
    assert shown == "가나다라" * 2000


def test_a_suspended_program_does_not_age(tmp_path: Path) -> None:
    code = _SUSPENDED.format(child=str(_HERE / "misbehaving_child.py"), folder=str(tmp_path))
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_HERE.parent.parent)},
    )
    with parent:
        assert parent.stdout is not None
        child_pid = int(parent.stdout.readline())
        for pid, signal_number in (
            (parent.pid, signal.SIGSTOP),
            (child_pid, signal.SIGSTOP),
        ):
            os.kill(pid, signal_number)
        time.sleep(2.5)  # more than the patience of the suspended program
        os.kill(parent.pid, signal.SIGCONT)
        os.kill(child_pid, signal.SIGCONT)
        assert parent.stdout.read() == b"answered\n"
