"""Asking for a GPU: what the driver's program answers, and what is said without one."""

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest

from kochat_gui.engines.transformers_gpu import GpuMemory, gpu_memory, gpu_missing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def _program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin")


def _torch(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: version)
    monkeypatch.setattr(sys, "platform", "linux")


def test_the_first_gpu_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "echo '24576, 23000'; echo '8192, 8000'")
    assert gpu_memory() == GpuMemory(24576 * 2**20, 23000 * 2**20)


@pytest.mark.parametrize("script", ["exit 9", "echo", "echo '[N/A], [N/A]'", "echo 1"])
def test_no_sensible_answer_is_no_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    _program(tmp_path, monkeypatch, script)
    assert gpu_memory() is None


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "echo '24576, 23000'")
    _torch(monkeypatch, "2.13.0+cpu")
    assert "processor only" in str(gpu_missing())
    _torch(monkeypatch, "2.13.0+cu130")
    assert gpu_missing() is None
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "No NVIDIA GPU" in str(gpu_missing())
