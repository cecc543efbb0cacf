"""The transformers engine behind the host: what its process sends is what it says itself.

Its libraries take seconds to start, so that few tests ask this way.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import Cancelled, ModelDamagedError
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    SamplingParams,
    StepProgress,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import FinishReason
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.engine_process import child_environment
from tests.helpers.tiny_models import BUILT_IN

pytest.importorskip("torch")

SPEC = ModelSpec(
    "ko-tiny-chat",
    "ko-tiny-chat",
    BUILT_IN,
    ModelFormat.SAFETENSORS,
    "fp32",
    0,
    template="kullm-v2",
)
OPTIONS = LoadOptions(context_tokens=512, gpu_layers=0)
GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=64)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineHost]:
    """With a model that brings program code along."""
    folder = tmp_path_factory.mktemp("model") / "모델"
    shutil.copytree(BUILT_IN, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["auto_map"] = {"AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    host = EngineHost("transformers")
    host.load(replace(SPEC, path=folder), OPTIONS, lambda _: None, CancelToken())
    yield host
    host.close()


def _run(host: EngineHost, sampling: SamplingParams = GREEDY, **more: object) -> tuple[
    str, list[GenerationEvent]
]:  # fmt: skip
    request = GenerationRequest(
        (ChatMessage(Role.USER, "배고파"),), sampling=sampling, **more  # type: ignore[arg-type]
    )  # fmt: skip
    events = list(host.stream(request, CancelToken()))
    return "".join(event.text for event in events if isinstance(event, TextDelta)), events


def test_what_it_is(host: EngineHost) -> None:
    loaded = host.loaded
    assert loaded is not None
    assert loaded.engine == "transformers"
    assert loaded.template == "kullm-v2"
    assert any("program code" in remark.source for remark in loaded.remarks)


def test_it_answers_and_takes_adapters(host: EngineHost) -> None:
    meow = (AdapterUse(resource("adapters", "ko-tiny-meow"), 1.0),)
    assert _run(host)[0] == "뭐 좀 챙겨드세요."
    assert _run(host, adapters=meow)[0] == "뭐 좀 챙겨드세요 야옹!"
    assert _run(host)[0] == "뭐 좀 챙겨드세요."


def test_steps_of_beams_arrive(host: EngineHost) -> None:
    sampling = replace(GREEDY, num_beams=3)
    text, events = _run(host, sampling)
    assert text
    steps = [event for event in events if isinstance(event, StepProgress)]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].most == 64


def test_beams_are_cancelled_from_outside(host: EngineHost) -> None:
    cancel = CancelToken()
    sampling = SamplingParams(num_beams=3, max_new_tokens=480, logit_bias=((2, -100.0),))
    request = GenerationRequest((ChatMessage(Role.USER, "안녕"),), sampling=sampling)
    last = None
    for event in host.stream(request, cancel):
        if isinstance(event, StepProgress):
            cancel.cancel()
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert host.loaded is not None
    assert _run(host)[0] == "뭐 좀 챙겨드세요."


def test_a_damaged_model_is_told_and_loading_is_cancelled(tmp_path: Path) -> None:
    folder = tmp_path / "모델"
    shutil.copytree(BUILT_IN, folder)
    spec = replace(SPEC, path=folder)
    host = EngineHost("transformers")
    cancel = CancelToken()
    try:
        with pytest.raises(Cancelled):
            host.load(spec, OPTIONS, lambda _: cancel.cancel(), cancel)
        (folder / "model.safetensors").write_bytes(b"\x93\xff" * 500)
        with pytest.raises(ModelDamagedError):
            host.load(spec, OPTIONS, lambda _: None, CancelToken())
        assert host.child_pid is None
    finally:
        host.close()


def test_its_process_reaches_no_network() -> None:
    environment = child_environment({"HF_TOKEN": "secret", "HF_HUB_OFFLINE": "0"})
    assert environment["HF_HUB_OFFLINE"] == environment["TRANSFORMERS_OFFLINE"] == "1"
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert "HF_TOKEN" not in environment
