"""Translation without Qt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from i18n.compile_catalogue import compiled
from kochat_gui.core.i18n import (
    TextKey,
    install_catalogue,
    language_from_environment,
    read_catalogue,
    translate,
)

TS = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="ko_KR">
<context><name>A</name>
<message><source>{name} is gone.</source><translation>{name:이/가} 없어요.</translation></message>
<message><source>Later</source><translation type="unfinished">나중</translation></message>
<message><source>Empty</source><translation></translation></message>
</context></TS>"""


@pytest.fixture
def korean(tmp_path: Path) -> Iterator[None]:
    source, path = tmp_path / "ko.ts", tmp_path / "ko.json"
    source.write_text(TS, encoding="utf-8")
    path.write_text(compiled(source), encoding="utf-8")
    install_catalogue(read_catalogue(path))
    yield
    install_catalogue({})


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize(
    ("name", "expected"), [("모델", "모델이 없어요."), ("대화", "대화가 없어요.")]
)
def test_particles_follow_the_value(name: str, expected: str) -> None:
    assert translate("A", "{name} is gone.").format(name=name) == expected
    assert TextKey("A", "{name} is gone.").text(name=TextKey("B", name)) == expected


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("source", ["Later", "Empty", "Not there"])
def test_what_has_no_translation_stays_english(source: str) -> None:
    assert translate("A", source) == source
    assert translate("Another", "{name} is gone.") == "{name} is gone."


@pytest.mark.parametrize("template", ["{name.__class__}", "{name[0]}", "{0}"])
def test_templates_reach_no_attributes(template: str) -> None:
    with pytest.raises((KeyError, IndexError)):
        translate("A", template).format(name="x")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "ko"),
        ({"LANG": "C.UTF-8"}, "ko"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "", "LC_MESSAGES": "EN", "LANG": "ko"}, "en"),
    ],
)
def test_language(environment: dict[str, str], language: str) -> None:
    assert language_from_environment(environment) == language
