"""Removed models: moved whole, brought back whole, deleted when nobody wanted them for long."""

import os
import time
from pathlib import Path

import pytest

from kochat_gui.core.errors import StorageError, UserFacingError
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.services.model_trash import KEPT_DAYS, ModelTrash

DAY_S = 24 * 3600


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "모델 폴더"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def trash(tmp_path: Path, models_dir: Path) -> ModelTrash:
    return ModelTrash(tmp_path / "data" / "trash", models_dir)


def spec_of(path: Path) -> ModelSpec:
    return ModelSpec(str(path), path.stem, path, ModelFormat.GGUF, "q4_0", 3)


def test_a_file_goes_and_comes_back(trash: ModelTrash, models_dir: Path) -> None:
    path = models_dir / "한글 (1).gguf"
    path.write_bytes(b"abc")
    removed = trash.put(spec_of(path))
    assert not path.exists()
    assert removed.kept_in is not None
    assert (removed.kept_in / path.name).read_bytes() == b"abc"
    assert trash.models() == [removed]
    trash.bring_back(removed)
    assert path.read_bytes() == b"abc"
    assert trash.models() == []
    assert not removed.kept_in.exists()


def test_a_folder_goes_and_comes_back(trash: ModelTrash, models_dir: Path) -> None:
    path = models_dir / "폴더 모델"
    path.mkdir()
    (path / "config.json").write_text("{}")
    removed = trash.put(spec_of(path))
    assert not path.exists()
    trash.bring_back(removed)
    assert (path / "config.json").read_text() == "{}"


def test_all_parts_of_a_split_model_go_together(trash: ModelTrash, models_dir: Path) -> None:
    parts = [models_dir / f"큰 모델-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    others = [models_dir / "큰 모델-00001-of-00002.gguf", models_dir / "다른-00001-of-00003.gguf"]
    for path in (*parts, *others):
        path.write_bytes(path.name.encode())
    removed = trash.put(spec_of(parts[0]))
    assert sorted(models_dir.iterdir()) == sorted(others)
    trash.bring_back(removed)
    assert [path.read_bytes() for path in parts] == [path.name.encode() for path in parts]


def test_files_elsewhere_are_not_touched(trash: ModelTrash, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"abc")
    removed = trash.put(spec_of(path))
    assert removed.kept_in is None
    trash.bring_back(removed)
    assert path.read_bytes() == b"abc"
    assert trash.models() == []


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_of_a_link_only_the_link_goes(trash: ModelTrash, models_dir: Path, tmp_path: Path) -> None:
    path, link = tmp_path / "own.gguf", models_dir / "link.gguf"
    path.write_bytes(b"abc")
    link.symlink_to(path)
    removed = trash.put(spec_of(link))
    assert not link.is_symlink()
    assert path.read_bytes() == b"abc"
    trash.bring_back(removed)
    assert link.read_bytes() == b"abc"


def test_what_took_the_place_is_not_overwritten(trash: ModelTrash, models_dir: Path) -> None:
    path = models_dir / "a.gguf"
    path.write_bytes(b"old")
    removed = trash.put(spec_of(path))
    path.write_bytes(b"new")
    with pytest.raises(UserFacingError, match="cannot be brought back"):
        trash.bring_back(removed)
    assert path.read_bytes() == b"new"
    assert trash.models() == [removed]


def test_what_is_gone_is_told(trash: ModelTrash, models_dir: Path) -> None:
    path = models_dir / "a.gguf"
    path.write_bytes(b"old")
    removed = trash.put(spec_of(path))
    trash.delete_old(time.time() + (KEPT_DAYS + 1) * DAY_S)
    with pytest.raises(UserFacingError, match="no longer in the trash"):
        trash.bring_back(removed)


def test_only_the_old_is_deleted(trash: ModelTrash, models_dir: Path) -> None:
    kept = []
    for name in ("old", "new"):
        path = models_dir / f"{name}.gguf"
        path.write_bytes(b"abc")
        kept.append(trash.put(spec_of(path)))
    old, new = kept
    assert old.kept_in is not None
    long_ago = time.time() - (KEPT_DAYS * DAY_S + 60)
    os.utime(old.kept_in, (long_ago, long_ago))
    trash.delete_old()
    assert trash.models() == [new]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_an_unwritable_trash_leaves_the_model(trash: ModelTrash, models_dir: Path) -> None:
    path = models_dir / "a.gguf"
    path.write_bytes(b"abc")
    models_dir.parent.chmod(0o500)
    try:
        with pytest.raises(StorageError):
            trash.put(spec_of(path))
    finally:
        models_dir.parent.chmod(0o700)
    assert path.read_bytes() == b"abc"


def test_a_trash_that_cannot_be_made_leaves_the_model(models_dir: Path, tmp_path: Path) -> None:
    path = models_dir / "a.gguf"
    path.write_bytes(b"abc")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        ModelTrash(tmp_path / "file" / "trash", models_dir).put(spec_of(path))
    assert path.read_bytes() == b"abc"
