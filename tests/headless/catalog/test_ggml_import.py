"""GGML to GGUF: every block arrives as it was, and the model says what it said before."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kochat_gui.catalog.ggml_format import gguf_name
from kochat_gui.catalog.ggml_gguf import ggml_file_bytes
from kochat_gui.catalog.ggml_import import import_ggml
from kochat_gui.catalog.gguf_header import GgufHeader, read_gguf_header
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import ModelDamagedError, UsageError
from kochat_gui.core.generation import (
    ChatMessage,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import ImportOptions, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.helpers.ggml_writer import (
    CONTAINERS,
    GgmlModel,
    Piece,
    ggml_from_gguf,
    pieces_of_tokenizer,
    plain_pieces,
    tiny_ggml,
)
from tests.helpers.native_model import native_ids, native_logits
from tests.helpers.tiny_models import BUILT_IN, write_tiny_folder

LEVELS = ("f32", "f16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0")
QUESTIONS = ("안녕하세요", "배고파", "이름이 뭐야?", "오늘 너무 힘들어")
TOKENIZER = BUILT_IN / "tokenizer.json"
OWN = ImportOptions()
ORIGINAL = ImportOptions(tokenizer=TOKENIZER)


class Maker:
    """Makes levels of one model, and keeps them."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.spec = inspect_model(source)
        self._sizes = level_sizes(self.spec)
        self._cache = LevelCache(folder)

    def gguf(self, level: str) -> Path:
        return self._cache.make(self.spec, level, self._sizes, lambda _: None, CancelToken())

    def ggml(self, level: str, pieces: tuple[Piece, ...]) -> GgmlModel:
        return ggml_from_gguf(self.gguf(level), self.spec, pieces)


