"""The model manager with the real host: choosing, state, cancelling, what is remembered."""

import json
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.catalog.model_inspection import inspect_model
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
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    SamplingParams,
)
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.models import (
    QUANTIZATIONS,
    ImportOptions,
    LoadedModel,
    MemoryFit,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import ModelsChanged
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.settings.model_preferences import ModelPreferences, PreferenceStore
from tests.headless.services.model_desk import WAIT_S, Desk, open_desk
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import tiny_gguf, write_tiny_folder


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = open_desk(tmp_path / "profile")
    yield found
    found.close()


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
    every = desk.manager.choices(desk.manager.models()[0])
    rows = [row for row in every if not row.engine]
    assert {row.name for row in rows} == set(QUANTIZATIONS)
    sizes = [row.size_bytes for row in rows]
    assert sizes == sorted(sizes)
    assert [row.name for row in rows if row.is_recommended] == ["q8_0"]
    assert all(row.fit is MemoryFit.AMPLE and not row.is_made for row in rows)
    assert all(row.memory.weights == row.size_bytes for row in rows)


def test_a_chosen_level_is_made_loaded_and_answers(desk: Desk) -> None:
    desk.manager.choose("ko-tiny-chat", "q5_0")
    loaded = desk.load()
    assert loaded.template == "kullm-v2"
    assert desk.answer("배고파") == "뭐 좀 챙겨드세요."
    states = [status.state for status in desk.seen]
    assert states[0] is ModelState.LOADING
    assert ModelState.PREPARING in states
    assert states[-1] is ModelState.READY
    loaded_as = desk.manager.status.loaded
    assert loaded_as is not None
    assert len(loaded_as.model_hash) == 16
    progress = [status.progress for status in desk.seen if status.progress is not None]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    rows = desk.manager.choices(desk.manager.models()[0])
    made = [row.name for row in rows if row.is_made and not row.engine]
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
    first = open_desk(tmp_path / "profile")
    first.manager.choose(str(script), None)
    first.wait_for(ModelState.READY)
    first.close()
    second = open_desk(tmp_path / "profile")
    assert second.manager.status.spec is not None
    assert second.manager.status.spec.path == script
    script.unlink()
    third = open_desk(tmp_path / "profile")
    assert third.manager.status.state is ModelState.FAILED
    assert isinstance(third.manager.status.error, ModelMissingError)
    with pytest.raises(ModelMissingError):
        third.load()
    _script(tmp_path)
    third.load()
    third.close()


def test_a_chosen_level_is_taken_again_after_another_model(tmp_path: Path) -> None:
    script = str(_script(tmp_path))
    first = open_desk(tmp_path / "profile")
    first.manager.choose("ko-tiny-chat", "q5_0")
    first.wait_for(ModelState.READY)
    first.manager.choose(script, None)
    first.load()
    first.manager.choose("ko-tiny-chat", None)
    first.load()
    assert first.manager.status.quantization == "q5_0"
    first.manager.choose(script, None)
    first.load()
    first.close()
    second = open_desk(tmp_path / "profile")
    second.manager.choose("ko-tiny-chat", None)
    second.load()
    assert second.manager.status.quantization == "q5_0"
    second.close()


def test_a_level_that_nobody_chose_follows_the_memory(desk: Desk, tmp_path: Path) -> None:
    desk.manager.load_remembered()
    desk.wait_for(ModelState.READY)
    assert desk.manager.status.quantization == "q8_0"
    desk.manager.choose("ko-tiny-chat", "q8_0")
    desk.load()
    assert desk.preferences.get("ko-tiny-chat").level is None
    desk.preferences.set("ko-tiny-chat", ModelPreferences(level="q99"))
    desk.manager.choose(str(_script(tmp_path)), None)
    desk.load()
    desk.manager.choose("ko-tiny-chat", None)
    desk.load()
    assert desk.manager.status.quantization == "q8_0", "there is no such level any more"


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


def test_a_slow_choice_gives_way_to_a_newer_one(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Working out the levels of a large vocabulary takes seconds."""
    slow, quick = str(_script(tmp_path, "slow")), str(_script(tmp_path, "quick"))
    is_asked, may_go_on = threading.Event(), threading.Event()
    level = desk.manager.chooser.level

    def slowly(spec: ModelSpec, wanted: str | None) -> str | None:
        if spec.name == "slow":
            is_asked.set()
            assert may_go_on.wait(WAIT_S)
        return level(spec, wanted)

    monkeypatch.setattr(desk.manager.chooser, "level", slowly)
    desk.manager.choose(slow, None)
    assert is_asked.wait(WAIT_S)
    status = desk.manager.status
    assert status.spec is not None
    assert (status.spec.name, status.state) == ("slow", ModelState.LOADING)
    desk.manager.choose(quick, None)
    may_go_on.set()
    assert desk.load().name == "quick"
    assert desk.manager.chooser.remembered()[0] == quick


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


def _answering(desk: Desk) -> Generator[GenerationEvent, None, None]:
    """An answer of the loaded model that has begun and goes on for minutes."""
    request = GenerationRequest((ChatMessage(Role.USER, "길게"),), None, SamplingParams())
    events = desk.host.stream(request, CancelToken())
    next(events)
    return events


_ENDLESS = {"text": "가나다라 " * 2000, "tokens_per_second": 10}


def test_cancel_and_unload_do_not_wait_for_a_running_answer(desk: Desk, tmp_path: Path) -> None:
    desk.manager.choose(str(_script(tmp_path, "one", default=_ENDLESS)), None)
    desk.load()
    events = _answering(desk)
    desk.manager.choose(str(_script(tmp_path, "two")), None)
    desk.manager.cancel()
    assert desk.wait_for(ModelState.UNLOADED).error is None
    desk.manager.choose(str(_script(tmp_path, "two")), None)
    desk.manager.unload()
    assert desk.manager.status.state is ModelState.UNLOADED
    assert [type(event) for event in events][-1] is Finished


def test_work_that_does_not_end_in_time_is_left_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kochat_gui.services.model_manager.UNLOAD_TIMEOUT_S", 0.1)
    is_asked, may_go_on = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        is_asked.set()
        assert may_go_on.wait(WAIT_S)

    monkeypatch.setattr(desk.manager, "memory_check", slowly)
    spec = desk.manager.add(_script(tmp_path))
    desk.manager.choose(spec.model_id, None)
    assert is_asked.wait(WAIT_S)
    desk.manager.forget(spec)
    told = len(desk.seen)
    may_go_on.set()
    desk.manager.close()
    assert len(desk.seen) == told, "nobody hears of it any more"
    status = desk.manager.status
    assert status.spec is not None
    assert status.spec.model_id == "ko-tiny-chat"


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


def test_memory_that_runs_out_in_an_answer_names_a_lighter_level(desk: Desk) -> None:
    desk.manager.choose("ko-tiny-chat", "q8_0")
    desk.manager.ensure_ready(lambda _: None, CancelToken())
    no_memory = MemoryShortError(TextKey("Test", "no memory"), kept=TextKey("Test", "kept"))
    error = desk.manager.run_short(no_memory, desk.manager.status)
    status = desk.manager.status
    assert (status.state, status.error) == (ModelState.FAILED, error)
    assert error.lines() == ["no memory", "kept", f"The level {error.values['level']} would fit."]
    sizes = {row.name: row.size_bytes for row in desk.manager.choices(desk.manager.models()[0])}
    assert sizes[str(error.values["level"])] < sizes["q8_0"]
    desk.manager.ensure_ready(lambda _: None, CancelToken())
    assert desk.manager.status.quantization == "q8_0"


def test_memory_that_ran_out_is_not_blamed_on_the_model_chosen_since(
    desk: Desk, tmp_path: Path
) -> None:
    desk.manager.choose("ko-tiny-chat", "q8_0")
    desk.load()
    ran = desk.manager.status
    no_memory = MemoryShortError(TextKey("Test", "no memory"))
    slow = _script(tmp_path, "slow", load={"seconds": 1.0})
    desk.manager.choose(str(slow), None)
    error = desk.manager.run_short(no_memory, ran)
    assert error.values["level"], "what would fit of the model that ran short"
    assert desk.wait_for(ModelState.READY).error is None
    pid = desk.host.child_pid
    desk.manager.run_short(no_memory, ran)
    desk.manager.run_short(no_memory, None)
    status = desk.manager.status
    assert status.spec is not None
    assert (status.state, status.spec.name) == (ModelState.READY, "slow")
    assert desk.host.child_pid == pid


def test_memory_that_runs_out_in_loading_names_a_lighter_level(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> LoadedModel:
        raise MemoryShortError(TextKey("Test", "no memory"))

    monkeypatch.setattr(desk.host, "load", too_large)
    desk.manager.choose("ko-tiny-chat", "q8_0")
    with pytest.raises(MemoryShortError) as raised:
        desk.load()
    error = desk.manager.run_short(raised.value, None)
    assert error.values["level"]
    assert desk.manager.status.error is error


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


@pytest.mark.allow_log("kochat_gui.services.model_list")
def test_one_model_never_takes_down_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.paths.models_dir
    for name in ("odd", "sound"):
        write_tiny_folder(folder / name)
    (folder / "locked").mkdir()
    listed = Path.iterdir

    def inspected(path: Path) -> ModelSpec:
        if path.name == "odd":
            raise TypeError("unhashable type: 'list'")
        return inspect_model(path)

    def entries(path: Path) -> Iterator[Path]:
        if path.name == "locked":
            raise PermissionError
        return listed(path)

    monkeypatch.setattr("kochat_gui.services.model_list.inspect_model", inspected)
    monkeypatch.setattr(Path, "iterdir", entries)
    assert [spec.name for spec in desk.manager.models()] == ["ko-tiny-chat", "sound"]


def test_added_models_are_remembered(desk: Desk, tmp_path: Path) -> None:
    changed: list[ModelsChanged] = []
    desk.bus.subscribe(ModelsChanged, changed.append)
    path = tmp_path / "모델.bin"
    path.write_bytes(tiny_gguf())
    spec = desk.manager.add(path)
    desk.manager.add(path)
    assert desk.settings.get("model.added_paths") == (str(path),)
    assert changed
    preferences = PreferenceStore(desk.paths.preferences_file)
    other = ModelManager(desk.paths, desk.settings, desk.host, EventBus(), preferences)
    assert spec in other.models()
    path.unlink()
    assert spec not in other.models()


def test_what_the_command_line_adds_is_listed_in_an_open_window(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "모델.gguf"
    path.write_bytes(tiny_gguf())
    assert len(desk.manager.models()) == 1
    beside = open_desk(tmp_path / "profile")
    beside.manager.add(path)
    beside.close()
    assert [spec.path for spec in desk.manager.models()][1:] == [path]


@pytest.mark.parametrize("content", [b"", b"GGUF", tiny_gguf()[:-1], bytes(500)])
def test_adding_a_bad_file_says_why(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "모델.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"모델\.gguf"):
        desk.manager.add(path)
    assert desk.settings.get("model.added_paths") == ()


def test_a_template_chosen_for_a_model_is_loaded_and_remembered(desk: Desk) -> None:
    spec = desk.manager.models()[0]
    desk.manager.choose(spec.model_id, "q8_0")
    assert desk.load().template == "kullm-v2"
    changed: list[ModelsChanged] = []
    desk.bus.subscribe(ModelsChanged, changed.append)
    now = desk.manager.change_preferences(spec, lambda p: replace(p, template="completion"))
    assert (now.template, len(changed)) == ("completion", 1)
    assert desk.load().template == "completion"
    assert desk.manager.models()[0].template == "completion"
    pid = desk.host.child_pid
    desk.manager.change_preferences(spec, lambda p: replace(p, preset="general"))
    desk.load()
    assert desk.host.child_pid == pid
    assert desk.manager.preset == "general"
    back = desk.manager.change_preferences(spec, lambda p: replace(p, template=None))
    assert (back.template, desk.load().template) == ("kullm-v2", "kullm-v2")


def test_a_preference_of_an_unloaded_model_loads_nothing(desk: Desk) -> None:
    spec = desk.manager.models()[0]
    assert desk.manager.status.state is ModelState.UNLOADED
    desk.manager.change_preferences(spec, lambda p: replace(p, template="chatml"))
    status = desk.manager.status
    assert status.spec is not None
    assert (status.state, status.spec.template) == (ModelState.UNLOADED, "chatml")
    assert desk.host.child_pid is None


def test_an_old_model_is_imported_with_what_was_chosen(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "한글 모델.bin"
    path.write_bytes(tiny_ggml("f16").encoded())
    spec = desk.manager.add(path)
    assert spec.format is ModelFormat.GGML
    assert {row.name for row in desk.manager.choices(spec)} >= {"q4_0", "f16"}
    assert not any(row.is_made for row in desk.manager.choices(spec))
    desk.settings.set("load.context_tokens", 512)
    desk.manager.choose(spec.model_id, "f16")
    desk.load()
    [made] = desk.manager.levels.made_files(spec)
    options = ImportOptions(4096, 1e-6, 20_000.0)
    now = desk.manager.change_preferences(spec, lambda p: replace(p, import_options=options))
    assert now.import_options == options
    assert desk.manager.models()[1].import_options == options
    desk.load()
    [other] = desk.manager.levels.made_files(now)
    assert made.path != other.path
    status = desk.manager.status
    assert status.spec is not None
    assert (status.spec.import_options, status.quantization) == (options, "f16")


def test_a_forgotten_model_is_unloaded_and_off_the_list(desk: Desk, tmp_path: Path) -> None:
    spec = desk.manager.add(_script(tmp_path))
    desk.manager.choose(spec.model_id, None)
    desk.load()
    desk.manager.forget(spec)
    assert desk.host.child_pid is None
    assert desk.manager.models() == [desk.manager.models()[0]]
    status = desk.manager.status
    assert status.spec is not None
    assert (status.state, status.spec.model_id) == (ModelState.UNLOADED, "ko-tiny-chat")
    assert desk.settings.get("model.current") == ""


def test_forgetting_another_model_leaves_the_chosen_one(desk: Desk, tmp_path: Path) -> None:
    chosen, other = (desk.manager.add(_script(tmp_path, name)) for name in ("one", "two"))
    desk.manager.choose(chosen.model_id, None)
    desk.load()
    pid = desk.host.child_pid
    desk.manager.forget(other)
    desk.load()
    assert desk.host.child_pid == pid
