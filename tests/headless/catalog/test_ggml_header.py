"""The GGML reader: every container, each kind of damage, and thousands of mutations."""

import contextlib
import struct
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.catalog.file_errors import readable_size
from kochat_gui.catalog.ggml_format import tensor_names
from kochat_gui.catalog.ggml_header import GgmlHeader, read_ggml_header
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from tests.helpers.ggml_writer import (
    CONTAINERS,
    GgmlModel,
    Tensor,
    mutation_seeds,
    plain_pieces,
    tiny_ggml,
)
from tests.helpers.tiny_models import mutations

MUTATIONS = 600
"""Per container."""
GATE = "layers.0.feed_forward.w1.weight"


def _read(folder: Path, content: bytes) -> GgmlHeader:
    path = folder / "model.bin"
    path.write_bytes(content)
    return read_ggml_header(path)


@pytest.mark.parametrize(("container", "version"), CONTAINERS)
@pytest.mark.parametrize("level", ["f32", "f16"])
def test_reads_every_container(tmp_path: Path, container: str, version: int, level: str) -> None:
    model = tiny_ggml(level, layers=2)
    content = model.encoded(container, version)
    header = _read(tmp_path, content)
    assert (header.container, header.version) == (container, version)
    assert header.parameters == model.parameters
    assert header.file_type == level
    assert header.feed_forward_size == 96
    assert header.pieces.all_pieces() == [text for text, _ in model.pieces]
    score = -2.0 if header.pieces.has_scores else 0.0
    assert header.pieces.score(len(model.pieces) - 1) == score
    assert [tensor.name for tensor in header.tensors] == tensor_names(2)
    for tensor, written in zip(header.tensors, model.tensors, strict=True):
        assert content[tensor.offset : tensor.offset + tensor.size] == written.data
    assert header.parameter_count == 32 * (2 * 262 + 1 + 2 * (4 * 32 + 3 * 96 + 2))


LEVELS = ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0")


@pytest.mark.parametrize("level", LEVELS)
def test_reads_every_level_of_the_last_version(tmp_path: Path, level: str) -> None:
    header = _read(tmp_path, tiny_ggml(level).encoded())
    assert header.file_type == level
    assert {tensor.type_name for tensor in header.tensors} == {level, "f32"}


@pytest.mark.parametrize(("container", "version"), CONTAINERS[:-1])
@pytest.mark.parametrize("level", LEVELS)
def test_older_layouts_are_named(tmp_path: Path, container: str, version: int, level: str) -> None:
    content = tiny_ggml(level).encoded(container, version)
    if version == 2 and level in {"q5_0", "q5_1"}:
        assert _read(tmp_path, content).file_type == level
        return
    with pytest.raises(ModelUnsupportedError, match=f"{level} weights in a layout") as caught:
        _read(tmp_path, content)
    assert "f16" in caught.value.lines()[-1]


def test_layouts_that_never_lasted_are_named(tmp_path: Path) -> None:
    changed = tiny_ggml("f16").changed(GATE, type_number=4)
    with pytest.raises(ModelUnsupportedError, match="q4_2 weights"):
        _read(tmp_path, changed.encoded("ggjt", 1))


def test_grouped_queries_are_seen_in_the_key_matrix(tmp_path: Path) -> None:
    assert _read(tmp_path, tiny_ggml(keys=2).encoded()).head_count_kv == 2


def test_a_level_that_the_weights_do_not_have_is_not_believed(tmp_path: Path) -> None:
    model = tiny_ggml("q8_0")
    lying = replace(model, parameters=(*model.parameters[:-1], 1))
    assert _read(tmp_path, lying.encoded()).file_type == "q8_0"


@pytest.mark.parametrize(("container", "version"), CONTAINERS)
def test_the_last_piece_may_be_missing(tmp_path: Path, container: str, version: int) -> None:
    model = tiny_ggml("f16")
    shorter = replace(model, pieces=model.pieces[:-1])
    assert len(_read(tmp_path, shorter.encoded(container, version)).pieces) == 261