@pytest.fixture(scope="module")
def built_in(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(BUILT_IN, tmp_path_factory.mktemp("levels"))


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Random weights in rows of 256, as k-quants need them, with grouped queries."""
    folder = tmp_path_factory.mktemp("wide")
    shape = {"hidden_size": 256, "intermediate_size": 512, "vocab_size": 300}
    return Maker(write_tiny_folder(folder / "model", shape), folder / "levels")


@pytest.fixture(scope="module")
def pieces() -> tuple[Piece, ...]:
    return pieces_of_tokenizer(TOKENIZER, 4096)


def _imported(folder: Path, content: bytes, options: ImportOptions = OWN) -> Path:
    """The GGUF file of a GGML file, of the promised size."""
    source, target = folder / "model.bin", folder / "made.gguf"
    source.write_bytes(content)
    import_ggml(source, options, "이름", target, lambda _: None)
    assert target.stat().st_size == ggml_file_bytes(source, "이름", options)
    assert source.read_bytes() == content
    return target


def _check_tensors(path: Path, model: GgmlModel) -> GgufHeader:
    header = read_gguf_header(path)
    content = path.read_bytes()
    assert len(header.tensors) == len(model.tensors)
    for found, written in zip(header.tensors, model.tensors, strict=True):
        start = header.data_offset + found.offset
        assert found.name == gguf_name(written.name)
        assert found.shape == written.shape
        assert content[start : start + found.size] == written.data, written.name
    return header


def _answers(path: Path) -> list[str]:
    engine = LlamaCppEngine()
    spec = ModelSpec("made", "made", path, ModelFormat.GGUF, None, 0, template="kullm-v2")
    engine.load(spec, LoadOptions(context_tokens=256, threads=1), lambda _: None, CancelToken())
    try:
        return ["".join(_said(engine, question)) for question in QUESTIONS]
    finally:
        engine.unload()


def _said(engine: LlamaCppEngine, question: str) -> Iterator[str]:
    request = GenerationRequest(
        messages=(ChatMessage(Role.USER, question),),
        template="kullm-v2",
        sampling=SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=40),
    )
    for event in engine.stream(request, CancelToken()):
        if isinstance(event, TextDelta):
            yield event.text


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_arrives_and_answers_as_before(
    tmp_path: Path, built_in: Maker, pieces: tuple[Piece, ...], level: str
) -> None:
    model = built_in.ggml(level, pieces)
    expected = _answers(built_in.gguf(level))
    for options in (OWN, ORIGINAL):
        path = _imported(tmp_path, model.encoded(), options)
        assert _check_tensors(path, model).file_type == level
        assert _answers(path) == expected
    if level == "f16":
        assert expected[1] == "뭐 좀 챙겨드세요."


@pytest.mark.parametrize(("container", "version"), CONTAINERS[:-1])
@pytest.mark.parametrize("level", ["f32", "f16"])
def test_older_containers_arrive(
    tmp_path: Path,
    built_in: Maker,
    pieces: tuple[Piece, ...],
    container: str,
    version: int,
    level: str,
) -> None:
    model = built_in.ggml(level, pieces)
    path = _imported(tmp_path, model.encoded(container, version))
    _check_tensors(path, model)
    assert _answers(path) == _answers(built_in.gguf(level))


@pytest.mark.parametrize("level", ["q5_0", "q5_1"])
def test_blocks_that_version_2_has_already(tmp_path: Path, level: str) -> None:
    model = tiny_ggml(level)
    header = _check_tensors(_imported(tmp_path, model.encoded("ggjt", 2)), model)
    assert header.file_type == level


@pytest.mark.parametrize("level", ["q4_0", "q2_k", "q4_k_m"])
def test_k_quants_inside_and_grouped_queries(tmp_path: Path, wide: Maker, level: str) -> None:
    """The files of August 2023 have their output matrix in q6_k."""
    own = pieces_of_tokenizer(wide.spec.path / "tokenizer.json", 300)
    model = wide.ggml(level, own)
    path = _imported(tmp_path, model.encoded())
    header = _check_tensors(path, model)
    layouts = {tensor.name: tensor.layout.name for tensor in header.tensors}
    assert layouts["output.weight"] == "q6_k"
    assert header.metadata["llama.attention.head_count_kv"] == 2
    ids = [1, 5, 290, 17, 261, 40]
    np.testing.assert_array_equal(native_logits(path, ids), native_logits(wide.gguf(level), ids))


def test_what_the_header_does_not_say_comes_from_the_options(tmp_path: Path) -> None:
    options = ImportOptions(context_length=4096, norm_epsilon=1e-6, rope_base=1_000_000.0)
    path = _imported(tmp_path, tiny_ggml(keys=2).encoded(), options)
    metadata = read_gguf_header(path).metadata
    expected = {
        "general.architecture": "llama",
        "general.name": "이름",
        "general.file_type": 2,
        "general.quantization_version": 2,
        "llama.context_length": 4096,
        "llama.embedding_length": 32,
        "llama.block_count": 1,
        "llama.feed_forward_length": 96,
        "llama.rope.dimension_count": 8,
        "llama.rope.freq_base": 1_000_000.0,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.vocab_size": 262,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_bos_token": True,
    }
    assert {key: metadata.get(key) for key in expected} == expected
    assert metadata["llama.attention.layer_norm_rms_epsilon"] == pytest.approx(1e-6)


@pytest.mark.parametrize(
    "options",
    [
        ImportOptions(context_length=0),
        ImportOptions(norm_epsilon=float("nan")),
        ImportOptions(norm_epsilon=-1e-5),
        ImportOptions(rope_base=float("inf")),
    ],
)
def test_impossible_options_are_refused(tmp_path: Path, options: ImportOptions) -> None:
    with pytest.raises(UsageError):
        _imported(tmp_path, tiny_ggml().encoded(), options)


ODD_PIECES: dict[str, tuple[Piece, ...]] = {
    "the same piece twice": plain_pieces((" 안", "녕", " 안", "▁안")),
    "nothing": plain_pieces(("", "녕", "")),
    "not UTF-8": (*plain_pieces(), (b"\xff\xfe", -1.0), (b"\xec\x95", -2.0)),
    "spelled like a byte": plain_pieces(("<0x41>", "<s>", "[PAD261]", "[PAD260]")),
    "spelled like the name of padding": plain_pieces(("[PAD260]", "<s>", "[PAD262]", "")),
    "control characters": plain_pieces(("\0", "a\0b", "\n", "\x1b[2J")),
}


@pytest.mark.parametrize("name", ODD_PIECES)
def test_odd_pieces_still_load(tmp_path: Path, name: str) -> None:
    """llama.cpp ends its process when two tokens are spelled alike."""
    path = _imported(tmp_path, tiny_ggml("f16", pieces=ODD_PIECES[name]).encoded())
    assert native_ids(path, ["A"]) == [[3 + ord("A")]]


def test_the_piece_that_gpt4all_left_out_is_padding(tmp_path: Path) -> None:
    model = tiny_ggml("f16")
    shorter = replace(model, pieces=model.pieces[:-1])
    path = _imported(tmp_path, shorter.encoded("ggmf", 1))
    _check_tensors(path, model)
    assert native_ids(path, [" 안"]) == [[259]]


def test_progress_grows_to_one(tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(tiny_ggml(layers=3).encoded())
    seen: list[float] = []
    import_ggml(source, OWN, "m", tmp_path / "made.gguf", seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_source_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(tiny_ggml(layers=3).encoded())

    def touch(_: float) -> None:
        os.utime(source, ns=(1, 1))

    with pytest.raises(ModelDamagedError, match="changed while"):
        import_ggml(source, OWN, "m", tmp_path / "made.gguf", touch)


def test_a_source_that_gets_shorter_meanwhile_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(tiny_ggml("f32", layers=3).encoded())

    def cut(_: float) -> None:
        os.truncate(source, 1000)

    with pytest.raises(ModelDamagedError, match="changed while"):
        import_ggml(source, OWN, "m", tmp_path / "made.gguf", cut)


def test_failing_to_write_is_said_by_the_system(tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(tiny_ggml().encoded())
    with pytest.raises(OSError, match="No such file"):
        import_ggml(source, OWN, "m", tmp_path / "no folder" / "made.gguf", lambda _: None)
