"""What the models page does, on real models: files, adapters, trash, import options."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kochat_gui.core.errors import (
    ModelError,
    ModelUnsupportedError,
    UsageError,
    UserFacingError,
)
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import AdaptersChanged, WorkshopChanged, WorkshopJob
from kochat_gui.services.model_workshop import ModelWorkshop
from tests.headless.services.model_desk import WAIT_S, Desk, open_desk
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import BUILT_IN, write_tiny_folder
from tests.helpers.torch_checkpoints import write_checkpoint_folder

MEOW = resource("adapters", "ko-tiny-meow")


@dataclass
class Shop:
    """A workshop on a desk, and what it told."""

    desk: Desk
    workshop: ModelWorkshop
    told: list[WorkshopJob] = field(default_factory=list)
    adapters_changed: list[AdaptersChanged] = field(default_factory=list)

    @property
    def built_in(self) -> ModelSpec:
        return self.desk.manager.models()[0]

    def done(self, job: WorkshopJob) -> Path:
        """The file of a job that went well."""
        ended = self.workshop.wait(job.job_id, WAIT_S)
        assert ended.error is None, ended.error.text()
        assert ended.state == "done"
        assert ended.result is not None
        return ended.result


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    desk = open_desk(tmp_path / "profile")
    found = Shop(desk, ModelWorkshop(desk.paths, desk.manager, desk.bus))
    desk.bus.subscribe(WorkshopChanged, lambda change: found.told.append(change.job))
    desk.bus.subscribe(AdaptersChanged, found.adapters_changed.append)
    yield found
    found.workshop.close()
    desk.close()


def test_a_level_is_made_without_loading_it(shop: Shop) -> None:
    path = shop.done(shop.workshop.make_level(shop.built_in, "q4_k_m"))
    assert path.stat().st_size == shop.desk.manager.levels.size(shop.built_in, "q4_k_m")
    assert shop.desk.host.child_pid is None
    assert "q4_k_m" in {made.level for made in shop.workshop.made_files(shop.built_in)}
    assert [job.state for job in shop.told][-1] == "done"
    shop.workshop.delete_made(shop.built_in, "q4_k_m")
    assert not path.exists()


def test_a_level_in_use_is_not_deleted(shop: Shop) -> None:
    shop.desk.manager.choose(shop.built_in.model_id, "q8_0")
    shop.desk.load()
    with pytest.raises(UserFacingError, match="running from this file"):
        shop.workshop.delete_made(shop.built_in, "q8_0")
    assert "q8_0" in {made.level for made in shop.workshop.made_files(shop.built_in)}


def test_a_level_that_there_is_not(shop: Shop) -> None:
    with pytest.raises(UsageError, match="q99"):
        shop.workshop.make_level(shop.built_in, "q99")
    assert shop.workshop.jobs() == []


def test_an_exported_file_is_a_model_of_its_own(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "내 모델 (1).gguf"
    made = shop.done(shop.workshop.export(shop.built_in, "q4_0", target))
    assert made == target
    shop.desk.manager.choose(shop.desk.manager.add(made).model_id, None)
    assert shop.desk.answer("안녕하세요", template="kullm-v2") == "안녕하세요."


@pytest.mark.parametrize("source", ["safetensors", "checkpoint", "ggml"])
def test_every_format_becomes_a_file(shop: Shop, tmp_path: Path, source: str) -> None:
    path = tmp_path / "모델 원본"
    if source == "safetensors":
        write_tiny_folder(path)
    elif source == "checkpoint":
        write_checkpoint_folder(path, BUILT_IN, files=2)
    else:
        path.write_bytes(tiny_ggml("q5_1").encoded())
    spec = shop.desk.manager.resolve(str(path))
    assert spec.format.value == source
    made = shop.done(shop.workshop.export(spec, None, tmp_path))
    level = "q5_1" if source == "ggml" else "f16"
    assert made == tmp_path / f"모델 원본-{level}.gguf"
    assert shop.desk.manager.resolve(str(made)).quantization == level


def test_what_is_there_is_not_overwritten(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "there.gguf"
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="already"):
        shop.workshop.export(shop.built_in, "q4_0", target)
    assert target.read_bytes() == b"mine"
    with pytest.raises(UsageError, match="no folder"):
        shop.workshop.export(shop.built_in, "q4_0", tmp_path / "없음" / "a.gguf")
    assert shop.workshop.jobs() == []


def test_a_gguf_file_is_not_converted_to_itself(shop: Shop, tmp_path: Path) -> None:
    made = shop.done(shop.workshop.export(shop.built_in, "q4_0", tmp_path / "a.gguf"))
    spec = shop.desk.manager.resolve(str(made))
    with pytest.raises(UsageError, match="GGUF file already"):
        shop.workshop.export(spec, None, tmp_path / "b.gguf")
    with pytest.raises(UsageError, match="no level called q8_0"):
        shop.workshop.export(spec, "q8_0", tmp_path / "b.gguf")


def test_a_cancelled_export_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    began = threading.Event()
    shop.desk.bus.subscribe(WorkshopChanged, lambda change: began.set())
    job = shop.workshop.export(shop.built_in, "q4_k_m", folder)
    assert began.wait(WAIT_S)
    shop.workshop.cancel(job.job_id)
    assert shop.workshop.wait(job.job_id, WAIT_S).state == "cancelled"
    assert list(folder.iterdir()) == []


def test_a_tokenizer_is_for_old_files_alone(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupportedError, match="its own files"):
        shop.workshop.export(shop.built_in, "q4_0", tmp_path / "a.gguf", BUILT_IN)
    path = tmp_path / "old.bin"
    path.write_bytes(tiny_ggml().encoded())
    spec = shop.desk.manager.resolve(str(path))
    with pytest.raises(ModelError):  # of another model: its pieces differ
        shop.workshop.export(spec, None, tmp_path / "b.gguf", BUILT_IN)
    assert not (tmp_path / "b.gguf").exists()


def test_import_options_are_remembered(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "old.bin"
    path.write_bytes(tiny_ggml().encoded())
    spec = shop.desk.manager.add(path)
    options = ImportOptions(4096, 1e-6)
    now = shop.workshop.set_import_options(spec, options)
    assert shop.workshop.import_options(now) == options
    assert shop.desk.preferences.get(spec.model_id).import_options == options
    with pytest.raises(ModelError):
        shop.workshop.set_import_options(spec, ImportOptions(tokenizer=tmp_path / "없음.json"))
    assert shop.desk.preferences.get(spec.model_id).import_options == options


def test_a_model_of_the_models_folder_goes_to_the_trash_and_back(shop: Shop) -> None:
    folder = write_tiny_folder(shop.desk.paths.models_dir / "hf 모델")
    spec = shop.desk.manager.resolve("hf 모델")
    shop.desk.settings.set("model.current", spec.model_id)
    made = shop.done(shop.workshop.make_level(spec, "q4_0"))
    removed = shop.workshop.remove(spec)
    assert not folder.exists()
    assert not made.exists()
    assert spec not in shop.desk.manager.models()
    assert shop.desk.settings.get("model.current") == ""
    assert shop.workshop.removed_models() == [removed]
    shop.workshop.restore(removed)
    assert spec in shop.desk.manager.models()
    assert shop.desk.settings.get("model.added_paths") == ()


def test_a_model_elsewhere_is_only_taken_off_the_list(shop: Shop, tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "elsewhere")
    spec = shop.desk.manager.add(folder)
    removed = shop.workshop.remove(spec)
    assert folder.is_dir()
    assert spec not in shop.desk.manager.models()
    shop.workshop.restore(removed)
    assert spec in shop.desk.manager.models()


def test_the_built_in_model_stays(shop: Shop) -> None:
    with pytest.raises(UsageError, match="stays"):
        shop.workshop.remove(shop.built_in)


def test_an_adapter_is_switched_and_scaled_without_loading(shop: Shop) -> None:
    spec, manager = shop.built_in, shop.desk.manager
    manager.choose(spec.model_id, "f16")
    assert shop.desk.answer("배고파") == "뭐 좀 챙겨드세요."
    pid = shop.desk.host.child_pid
    adapter = shop.workshop.add_adapter(spec, MEOW)
    assert [job.kind for job in shop.workshop.jobs()] == ["adapter"]
    shop.done(shop.workshop.jobs()[0])
    assert shop.desk.answer("배고파") == "뭐 좀 챙겨드세요 야옹!"
    shop.workshop.set_adapter(spec, adapter.adapter_id, 0, is_on=True)
    assert shop.desk.answer("배고파") == "뭐 좀 챙겨드세요."
    assert manager.adapter_names == f"{MEOW.name} ×0"
    shop.workshop.set_adapter(spec, adapter.adapter_id, 1, is_on=False)
    assert manager.adapter_names == ""
    assert shop.desk.answer("배고파") == "뭐 좀 챙겨드세요."
    [view] = shop.workshop.adapters(spec)
    assert (view.adapter, view.scale, view.is_on, view.problem) == (adapter, 1, False, None)
    shop.workshop.remove_adapter(spec, adapter.adapter_id)
    assert shop.workshop.adapters(spec) == []
    assert len(shop.adapters_changed) == 4
    assert shop.desk.host.child_pid == pid
    assert manager.status.state is ModelState.READY


def test_adding_an_adapter_twice_changes_nothing(shop: Shop) -> None:
    adapter = shop.workshop.add_adapter(shop.built_in, MEOW)
    shop.workshop.set_adapter(shop.built_in, adapter.adapter_id, 0.5, is_on=True)
    shop.workshop.add_adapter(shop.built_in, MEOW / "adapter_config.json")
    assert [view.scale for view in shop.workshop.adapters(shop.built_in)] == [0.5]
    with pytest.raises(UsageError, match="from 0 to 4"):
        shop.workshop.set_adapter(shop.built_in, adapter.adapter_id, 4.5, is_on=True)


def test_an_adapter_of_another_base_is_refused(shop: Shop, tmp_path: Path) -> None:
    spec = shop.desk.manager.add(write_tiny_folder(tmp_path / "other"))
    assert spec.format is ModelFormat.SAFETENSORS
    with pytest.raises(ModelError):
        shop.workshop.add_adapter(spec, MEOW)
    assert shop.workshop.adapters(spec) == []
    assert shop.workshop.jobs() == []


def test_an_adapter_that_is_gone_is_named_before_the_answer(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "사라질 어댑터"
    folder.mkdir()
    for file in MEOW.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    adapter = shop.workshop.add_adapter(shop.built_in, folder)
    shop.done(shop.workshop.jobs()[0])
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    [view] = shop.workshop.adapters(shop.built_in)
    assert view.problem is not None
    with pytest.raises(ModelError, match=r"사라질 어댑터.*cannot be used") as failed:
        shop.desk.answer("배고파")
    assert "Switch it off" in failed.value.text()
    shop.workshop.set_adapter(shop.built_in, adapter.adapter_id, 1, is_on=False)
    assert shop.desk.answer("배고파") == "뭐 좀 챙겨드세요."
