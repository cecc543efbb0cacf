"""``dev.py``: what it decides; the set-up itself runs before every test of this suite."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ],
)
def test_debian_package_of_a_library(library: str, package: str) -> None:
    assert dev.package_of(library) == package


@pytest.mark.parametrize(
    ("environment", "is_korean"),
    [
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "ko_KR.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ko_KR.UTF-8"}, True),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, True),
    ],
)
def test_language(
    environment: dict[str, str], is_korean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert dev.say("한국어", "English") == ("한국어" if is_korean else "English")


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that counts as ready for ``check``; the path of its stamp."""
    monkeypatch.setattr(dev, "STAMP", tmp_path / "kochat-ready.json")
    monkeypatch.setattr(dev, "UNFINISHED", tmp_path / "kochat-unfinished")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
    dev.PYTHON.touch()
    stamp = {"fingerprint": dev.fingerprint(), "level": "check", "has_libraries": True}
    dev.STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    return dev.STAMP


def test_ready_environment_serves_its_level_and_those_below(ready: Path) -> None:
    assert [dev.is_ready(level) for level in ("run", "check", "test")] == [True, True, False]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"level": "check"}', '{"fingerprint": 1}'])
def test_damaged_stamp_is_not_ready(ready: Path, damage: str) -> None:
    ready.write_text(damage, encoding="utf-8")
    assert not dev.is_ready("run")


def test_unfinished_environment_is_not_ready(ready: Path) -> None:
    dev.UNFINISHED.touch()
    assert not dev.is_ready("run")


def test_environment_without_its_python_is_not_ready(ready: Path) -> None:
    dev.PYTHON.unlink()
    assert not dev.is_ready("run")


def test_moved_environment_is_not_ready(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "VENV", ready.parent / "elsewhere")
    assert not dev.is_ready("run")


def test_only_the_window_needs_the_libraries_of_a_display(ready: Path) -> None:
    stamp = json.loads(ready.read_text(encoding="utf-8")) | {"has_libraries": False}
    ready.write_text(json.dumps(stamp), encoding="utf-8")
    assert [dev.is_ready(level) for level in ("run", "check")] == [False, True]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  [41/83] /usr/bin/g++ -O3 …", "41/83"),
        ("[ 12%] Building CXX object x.o", "12/100"),
        ("Collecting numpy>=1.20.0", "numpy"),
        ("Requirement already satisfied: jinja2 in …", "jinja2"),
    ],
)
def test_progress_is_read_from_pip(
    line: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.Progress, "EVERY_S", 0.0)
    progress = dev.Progress("Building")
    progress.read(line)
    assert shown in capsys.readouterr().out


def test_lock_has_everything_that_the_project_asks_for() -> None:
    asked = (dev.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    locked = (dev.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = {line.partition("==")[0] for line in locked if "==" in line}
    block = asked.partition("dependencies = [")[2].partition("[project.scripts]")[0]
    wanted = {
        line.strip().strip('",').lower().split(">")[0].split("=")[0]
        for line in block.splitlines()
        if line.strip().startswith('"')
    }
    assert wanted
    assert not wanted - names


def test_without_root_the_line_to_run_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(dev.SetupError, match=r"sudo apt-get install -y .* libegl1 libxcb-cursor0"):
        dev.install_packages(["libegl1", "libxcb-cursor0"])


def test_every_test_runs_once_and_arguments_choose_freely() -> None:
    headless, window, torch, others = dev.pytest_runs([])
    assert headless == ["headless"]
    assert (window, torch) == (["test", "tests/ui"], ["test", "tests/with_torch"])
    ignored = {folder.removeprefix("--ignore=") for folder in others[1:]}
    assert ignored == {"tests/headless", "tests/ui", "tests/with_torch"}
    mine = ["tests/headless/core", "-k", "korean"]
    assert dev.pytest_runs(mine) == [["test", *mine]]


def test_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["nonsense"]) == 2
    assert "python3 dev.py run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "(the disk is full)"),
        (PermissionError(errno.EACCES, "Permission denied", "build"), "(build: no permission)"),
        (OSError("odd"), "(odd)"),
        (subprocess.CalledProcessError(1, ["python3", "-m", "venv"]), "(python3 -m venv)"),
    ],
)
def test_what_the_system_refuses_is_one_line(
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_level: str) -> None:
        raise error

    monkeypatch.setattr(dev, "prepare", fail)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert dev.main(["run"]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_file_in_the_place_of_the_build_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "STAMP", tmp_path / "none")
    monkeypatch.setattr(dev, "BUILD", tmp_path / "build")
    dev.BUILD.touch()
    assert dev.main(["run"]) == 1
    told = capsys.readouterr().err
    assert str(dev.BUILD) in told
    assert told.count("\n") == 1


def test_a_link_that_leads_nowhere_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess[str]([], 0, "", "")
    monkeypatch.setattr(dev, "capture", lambda _command: done)
    monkeypatch.setattr(dev, "BUILD", tmp_path / "build")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "UNFINISHED", dev.VENV / "unfinished")
    dev.VENV.symlink_to(tmp_path / "gone")
    dev.make_venv()
    assert dev.UNFINISHED.exists()
    assert not dev.VENV.is_symlink()


def test_help_that_nobody_reads_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, str(dev.ROOT / "dev.py"), "--help"]
    done = subprocess.run(command, check=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (dev.BROKEN_PIPE, b"")
