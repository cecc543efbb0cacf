"""No pickle is ever run, whatever it is called and wherever it lies; each is refused clearly."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.canary_pickles import Canary, canaries
from tests.faults.pickle_doors import DOORS
from tests.helpers.tiny_models import BUILT_IN, TINY_CONFIG, tiny_vocabulary, write_tiny_folder
from tests.helpers.torch_checkpoints import write_archive, write_checkpoint_folder

_ROOT = Path(__file__).resolve().parents[2]
_ADAPTER_CONFIG = {
    "peft_type": "LORA",
    "r": 2,
    "lora_alpha": 4,
    "target_modules": ["q_proj"],
    "base_model_name_or_path": "base",
}
_UNPICKLE = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    while file.peek(1):
        pickle.load(file)
"""
_NOT_READ = {"model, as tokenizer"}
"""Doors that do not open the file, so that there may be nothing to refuse."""


def _run(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.pickle_doors", str(folder)],
        cwd=_ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _model_folder(folder: Path, weights: str, content: bytes) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(TINY_CONFIG), encoding="utf-8")
    vocabulary = json.dumps(tiny_vocabulary(TINY_CONFIG["vocab_size"]))
    (folder / "tokenizer.json").write_text(vocabulary, encoding="utf-8")
    (folder / weights).write_bytes(content)
    return folder


def _adapter_folder(folder: Path, weights: str, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps(_ADAPTER_CONFIG), encoding="utf-8")
    (folder / weights).write_bytes(content)


def _lay_out(folder: Path, content: bytes, sound: Path) -> None:
    """Put ``content`` where each of the doors finds it; ``sound`` is a model of safetensors."""
    (folder / "out").mkdir(parents=True)
    archive = write_archive(folder / "archive.zip", content, {"0": b"\0" * 16}).read_bytes()
    for name in ("bare.pt", "bare.gguf"):
        (folder / name).write_bytes(content)
    _model_folder(folder / "model", "pytorch_model.bin", archive)
    _model_folder(folder / "bare", "pytorch_model.bin", content)
    _adapter_folder(folder / "adapter", "adapter_model.bin", archive)
    _adapter_folder(folder / "adapter-safetensors", "adapter_model.safetensors", content)
    _adapter_folder(folder / "adapter-config", "adapter_config.json", content)
    _model_folder(folder / "as-safetensors", "model.safetensors", content)
    for name, file in (("as-config", "config.json"), ("as-tokenizer", "tokenizer.json")):
        shutil.copytree(sound, folder / name).joinpath(file).write_bytes(content)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the canary would appear."""
    return tmp_path_factory.mktemp("canary") / "canary"


@pytest.fixture(scope="module")
def all_canaries(place: Path) -> list[Canary]:
    return canaries(place)


@pytest.fixture(scope="module")
def results(
    all_canaries: list[Canary], place: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, dict[str, Any]]]:
    """What every door said to every canary, by the canary's number."""
    folder = tmp_path_factory.mktemp("files")
    sound = write_tiny_folder(tmp_path_factory.mktemp("sound") / "model")
    for number, canary in enumerate(all_canaries):
        _lay_out(folder / f"{number:03}", canary.content, sound)
    done = _run(folder)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    yield {int(line["folder"]): line for line in lines}
    assert not place.exists()


def test_there_are_enough(all_canaries: list[Canary]) -> None:
    assert len(all_canaries) >= 60
    assert len({canary.label for canary in all_canaries}) == len(all_canaries)
    assert sum(canary.fires for canary in all_canaries) >= 40


def test_none_runs(
    all_canaries: list[Canary], place: Path, results: dict[int, dict[str, Any]]
) -> None:
    assert len(results) == len(all_canaries)
    assert not place.exists()
    for number, canary in enumerate(all_canaries):
        assert results[number]["events"] == [], canary.label


def test_each_is_refused_at_every_door(
    all_canaries: list[Canary], results: dict[int, dict[str, Any]]
) -> None:
    for number, canary in enumerate(all_canaries):
        errors = results[number]["errors"]
        assert set(errors) == set(DOORS)
        for door, error in errors.items():
            if error is None:
                assert door in _NOT_READ, f"{canary.label}: {door}"
            else:
                assert error[0] in {"model_damaged", "model_unsupported"}, (canary.label, error)
        assert any(canary.named in error[1] for error in errors.values() if error), (
            canary.label,
            errors,
        )


def test_nothing_is_left_behind(
    results: dict[int, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = tmp_path_factory.getbasetemp() / "files0"
    assert len(list(files.glob("*/out"))) == len(results)
    assert list(files.glob("*/out/*")) == []


def test_the_canaries_are_alive(all_canaries: list[Canary], place: Path, tmp_path: Path) -> None:
    """Python's own unpickler runs them: otherwise the tests above would show nothing."""
    file = tmp_path / "canary.pkl"
    for canary in (canary for canary in all_canaries if canary.fires):
        file.write_bytes(canary.content)
        # Some leave the interpreter in a bad state, or replace it: each gets its own.
        subprocess.run(
            [sys.executable, "-I", "-c", _UNPICKLE, file],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert place.exists() or place.is_symlink(), canary.label
        if place.is_dir():
            place.rmdir()
        else:
            place.unlink()


def test_a_sound_checkpoint_passes_the_same_doors(tmp_path: Path) -> None:
    """The reader refuses what is bad, not everything."""
    folder = tmp_path / "files" / "000"
    _lay_out(folder, b"", write_tiny_folder(tmp_path / "sound"))
    for entry in (folder / "model").iterdir():
        entry.unlink()
    (folder / "model").rmdir()
    write_checkpoint_folder(folder / "model", BUILT_IN)
    done = _run(folder.parent)
    line = json.loads(done.stdout)
    assert line["errors"]["reader, archive"] is None
    assert line["errors"]["checkpoint"] is None
    assert line["events"] == []
    assert (folder / "out" / "converted" / "model.safetensors").is_file()


_UNPICKLERS = frozenset({"pickle", "_pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"})


def _dangers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from {name.name.partition(".")[0] for name in names} & _UNPICKLERS
            case ast.ImportFrom(module=str(module)):
                yield from {module.partition(".")[0]} & _UNPICKLERS
            case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="load")):
                yield "torch.load"
            case ast.keyword(arg="trust_remote_code" | "allow_pickle", value=value) if not (
                isinstance(value, ast.Constant) and value.value is False
            ):
                yield f"line {value.lineno}: {node.arg}"


def test_nothing_in_the_program_unpickles() -> None:
    """Our reader walks through pickles; Python's and torch's are not even imported."""
    found = {
        str(path.relative_to(_ROOT)): dangers
        for path in sorted((_ROOT / "kochat_gui").rglob("*.py"))
        if (dangers := list(_dangers(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}
    assert set(_dangers(ast.parse("import pickle\nf(x, trust_remote_code=True)\ntorch.load(x)")))
