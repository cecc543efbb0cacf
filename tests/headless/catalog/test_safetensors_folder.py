"""A folder as Hugging Face stores it: the small files around the weights."""

import json
from pathlib import Path

import pytest

from kochat_gui.catalog.safetensors_folder import (
    read_hf_model,
    read_safetensors_folder,
    vocabulary_header,
)
from kochat_gui.core.errors import ModelDamagedError, ModelMissingError
from tests.helpers.tiny_models import BUILT_IN, write_tiny_folder

_TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}"


def _written(folder: Path, name: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, "utf-8")


def test_the_built_in_model() -> None:
    folder = read_safetensors_folder(BUILT_IN)
    assert folder.architecture == "LlamaForCausalLM"
    assert folder.parameter_count == 3_343_104 or folder.parameter_count > 3_000_000
    assert folder.config.eos_ids == (2,)
    assert BUILT_IN / "generation_config.json" in folder.source_files


def test_tokens_that_end_an_answer(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path, {"eos_token_id": 2})
    _written(folder, "generation_config.json", {"eos_token_id": [7, 2, 9]})
    assert read_hf_model(folder).config.eos_ids == (7, 2, 9)


def test_a_model_that_names_no_end_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path, {"architectures": ["Qwen2ForCausalLM"]})
    plain = json.loads((folder / "config.json").read_text("utf-8"))
    _written(folder, "config.json", {k: v for k, v in plain.items() if k != "eos_token_id"})
    with pytest.raises(ModelDamagedError, match="ends a text"):
        read_hf_model(folder)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("chat_template.jinja", _TEMPLATE, _TEMPLATE),
        ("chat_template.json", {"chat_template": _TEMPLATE}, _TEMPLATE),
        ("tokenizer_config.json", {"chat_template": _TEMPLATE}, _TEMPLATE),
        (
            "tokenizer_config.json",
            {
                "chat_template": [
                    {"name": "tool_use", "template": "no"},
                    {"name": "default", "template": _TEMPLATE},
                ]
            },
            _TEMPLATE,
        ),
        ("tokenizer_config.json", {"chat_template": 7}, ""),
        ("tokenizer_config.json", {"chat_template": [{"name": [1], "template": "x"}]}, ""),
        ("chat_template.jinja", "가" * 30_000, ""),
    ],
)
def test_the_chat_template(tmp_path: Path, name: str, content: object, expected: str) -> None:
    folder = write_tiny_folder(tmp_path)
    _written(folder, name, content)
    assert read_hf_model(folder).config.chat_template == expected
    assert (b"tokenizer.chat_template" in vocabulary_header(folder, "tiny")) is bool(expected)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\ntags: [ko]\n---\n# 모델", "apache-2.0"),
        ("---\r\nlanguage: ko\r\nlicense: 'llama2'\r\n---\r\n", "llama2"),
        ("# 모델\nlicense: mit\n", ""),
        ("---\nlicense: [a, b]\n---\n", ""),
    ],
)
def test_the_licence(tmp_path: Path, card: str, licence: str) -> None:
    folder = write_tiny_folder(tmp_path)
    (folder / "README.md").write_text(card, "utf-8", newline="")
    assert read_hf_model(folder).config.licence == licence


def test_missing_tokenizer(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelMissingError):
        read_safetensors_folder(folder)


def test_a_tensor_too_many_or_too_few(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path, {"attention_bias": True})
    plain = json.loads((folder / "config.json").read_text("utf-8"))
    _written(folder, "config.json", plain | {"attention_bias": False})
    with pytest.raises(ModelDamagedError, match="bias"):
        read_safetensors_folder(folder)
