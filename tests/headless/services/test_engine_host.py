"""The host with real child processes that play scripts."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    Cancelled,
    EngineCrashedError,
    EngineError,
    EngineHungError,
    MemoryShortError,
    ModelUnsupportedError,
    PromptTooLongError,
    UsageError,
)
from kochat_gui.core.generation import Finished, GenerationRequest, TextDelta
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.states import FinishReason
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.engine_replies import HostPolicy
from tests.benchmarks.random_gguf import TINY, write_random_gguf
from tests.engine_scripts import ANSWER, question, script_spec

_LOG = "kochat_gui.services.engine_host"

# A child that answers a load like any other, and a stream with whatever the test wants.
_CHILD = """
import os, sys, time
from kochat_gui.core.generation import *
from kochat_gui.core.models import LoadedModel
from kochat_gui.engines.messages import *
from kochat_gui.engines.protocol import *

def send(reply):
    os.write(1, encode_reply(reply))

load = decode_command(read_frame(sys.stdin.buffer, MAX_COMMAND_BYTES))
send(Loaded(load.job, LoadedModel("x", 2048, 10, "CPU", "script")))
job = decode_command(read_frame(sys.stdin.buffer, MAX_COMMAND_BYTES)).job
finished = Event(job, Finished(FinishReason.STOP, Usage(1, 0, 1, 0.1, 1.0)))
{action}
sys.stdin.read()
"""

_FLOOD = """
many = encode_reply(Event(job, TextDelta('x'))) * 1000
while True: os.write(1, many)
"""


@pytest.fixture
def host() -> Iterator[EngineHost]:
    made = EngineHost()
    yield made
    made.close()


def load(host: EngineHost, spec: ModelSpec) -> None:
    host.load(spec, LoadOptions(), lambda _progress: None, CancelToken())


def text_of(host: EngineHost, request: GenerationRequest) -> str:
    events = host.stream(request, CancelToken())
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.allow_log(_LOG)
def test_the_environment_has_only_what_an_engine_needs(tmp_path: Path) -> None:
    seen = tmp_path / "environment.json"
    code = f"import json, os; json.dump(dict(os.environ), open({str(seen)!r}, 'w'))"
    environment = {
        "PATH": os.environ["PATH"],
        "HF_TOKEN": "secret",
        "LD_PRELOAD": "",
        "HTTPS_PROXY": "http://localhost:1",
        "PYTHONSTARTUP": "x",
        "OMP_WAIT_POLICY": "active",
        "CUDA_VISIBLE_DEVICES": "0",
    }
    host = EngineHost(environment=environment, command=[sys.executable, "-c", code])
    with pytest.raises(EngineCrashedError):
        load(host, script_spec(tmp_path))
    host.close()
    child = json.loads(seen.read_text())
    assert child["CUDA_VISIBLE_DEVICES"] == "0"
    assert child["OMP_WAIT_POLICY"] == "passive"
    assert child["HF_HUB_OFFLINE"] == "1"
    assert child["PYTHONNOUSERSITE"] == "1"
    assert child["PYTHONIOENCODING"].startswith("utf-8")
    assert not child.keys() & {"HF_TOKEN", "LD_PRELOAD", "HTTPS_PROXY", "PYTHONSTARTUP"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_is_the_first_to_go_and_leaves_nothing(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path))
    process = Path(f"/proc/{host.child_pid}")
    assert (process / "oom_score_adj").read_text().strip() == "900"
    assert "NoNewPrivs:\t1" in (process / "status").read_text()
    core = next(line for line in (process / "limits").read_text().splitlines() if "core" in line)
    assert core.split()[4:6] == ["0", "0"]
    assert host.child_pid is not None
    assert os.getsid(host.child_pid) == host.child_pid


def test_unloading_ends_the_process(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path))
    pid = host.child_pid
    assert pid is not None
    child = psutil.Process(pid)
    host.unload()
    assert not child.is_running()
    assert host.loaded is None
    assert host.child_pid is None
    host.unload()


def test_another_model_gets_another_process(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, "one"))
    first = host.child_pid
    load(host, script_spec(tmp_path, "two"))
    assert host.child_pid != first
    assert host.loaded is not None
    assert host.loaded.name == "two"
    assert host.loaded.engine == "scripted"


def test_without_a_model_it_says_so(host: EngineHost) -> None:
    with pytest.raises(EngineError):
        list(host.stream(question("안녕"), CancelToken()))
    with pytest.raises(EngineError):
        host.tokenize("안녕")


def test_an_error_of_the_engine_leaves_the_model_loaded(host: EngineHost, tmp_path: Path) -> None:
    answers = [
        {"when": "오류", "text": ANSWER, "fault": {"kind": "error"}},
        {"when": "메모리", "text": ANSWER, "fault": {"kind": "memory"}},
    ]
    load(host, script_spec(tmp_path, answers=answers))
    child = host.child_pid
    with pytest.raises(EngineError):
        text_of(host, question("오류"))
    with pytest.raises(MemoryShortError):
        text_of(host, question("메모리"))
    assert text_of(host, question("안녕")) == ANSWER
    assert host.child_pid == child


@pytest.mark.allow_log(_LOG)
def test_a_bug_in_the_engine_is_told_from_an_error(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, default={"text": ANSWER, "fault": {"kind": "bug"}}))
    with pytest.raises(EngineCrashedError) as caught:
        text_of(host, question("안녕"))
    assert caught.value.values["cause"] == "RuntimeError"
    assert "Traceback" in str(caught.value.values["details"])
    assert host.loaded is None


def test_closing_the_iterator_is_a_cancel(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, tokens_per_second=20))
    child = host.child_pid
    events = host.stream(question("안녕"), CancelToken())
    for event in events:
        if isinstance(event, TextDelta):
            break
    events.close()
    assert host.child_pid == child
    assert text_of(host, question("안녕", max_new_tokens=3))


def test_unloading_while_answering_is_a_cancel(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, tokens_per_second=20))
    last = None
    for event in host.stream(question("안녕"), CancelToken()):
        if isinstance(event, TextDelta):
            host.unload()
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED


def test_closing_while_loading_is_a_cancel(host: EngineHost, tmp_path: Path) -> None:
    spec = script_spec(tmp_path, load={"seconds": 60})
    with pytest.raises(Cancelled):
        host.load(spec, LoadOptions(), lambda _progress: host.close(), CancelToken())
    with pytest.raises(Cancelled):
        load(host, script_spec(tmp_path))


def test_a_cancel_acts_within_a_stall(host: EngineHost, tmp_path: Path) -> None:
    fault = {"kind": "stall", "seconds": 600}
    load(host, script_spec(tmp_path, default={"text": ANSWER, "fault": fault}))
    child = host.child_pid
    cancel = CancelToken()
    shown = ""
    timer = threading.Timer(0.3, cancel.cancel)
    for event in host.stream(question("안녕"), cancel):
        if isinstance(event, TextDelta):
            if not shown:
                timer.start()
            shown += event.text
    timer.join()
    assert 0 < len(shown) < len(ANSWER)
    assert ANSWER.startswith(shown)
    assert host.child_pid == child


def test_callers_wait_for_their_turn(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, tokens_per_second=400, default={"text": "{message}!"}))
    said: dict[str, str] = {}

    def ask(text: str) -> None:
        said[text] = text_of(host, question(text))

    threads = [threading.Thread(target=ask, args=(f"말 {number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {f"말 {number}": f"말 {number}!" for number in range(5)}


def test_a_load_that_waits_for_an_answer_can_be_cancelled(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path, tokens_per_second=20))
    events = host.stream(question("안녕"), CancelToken())
    first = next(events)
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(Cancelled):
        host.load(script_spec(tmp_path, "b"), LoadOptions(), lambda _progress: None, cancel)
    assert any(isinstance(event, TextDelta) for event in [first, *events]), "the answer goes on"


def test_a_long_prompt_comes_in_several_frames(host: EngineHost, tmp_path: Path) -> None:
    spec = script_spec(tmp_path)
    options = LoadOptions(context_tokens=2_000_000)
    host.load(spec, options, lambda _progress: None, CancelToken())
    prompt = host.render_prompt(question("가나다라" * 50_000))
    assert "가나다라" * 50_000 in prompt.text
    assert len(prompt.tokens) == host.count_tokens(question("가나다라" * 50_000))
    assert host.render_prompt(question("\0\ud800")).text.count("\0?") == 1


@pytest.mark.allow_log(_LOG)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends by itself a little later")
@pytest.mark.parametrize("is_killed", [False, True])
def test_the_process_of_a_template_goes_with_the_engine(
    host: EngineHost, tmp_path: Path, is_killed: bool
) -> None:
    own = {"tokenizer.chat_template": "{{ messages[0].content }}"}
    path = write_random_gguf(tmp_path / "own.gguf", TINY, metadata=own)
    spec = ModelSpec(str(path), "own", path, ModelFormat.GGUF, "f16", 0)
    host.load(spec, LoadOptions(context_tokens=512, gpu_layers=0), lambda _: None, CancelToken())
    assert host.render_prompt(question("안녕")).text.endswith("안녕")
    assert host.child_pid is not None
    engine = psutil.Process(host.child_pid)
    (template,) = engine.children()
    if is_killed:
        engine.kill()
    else:
        host.unload()
    gone, _ = psutil.wait_procs([template], timeout=2.0)
    assert gone


def test_tokens_of_a_long_text_come_in_several_frames(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path))
    assert len(host.tokenize("가나다라" * 70_000)) == 210_000
    assert host.count_tokens(question("가" * 1_000_000)) > 750_000


def test_more_than_a_frame_is_refused_and_kept(host: EngineHost, tmp_path: Path) -> None:
    load(host, script_spec(tmp_path))
    with pytest.raises(PromptTooLongError):
        text_of(host, question("\0" * 11_500_000))
    assert text_of(host, question("안녕")) == ANSWER


def test_unknown_and_unfit_engines_are_refused(tmp_path: Path) -> None:
    spec = script_spec(tmp_path)
    host = EngineHost("script")
    with pytest.raises(UsageError) as caught:
        load(host, spec)
    assert caught.value.values["suggestion"] == "scripted"
    with pytest.raises(ModelUnsupportedError):
        host.load(spec, LoadOptions(), lambda _progress: None, CancelToken(), "llama.cpp")
    host.close()


def test_a_process_that_cannot_be_started(tmp_path: Path) -> None:
    host = EngineHost(command=[str(tmp_path / "no such program")])
    with pytest.raises(EngineCrashedError):
        load(host, script_spec(tmp_path))
    host.close()


@pytest.mark.allow_log(_LOG)
@pytest.mark.parametrize(
    "action",
    [
        "send(Done(job))",
        "send(finished); send(finished)",
        "send(finished); send(Event(job, TextDelta('x')))",
        "send(Event(job + 1, TextDelta('x')))",
        "send(TokenCount(job, 1))",
        "send(WasCancelled(job))",
        "send(Loaded(job, LoadedModel('x', 1, 1, 'CPU', 'x')))",
    ],
)
def test_replies_that_make_no_sense_end_the_child(tmp_path: Path, action: str) -> None:
    host = EngineHost(command=[sys.executable, "-c", _CHILD.format(action=action)])
    load(host, script_spec(tmp_path))
    with pytest.raises(EngineCrashedError):
        text_of(host, question("안녕"))
    assert host.child_pid is None
    host.close()


def test_a_flood_ends_after_a_cancel_however_slow_the_reader(tmp_path: Path) -> None:
    host = EngineHost(
        policy=HostPolicy(cancel_s=0.5),
        command=[sys.executable, "-c", _CHILD.format(action=_FLOOD)],
    )
    load(host, script_spec(tmp_path))
    cancel, slowness = CancelToken(), threading.Event()
    last = None
    for event in host.stream(question("안녕"), cancel):
        cancel.cancel()
        slowness.wait(0.01)
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert host.child_pid is None
    host.close()


@pytest.mark.allow_log(_LOG)
def test_the_same_progress_again_is_no_progress(tmp_path: Path) -> None:
    action = "while True: send(Event(job, PromptProgress(1, 2, 0))); time.sleep(0.02)"
    host = EngineHost(
        policy=HostPolicy(reading_stall_s=0.5),
        command=[sys.executable, "-c", _CHILD.format(action=action)],
    )
    load(host, script_spec(tmp_path))
    with pytest.raises(EngineHungError):
        text_of(host, question("안녕"))
    host.close()
