"""Engines by name, without importing what they need."""

import subprocess
import sys
from pathlib import Path

import pytest

from kochat_gui.core.errors import EngineMissingError, UsageError
from kochat_gui.core.models import ModelFormat
from kochat_gui.engines import registry


def test_names_and_formats() -> None:
    assert registry.engine_names() == ["llama.cpp", "transformers", "scripted"]
    assert registry.engines_for(ModelFormat.GGUF) == ["llama.cpp"]
    assert registry.engines_for(ModelFormat.SCRIPT) == ["scripted"]
    assert registry.engines_for(ModelFormat.SAFETENSORS) == ["transformers"]


@pytest.mark.parametrize("name", registry.engine_names())
def test_rows_say_what_the_classes_say(name: str) -> None:
    if registry.availability(name) is not None:
        pytest.skip("not installed")
    engine = registry.create(name)
    assert engine.name == name
    for format_ in ModelFormat:
        reads = format_ in engine.capabilities.formats
        assert (name in registry.engines_for(format_)) == reads


@pytest.mark.parametrize(
    ("wrong", "suggestion"),
    [("llama", "llama.cpp"), ("Scripted", "scripted"), ("llamacpp", "llama.cpp")],
)
def test_a_typing_mistake_gets_a_suggestion(wrong: str, suggestion: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.availability(wrong)
    assert caught.value.values["suggestion"] == suggestion


def test_another_name_gets_the_list() -> None:
    with pytest.raises(UsageError) as caught:
        registry.create("x" * 30)
    assert "llama.cpp, transformers, scripted" in caught.value.text()


def test_a_missing_library_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "llama_cpp", raising=False)
    sys.path_importer_cache.clear()
    assert registry.availability("scripted") is None
    assert registry.availability("llama.cpp") is not None
    with pytest.raises(EngineMissingError) as caught:
        registry.create("llama.cpp")
    assert "llama-cpp-python" in caught.value.text()


def test_asking_imports_no_engine() -> None:
    code = (
        "import sys; from kochat_gui.engines import registry;"
        "[registry.availability(name) for name in registry.engine_names()];"
        "print([m for m in sys.modules if m.startswith('llama_cpp') or m.endswith('_engine')])"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
