"""Runs the converter's process for one job: progress, cancel, and what is left when it dies."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from kochat_gui.catalog.conversion_job import (
    MAX_LINE,
    AnyJob,
    Failed,
    LineError,
    Made,
    Progress,
    decode_answer,
    encode_job,
)
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

_CHILD = "kochat_gui.catalog.conversion_child"
_PASSED_ON = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_END_S = 10.0
_SHOWN_CHARS = 300


def make_file(job: AnyJob, on_progress: Callable[[float], None], cancel: CancelToken) -> int:
    """Make ``job.target`` in a child process; returns its size in bytes.

    The target is absent or complete, whatever happens; a file that was there is replaced only by a
    complete one. The target's folder may be anywhere. Raises ``Cancelled`` when ``cancel`` fires,
    ``ModelError`` or ``StorageError`` when it cannot be made.
    """
    cancel.raise_if_cancelled()
    with tempfile.TemporaryFile() as stderr, _started(stderr) as process:
        forget = cancel.on_cancel(process.kill)
        try:
            made = _follow(process, job, on_progress)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)  # it has closed its end; its own status tells why
        finally:
            forget()
            process.kill()
            process.wait(_END_S)
            _remove_parts(job)
        cancel.raise_if_cancelled()
        if made is None:
            raise _died(process.returncode, stderr)
        return made


def _started(stderr: IO[bytes]) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_WAIT_POLICY": "passive",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=environment,
    )


def _follow(
    process: "subprocess.Popen[bytes]", job: AnyJob, on_progress: Callable[[float], None]
) -> int | None:
    """Size of the finished file; None when the process ended without saying how."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(encode_job(job))
        process.stdin.flush()
    except OSError:
        # It died at once; the answers say no more. What is left unwritten must not fail later.
        with contextlib.suppress(OSError):
            process.stdin.close()
    while line := process.stdout.readline(MAX_LINE):
        try:
            answer = decode_answer(line)
        except LineError:
            return None
        match answer:
            case Progress(value):
                on_progress(value)
            case Made(size):
                return size
            case Failed(error):
                raise error
    return None


def _remove_parts(job: AnyJob) -> None:
    for path in job.outputs:
        remove_part(job.part(path))


def remove_part(part: Path) -> None:
    """Delete what is left of an unfinished file or folder, if anything."""
    with contextlib.suppress(OSError):  # a folder that cannot be written has none
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _died(status: int, stderr: IO[bytes]) -> ModelError:
    stderr.seek(0)
    lines = stderr.read().decode("utf-8", "replace").strip().splitlines()
    return ModelError(
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Making the model file ended unexpectedly (status {status}: {detail})."
        ),
        kept=QT_TRANSLATE_NOOP(
            "ModelFiles", "The original model is unchanged, and no half-made file was left."
        ),
        advice=QT_TRANSLATE_NOOP(
            "ModelFiles", "Close other programs to free memory, or choose another level, and retry."
        ),
        status=status,
        detail=lines[-1][-_SHOWN_CHARS:] if lines else "-",
    )
