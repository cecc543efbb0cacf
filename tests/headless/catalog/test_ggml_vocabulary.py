"""Vocabularies of GGML files: rebuilt from tokenizer.json, or mended; measured on Korean."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from kochat_gui.catalog.ggml_gguf import ggml_vocabulary, metadata
from kochat_gui.catalog.ggml_header import read_ggml_header
from kochat_gui.catalog.ggml_vocabulary import joined_by_score
from kochat_gui.catalog.gguf_writer import Typed, encode_header
from kochat_gui.catalog.self_test import (
    SELF_TEST_KEY,
    SELF_TEST_PIECES,
    SELF_TEST_TEXT,
)
from kochat_gui.catalog.vocabulary import PrefixSpace, TokenType, Vocabulary
from kochat_gui.catalog.vocabulary_check import prepared_text
from kochat_gui.core.errors import ModelDamagedError, ModelMissingError, ModelUnsupportedError
from kochat_gui.core.models import ImportOptions
from tests.helpers.ggml_writer import (
    Piece,
    added_without_order,
    pieces_of_tokenizer,
    plain_pieces,
    tiny_ggml,
)
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.native_model import native_ids
from tests.helpers.tiny_models import BUILT_IN, tiny_vocabulary

TOKENIZER = BUILT_IN / "tokenizer.json"
SENTENCES = korean_sentences()
PIECES = pieces_of_tokenizer(TOKENIZER, 4096)
STORED: dict[str, tuple[Piece, ...]] = {
    "Llama's own way": PIECES,
    "half added without an order": added_without_order(PIECES, 1500),
    "all added without an order": added_without_order(PIECES, 259),
}


def _file(folder: Path, pieces: tuple[Piece, ...], container: str = "ggjt") -> Path:
    path = folder / "model.bin"
    version = 3 if container == "ggjt" else 0
    path.write_bytes(tiny_ggml("f16", pieces=pieces).encoded(container, version))
    return path


def _vocabulary(path: Path, tokenizer: Path | None = None) -> Vocabulary:
    return ggml_vocabulary(read_ggml_header(path), ImportOptions(tokenizer=tokenizer), path)


def _ids(path: Path, vocabulary: Vocabulary, texts: list[str]) -> list[list[int]]:
    """By llama.cpp, from a GGUF file with this vocabulary."""
    target = path.with_suffix(".gguf")
    found = metadata(read_ggml_header(path), vocabulary, ImportOptions(), "m")
    target.write_bytes(encode_header(found, []))
    return native_ids(target, [prepared_text(text, vocabulary) for text in texts])


@pytest.fixture(scope="module")
def expected() -> list[list[int]]:
    """By the tokenizers library."""
    original = Tokenizer.from_file(str(TOKENIZER))
    return [original.encode(text, add_special_tokens=False).ids for text in SENTENCES]


@pytest.mark.parametrize("name", STORED)
def test_the_original_tokenizer_makes_it_exact(
    tmp_path: Path, name: str, expected: list[list[int]]
) -> None:
    path = _file(tmp_path, STORED[name])
    vocabulary = _vocabulary(path, BUILT_IN)
    assert vocabulary.first_id == 1
    assert _ids(path, vocabulary, SENTENCES) == expected


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("container", ["ggml", "ggjt"])
def test_mended_vocabularies_cut_korean_as_the_original(
    tmp_path: Path, name: str, container: str, expected: list[list[int]]
) -> None:
    """SentencePiece's own space goes also before a space, so such texts begin differently."""
    path = _file(tmp_path, STORED[name], container)
    found = _ids(path, _vocabulary(path), SENTENCES)
    differing = [text for text, a, b in zip(SENTENCES, found, expected, strict=True) if a != b]
    assert len(SENTENCES) > 2000
    assert len(differing) < 30
    assert all(text.startswith(" ") for text in differing)


