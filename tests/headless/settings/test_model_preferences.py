"""What was chosen for each model: kept, read again, and never in the way when it is damaged."""

import json
from pathlib import Path

import pytest

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import ImportOptions
from kochat_gui.settings.model_preferences import (
    AdapterChoice,
    ModelPreferences,
    PreferenceStore,
)

MODEL = "/모델/한글 (1).bin"
CHOSEN = ModelPreferences(
    level="q6_k",
    template="kullm-v2",
    preset="card",
    adapters=(AdapterChoice("/어댑터:1", 0.5, is_on=False), AdapterChoice("C:\\b")),
    import_options=ImportOptions(4096, 1e-6, 1e6, Path("/원본/tokenizer.json")),
)


def test_what_was_chosen_outlives_the_store(tmp_path: Path) -> None:
    path = tmp_path / "한글 폴더" / "models.json"
    PreferenceStore(path).set(MODEL, CHOSEN)
    again = PreferenceStore(path)
    assert again.get(MODEL) == CHOSEN
    assert again.get("/other") == ModelPreferences()
    assert again.problem is None
    assert [file.name for file in path.parent.iterdir()] == ["models.json"]


def test_no_options_stay_no_options(tmp_path: Path) -> None:
    store = PreferenceStore(tmp_path / "m.json")
    plain = ModelPreferences(import_options=ImportOptions())
    store.set(MODEL, plain)
    assert PreferenceStore(tmp_path / "m.json").get(MODEL) == plain
    store.set(MODEL, ModelPreferences())
    assert PreferenceStore(tmp_path / "m.json").get(MODEL) == ModelPreferences()


WRONG: list[object] = [
    3,
    [],
    {"level": 8, "template": 3, "preset": ["a"], "adapters": {"a": 1}, "import_options": "x"},
    {"adapters": [{"path": 3, "scale": 1, "is_on": True}]},
    {"adapters": [{"path": "/a", "scale": 9, "is_on": True}]},
    {"adapters": [{"path": "/a", "scale": -1, "is_on": True}]},
    {"adapters": [{"path": "/a", "scale": float("nan"), "is_on": True}]},
    {"adapters": [{"path": "/a", "scale": 1, "is_on": "yes"}]},
    {
        "import_options": {
            "context_length": 0,
            "norm_epsilon": 1e-5,
            "rope_base": 1e4,
            "tokenizer": None,
        }
    },
    {"import_options": {"context_length": 2048}},
]


@pytest.mark.parametrize("entry", WRONG)
def test_what_makes_no_sense_is_as_if_never_chosen(tmp_path: Path, entry: object) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({MODEL: entry, "/b": {"template": "chatml"}}), encoding="utf-8")
    store = PreferenceStore(path)
    assert store.get(MODEL) == ModelPreferences()
    assert store.get("/b").template == "chatml"
    assert store.problem is None


def test_entries_of_a_later_version_stay(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({MODEL: {"colour": "red"}, "later": 1}), encoding="utf-8")
    PreferenceStore(path).set(MODEL, ModelPreferences(template="chatml"))
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert (kept[MODEL]["colour"], kept[MODEL]["template"], kept["later"]) == ("red", "chatml", 1)


def test_a_damaged_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "config" / "models.json"
    path.parent.mkdir()
    path.write_text("{ broken", encoding="utf-8")
    heard: list[UserFacingError] = []
    store = PreferenceStore(path, on_problem=heard.append)
    assert store.get(MODEL) == ModelPreferences()
    assert heard == [store.problem]
    [aside] = path.parent.iterdir()
    assert aside.name.startswith("models.damaged-")
    assert aside.read_text(encoding="utf-8") == "{ broken"
    store.set(MODEL, CHOSEN)
    assert store.problem is None
    assert PreferenceStore(path).get(MODEL) == CHOSEN


def test_an_unwritable_disk_is_a_problem_and_the_choice_holds(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    heard: list[UserFacingError] = []
    store = PreferenceStore(tmp_path / "config" / "m.json", on_problem=heard.append)
    store.set(MODEL, CHOSEN)
    assert store.get(MODEL) == CHOSEN
    assert store.problem is not None
    assert heard[-1] is store.problem


def test_two_programs_do_not_overwrite_each_other(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    window, command = PreferenceStore(path), PreferenceStore(path)
    command.set("/a", ModelPreferences(template="chatml"))
    window.set("/b", ModelPreferences(template="gemma"))
    again = PreferenceStore(path)
    assert (again.get("/a").template, again.get("/b").template) == ("chatml", "gemma")
