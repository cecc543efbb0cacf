"""Checkpoints to safetensors: unchanged weights, atomic folders, little memory."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from kochat_gui.catalog import checkpoint_conversion, tensor_bytes
from kochat_gui.catalog.checkpoint_conversion import convert_checkpoint
from kochat_gui.catalog.checkpoint_folder import describe_checkpoint, is_checkpoint_folder
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.safetensors_header import read_safetensors_header
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
    StorageError,
)
from kochat_gui.core.models import ModelFormat
from tests.helpers.tiny_models import BUILT_IN, write_tiny_folder
from tests.helpers.torch_checkpoints import (
    View,
    pickled_dict,
    pickled_tensor,
    state_dict,
    whole_pickle,
    write_archive,
    write_checkpoint_folder,
)

MAX_MEMORY = 64 * 1024**2
KILLS = 12
HOW_LONG_S = 0.12
"""About what the conversion of the built-in model takes."""
_ROOT = Path(__file__).resolve().parents[3]
_CONVERT = """
import sys
from pathlib import Path
from kochat_gui.catalog.checkpoint_conversion import convert_checkpoint
sys.stdout.write("ready")
sys.stdout.flush()
convert_checkpoint(Path(sys.argv[1]), Path(sys.argv[2]), lambda value: None)
"""


def _ignore(_: float) -> None:
    pass


def _contents(folder: Path) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Every tensor of a safetensors folder."""
    found = {}
    for path in folder.glob("*.safetensors"):
        content = path.read_bytes()
        for name, tensor in read_safetensors_header(path).items():
            data = content[tensor.offset : tensor.offset + tensor.size]
            found[name] = (tensor.dtype, tensor.shape, data)
    return found


@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize("shard_bytes", [2**32, 2 * 10**6])
def test_weights_stay_as_they_are(
    tmp_path: Path, files: int, shard_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_conversion, "SHARD_BYTES", shard_bytes)
    source = write_checkpoint_folder(tmp_path / "model", BUILT_IN, files)
    target = tmp_path / "new" / "safetensors"
    shares: list[float] = []
    convert_checkpoint(source, target, shares.append)
    assert _contents(target) == _contents(BUILT_IN)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    made = read_safetensors_folder(target)
    assert (len(made.weight_files) > 3) == (shard_bytes < 2**32)
    assert made.weight_bytes == read_safetensors_folder(BUILT_IN).weight_bytes
    for name in ("config.json", "generation_config.json", "tokenizer_config.json"):
        assert (target / name).read_bytes() == (BUILT_IN / name).read_bytes()
    assert sorted(path.name for path in target.parent.iterdir()) == ["safetensors"]


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32"])
def test_dtypes_are_kept(tmp_path: Path, dtype: str) -> None:
    source = write_tiny_folder(tmp_path / "s", dtype=dtype)
    checkpoint = write_checkpoint_folder(tmp_path / "c", source, 2)
    convert_checkpoint(checkpoint, tmp_path / "t", _ignore)
    assert _contents(tmp_path / "t") == _contents(source)


def test_a_checkpoint_is_described_without_its_weights(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "모델", BUILT_IN, 2)
    assert is_checkpoint_folder(source)
    assert not is_checkpoint_folder(BUILT_IN)
    assert not is_checkpoint_folder(tmp_path / "none")
    spec = describe_checkpoint(source)
    assert spec == describe_checkpoint(source / "config.json")
    assert (spec.format, spec.name) == (ModelFormat.CHECKPOINT, "모델")
    assert (spec.parameter_count, spec.vocab_size, spec.layer_count) == (3_344_064, 4096, 4)
    assert spec.size_bytes == sum(path.stat().st_size for path in source.glob("*.bin"))


def test_safetensors_come_first(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)
    shutil.copyfile(BUILT_IN / "model.safetensors", source / "model.safetensors")
    assert not is_checkpoint_folder(source)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"a": "../model.bin"}, "outside its folder"),
        ({"a": "/etc/model.bin"}, "outside its folder"),
        ({"a": "..\\model.bin"}, "outside its folder"),
        ({"a": "C:model.bin"}, "outside its folder"),
        ({"a": ".."}, "outside its folder"),
        ({"a": ""}, "outside its folder"),
        ({"a": 5}, "outside its folder"),
        ({}, "no weight_map"),
        ([], "no weight_map"),
        ({str(number): f"{number}.bin" for number in range(1001)}, "1,001 files"),
    ],
)
def test_indexes_that_lie(tmp_path: Path, places: object, message: str) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN, 2)
    index = source / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": places}), encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=message):
        describe_checkpoint(source)


def test_parts_that_are_missing_or_cut_off(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN, 2)
    part = source / "pytorch_model-00002-of-00002.bin"
    os.truncate(part, part.stat().st_size - 100)
    with pytest.raises(ModelDamagedError, match="cut off"):
        describe_checkpoint(source)
    os.truncate(part, 0)
    with pytest.raises(ModelDamagedError, match="is empty"):
        describe_checkpoint(source)
    part.unlink()
    with pytest.raises(ModelMissingError, match="00002-of-00002"):
        describe_checkpoint(source)