def test_the_stored_scores_alone_would_cut_it_otherwise(
    tmp_path: Path, expected: list[list[int]]
) -> None:
    """What mending is for: without it, a quarter of the texts are read in another way."""
    pieces = STORED["all added without an order"]
    path = _file(tmp_path, pieces)
    scores = tuple(score for _, score in pieces)
    stored = dataclasses.replace(_vocabulary(path), scores=scores)
    found = _ids(path, stored, SENTENCES)
    assert sum(a != b for a, b in zip(found, expected, strict=True)) > 600


def test_special_pieces_get_their_types(tmp_path: Path) -> None:
    pieces = plain_pieces((" 안", "녕", "<b>"))
    added = ("▁안녕", "<|im_end|>", "[PAD]", "<s2>", "하세요")
    pieces += tuple((text.encode(), -1000.0) for text in added)
    vocabulary = _vocabulary(_file(tmp_path, pieces))
    named = dict(zip(vocabulary.pieces, vocabulary.types, strict=True))
    assert vocabulary.pieces[:4] == ("<unk>", "<s>", "</s>", "<0x00>")
    assert named["<unk>"] is TokenType.UNKNOWN
    assert named["<s>"] is named["</s>"] is TokenType.CONTROL
    assert named["<0x0A>"] is TokenType.BYTE
    assert named["▁안"] is named["<b>"] is named["▁안녕"] is named["하세요"] is TokenType.NORMAL
    assert named["<|im_end|>"] is named["[PAD]"] is named["<s2>"] is TokenType.CONTROL
    assert vocabulary.scores[-5:] == (-3.0, -4.0, -5.0, -6.0, -7.0)
    assert vocabulary.space is PrefixSpace.ALWAYS


def test_a_last_token_of_its_own_score_is_left_as_it_is(tmp_path: Path) -> None:
    pieces = (*plain_pieces(("a", "b")), (b"<pad>", -1000.0))
    assert _vocabulary(_file(tmp_path, pieces)).scores[-2:] == (-1.0, -1000.0)


@pytest.mark.parametrize("score", [0.0, -1000.0, 7.5])
def test_pieces_of_one_score_are_joined_as_they_are_listed(tmp_path: Path, score: float) -> None:
    """Some programs wrote the same score for every token."""
    pieces = tuple((text, score) for text, _ in PIECES)
    path = _file(tmp_path, pieces)
    assert _ids(path, _vocabulary(path), ["안녕하세요"]) == [[1416, 327]]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_scores_that_are_no_numbers_are_left_out(tmp_path: Path, score: float) -> None:
    pieces = (*PIECES[:300], (PIECES[300][0], score), *PIECES[301:])
    assert _vocabulary(_file(tmp_path, pieces)).scores[300] == 0.0


def test_without_single_bytes_nothing_can_be_said(tmp_path: Path) -> None:
    pieces = plain_pieces((" 안", "녕"))
    with pytest.raises(ModelUnsupportedError, match="cannot be converted exactly"):
        _vocabulary(_file(tmp_path, pieces[:100] + pieces[101:]))


def _changed(number: int, text: bytes) -> tuple[Piece, ...]:
    return (*PIECES[:number], (text, PIECES[number][1]), *PIECES[number + 1 :])


def test_another_tokenizer_is_refused_at_the_first_difference(tmp_path: Path) -> None:
    path = _file(tmp_path, _changed(1416, "안녕히".encode()))
    with pytest.raises(ModelUnsupportedError) as caught:
        _vocabulary(path, TOKENIZER)
    values = caught.value.values
    assert (values["differing"], values["count"], values["number"]) == ("1", "4,096", "1,416")
    assert (values["stored"], values["given"]) == ("안녕히", "▁안녕")
    assert "model.bin" in caught.value.lines()[0]


@pytest.mark.parametrize("number", [3, 100, 258, 300])
def test_bytes_and_pieces_must_be_the_same(tmp_path: Path, number: int) -> None:
    with pytest.raises(ModelUnsupportedError, match=f"first token {number} "):
        _vocabulary(_file(tmp_path, _changed(number, b"\xff\xfe")), TOKENIZER)


