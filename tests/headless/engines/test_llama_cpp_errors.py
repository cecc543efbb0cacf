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
