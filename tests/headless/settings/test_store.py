"""The settings file: limits, damage, other versions."""

import json
from pathlib import Path

import pytest

from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.settings.schema import SETTINGS
from kochat_gui.settings.store import SettingsStore


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_every_default_is_within_its_own_limits(tmp_path: Path, setting: object) -> None:
    [row] = [row for row in SETTINGS.values() if row is setting]
    assert row.accepts(row.default)
    assert SettingsStore(tmp_path / "s.json").get(row.key) == row.default


def test_values_outlive_the_store(tmp_path: Path) -> None:
    path = tmp_path / "한글 폴더" / "s.json"
    store = SettingsStore(path)
    values: dict[str, object] = {
        "ui.theme": "dark",
        "ui.text_scale": 150,
        "sampling.temperature": 0.3,
        "model.added_paths": ("/모델/a.gguf", "/b"),
    }
    for key, value in values.items():
        store.set(key, value)
    again = SettingsStore(path)
    assert {key: again.get(key) for key in values} == values
    assert again.problem is None
    assert [file.name for file in path.parent.iterdir()] == ["s.json"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ui.theme", "blue"),
        ("ui.theme", 3),
        ("ui.text_scale", 79),
        ("ui.text_scale", 201),
        ("ui.text_scale", 100.5),
        ("ui.text_scale", True),
        ("sampling.temperature", float("nan")),
        ("sampling.temperature", "0.5"),
        ("model.added_paths", ["/a"]),
        ("model.added_paths", (1,)),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, key: str, value: object) -> None:
    store = SettingsStore(tmp_path / "s.json")
    with pytest.raises(UsageError):
        store.set(key, value)
    assert store.get(key) == SETTINGS[key].default
    assert not (tmp_path / "s.json").exists()


def test_subscribers_hear_of_changes_alone(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "s.json")
    heard: list[object] = []
    unsubscribe = store.subscribe("ui.theme", heard.append)
    store.set("ui.theme", "dark")
    store.set("ui.theme", "dark")
    store.set("ui.text_scale", 120)
    store.reset("ui.theme")
    unsubscribe()
    unsubscribe()
    store.set("ui.theme", "light")
    assert heard == ["dark", "system"]


def test_unknown_entries_and_wrong_values_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"later.key": [1, {"a": 2}], "ui.theme": 5, "ui.text_scale": 900}')
    store = SettingsStore(path)
    assert (store.get("ui.theme"), store.get("ui.text_scale")) == ("system", 100)
    store.set("ui.sidebar_width", 300)
    kept = json.loads(path.read_text())
    assert kept == {
        "later.key": [1, {"a": 2}],
        "ui.theme": 5,
        "ui.text_scale": 900,
        "ui.sidebar_width": 300,
    }
    store.set("ui.theme", "system")
    assert json.loads(path.read_text())["ui.theme"] == "system"


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b" " * (2 << 20)],
    ids=["empty", "nul", "cut", "list", "null", "not utf-8", "deep", "huge"],
)
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content)
    heard: list[UserFacingError] = []
    store = SettingsStore(path, on_problem=heard.append)
    assert store.get("ui.theme") == "system"
    [kept] = tmp_path.glob("s.damaged-*.json")
    assert kept.read_bytes() == content
    assert heard == [store.problem]
    assert str(kept) in heard[0].text()
    store.set("ui.theme", "dark")
    assert SettingsStore(path).get("ui.theme") == "dark"


def test_a_folder_in_its_place_is_a_problem_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "s.json").mkdir()
    store = SettingsStore(tmp_path / "s.json")
    store.set("ui.theme", "dark")
    assert store.get("ui.theme") == "dark"
    assert store.problem is not None
    assert list(tmp_path.glob(".settings-*")) == []


def test_undeclared_keys_are_bugs(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "s.json")
    with pytest.raises(KeyError):
        store.get("no.such")
    with pytest.raises(KeyError):
        store.set("no.such", 1)
    with pytest.raises(KeyError):
        store.subscribe("no.such", print)


def test_two_programs_do_not_overwrite_each_other(tmp_path: Path) -> None:
    window, command = SettingsStore(tmp_path / "s.json"), SettingsStore(tmp_path / "s.json")
    command.set("model.added_paths", ("/모델.gguf",))
    window.set("ui.theme", "dark")
    again = SettingsStore(tmp_path / "s.json")
    assert again.get("model.added_paths") == ("/모델.gguf",)
    assert again.get("ui.theme") == "dark"
    assert window.get("model.added_paths") == ("/모델.gguf",)
