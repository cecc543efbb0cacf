"""The sizes on the card of Llama-2-Ko's GGML files, to the printed digit."""

import dataclasses
from pathlib import Path

import pytest

from kochat_gui.catalog.card_sizes import CardMatch, card_bytes, compare_with_card
from kochat_gui.catalog.ggml_model import describe_ggml
from kochat_gui.core.models import ModelFormat, ModelSpec
from tests.helpers.ggml_writer import tiny_ggml

SEVEN = ModelSpec(
    model_id="7b",
    name="llama-2-ko-7b",
    path=Path("7b.bin"),
    format=ModelFormat.GGML,
    quantization="q4_0",
    size_bytes=0,
    vocab_size=46_336,
    layer_count=32,
    hidden_size=4096,
    feed_forward_size=11_008,
    head_count=32,
    head_count_kv=32,
    head_dim=128,
)
CARD = {"q4_0": "3.9", "q4_1": "4.3", "q5_0": "4.7", "q5_1": "5.2", "q8_0": "7.2", "f32": "27.4"}
LISTED = {
    "q4_0": "3.91",
    "q4_1": "4.32",
    "q5_0": "4.74",
    "q5_1": "5.16",
    "q8_0": "7.24",
    "f32": "27.4",
}
"""As the site that hosts the files lists them."""


@pytest.mark.parametrize("level", CARD)
def test_the_card_is_reproduced_to_the_printed_digit(level: str) -> None:
    assert compare_with_card(SEVEN, level, CARD[level]) is CardMatch.AGREES
    assert compare_with_card(SEVEN, level, LISTED[level]) is CardMatch.AGREES


def test_the_cards_f16_file_lacks_the_added_vocabulary() -> None:
    assert compare_with_card(SEVEN, "f16", "13.5") is CardMatch.PLAIN_VOCABULARY
    # The chat repository lists its own f16 file as it should be.
    assert compare_with_card(SEVEN, "f16", "13.7") is CardMatch.AGREES
    assert compare_with_card(SEVEN, "f16", "12.0") is CardMatch.DIFFERS


@pytest.mark.parametrize(("level", "printed"), [("q5_1", "5.2"), ("q8_0", "7.2")])
def test_only_a_finer_output_matrix_explains_the_card(level: str, printed: str) -> None:
    odd = dataclasses.replace(SEVEN, vocab_size=46_335)
    assert compare_with_card(odd, level, printed) is CardMatch.DIFFERS


@pytest.mark.parametrize("level", ["f32", "f16", "q5_1", "q8_0"])
def test_the_layout_is_that_of_files(tmp_path: Path, level: str) -> None:
    """Of the converter of 2023, as our own writer repeats it: only the pieces' lengths differ."""
    path = tmp_path / "m.bin"
    model = tiny_ggml(level)
    path.write_bytes(model.encoded())
    middling = 6 * len(model.pieces)
    pieces = sum(len(text) for text, _ in model.pieces) - middling
    found = card_bytes(describe_ggml(path), level)
    assert abs(found + pieces - path.stat().st_size) < 32
