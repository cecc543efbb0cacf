"""A model that cannot be loaded is explained, with offers that really load it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.notices import Notice
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.model_failure import ModelFailure
from tests.engine_scripts import script_spec

MODEL = "ko-tiny-chat"


def failing(
    services: Services, bridge: Bridge, available: int, qtbot: QtBot
) -> tuple[ModelManager, ModelFailure, Notice]:
    """A manager that believes in ``available`` bytes, after it refused q8_0."""
    models = ModelManager(
        services.paths,
        services.settings,
        services.host,
        services.bus,
        services.preferences,
        available=lambda: available,
    )
    failure = ModelFailure(lambda: models, services.settings, services.notices, bridge)
    bridge.model_status_changed.connect(failure.set_status)
    models.choose(MODEL, "q8_0")
    qtbot.waitUntil(lambda: services.notices.active() != [], timeout=20_000)
    return models, failure, services.notices.active()[0]


def labels(notice: Notice) -> list[str]:
    return [action.label for action in notice.actions]


def test_short_memory_is_asked_about_and_can_be_overruled(
    services: Services, bridge: Bridge, qtbot: QtBot
) -> None:
    models, failure, notice = failing(services, bridge, 1_000_000, qtbot)
    assert "1.0 MB" in notice.text
    assert labels(notice) == ["Load anyway"]
    failure.act(notice.actions[0].action_id)
    qtbot.waitUntil(lambda: models.status.state is ModelState.READY, timeout=30_000)
    models.ensure_ready(lambda _done: None, CancelToken())
    assert models.status.state is ModelState.READY
    qtbot.waitUntil(lambda: services.notices.active() == [])
    models.close()


def test_shorter_context_that_fits_is_offered_and_taken(
    services: Services, bridge: Bridge, qtbot: QtBot
) -> None:
    services.settings.set("load.context_tokens", 65_536)
    models, failure, notice = failing(services, bridge, 700_000_000, qtbot)
    offer = notice.actions[0]
    assert offer.label.startswith("Load with ")
    failure.act(offer.action_id)
    qtbot.waitUntil(lambda: models.status.state is ModelState.READY, timeout=30_000)
    assert services.settings.get("load.context_tokens") < 65_536
    models.close()


def test_a_lighter_level_is_offered_after_memory_ran_out_in_an_answer(
    services: Services, bridge: Bridge, qtbot: QtBot
) -> None:
    models = services.models
    failure = ModelFailure(lambda: models, services.settings, services.notices, bridge)
    bridge.model_status_changed.connect(failure.set_status)
    models.choose(MODEL, "q8_0")
    models.ensure_ready(lambda _done: None, CancelToken())
    models.run_short(MemoryShortError(TextKey("Test", "no memory")), models.status)
    qtbot.waitUntil(lambda: services.notices.active() != [])
    [notice] = services.notices.active()
    offer, _anyway = notice.actions
    level = offer.label.removeprefix("Load ")
    assert notice.text == f"no memory. The level {level} would fit."
    failure.act(offer.action_id)
    models.ensure_ready(lambda _done: None, CancelToken())
    assert models.status.quantization == level != "q8_0"


def test_damaged_model_can_be_tried_again(
    services: Services, bridge: Bridge, tmp_path: Path, qtbot: QtBot
) -> None:
    failure = ModelFailure(lambda: services.models, services.settings, services.notices, bridge)
    bridge.model_status_changed.connect(failure.set_status)
    spec = services.models.add(script_spec(tmp_path, load={"fault": {"kind": "error"}}).path)
    services.models.choose(spec.model_id, None)
    qtbot.waitUntil(lambda: services.notices.active() != [], timeout=20_000)
    assert labels(services.notices.active()[0]) == ["Try again"]
