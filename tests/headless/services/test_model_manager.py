"""The model manager with the real host: choosing, state, cancelling, what is remembered."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import (
    Cancelled,
    MemoryShortError,
    ModelDamagedError,
    ModelMissingError,
    UsageError,
    UserFacingError,
)
from kochat_gui.core.events import EventBus
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams, TextDelta
from kochat_gui.core.models import LoadedModel, MemoryFit, ModelFormat, ModelState
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.events import ModelsChanged, ModelStatus
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from tests.helpers.tiny_models import tiny_gguf, write_tiny_folder

WAIT_S = 60


@dataclass
class Desk:
    """A manager with everything around it, and what it published."""

    manager: ModelManager
    host: EngineHost
    settings: SettingsStore
    paths: ProfilePaths
    bus: EventBus
    memory: list[int] = field(default_factory=lambda: [64 * 1024**3])
    seen: list[ModelStatus] = field(default_factory=list)

    def wait_for(self, *states: ModelState) -> ModelStatus:
        """The next status in one of ``states``, or the present one."""
        reached = threading.Event()
        forget = self.bus.subscribe(
            ModelStatus, lambda status: reached.set() if status.state in states else None
        )
        if self.manager.status.state not in states:
            assert reached.wait(WAIT_S)
        forget()
        return self.manager.status

    def load(self) -> LoadedModel:
        return self.manager.ensure_ready(lambda _: None, CancelToken())


def _desk(profile: Path) -> Desk:
    paths, bus, host = profile_paths(profile), EventBus(), EngineHost()
    settings = SettingsStore(paths.settings_file)
    memory = [64 * 1024**3]
    manager = ModelManager(paths, settings, host, bus, available=lambda: memory[0])
    found = Desk(manager, host, settings, paths, bus, memory)
    bus.subscribe(ModelStatus, found.seen.append)
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = _desk(tmp_path / "profile")
    yield found
    found.manager.close()
    found.host.close()


def _script(folder: Path, name: str = "demo", **fields: object) -> Path:
    path = folder / f"{name}.json"
    plain = {"format": "kochat-script", "version": 1, "default": {"text": "네."}, **fields}
    path.write_text(json.dumps(plain), encoding="utf-8")
    return path


def test_the_built_in_model_is_always_there(desk: Desk) -> None:
    spec = desk.manager.models()[0]
    assert spec.model_id == "ko-tiny-chat"
    assert spec.is_demo
    assert spec.template == "kullm-v2"
    status = desk.manager.status
    assert (status.state, status.spec, status.quantization) == (ModelState.UNLOADED, spec, "q8_0")


def test_choices_say_what_each_level_costs(desk: Desk) -> None:
    rows = desk.manager.choices(desk.manager.models()[0])
    assert [row.name for row in rows] == ["q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16"]
    assert [row.name for row in rows if row.is_recommended] == ["q8_0"]
    assert all(row.fit is MemoryFit.AMPLE and not row.is_made for row in rows)
    assert all(row.memory.weights == row.size_bytes for row in rows)


def test_a_chosen_level_is_made_loaded_and_answers(desk: Desk) -> None:
    desk.manager.choose("ko-tiny-chat", "q5_0")
    loaded = desk.load()
    assert loaded.template == "kullm-v2"
    request = GenerationRequest(
        (ChatMessage(Role.USER, "배고파"),),
        sampling=SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=40),
    )
    events = desk.host.stream(request, CancelToken())
    answer = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert answer == "뭐 좀 챙겨드세요."
    states = [status.state for status in desk.seen]
    assert states[0] is ModelState.LOADING
    assert ModelState.PREPARING in states
    assert states[-1] is ModelState.READY
    progress = [status.progress for status in desk.seen if status.progress is not None]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    made = [row.name for row in desk.manager.choices(desk.manager.models()[0]) if row.is_made]
    assert made == ["q5_0", "f16"]


def test_ready_stays_ready_and_a_changed_option_reloads(desk: Desk, tmp_path: Path) -> None:
    desk.manager.choose(str(_script(tmp_path)), None)
    desk.load()
    pid = desk.host.child_pid
    desk.load()
    assert desk.host.child_pid == pid
    desk.settings.set("load.context_tokens", 512)
    assert desk.load().context_window == 512
    assert desk.host.child_pid != pid


def test_a_dead_engine_is_started_again(desk: Desk, tmp_path: Path) -> None:
    desk.manager.choose(str(_script(tmp_path)), None)
    desk.load()
    desk.host.unload()
    desk.load()
    assert desk.host.loaded is not None


def test_the_choice_is_remembered(tmp_path: Path) -> None:
    script = _script(tmp_path)
    first = _desk(tmp_path / "profile")
    first.manager.choose(str(script), None)
    first.wait_for(ModelState.READY)
    first.manager.close()
    first.host.close()
    second = _desk(tmp_path / "profile")
    assert second.manager.status.spec is not None
    assert second.manager.status.spec.path == script
    script.unlink()
    third = _desk(tmp_path / "profile")
    assert third.manager.status.state is ModelState.FAILED
    assert isinstance(third.manager.status.error, ModelMissingError)
    with pytest.raises(ModelMissingError):
        third.load()
    _script(tmp_path)
    third.load()
    third.manager.close()
    third.host.close()


def test_the_newest_choice_wins(desk: Desk, tmp_path: Path) -> None:
    slow = _script(tmp_path, "slow", load={"fault": {"kind": "stall", "seconds": 60}})
    fast = _script(tmp_path, "fast")
    desk.manager.choose(str(slow), None)
    desk.wait_for(ModelState.LOADING)
    followed: list[LoadedModel] = []
    waiting = threading.Thread(target=lambda: followed.append(desk.load()))
    waiting.start()
    desk.manager.choose(str(fast), None)
    waiting.join(WAIT_S)
    assert len(followed) == 1
    status = desk.wait_for(ModelState.READY)
    assert status.spec is not None
    assert status.spec.name == "fast"


def test_who_hears_late_of_a_newer_choice_gets_that(desk: Desk, tmp_path: Path) -> None:
    slow = _script(tmp_path, "slow", load={"fault": {"kind": "stall", "seconds": 60}})
    fast = _script(tmp_path, "fast")
    desk.settings.set("model.current", str(slow))

    def on_progress(_progress: float) -> None:
        status = desk.manager.status
        if status.spec is not None and status.spec.name == "slow":
            desk.manager.choose(str(fast), None)
            desk.wait_for(ModelState.READY)

    assert desk.manager.ensure_ready(on_progress, CancelToken()).name == "fast"


def test_cancel_ends_loading(desk: Desk, tmp_path: Path) -> None:
    slow = _script(tmp_path, load={"fault": {"kind": "stall", "seconds": 60}})
    desk.manager.choose(str(slow), None)
    desk.wait_for(ModelState.LOADING)
    desk.manager.cancel()
    status = desk.wait_for(ModelState.UNLOADED)
    assert status.error is None
    assert desk.host.loaded is None


def test_cancelling_one_who_waits_ends_what_it_started(desk: Desk, tmp_path: Path) -> None:
    slow = _script(tmp_path, load={"fault": {"kind": "stall", "seconds": 60}})
    desk.settings.set("model.current", str(slow))
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        desk.manager.ensure_ready(lambda _: cancel.cancel(), cancel)
    desk.wait_for(ModelState.UNLOADED)


def test_a_failure_is_a_state_and_an_error_for_those_who_wait(desk: Desk, tmp_path: Path) -> None:
    bad = _script(tmp_path, load={"fault": {"kind": "error"}})
    desk.manager.choose(str(bad), None)
    status = desk.wait_for(ModelState.FAILED)
    assert isinstance(status.error, UserFacingError)
    with pytest.raises(UserFacingError):
        desk.load()


def test_unload_frees_and_the_next_use_loads_again(desk: Desk, tmp_path: Path) -> None:
    desk.manager.choose(str(_script(tmp_path)), None)
    desk.load()
    desk.manager.unload()
    assert desk.host.loaded is None
    desk.load()
    states = [status.state for status in desk.seen if status.progress is None]
    assert states == [ModelState.READY, ModelState.UNLOADED, ModelState.READY]


def test_too_little_memory_is_said_before_anything_is_made(desk: Desk) -> None:
    desk.memory[0] = 1000
    rows = desk.manager.choices(desk.manager.models()[0])
    assert {row.fit for row in rows} == {MemoryFit.TOO_LARGE}
    with pytest.raises(MemoryShortError):
        desk.manager.memory_check(desk.manager.models()[0], "q4_0")
    desk.manager.choose("ko-tiny-chat", "q4_0")
    status = desk.wait_for(ModelState.FAILED)
    assert isinstance(status.error, MemoryShortError)
    assert not desk.paths.cache_dir.exists()
    assert desk.host.child_pid is None


def test_unknown_models_and_levels(desk: Desk) -> None:
    with pytest.raises(ModelMissingError) as missing:
        desk.manager.choose("ko-tiny-chta", None)
    assert "ko-tiny-chat" in missing.value.text()
    with pytest.raises(UsageError, match="q9_9"):
        desk.manager.choose("ko-tiny-chat", "q9_9")
    assert desk.settings.get("model.current") == ""


def test_resolving(desk: Desk, tmp_path: Path) -> None:
    assert desk.manager.resolve("KO-TINY").model_id == "ko-tiny-chat"
    folder = write_tiny_folder(tmp_path / "내 모델")
    assert desk.manager.resolve(str(folder)).format is ModelFormat.SAFETENSORS
    with pytest.raises(ModelMissingError, match="no model file"):
        desk.manager.resolve(str(tmp_path / "없음.gguf"))


def test_the_models_folder_is_listed_without_what_is_unusable(desk: Desk) -> None:
    folder = desk.paths.models_dir
    (folder / "한글 폴더").mkdir(parents=True)
    (folder / "가.gguf").write_bytes(tiny_gguf())
    (folder / "한글 폴더" / "모델 (1).gguf").write_bytes(tiny_gguf())
    (folder / "truncated.gguf").write_bytes(tiny_gguf()[:-1])
    (folder / "notes.txt").write_text("안녕")
    write_tiny_folder(folder / "hf")
    names = [spec.name for spec in desk.manager.models()]
    assert names == ["ko-tiny-chat", "hf", "가", "모델 (1)"]
    (folder / "truncated.gguf").write_bytes(tiny_gguf())
    assert len(desk.manager.models()) == 5


def test_added_models_are_remembered(desk: Desk, tmp_path: Path) -> None:
    changed: list[ModelsChanged] = []
    desk.bus.subscribe(ModelsChanged, changed.append)
    path = tmp_path / "모델.bin"
    path.write_bytes(tiny_gguf())
    spec = desk.manager.add(path)
    desk.manager.add(path)
    assert desk.settings.get("model.added_paths") == (str(path),)
    assert changed
    other = ModelManager(desk.paths, desk.settings, desk.host, EventBus())
    assert spec in other.models()
    path.unlink()
    assert spec not in other.models()


@pytest.mark.parametrize("content", [b"", b"GGUF", tiny_gguf()[:-1], bytes(500)])
def test_adding_a_bad_file_says_why(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "모델.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"모델\.gguf"):
        desk.manager.add(path)
    assert desk.settings.get("model.added_paths") == ()
