"""For tests in whose process ``transformers`` computes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.cancellation import CancelToken
from tests.contract.cases import EngineCase, transformers_case
from tests.contract.subject import OPTIONS, Subject, ignore

# As in the engine's own process: threads that spin starve each other beside busy neighbours.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
tqdm: Any = pytest.importorskip("tqdm")
LEVELS = ("fp32", "bf16", "fp16", "nf4", "int8")


@pytest.fixture(autouse=True)
def _no_progress_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)


@pytest.fixture(params=LEVELS)
def case(request: pytest.FixtureRequest) -> EngineCase:
    """The transformers engine at one level."""
    return transformers_case(request.param)


@pytest.fixture
def subject(case: EngineCase) -> Iterator[Subject]:
    """The engine in this process."""
    engine = case.make_engine()
    yield engine
    engine.unload()


@pytest.fixture
def loaded(subject: Subject, case: EngineCase, tmp_path: Path) -> Subject:
    """The subject with a model that always has more than 24 tokens to say."""
    subject.load(case.make_model(tmp_path), OPTIONS, ignore, CancelToken())
    return subject
