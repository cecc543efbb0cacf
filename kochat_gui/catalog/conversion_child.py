"""The converter's process: ``python -m kochat_gui.catalog.conversion_child``, one job per process.

The job comes on stdin, answers go to stdout (:mod:`kochat_gui.catalog.conversion_job`). Native code
may end this process at any moment; a file has its final name only once it is complete and synced.
"""

import ctypes
import os
import sys
import threading
from typing import BinaryIO

import llama_cpp

from kochat_gui.catalog.adapter_config import ADAPTER_CONFIG
from kochat_gui.catalog.adapter_conversion import convert_adapter
from kochat_gui.catalog.checkpoint_conversion import convert_adapter_weights, convert_checkpoint
from kochat_gui.catalog.conversion import remove_part
from kochat_gui.catalog.conversion_job import (
    MAX_LINE,
    AdapterJob,
    AnyJob,
    Failed,
    LevelJob,
    Made,
    Progress,
    VocabularyJob,
    WeightsJob,
    decode_job,
    encode_answer,
)
from kochat_gui.catalog.conversion_room import folder_bytes
from kochat_gui.catalog.file_errors import write_error
from kochat_gui.catalog.finished_file import SourceWatch, finish
from kochat_gui.catalog.level_steps import Report, make_level
from kochat_gui.catalog.source_files import adapter_files, source_files
from kochat_gui.catalog.vocabulary_file import vocabulary_bytes
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import ModelFormat

_NICENESS = 5


def _make(job: AnyJob, report: Report) -> int:
    """Make ``job.target``; returns its size in bytes."""
    match job:
        case LevelJob():
            return make_level(job, report)
        case AdapterJob():
            watch = SourceWatch(job.source, adapter_files(job.source))
            part = job.part(job.target)
            convert_adapter(job.source, job.model, part, report)
            return finish(part, job.target, watch)
        case VocabularyJob():
            files = source_files(job.source, job.format, job.import_options)
            watch = SourceWatch(job.source, files)
            part = job.part(job.target)
            part.write_bytes(vocabulary_bytes(job))
            return finish(part, job.target, watch)
        case WeightsJob():
            return _make_weights(job, report)


def _make_weights(job: WeightsJob, report: Report) -> int:
    if (job.source / ADAPTER_CONFIG).is_file():
        watch = SourceWatch(job.source, adapter_files(job.source))
        convert_adapter_weights(job.source, job.target, report, part_suffix=job.part_suffix)
    else:
        watch = SourceWatch(job.source, source_files(job.source, ModelFormat.CHECKPOINT, None))
        convert_checkpoint(job.source, job.target, report, part_suffix=job.part_suffix)
    watch.check()
    return folder_bytes(job.target)


def _silent_log(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    pass


_SILENT_LOG = llama_cpp.llama_log_callback(_silent_log)


def run(job: AnyJob, answers: BinaryIO) -> int:
    """Do ``job``; returns the exit status."""
    sent = -1.0

    def report(value: float) -> None:
        nonlocal sent
        value = min(max(value, sent, 0.0), 1.0)
        if value - sent >= 0.01 or value == 1.0 != sent:
            sent = value
            answers.write(encode_answer(Progress(value)))

    try:
        llama_cpp.llama_log_set(_SILENT_LOG, ctypes.c_void_p(0))
        job.target.parent.mkdir(parents=True, exist_ok=True)
        size = _make(job, report)
    except UserFacingError as error:
        answers.write(encode_answer(Failed(error)))
        return 1
    except OSError as error:
        answers.write(encode_answer(Failed(write_error(job.target.parent, error))))
        return 1
    finally:
        _remove_parts(job)
    answers.write(encode_answer(Made(size)))
    return 0


def _remove_parts(job: AnyJob) -> None:
    for path in job.outputs:
        remove_part(job.part(path))


def main() -> None:
    """Entry point of the process."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    commands = sys.stdin.buffer
    job = decode_job(commands.readline(MAX_LINE))

    def end_with_parent() -> None:
        commands.read()
        _remove_parts(job)  # nobody else will
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    os._exit(run(job, answers))


if __name__ == "__main__":
    main()
