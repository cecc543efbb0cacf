"""PyTorch's files without torch: tensors and their bytes, and what is refused."""

import struct
import time
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from kochat_gui.catalog import tensor_bytes
from kochat_gui.catalog.pickle_machine import MAX_DEPTH, MAX_STEPS
from kochat_gui.catalog.tensor_bytes import tensor_slabs
from kochat_gui.catalog.torch_archive import read_torch_archive
from kochat_gui.catalog.torch_pickle import PickledTensor, read_torch_tensors
from kochat_gui.core.errors import ModelDamagedError, ModelError, ModelUnsupportedError
from tests.helpers.tiny_models import mutations
from tests.helpers.torch_checkpoints import (
    View,
    item_bytes,
    legacy_file,
    name,
    number,
    pickled_dict,
    pickled_tensor,
    state_dict,
    text,
    whole_pickle,
    write_archive,
)

FUZZ_CASES = 1_200
MAX_S = 0.5
"""For one damaged file; the pickle of each is small."""

VIEWS = {
    "dense": View("0", "F16", (3, 4)),
    "scalar": View("0", "F32", ()),
    "empty": View("0", "F32", (0, 4)),
    "part of a storage": View("0", "BF16", (2, 3), (3, 1), offset=5, count=20),
    "transposed": View("0", "F16", (4, 3), (1, 4)),
    "transposed in three": View("0", "F32", (2, 3, 4), (1, 8, 2), count=24),
    "every second column": View("0", "F16", (3, 4), (8, 2), count=24),
    "every second row, transposed": View("0", "I64", (4, 3), (1, 8), offset=1, count=24),
    "strided line": View("0", "F32", (5,), (3,), count=13),
    "length one with an odd stride": View("0", "F16", (1, 4), (99, 1), count=4),
    "one row of a column": View("0", "F16", (1, 4), (1, 2), count=7),
}


def _bytes(tensor: PickledTensor) -> bytes:
    return b"".join(tensor_slabs(tensor))


def _expected(view: View, items: list[int]) -> bytes:
    strides = view.strides
    if strides is None:
        return item_bytes(items[view.offset : view.offset + view.item_count], view.dtype)
    places = product(*(range(length) for length in view.shape))
    chosen = [
        items[view.offset + sum(p * s for p, s in zip(place, strides, strict=True))]
        for place in places
    ]
    return item_bytes(chosen, view.dtype)


@pytest.mark.parametrize("label", VIEWS)
@pytest.mark.parametrize("slab_bytes", [1, 7, 16, 2**24])
def test_any_view_is_written_in_order(
    tmp_path: Path, label: str, slab_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensor_bytes, "SLAB_BYTES", slab_bytes)
    view = VIEWS[label]
    count = view.item_count if view.count is None else view.count
    items = [1000 + index for index in range(count)]
    storages = {"0": item_bytes(items, view.dtype)}
    path = write_archive(tmp_path / "a.bin", state_dict({"w": view}), storages)
    (tensor,) = read_torch_tensors(path).values()
    assert (tensor.dtype, tensor.shape) == (view.dtype, view.shape)
    assert _bytes(tensor) == _expected(view, items)


def test_tensors_may_share_a_storage(tmp_path: Path) -> None:
    views = {"embed": View("0", "F16", (4, 2)), "head": View("0", "F16", (4, 2))}
    path = write_archive(tmp_path / "a.bin", state_dict(views), {"0": bytes(range(16))})
    tensors = read_torch_tensors(path)
    assert _bytes(tensors["embed"]) == _bytes(tensors["head"]) == bytes(range(16))