def test_a_tensor_that_is_not_in_its_file(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN, 2)
    index = source / "pytorch_model.bin.index.json"
    plain = json.loads(index.read_text(encoding="utf-8"))
    plain["weight_map"]["model.extra"] = "pytorch_model-00001-of-00002.bin"
    index.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ModelDamagedError, match="not in its file"):
        convert_checkpoint(source, tmp_path / "t", _ignore)
    assert sorted(path.name for path in tmp_path.glob("t*")) == []


def _with_weights(tmp_path: Path, pickle: bytes, storages: dict[str, bytes]) -> Path:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)
    write_archive(source / "pytorch_model.bin", pickle, storages)
    return source


def test_64_bit_weights_are_refused(tmp_path: Path) -> None:
    source = _with_weights(tmp_path, state_dict({"w": View("0", "F64", (1,))}), {"0": bytes(8)})
    with pytest.raises(ModelUnsupportedError, match="64-bit"):
        convert_checkpoint(source, tmp_path / "t", _ignore)


def test_many_tensors_of_one_storage_are_no_model(tmp_path: Path) -> None:
    tensor = pickled_tensor(View("0", "F32", (50_000,)))
    pickle = whole_pickle(pickled_dict({f"w{number}": tensor for number in range(50)}))
    source = _with_weights(tmp_path, pickle, {"0": bytes(200_000)})
    with pytest.raises(ModelDamagedError, match="larger than its files"):
        convert_checkpoint(source, tmp_path / "t", _ignore)


@pytest.mark.parametrize(
    ("shape", "strides", "slab_bytes", "limit"),
    [
        ((4000, 12_000), None, tensor_bytes.SLAB_BYTES, MAX_MEMORY),
        ((12_000, 500), (1, 12_000), 2**19, MAX_MEMORY // 16),
    ],
    ids=["in order", "transposed, with smaller slabs"],
)
def test_memory_stays_small(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shape: tuple[int, int],
    strides: tuple[int, ...] | None,
    slab_bytes: int,
    limit: int,
) -> None:
    monkeypatch.setattr(tensor_bytes, "SLAB_BYTES", slab_bytes)
    size = 2 * shape[0] * shape[1]
    assert size > limit
    source = _with_weights(
        tmp_path, state_dict({"w": View("0", "F16", shape, strides)}), {"0": bytes(size)}
    )
    (source / "tokenizer.json").write_text("{}", encoding="utf-8")
    tracemalloc.start()
    try:
        convert_checkpoint(source, tmp_path / "t", _ignore)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit
    assert (tmp_path / "t" / "model.safetensors").stat().st_size > size


def test_a_source_that_changes_meanwhile(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)

    def touch(_: float) -> None:
        os.utime(source / "config.json", ns=(1, 1))

    with pytest.raises(ModelDamagedError, match="was changed while"):
        convert_checkpoint(source, tmp_path / "t", touch)
    assert list(tmp_path.glob("t*")) == []


def test_a_folder_that_another_process_made_first_is_kept(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)
    target = tmp_path / "t"
    convert_checkpoint(source, target, _ignore)
    (target / "mark").write_bytes(b"")
    convert_checkpoint(source, target, _ignore, part_suffix=".1.part")
    assert (target / "mark").exists()
    assert sorted(path.name for path in tmp_path.glob("t*")) == ["t"]


def test_a_target_that_cannot_be_made(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        convert_checkpoint(source, tmp_path / "file" / "t", _ignore)


def test_killed_at_random_points(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN, 2)
    expected = _contents(BUILT_IN)
    killed = 0
    for number in range(KILLS):
        target = tmp_path / str(number) / "t"
        process = subprocess.Popen(
            [sys.executable, "-c", _CONVERT, source, target], cwd=_ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.read(5) == b"ready"
        time.sleep(HOW_LONG_S * number / KILLS)
        process.kill()
        process.wait(10)
        process.stdout.close()
        if target.exists():
            assert _contents(target) == expected
        else:
            killed += 1
            convert_checkpoint(source, target, _ignore)  # what was left does not stand in the way
            assert _contents(target) == expected
        assert [path.name for path in target.parent.iterdir()] == ["t"]
    assert killed > 0


def test_two_conversions_at_once(tmp_path: Path) -> None:
    source = write_checkpoint_folder(tmp_path / "m", BUILT_IN)
    errors: list[ModelError | StorageError] = []

    def convert(suffix: str) -> None:
        try:
            convert_checkpoint(source, tmp_path / "t", _ignore, part_suffix=suffix)
        except (ModelError, StorageError) as error:
            errors.append(error)

    threads = [threading.Thread(target=convert, args=(f".{n}.part",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert _contents(tmp_path / "t") == _contents(BUILT_IN)
    assert sorted(path.name for path in tmp_path.glob("t*")) == ["t"]
