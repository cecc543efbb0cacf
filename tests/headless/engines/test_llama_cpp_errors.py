"""What llama.cpp's log lines mean."""

from pathlib import Path

import pytest

from kochat_gui.core.errors import (
    MemoryShortError,
    ModelDamagedError,
    ModelError,
    ModelUnsupportedError,
)
from kochat_gui.engines.llama_cpp_errors import load_error


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("error loading model: unknown model architecture: 'llama9000'", ModelUnsupportedError),
        ("error loading model vocabulary: unknown pre-tokenizer type: 'x'", ModelUnsupportedError),
        ("error loading model vocabulary: unknown tokenizer: 'x'", ModelUnsupportedError),
        ("tensor 'blk.0' has invalid ggml type 99. should be in [0, 40)", ModelUnsupportedError),
        ("ggml_aligned_malloc: failed to allocate 9999.0 mb", MemoryShortError),
        ("unable to allocate cpu buffer", MemoryShortError),
        ("tensor 'x' data is not within the file bounds", ModelDamagedError),
        ("missing tensor 'output_norm.weight'", ModelDamagedError),
        ("", ModelDamagedError),
    ],
)
def test_meaning(log: str, expected: type[ModelError]) -> None:
    error = load_error(Path("한글 폴더/모델 {0}.gguf"), log)
    assert type(error) is expected
    assert "모델 {0}.gguf" in error.text()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("unknown model architecture: 'llama9000'", "llama9000"),
        ("unknown pre-tokenizer type: 'midm-2.0'", "midm-2.0"),
        ("unknown tokenizer: 'x{0}<b>'", "x{0}<b>"),
    ],
)
def test_what_is_too_new_is_named(line: str, kind: str) -> None:
    error = load_error(Path("model.gguf"), f"llama_model_load: error loading model: {line}\n")
    assert kind in error.lines()[0]
    assert "KoChat" in error.lines()[-1]