def test_a_file_from_before_1_6(tmp_path: Path) -> None:
    first, second = View("94723374548288", "F32", (2, 2)), View("7", "F16", (3,))
    entries = {
        "a": pickled_tensor(first, legacy=True),
        "b": pickled_tensor(second, legacy=True),
    }
    content = legacy_file(
        whole_pickle(pickled_dict(entries)),
        {"7": (3, b"abcdef"), "94723374548288": (4, bytes(range(16)))},
    )
    path = tmp_path / "old.bin"
    path.write_bytes(content)
    tensors = read_torch_tensors(path)
    assert _bytes(tensors["a"]) == bytes(range(16))
    assert _bytes(tensors["b"]) == b"abcdef"
    path.write_bytes(content[:-1])
    with pytest.raises(ModelDamagedError, match="cut off: 1 B"):
        read_torch_tensors(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(ModelDamagedError, match="after its last storage"):
        read_torch_tensors(path)


def test_training_programs_put_the_weights_under_state_dict(tmp_path: Path) -> None:
    inner = pickled_dict({"w": pickled_tensor(View("0", "F16", (2,)))})
    pickle = whole_pickle(pickled_dict({"epoch": b"K\x03", "state_dict": inner, "best": b"N"}))
    path = write_archive(tmp_path / "a.ckpt", pickle, {"0": b"abcd"})
    assert _bytes(read_torch_tensors(path)["w"]) == b"abcd"


def test_a_parameter_is_its_tensor(tmp_path: Path) -> None:
    tensor = pickled_tensor(View("0", "F16", (2,)))
    hooks = name("collections", "OrderedDict") + b")R"
    parameter = name("torch._utils", "_rebuild_parameter") + b"(" + tensor + b"\x88" + hooks + b"tR"
    path = write_archive(
        tmp_path / "a.bin", whole_pickle(pickled_dict({"w": parameter})), {"0": b"abcd"}
    )
    assert _bytes(read_torch_tensors(path)["w"]) == b"abcd"


_GOOD = pickled_tensor(View("0", "F32", (2, 2)))
IMPOSSIBLE: dict[str, tuple[bytes, str]] = {
    "larger than its storage": (
        pickled_tensor(View("0", "F32", (2, 2), offset=1, count=4)),
        "larger than its storage",
    ),
    "stride beyond it": (
        pickled_tensor(View("0", "F32", (2, 2), (4, 1), count=4)),
        "larger than its storage",
    ),
    "expanded": (pickled_tensor(View("0", "F32", (4,), (0,), count=4)), "repeats its items"),
    "overlapping rows": (
        pickled_tensor(View("0", "F32", (2, 2), (1, 1), count=4)),
        "repeats its items",
    ),
    "a bomb": (
        pickled_tensor(View("0", "F32", (2**40, 2**40), (0, 0), count=4)),
        "larger than its storage",
    ),
    "negative stride": (
        pickled_tensor(View("0", "F32", (2, 2), (-2, 1), count=4)),
        "impossible shape",
    ),
    "negative offset": (
        pickled_tensor(View("0", "F32", (2, 2), offset=-1, count=4)),
        "impossible tensor",
    ),
    "strides of another rank": (
        pickled_tensor(View("0", "F32", (2, 2), (1,), count=4)),
        "impossible tensor",
    ),
    "nine dimensions": (
        pickled_tensor(View("0", "F32", (1,) * 9, count=4)),
        "impossible tensor",
    ),
    "no such storage": (pickled_tensor(View("1", "F32", (2, 2))), "not in the file"),
    "storage of another size": (
        pickled_tensor(View("0", "F32", (2, 2), count=5)),
        "not in the file",
    ),
    "storage outside": (pickled_tensor(View("../data.pkl", "F32", (2, 2))), "not in the file"),
    "reserved name": (b"", "impossible name"),
}


@pytest.mark.parametrize("label", IMPOSSIBLE)
def test_impossible_tensors(tmp_path: Path, label: str) -> None:
    value, message = IMPOSSIBLE[label]
    entries = {"w": value} if value else {"__metadata__": _GOOD}
    path = write_archive(
        tmp_path / "a.bin", whole_pickle(pickled_dict(entries)), {"0": bytes(range(16))}
    )
    with pytest.raises(ModelDamagedError, match=message):
        read_torch_tensors(path)


def test_one_storage_of_two_types(tmp_path: Path) -> None:
    entries = {"a": _GOOD, "b": pickled_tensor(View("0", "F16", (2, 4)))}
    path = write_archive(tmp_path / "a", whole_pickle(pickled_dict(entries)), {"0": bytes(16)})
    with pytest.raises(ModelDamagedError, match="impossible storage"):
        read_torch_tensors(path)


@pytest.mark.parametrize(
    ("pickle", "message"),
    [
        (whole_pickle(pickled_dict({"w": b"N"})), "no tensor: w"),
        (whole_pickle(pickled_dict({})), "no tensors"),
        (whole_pickle(_GOOD), "no state dict"),
        (
            whole_pickle(pickled_tensor(View("0", "F32", (2, 2)), last=b"}\x8c\x04conj\x88s")),
            "impossible",
        ),
        (whole_pickle(b"](" + b"K\x01" * 9 + b"e"), "no state dict"),
    ],
)
def test_no_state_dict(tmp_path: Path, pickle: bytes, message: str) -> None:
    path = write_archive(tmp_path / "a.bin", pickle, {"0": bytes(16)})
    with pytest.raises(ModelError, match=message):
        read_torch_tensors(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"(" * (MAX_DEPTH + 2), "nested too deeply"),
        (b"N0"[:1] * (MAX_STEPS + 2), "too many steps"),
        (b"X\xff\xff\xff\xff", "text of"),
        (b"\x8a\xff" + b"\1" * 255, "number of impossible length"),
        (b"L" + b"9" * 300 + b"L\n", "number that is none"),
        (b"h\x00", "reference to nothing"),
        (b"u", "mark is missing"),
        (b"s", "stack is empty"),
        (b"}N}s", "keys are no names"),
        (b"}" + b"\x8a\x0a" + b"\1" * 10 + b"Ns", "keys are no names"),
        (b"NNR", "call without arguments"),
        (b"c" + b"a" * 1000, "without an end"),
        (b"\x80\x09", "unknown pickle protocol"),
        (b"N", "past its end"),
        (b"\xff", "opcode 0xff"),
    ],
)
def test_malformed_pickles(tmp_path: Path, content: bytes, message: str) -> None:
    path = write_archive(tmp_path / "a.bin", b"\x80\x02" + content)
    with pytest.raises(ModelError, match=message):
        read_torch_tensors(path)


