"""A level of transformers through the services: engine, checkpoint and adapters follow from it."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import SamplingParams, TextDelta
from kochat_gui.core.resources import resource
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.services.prompt_request import build_request
from kochat_gui.storage.paths import profile_paths

GREEDY = ConversationSettings(sampling=SamplingParams(temperature=0, repeat_penalty=1))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = build_services(profile_paths(tmp_path / "profile"))
    yield made
    made.close()


def answer(services: Services, question: str) -> str:
    services.models.ensure_ready(lambda _: None, CancelToken())
    applied = services.models.adapters_in_use(lambda _: None, CancelToken())
    request = build_request([], question, GREEDY, SamplingParams())
    request = dataclasses.replace(request, adapters=applied.uses)
    events = services.host.stream(request, CancelToken())
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def checkpoint(folder: Path) -> Path:
    """The built-in model as a PyTorch checkpoint."""
    source = resource("models", "ko-tiny-chat")
    folder.mkdir()
    for name in ("config.json", "generation_config.json", "tokenizer.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    torch.save(load_file(source / "model.safetensors"), folder / "pytorch_model.bin")
    return folder


def pickled_adapter(folder: Path) -> Path:
    source = resource("adapters", "ko-tiny-meow")
    folder.mkdir()
    (folder / "adapter_config.json").write_bytes((source / "adapter_config.json").read_bytes())
    torch.save(load_file(source / "adapter_model.safetensors"), folder / "adapter_model.bin")
    return folder


def test_a_checkpoint_and_a_pickled_adapter_run_on_transformers(
    services: Services, tmp_path: Path
) -> None:
    spec = services.models.add(checkpoint(tmp_path / "ko-tiny-chat"))
    services.models.choose(spec.model_id, "fp32")
    assert answer(services, "배고파") == "뭐 좀 챙겨드세요."
    status = services.models.status
    assert status.state is ModelState.READY
    assert status.loaded is not None
    assert status.loaded.engine == "transformers"

    services.workshop.add_adapter(spec, pickled_adapter(tmp_path / "야옹"))
    pid = services.host.child_pid
    assert answer(services, "배고파") == "뭐 좀 챙겨드세요 야옹!"
    [view] = services.workshop.adapters(spec)
    services.workshop.set_adapter(spec, view.adapter.adapter_id, 1.0, is_on=False)
    assert answer(services, "배고파") == "뭐 좀 챙겨드세요."
    assert services.host.child_pid == pid


def test_the_engine_changes_with_the_level(services: Services) -> None:
    spec = services.models.models()[0]
    engines = []
    for level in ("bf16", "q8_0"):
        services.models.choose(spec.model_id, level)
        assert answer(services, "배고파") == "뭐 좀 챙겨드세요."
        loaded = services.models.status.loaded
        assert loaded is not None
        engines.append(loaded.engine)
    assert engines == ["transformers", "llama.cpp"]


@pytest.mark.parametrize("level", ["nf4", "int8"])
def test_bitsandbytes_levels_answer_on_a_processor(services: Services, level: str) -> None:
    spec = services.models.models()[0]
    services.models.choose(spec.model_id, level)
    assert answer(services, "배고파") == "뭐 좀 챙겨드세요."
    assert services.models.status.quantization == level


@pytest.mark.parametrize(
    ("level", "method"),
    [
        (
            "nf4",
            {
                "load_in_4bit": True,
                "bnb_4bit_quant_type": "nf4",
                "bnb_4bit_use_double_quant": True,
                "bnb_4bit_compute_dtype": "bfloat16",
            },
        ),
        ("int8", {"load_in_8bit": True}),
    ],
)
def test_a_repository_quantized_by_bitsandbytes_runs_as_it_is(
    services: Services,
    tmp_path: Path,
    level: str,
    method: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = resource("models", "ko-tiny-chat")
    folder = tmp_path / "ko-tiny-chat"
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # no thread that is left behind
    model = AutoModelForCausalLM.from_pretrained(
        source, quantization_config=BitsAndBytesConfig(**method), dtype=torch.bfloat16
    )
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())
    spec = services.models.add(folder)
    assert [row.name for row in services.models.choices(spec)] == [level]
    services.models.choose(spec.model_id, None)
    files = sorted(path.name for path in folder.iterdir())
    assert answer(services, "배고파") == "뭐 좀 챙겨드세요."
    assert sorted(path.name for path in folder.iterdir()) == files


def test_komt_card_shape_an_adapter_on_an_nf4_base(services: Services) -> None:
    spec = services.models.models()[0]
    services.models.choose(spec.model_id, "nf4")
    services.workshop.add_adapter(spec, resource("adapters", "ko-tiny-meow"))
    assert answer(services, "배고파").endswith("야옹!")