def test_missing_and_empty(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        read_ggml_header(tmp_path / "없는 파일.bin")
    with pytest.raises(ModelDamagedError, match="empty"):
        _read(tmp_path, b"")


@pytest.mark.parametrize(("container", "version"), CONTAINERS)
def test_every_cut_says_what_is_missing(tmp_path: Path, container: str, version: int) -> None:
    content = tiny_ggml("f16").encoded(container, version)
    start = content.index(b"tok_embeddings.weight") - 20
    for kept in (*range(start, start + 120), *range(start, len(content), 1999)):
        with pytest.raises(ModelDamagedError) as caught:
            _read(tmp_path, content[:kept])
        missing = caught.value.values["missing"]
        if len(content) - kept < 10_000:
            assert missing == f"{len(content) - kept:,} B"


@pytest.mark.parametrize(("container", "version"), CONTAINERS)
def test_a_file_that_ends_between_two_tensors(tmp_path: Path, container: str, version: int) -> None:
    content = tiny_ggml("f16").encoded(container, version)
    for tensor in _read(tmp_path, content).tensors[:-1]:
        end = tensor.offset + tensor.size
        with pytest.raises(ModelDamagedError) as caught:
            _read(tmp_path, content[:end])
        assert caught.value.values["missing"] == readable_size(len(content) - end)


def test_a_cut_within_the_vocabulary_counts_the_weights(tmp_path: Path) -> None:
    content = tiny_ggml("f32").encoded()
    with pytest.raises(ModelDamagedError, match=r"cut off: 1\d\d KB are missing"):
        _read(tmp_path, content[:1000])


def test_every_short_beginning_is_damage(tmp_path: Path) -> None:
    content = tiny_ggml().encoded()
    for length in range(1, 400):
        with pytest.raises(ModelDamagedError):
            _read(tmp_path, content[:length])


def test_longer_than_its_header_says(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="40 B longer"):
        _read(tmp_path, tiny_ggml().encoded() + b"\0" * 40)


@pytest.mark.parametrize(
    ("pieces", "rows", "said"),
    [
        (250, 262, "250 tokens are listed, 262 are needed"),
        (262, 250, "262 tokens are listed, 250 are needed"),
    ],
)
def test_a_vocabulary_of_another_length_is_named(
    tmp_path: Path, pieces: int, rows: int, said: str
) -> None:
    """The count in the header is that of the weights, and the list has another length."""
    every = plain_pieces((" 안", "녕", " 안녕"))
    model = tiny_ggml("f16", pieces=every[:rows])
    with pytest.raises(ModelDamagedError, match=said):
        _read(tmp_path, replace(model, pieces=every[:pieces]).encoded())


def test_weights_of_another_vocabulary_are_named(tmp_path: Path) -> None:
    model, other = tiny_ggml("f16"), tiny_ggml("f16", pieces=plain_pieces())
    mixed = replace(model, tensors=other.tensors)
    with pytest.raises(ModelDamagedError, match="262 tokens are listed, 259 are needed"):
        _read(tmp_path, mixed.encoded())


OTHER_FAMILIES = {
    "gpt_neox.embed_in.weight": "Polyglot-Ko",
    "transformer.h.0.attn.q_proj.weight": "GPT-J",
    "transformer.word_embeddings.weight": "Falcon",
    "transformer.blocks.0.norm_1.weight": "MPT",
    "model/wte": "GPT-2",
}


@pytest.mark.parametrize("name", OTHER_FAMILIES)
@pytest.mark.parametrize(
    "numbers",
    [
        (262, 2048, 64, 4, 1, 16, 1),
        (262, 64, 256, 4, 1, 16, 1),
        (50_000_000, 2048, 64, 3, 1, 16, 1),
    ],
)
def test_other_families_with_the_same_magic_are_named(
    tmp_path: Path, name: str, numbers: tuple[int, ...]
) -> None:
    model = tiny_ggml("f16")
    other = GgmlModel(numbers, model.pieces, (Tensor(name, 1, (64, 262), bytes(64 * 262 * 2)),))
    with pytest.raises(ModelUnsupportedError, match=OTHER_FAMILIES[name]):
        _read(tmp_path, other.encoded("ggml", 0))


@pytest.mark.parametrize("version", [0, 4, 100])
def test_other_versions_are_named(tmp_path: Path, version: int) -> None:
    with pytest.raises(ModelUnsupportedError, match=f"ggjt version {version}"):
        _read(tmp_path, tiny_ggml().encoded("ggjt", version))


def test_a_part_of_a_model_is_named(tmp_path: Path) -> None:
    model = tiny_ggml("f16").changed("tok_embeddings.weight", shape=(16, 262), data=bytes(8_384))
    with pytest.raises(ModelUnsupportedError, match="one of 2 parts"):
        _read(tmp_path, model.encoded("ggmf", 1))


def _with_number(index: int, value: int) -> Callable[[GgmlModel], GgmlModel]:
    def change(model: GgmlModel) -> GgmlModel:
        numbers = list(model.parameters)
        numbers[index] = value
        return replace(model, parameters=tuple(numbers))

    return change


def _renamed(name: str) -> Callable[[GgmlModel], GgmlModel]:
    return lambda model: model.changed(GATE, name=name)


HOSTILE: dict[str, Callable[[GgmlModel], GgmlModel]] = {
    "no tokens": _with_number(0, 0),
    "four billion tokens": _with_number(0, 2**32 - 1),
    "more tokens than any Llama": _with_number(0, 80_001),
    "no hidden size": _with_number(1, 0),
    "a negative hidden size": _with_number(1, 2**32 - 32),
    "no multiple": _with_number(2, 0),
    "no heads": _with_number(3, 0),
    "heads that do not divide": _with_number(3, 5),
    "odd heads": _with_number(3, 32),
    "a billion layers": _with_number(4, 10**9),
    "no layers": _with_number(4, 0),
    "a huge rotary size": _with_number(5, 2**31),
    "a name twice": _renamed("output.weight"),
    "an unknown name": _renamed("layers.0.feed_forward.w9.weight"),
    "a layer too many": _renamed("layers.1.feed_forward.w1.weight"),
    "a name with zeros in front": _renamed("layers.00.feed_forward.w1.weight"),
    "a name in other digits": _renamed("layers.\u0660.feed_forward.w1.weight"),
    "no name": _renamed(""),
    "a huge name": _renamed("w" * 65),
    "an unknown type": lambda model: model.changed(GATE, type_number=99),
    "a type that is never stored": lambda model: model.changed(GATE, type_number=5),
    "three dimensions": lambda model: model.changed(GATE, shape=(32, 96, 1)),
    "no dimensions": lambda model: model.changed(GATE, shape=()),
    "an empty side": lambda model: model.changed(GATE, shape=(32, 0)),
    "a broken row": lambda model: model.changed(GATE, shape=(33, 96)),
    "negative sides": lambda model: model.changed(GATE, shape=(2**32 - 32, 2**32 - 1)),
    "other sides": lambda model: model.changed(GATE, shape=(96, 32)),
    "norms in f16": lambda model: model.changed("norm.weight", type_number=1, data=bytes(64)),
    "a huge piece": lambda model: replace(model, pieces=(*model.pieces[:-1], (b"x" * 2000, 0.0))),
    "key rows of no whole head": lambda model: model.changed(
        "layers.0.attention.wk.weight", shape=(32, 20), data=bytes(32 * 20 // 32 * 18)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_shapes_are_refused_before_anything_is_allocated(tmp_path: Path, name: str) -> None:
    content = HOSTILE[name](tiny_ggml()).encoded()
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    tracemalloc.start()
    started = time.thread_time()
    with pytest.raises(ModelError):
        read_ggml_header(path)
    elapsed, (_, peak) = time.thread_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 0.5
    assert peak < 4 * 1024**2


def test_names_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    content = tiny_ggml().encoded().replace(b"layers.0.ffn_norm", b"layers.\xff.ffn_norm")
    with pytest.raises(ModelDamagedError, match="unknown"):
        _read(tmp_path, content)


@pytest.mark.slow
def test_the_longest_vocabulary_is_read_in_time_and_memory(tmp_path: Path) -> None:
    """As many tokens and layers as are allowed, then nothing more of the file."""
    pieces = plain_pieces()
    pieces += ((b"", 0.0),) * (80_000 - len(pieces))
    numbers = (80_000, 64, 32, 4, 128, 16, 1)
    path = tmp_path / "model.bin"
    path.write_bytes(GgmlModel(numbers, pieces, tiny_ggml("f16").tensors[:1]).encoded("ggml", 0))
    times = []
    for _ in range(3):
        started = time.thread_time()
        with pytest.raises(ModelDamagedError):
            read_ggml_header(path)
        times.append(time.thread_time() - started)
    assert min(times) <= 0.05
    assert _peak(path) <= 64 * 1024**2


def _peak(path: Path) -> int:
    """Bytes that reading a damaged file takes at most."""
    tracemalloc.start()
    with contextlib.suppress(ModelError):
        read_ggml_header(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", list(mutation_seeds()))
def test_mutated_headers_never_surprise(tmp_path: Path, name: str) -> None:
    sound = mutation_seeds()[name]
    path = tmp_path / "model.bin"
    slowest, refused = 0.0, 0
    # Some changes fall into the first numbers and pieces only, where most is decided.
    for seed in range(MUTATIONS // 60):
        reach = 120 if seed % 2 else len(sound)
        for changed in mutations(sound, 60, seed, reach):
            path.write_bytes(changed)
            started = time.thread_time()
            try:
                read_ggml_header(path)
            except ModelError:
                refused += 1
            slowest = max(slowest, time.thread_time() - started)
            if seed < 2:  # watching the memory takes more time than reading
                assert _peak(path) <= 64 * 1024**2
    assert refused > MUTATIONS // 3
    assert slowest <= 0.05


def test_a_tensor_record_is_not_taken_for_a_piece(tmp_path: Path) -> None:
    """The last piece may look like the beginning of a record: length 2, then anything."""
    every = plain_pieces((" 안", "녕"))
    model = tiny_ggml("f16", pieces=(*every, (struct.pack("<H", 21), 0.0)))
    assert len(_read(tmp_path, model.encoded()).pieces) == len(every) + 1
