"""Headers of adapters: whatever is in them, the answer is one of the named errors, at once."""

import random
from pathlib import Path

import pytest

from kochat_gui.engines.adapter_file import (
    AdapterDamagedError,
    AdapterKindError,
    NotAnAdapterError,
    check_adapter_file,
)
from tests.helpers.random_adapter import write_random_adapter


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_random_adapter(tmp_path_factory.mktemp("adapter") / "a.gguf").read_bytes()


def refused(folder: Path, content: bytes) -> bool:
    path = folder / "changed.gguf"
    path.write_bytes(content)
    try:
        check_adapter_file(path)
    except (AdapterDamagedError, AdapterKindError, NotAnAdapterError):
        return True
    return False


def test_a_sound_one_is_taken(adapter: bytes, tmp_path: Path) -> None:
    assert not refused(tmp_path, adapter)


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (4, b"\xff" * 4),
        *[(at, n) for at in (8, 16, 24) for n in (b"\xff" * 8, b"\0" * 7 + b"\x80")],
    ],
)
def test_sizes_beyond_the_file_are_refused(
    adapter: bytes, tmp_path: Path, at: int, number: bytes
) -> None:
    """Version, number of tensors, number of keys, length of the first key."""
    assert refused(tmp_path, adapter[:at] + number + adapter[at + len(number) :])


def test_changed_headers_are_taken_or_refused(adapter: bytes, tmp_path: Path) -> None:
    chance = random.Random(20261121)
    count = 0
    for _ in range(3000):
        changed = bytearray(adapter[:1200])
        for _ in range(chance.randint(1, 3)):
            position = chance.randrange(len(changed))
            match chance.randrange(3):
                case 0:
                    changed[position] = chance.choice([0, 1, 9, 127, 255])
                case 1:
                    changed[position : position + 8] = chance.randbytes(8)
                case 2:
                    del changed[position:]
                    break
        count += refused(tmp_path, bytes(changed))
    assert 1000 < count < 3000
