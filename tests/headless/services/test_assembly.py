"""Everything behind the window: built on a profile as it is found, and closed whole."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from kochat_gui.core.conversation import MessageState
from kochat_gui.core.resources import resource
from kochat_gui.core.states import GenerationState
from kochat_gui.services.assembly import build_services
from kochat_gui.services.model_trash import KEPT_DAYS
from kochat_gui.storage.paths import profile_paths
from tests.engine_scripts import script_spec

WAIT_S = 20.0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_damaged_preferences_are_told_and_the_rest_works(tmp_path: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.preferences_file.parent.mkdir(parents=True)
    paths.preferences_file.write_text("not JSON")
    services = build_services(paths)
    try:
        assert services.models.models()
        told = [notice.notice_id for notice in services.notices.active()]
        assert told == ["model-preferences"]
    finally:
        services.close()


def test_what_was_removed_long_ago_is_deleted_with_the_first_use(tmp_path: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    for name, days in (("old", KEPT_DAYS + 1), ("new", KEPT_DAYS - 1)):
        folder = paths.removed_models_dir / name
        folder.mkdir(parents=True)
        (folder / "model.gguf").write_bytes(b"x")
        then = time.time() - days * 24 * 3600
        os.utime(folder, (then, then))
    services = build_services(paths)
    assert services.workshop.jobs() == []
    services.close()
    assert [folder.name for folder in paths.removed_models_dir.iterdir()] == ["new"]


def test_closing_ends_jobs_and_processes(tmp_path: Path) -> None:
    services = build_services(profile_paths(tmp_path / "profile"))
    spec = services.models.models()[0]
    services.tokens.split("안녕", [spec])
    services.workshop.add_adapter(spec, resource("adapters", "ko-tiny-meow"))
    assert psutil.Process().children()
    services.close()
    assert psutil.Process().children() == []
    assert all(job.is_over for job in services.workshop.jobs())


def test_a_removed_model_is_not_replaced_for_answers_that_wait(tmp_path: Path) -> None:
    services = build_services(profile_paths(tmp_path / "profile"))
    endless = {"text": "가나다라 " * 2000, "tokens_per_second": 10}
    spec = services.models.add(script_spec(tmp_path, default=endless).path)
    services.models.choose(spec.model_id, None)
    running = services.chat.send(None, "하나")
    wait_for(lambda: services.chat.state(running[0]) is GenerationState.GENERATING)
    waiting = services.chat.send(None, "둘")
    services.workshop.remove(spec)
    wait_for(lambda: not services.chat.is_busy)
    answer = services.library.message(waiting.answer_id)
    assert (answer.text, answer.state) == ("", MessageState.FAILED)
    assert answer.error.startswith("script was removed before it could answer.")
    assert services.library.message(running.answer_id).state is MessageState.STOPPED
    services.close()


def test_removing_a_model_that_waits_for_its_turn_leaves_the_running_answer(
    tmp_path: Path,
) -> None:
    services = build_services(profile_paths(tmp_path / "profile"))
    slow = {"text": "가나다라 " * 2000, "tokens_per_second": 10}
    one = services.models.add(script_spec(tmp_path, "one", default=slow).path)
    two = services.models.add(script_spec(tmp_path, "two").path)
    services.models.choose(one.model_id, None)
    running = services.chat.send(None, "하나")
    wait_for(lambda: services.chat.state(running[0]) is GenerationState.GENERATING)
    services.models.choose(two.model_id, None)
    services.workshop.remove(two)
    assert services.models.status.spec == services.models.models()[0]
    before = len(services.library.message(running.answer_id).text)
    wait_for(lambda: len(services.library.message(running.answer_id).text) > before)
    services.close()
