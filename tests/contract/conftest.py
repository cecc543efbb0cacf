"""Every engine, asked directly and through its child process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.services.engine_host import EngineHost
from tests.contract.cases import ENGINE_CASES, EngineCase
from tests.contract.subject import OPTIONS, Subject, ignore


@pytest.fixture(params=ENGINE_CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> EngineCase:
    """One engine and how to make models for it."""
    chosen: EngineCase = request.param
    if chosen.missing():
        pytest.skip(f"{chosen.name} is not installed")
    return chosen


@pytest.fixture(params=["direct", "child"])
def subject(request: pytest.FixtureRequest, case: EngineCase) -> Iterator[Subject]:
    """The engine in this process, or behind the host."""
    if request.param == "direct":
        engine = case.make_engine()
        yield engine
        engine.unload()
    else:
        host = EngineHost(case.name)
        yield host
        host.close()


@pytest.fixture
def loaded(subject: Subject, case: EngineCase, tmp_path: Path) -> Subject:
    """The subject with a model that always has more than 24 tokens to say."""
    subject.load(case.make_model(tmp_path), OPTIONS, ignore, CancelToken())
    return subject
