"""The registry: the program's templates, their variants, and a person's own."""

import contextlib
import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.core.errors import UsageError
from kochat_gui.engines.chat_template import ChatTemplate, JinjaSource
from kochat_gui.engines.template_file import (
    TemplateFieldError,
    template_from_plain,
    template_to_plain,
)
from kochat_gui.engines.template_registry import load_templates, read_built_in
from kochat_gui.engines.user_templates import (
    MAX_FILE,
    MAX_FILES,
    delete_user_template,
    own_name,
    save_user_template,
)

PIECES = {
    "user": "{content}\n",
    "user_with_system": "{system}\n{content}\n",
    "before_answer": "답:",
    "after_answer": "\n",
}
FIELDS = ["label", "pieces", "jinja", "stops", "max_turns", "default_system", "input_line"]
PLAIN = {"label": "내 형식", "pieces": PIECES}


def _write(folder: Path, name: str, plain: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(plain), encoding="utf-8")


def test_unknown_name_suggests() -> None:
    with pytest.raises(UsageError) as raised:
        load_templates().get("kulm-v2")
    assert "kullm-v2" in str(raised.value.values["names"])


def test_variants_differ_from_their_template_in_what_they_say() -> None:
    registry = load_templates()
    base, variant = registry.built_in("kullm-v2"), registry.built_in("kullm-v2+newline")
    assert variant.stops == base.stops
    changed = {key for key in base.pieces if base.pieces[key] != variant.pieces[key]}
    assert changed == {"before_answer"}


@pytest.mark.parametrize(
    "plain",
    [
        "[]",
        "{}",
        "not json",
        '{"source": "x", "pieces": {"user": [1]}}',
        '{"source": "x", "pieces": {"user": ["{content}"]}}',
        '{"source": "x", "jinja": "{{ messages }}"}',
    ],
)
def test_a_bad_file_of_the_program_is_named(tmp_path: Path, plain: str) -> None:
    (tmp_path / "bad.json").write_text(plain, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.json"):
        read_built_in(tmp_path)


def test_own_templates_are_found_with_and_without_their_prefix(tmp_path: Path) -> None:
    _write(tmp_path, "내 형식", PLAIN)
    registry = load_templates(tmp_path)
    assert "own:내 형식" in registry.names
    assert registry.get("내 형식") is registry.get("own:내 형식")
    assert "kullm-v2" in registry.names
    assert not registry.problems


def test_no_folder_is_no_templates(tmp_path: Path) -> None:
    registry = load_templates(tmp_path / "none")
    assert registry.names == load_templates().names
    assert not registry.problems


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({**PLAIN, "stop": ["x"]}, "stop"),
        ({**PLAIN, "max_turns": -1}, "max_turns"),
        ({**PLAIN, "max_turns": True}, "max_turns"),
        ({**PLAIN, "stops": [""]}, "stops"),
        ({**PLAIN, "stops": ["x"] * 33}, "stops"),
        ({**PLAIN, "label": " "}, "label"),
        ({**PLAIN, "label": "x" * 81}, "label"),
        ({**PLAIN, "label": "\ud800"}, "label"),
        ({**PLAIN, "pieces": {**PIECES, "users": "x"}}, "pieces.users"),
        ({**PLAIN, "pieces": {**PIECES, "user": "{contents}"}}, "pieces.user"),
        ({**PLAIN, "pieces": {**PIECES, "user": "no place for the question"}}, "pieces.user"),
        ({**PLAIN, "pieces": {**PIECES, "before_answer": "{content}"}}, "pieces.before_answer"),
        ({**PLAIN, "pieces": {**PIECES, "user": "{content}" + "x" * 16_384}}, "pieces.user"),
        ({**PLAIN, "input_line": "### 입력:"}, "pieces.user_with_input"),
        ({**PLAIN, "jinja": "x"}, "pieces"),
        ({"label": "x"}, "pieces"),
        ({"label": "x", "jinja": 5}, "jinja"),
        ({"label": "x", "jinja": "x" * 65_537}, "jinja"),
        ([], "{}"),
    ],
)
def test_damaged_own_templates_are_reported_with_file_and_field(
    tmp_path: Path, content: object, field: str
) -> None:
    _write(tmp_path, "틀린", content)
    _write(tmp_path, "good", PLAIN)
    registry = load_templates(tmp_path)
    (problem,) = registry.problems
    assert problem.values["file"] == "틀린.json"
    assert problem.values["field"] == field
    assert "틀린.json" in problem.text()
    assert "own:good" in registry


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * (MAX_FILE + 1)],
    ids=["empty", "cut", "not text", "deep", "large"],
)  # fmt: skip
def test_unreadable_own_templates_are_reported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.json").write_bytes(data)
    (problem,) = load_templates(tmp_path).problems
    assert "x.json" in problem.text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    assert load_templates(tmp_path).names == load_templates().names


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*FIELDS, *PIECES, "x"]) | st.text(max_size=5), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(plain=_JSON | st.dictionaries(st.sampled_from(FIELDS), _JSON))
def test_no_file_breaks_the_reader(plain: object) -> None:
    with contextlib.suppress(TemplateFieldError):
        template = template_from_plain("own:x", plain, is_own=True)
        assert template_from_plain("own:x", template_to_plain(template), is_own=True) == template


def test_a_folder_of_thousands_is_not_read_whole(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 5):
        _write(tmp_path, f"t{number:04}", PLAIN)
    assert len(load_templates(tmp_path).names) == len(load_templates().names) + MAX_FILES


def test_saved_templates_are_the_same_when_read(tmp_path: Path) -> None:
    registry = load_templates()
    for name in registry.names:
        template = registry.built_in(name)
        own = save_user_template(tmp_path, _renamed(template, f"copy of {name}".replace("+", " ")))
        read = load_templates(tmp_path).get(own)
        assert isinstance(read, ChatTemplate)
        assert read.pieces == template.pieces
        assert read.stops == template.stops
        assert read.default_system == template.default_system
    assert not list(tmp_path.glob("*.part"))


def _renamed(template: ChatTemplate, name: str) -> ChatTemplate:
    return dataclasses.replace(template, name=name, source="내 것")


def test_a_jinja_template_is_kept_as_text(tmp_path: Path) -> None:
    name = save_user_template(tmp_path, JinjaSource("j", "진자", "{{ bos_token }}", ("끝",), 2))
    assert load_templates(tmp_path).get(name) == JinjaSource(
        "own:j", "진자", "{{ bos_token }}", ("끝",), 2
    )


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "con", "LPT1", ".hidden", "x" * 65, "a\\b", "a:b"]
)
def test_names_that_are_no_file_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        save_user_template(tmp_path / "t", JinjaSource(name, "x", "x"))
    assert not list(tmp_path.rglob("*.json"))


def test_deleting(tmp_path: Path) -> None:
    name = save_user_template(tmp_path, JinjaSource("가", "x", "x"))
    assert name == own_name("가")
    delete_user_template(tmp_path, name)
    delete_user_template(tmp_path, name)
    assert name not in load_templates(tmp_path)


def test_decomposed_file_names_are_the_same_template(tmp_path: Path) -> None:
    _write(tmp_path, "\u1112\u1161\u11ab", PLAIN)
    assert "own:한" in load_templates(tmp_path)