def test_a_tokenizer_of_fewer_tokens_is_refused(tmp_path: Path) -> None:
    """Llama 2's own tokenizer.json agrees with Llama-2-Ko's as far as it goes."""
    more = (*PIECES, *((f"더{number}".encode(), -1000.0) for number in range(10)))
    with pytest.raises(ModelUnsupportedError) as caught:
        _vocabulary(_file(tmp_path, more), TOKENIZER)
    assert caught.value.values["number"] == "4,096"
    assert caught.value.values["differing"] == "10"


def test_a_tokenizer_of_more_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupportedError) as caught:
        _vocabulary(_file(tmp_path, PIECES[:4000]), TOKENIZER)
    assert caught.value.values["number"] == "4,000"
    assert caught.value.values["differing"] == "96"
    assert caught.value.values["count"] == "4,096"


def test_rows_that_only_pad_the_weights_need_no_piece(tmp_path: Path) -> None:
    padding = ((b"<dummy00001>", -1000.0), (b"", 0.0), (b"[PAD]", 0.0))
    path = _file(tmp_path, (*PIECES, *padding))
    vocabulary = _vocabulary(path, TOKENIZER)
    assert vocabulary.types[-3:] == (TokenType.UNUSED,) * 3


def test_a_missing_or_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    path = _file(tmp_path, PIECES)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ModelMissingError, match=r"tokenizer\.json"):
        _vocabulary(path, empty)
    with pytest.raises(ModelMissingError):
        _vocabulary(path, tmp_path / "없는.json")
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{")
    with pytest.raises(ModelDamagedError):
        _vocabulary(path, broken)


def test_the_folder_of_the_original_model_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "original"
    folder.mkdir()
    shutil.copy(TOKENIZER, folder)
    path = _file(tmp_path, PIECES)
    assert _vocabulary(path, folder) == _vocabulary(path, TOKENIZER)


def test_pieces_of_another_kind_of_tokenizer_differ(tmp_path: Path) -> None:
    plain = tiny_vocabulary(300)
    (tmp_path / "tokenizer.json").write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ModelUnsupportedError, match="first token 259"):
        _vocabulary(_file(tmp_path, PIECES), tmp_path)


def _llama_2_ko(order: list[str]) -> tuple[Piece, ...]:
    """As many tokens as Llama-2-Ko has, with the words of its card in ``order``."""
    letters = sorted({letter for word in order for letter in word} | {"▁", ","})
    filler = [f"말{number}" for number in range(46_336 - 259 - len(letters) - len(order))]
    return added_without_order(plain_pieces([*letters, *filler, *order]), 259)


_WORDS = [
    *("▁안녕", "세요", "하세요", "오늘", "오늘은", "▁오늘은", "▁날", "씨가"),
    *("네요", "좋네요", "▁좋네요"),
]


@pytest.mark.parametrize(
    ("order", "passes"),
    [(["안녕", *_WORDS], True), (["안녕", "▁날씨", "날씨", *_WORDS], False)],
)
def test_the_sentence_of_the_card_tells_whether_mending_went_well(
    tmp_path: Path, order: list[str], passes: bool
) -> None:
    path = _file(tmp_path, _llama_2_ko(order))
    vocabulary = _vocabulary(path)
    ids = joined_by_score(vocabulary, SELF_TEST_TEXT)
    assert ids == _ids(path, vocabulary, [SELF_TEST_TEXT])[0]
    pieces = tuple(vocabulary.pieces[number] for number in ids)
    assert (pieces == SELF_TEST_PIECES) is passes
    found = metadata(read_ggml_header(path), vocabulary, ImportOptions(), "m")[SELF_TEST_KEY]
    assert isinstance(found, Typed)
    assert found.value is passes