def test_a_list_in_itself_does_no_harm(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a.bin", whole_pickle(b"}" + text("w") + b"]q\x00h\x00as"))
    with pytest.raises(ModelUnsupportedError, match="no tensor: w"):
        read_torch_tensors(path)


def test_what_a_file_says_is_shown_harmlessly(tmp_path: Path) -> None:
    path = write_archive(
        tmp_path / "a.bin", b"\x80\x02cos\x1b[31m\n\xe2\x80\xae" + b"a" * 300 + b"\n"
    )
    with pytest.raises(ModelUnsupportedError) as caught:
        read_torch_tensors(path)
    shown = caught.value.values["what"]
    assert isinstance(shown, str)
    assert shown.startswith("os?[31m.?aaa")
    assert len(shown) == 100


def test_a_program_is_no_checkpoint(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a.pt", whole_pickle(pickled_dict({})))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/code/__torch__.py", "import os")
    with pytest.raises(ModelUnsupportedError, match="TorchScript"):
        read_torch_tensors(path)


@pytest.mark.parametrize("order", [b"big", b""])
def test_other_byte_orders(tmp_path: Path, order: bytes) -> None:
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", state_dict({"w": View("0", "F16", (2,))}))
        archive.writestr("a/data/0", b"abcd")
        archive.writestr("a/byteorder", order)
    with pytest.raises(ModelUnsupportedError, match="big-endian"):
        read_torch_tensors(path)


# The zip container.


def _sound(path: Path) -> bytes:
    return write_archive(
        path, state_dict({"w": View("0", "F16", (2,))}), {"0": b"abcd"}
    ).read_bytes()


def _patched(content: bytes, mark: bytes, at: int, value: bytes, which: int = 0) -> bytes:
    start = -1
    for _ in range(which + 1):
        start = content.index(mark, start + 1)
    return content[: start + at] + value + content[start + at + len(value) :]


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (lambda c: c[:-30], "cut off"),
    "longer": (lambda c: c + b"\0" * 10, "not where it should be"),
    "bytes before the directory": (
        lambda c: c[: c.index(b"PK\x01\x02")] + b"x" + c[c.index(b"PK\x01\x02") :],
        "not where it should be",
    ),
    "encrypted": (lambda c: _patched(c, b"PK\x01\x02", 8, b"\x01\x00"), "encrypted"),
    "compressed": (lambda c: _patched(c, b"PK\x01\x02", 10, b"\x08\x00"), "compressed"),
    "compressed inside": (
        lambda c: _patched(c, b"PK\x03\x04", 8, b"\x08\x00"),
        "record is damaged",
    ),
    "two sizes": (lambda c: _patched(c, b"PK\x01\x02", 20, b"\x01\x00"), "two sizes"),
    "two sizes inside": (lambda c: _patched(c, b"PK\x03\x04", 18, b"\x01\x00"), "two sizes"),
    "two names": (lambda c: _patched(c, b"PK\x03\x04", 30, b"x"), "two names"),
    "outside the file": (lambda c: _patched(c, b"PK\x01\x02", 42, b"\xfe\xff\xff\xff"), "outside"),
    "more records than there are": (
        lambda c: _patched(c, b"PK\x05\x06", 8, b"\xf0\xf0\xf0\xf0"),
        "too short|records",
    ),
    "another disk": (lambda c: _patched(c, b"PK\x05\x06", 4, b"\x01\x00"), "not where it should"),
    "zip64 that is not there": (
        lambda c: _patched(c, b"PK\x05\x06", 12, b"\xff\xff\xff\xff"),
        "end is missing",
    ),
    "a wide size that is not there": (
        lambda c: _patched(c, b"PK\x01\x02", 20, b"\xff\xff\xff\xff"),
        "size is missing",
    ),
}


