"""What a GGML file's header says of the model, and what is guessed."""

from pathlib import Path

import pytest

from kochat_gui.catalog.ggml_model import describe_ggml
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec
from tests.helpers.ggml_writer import Piece, added_without_order, plain_pieces, tiny_ggml

SYLLABLES = tuple(f" {chr(number)}" for number in range(0xAC00, 0xAC00 + 100))


def _described(
    folder: Path,
    name: str = "모델",
    *,
    pieces: tuple[Piece, ...] = plain_pieces(SYLLABLES),
    keys: int = 4,
    options: ImportOptions | None = None,
) -> ModelSpec:
    path = folder / f"{name}.bin"
    path.write_bytes(tiny_ggml("q8_0", pieces=pieces, keys=keys, layers=2).encoded())
    return describe_ggml(path, options)


def _of_size(count: int) -> tuple[Piece, ...]:
    return plain_pieces([f"{number}" for number in range(count - 259)])


def test_what_the_header_says(tmp_path: Path) -> None:
    spec = _described(tmp_path, keys=2)
    path = tmp_path / "모델.bin"
    assert spec == ModelSpec(
        model_id=str(path),
        name="모델",
        path=path,
        format=ModelFormat.GGML,
        quantization="q8_0",
        size_bytes=path.stat().st_size,
        architecture="llama",
        parameter_count=32 * (2 * 359 + 1 + 2 * (2 * 32 + 2 * 16 + 3 * 96 + 2)),
        context_length=2048,
        vocab_size=359,
        layer_count=2,
        hidden_size=32,
        feed_forward_size=96,
        head_count=4,
        head_count_kv=2,
        head_dim=8,
        import_options=ImportOptions(2048, 1e-5),
    )


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "모델.gguf"
    path.write_bytes(tiny_ggml().encoded("ggjt", 3))
    assert inspect_model(path).format is ModelFormat.GGML


GUESSES: dict[str, tuple[str, int, int, ImportOptions]] = {
    "LLaMA 1": ("llama-7b-q4_0", 32_000, 4, ImportOptions(2048, 1e-6)),
    "OpenLLaMA": ("open_llama_7b", 32_000, 4, ImportOptions(2048, 1e-6)),
    "Llama 2": ("llama-2-7b-chat", 32_000, 4, ImportOptions(4096, 1e-5)),
    "Llama 2, another spelling": ("Llama2_7B", 32_000, 4, ImportOptions(4096, 1e-5)),
    "Llama 2 70B": ("beluga", 32_000, 2, ImportOptions(4096, 1e-5)),
    "komt": ("komt-llama2-7b", 32_000, 4, ImportOptions(4096, 1e-5)),
    "komt, first release": ("komt-llama2-7b-v1", 32_001, 4, ImportOptions(4096, 1e-6)),
    "Code Llama": ("codellama", 32_016, 4, ImportOptions(16_384, 1e-5, 1_000_000.0)),
    "Llama-2-Ko": ("Llama-2-ko-7b-ggml-q4_0", 46_336, 4, ImportOptions(2048, 1e-5)),
}


@pytest.mark.parametrize("case", GUESSES)
def test_what_the_header_does_not_say_is_guessed(tmp_path: Path, case: str) -> None:
    name, count, keys, options = GUESSES[case]
    spec = _described(tmp_path, name, pieces=_of_size(count), keys=keys)
    assert spec.import_options == options
    assert spec.context_length == options.context_length


def test_korean_tokens_without_an_order_are_remarked(tmp_path: Path) -> None:
    pieces = added_without_order(plain_pieces(SYLLABLES), 259)
    remarks = _described(tmp_path, pieces=pieces).remarks
    assert "tokenizer.json" in remarks[0].text()
    chosen = ImportOptions(tokenizer=tmp_path / "tokenizer.json")
    assert _described(tmp_path, pieces=pieces, options=chosen).remarks == ()


@pytest.mark.parametrize(
    "pieces",
    [
        plain_pieces(SYLLABLES),
        added_without_order(_of_size(400), 259),
        (*plain_pieces(SYLLABLES), (b"<pad>", -1000.0)),
    ],
)
def test_other_vocabularies_are_not(tmp_path: Path, pieces: tuple[Piece, ...]) -> None:
    assert _described(tmp_path, pieces=pieces).remarks == ()


def test_a_name_that_does_not_fit_the_vocabulary_is_remarked(tmp_path: Path) -> None:
    """The f16 file of the card is of the size that 32,000 tokens give."""
    remarks = _described(tmp_path, "Llama-2-ko-7b-ggml-f16", pieces=_of_size(32_000)).remarks
    assert "32,000" in remarks[0].text()


def test_options_are_kept(tmp_path: Path) -> None:
    options = ImportOptions(context_length=512, norm_epsilon=5e-6, rope_base=500.0)
    spec = _described(tmp_path, options=options)
    assert spec.import_options == options
    assert spec.context_length == 512