@pytest.mark.parametrize("label", SPOILT)
def test_spoilt_archives(tmp_path: Path, label: str) -> None:
    spoil, message = SPOILT[label]
    path = tmp_path / "a.bin"
    path.write_bytes(spoil(_sound(path)))
    with pytest.raises(ModelError, match=message):
        read_torch_archive(path)


def test_a_record_inside_another_is_refused(tmp_path: Path) -> None:
    inner = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 2, 2, 3, 0) + b"a/yzz"
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/x", inner)
        archive.writestr("a/y", b"zz")
    content = path.read_bytes()
    place = struct.pack("<I", content.index(inner))
    path.write_bytes(_patched(content, b"PK\x01\x02", 42, place, which=1))
    with pytest.raises(ModelDamagedError, match="overlap"):
        read_torch_archive(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/data.pkl", "a/data.pkl"], "two records of one name"),
        (["a/data.pkl", "b/data/0"], "one folder"),
        (["data.pkl"], "one folder"),
        (["a/../data.pkl"], "impossible name"),
        (["/a/data.pkl"], "impossible name"),
        (["a//data.pkl"], "impossible name"),
        (["C:/data.pkl"], "impossible name"),
        (["a/data\\0"], "impossible name"),
        (["a/da\x1bta"], "impossible name"),
    ],
)
def test_names_of_records(tmp_path: Path, names: list[str], message: str) -> None:
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        for record in names:
            archive.writestr(record, b"N.")
    with pytest.raises(ModelError, match=message):
        read_torch_archive(path)


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    """A bomb would have to be one."""
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"\0" * 10**7)
    with pytest.raises(ModelUnsupportedError, match="compressed"):
        read_torch_archive(path)


def test_archives_beyond_4_gib(tmp_path: Path) -> None:
    """The numbers of zip64, in a small file that has them nevertheless."""
    record = b"N."
    pickle = b"a/data.pkl"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 0, 0, 2, 2, len(pickle), 0)
    start = local + pickle + record
    wide = struct.pack("<HHQQQ", 1, 24, 2, 2, 0)
    everything = 0xFFFF_FFFF
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, everything, everything,
        len(pickle), len(wide), 0, 0, 0, 0, everything,
    )  # fmt: skip
    directory = entry + pickle + wide
    end64 = struct.pack(
        "<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), len(start)
    )
    place = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(start) + len(directory), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, everything, everything, 0)
    path = tmp_path / "a.bin"
    path.write_bytes(start + directory + end64 + place + end)
    found = read_torch_archive(path).records["data.pkl"]
    assert (found.offset, found.size) == (len(start) - 2, 2)
    for at in range(len(path.read_bytes())):
        content = bytearray(start + directory + end64 + place + end)
        content[at] ^= 0xFF
        path.write_bytes(content)
        try:
            found = read_torch_archive(path).records["data.pkl"]
        except (ModelError, KeyError):
            continue
        assert found.offset + found.size <= len(start)


def test_damaged_files_raise_model_errors_only(tmp_path: Path) -> None:
    views = {
        "a": View("0", "F16", (2, 3), (1, 2)),
        "b": View("1", "F32", (2, 2)),
        "c": View("1", "F32", (4,)),
    }
    storages = {"0": bytes(12), "1": bytes(16)}
    path = tmp_path / "a.bin"
    sound = write_archive(path, state_dict(views), storages).read_bytes()
    pickle = state_dict(views)
    old = legacy_file(
        whole_pickle(pickled_dict({k: pickled_tensor(v, legacy=True) for k, v in views.items()})),
        {"0": (6, bytes(12)), "1": (4, bytes(16))},
    )
    half = FUZZ_CASES // 4
    files = [*mutations(sound, half, 1, len(sound)), *mutations(old, half, 2, len(old))]
    files += [
        write_archive(path, content, storages).read_bytes()
        for content in mutations(pickle, 2 * half, 3, len(pickle))
    ]
    sound_ones = 0
    for content in files:
        path.write_bytes(content)
        began = time.perf_counter()
        try:
            for tensor in read_torch_tensors(path).values():
                assert len(_bytes(tensor)) == tensor.size
            sound_ones += 1
        except ModelError as error:
            error.text()
        assert time.perf_counter() - began < MAX_S
    assert 0 < sound_ones < len(files) // 2


def test_numbers_of_every_width(tmp_path: Path) -> None:
    """Protocol 1 writes some numbers as lines of text."""
    shape = b"(I2\nL2L\nt"
    tensor = pickled_tensor(View("0", "F16", (2, 2))).replace(
        b"(" + number(2) + number(2) + b"t", shape, 1
    )
    assert shape in tensor
    path = write_archive(tmp_path / "a", whole_pickle(pickled_dict({"w": tensor})), {"0": bytes(8)})
    assert read_torch_tensors(path)["w"].shape == (2, 2)
