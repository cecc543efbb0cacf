"""The quantizer's process: ``python -m kochat_gui.catalog.quantize_child``, one job per process.

The job comes on stdin, answers go to stdout (:mod:`kochat_gui.catalog.level_job`). Native code
may end this process at any moment; a file has its final name only once it is complete and synced.
"""

import ctypes
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import llama_cpp

from kochat_gui.catalog.convert import convert_folder
from kochat_gui.catalog.file_errors import damaged, reading, unsupported, write_error
from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_job import (
    MAX_LINE,
    Failed,
    LevelJob,
    Made,
    Progress,
    decode_job,
    encode_answer,
)
from kochat_gui.catalog.llama_gguf import file_bytes
from kochat_gui.catalog.reference_bpe import PROBES, ReferenceBpe
from kochat_gui.catalog.safetensors_folder import SafetensorsFolder, read_safetensors_folder
from kochat_gui.catalog.tokenizer_json import Vocabulary, read_tokenizer
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelFormat

_TENSOR_LINE = re.compile(rb"\[\s*(\d+)/\s*(\d+)\]")
_ERROR_LEVEL = 4
_PROBE_BYTES = 1024**2
_NICENESS = 5
_CONVERSION_SHARE = 0.4
"""Of the progress, when an f16 file is made first."""

Report = Callable[[float], None]


def make_level(job: LevelJob, report: Report) -> int:
    """Make ``job.target``; returns its size in bytes."""
    if job.format is ModelFormat.GGUF:
        source, expected, share = job.source, None, 0.0
    else:
        folder = read_safetensors_folder(job.source)
        vocabulary = read_tokenizer(folder.tokenizer, folder.config.vocab_size)
        source = job.intermediate or job.target
        sizes = file_bytes(folder.config, vocabulary, job.name, [job.level])
        expected = sizes[job.level]
        share = 0.0
        if not source.exists():
            share = 1.0 if source == job.target else _CONVERSION_SHARE
            _convert(job, folder, vocabulary, source, lambda done: report(done * share))
    if source != job.target:
        _quantize(job, source, lambda done: report(share + done * (1 - share)))
    return _checked_size(job.target, expected)


def _convert(
    job: LevelJob, folder: SafetensorsFolder, vocabulary: Vocabulary, target: Path, report: Report
) -> None:
    part = job.part(target)
    before = _fingerprint(folder)
    convert_folder(folder, vocabulary, job.name, part, report)
    if _fingerprint(folder) != before:
        raise damaged(
            job.source,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} was changed while it was being converted."),
        )
    _check_vocabulary(part, vocabulary, job.source)
    _finish(part, target)


def _fingerprint(folder: SafetensorsFolder) -> list[tuple[int, int]]:
    with reading(folder.path):
        found = [path.stat() for path in folder.source_files]
    return [(stat.st_size, stat.st_mtime_ns) for stat in found]


def _check_vocabulary(part: Path, vocabulary: Vocabulary, source: Path) -> None:
    """Refuse a file whose tokens are not those of tokenizer.json: it would talk nonsense."""
    params = llama_cpp.llama_model_default_params()
    params.vocab_only = True
    model = llama_cpp.llama_model_load_from_file(os.fsencode(part), params)
    reference = ReferenceBpe(vocabulary)
    try:
        is_right = bool(model) and all(
            native_tokens(model, text, vocabulary.prepends_space) == reference.encode(text)
            for text in PROBES
        )
    finally:
        if model:
            llama_cpp.llama_model_free(model)
    if not is_right:
        raise unsupported(
            source,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "The vocabulary of {name} cannot be converted exactly."
            ),
            QT_TRANSLATE_NOOP(
                "ModelFiles", "Get a GGUF file of this model; those do not need converting."
            ),
        )


def native_tokens(model: object, text: str, prepends_space: bool) -> list[int]:
    """Token ids by llama.cpp, with the space that the engine puts before a text."""
    if prepends_space and not text.startswith((" ", "▁")):
        text = " " + text
    content = text.encode()
    room = len(content) + 8
    ids = (llama_cpp.llama_token * room)()
    vocab = llama_cpp.llama_model_get_vocab(model)
    count = llama_cpp.llama_tokenize(vocab, content, len(content), ids, room, False, False)
    return list(ids[: max(count, 0)])


def _quantize(job: LevelJob, source: Path, report: Report) -> None:
    """Run llama.cpp's quantizer; it tells its progress in the log only."""
    errors: list[bytes] = []

    def on_log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        match = _TENSOR_LINE.match(text or b"")
        if match:
            report(min((int(match[1]) - 1) / max(int(match[2]), 1), 1.0))
        elif level == _ERROR_LEVEL:
            errors.append(text)

    callback = llama_cpp.llama_log_callback(on_log)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = FILE_TYPE_IDS[job.level]
    part = job.part(job.target)
    failed = llama_cpp.llama_model_quantize(
        os.fsencode(source), os.fsencode(part), ctypes.byref(params)
    )
    llama_cpp.llama_log_set(_SILENT_LOG, ctypes.c_void_p(0))
    if failed:
        sys.stderr.write(b"".join(errors).decode("utf-8", "replace"))
        _probe_disk(part)
        raise damaged(
            job.source,
            QT_TRANSLATE_NOOP("ModelFiles", "llama.cpp could not quantize {name}."),
        )
    _finish(part, job.target)
    report(1.0)


def _probe_disk(part: Path) -> None:
    """Raise the ``OSError`` that llama.cpp met but did not tell, if it was one."""
    with part.open("ab") as file:
        file.write(b"\0" * _PROBE_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _finish(part: Path, target: Path) -> None:
    """Check ``part``, make it durable, and only then give it its name."""
    read_gguf_header(part)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _checked_size(target: Path, expected: int | None) -> int:
    size = target.stat().st_size
    if expected is not None and size != expected:
        target.unlink()
        raise RuntimeError(f"{size} bytes were made, {expected} were computed")
    return size


def _silent_log(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    pass


_SILENT_LOG = llama_cpp.llama_log_callback(_silent_log)


def run(line: bytes, answers: BinaryIO) -> int:
    """Do the job of ``line``; returns the exit status."""
    job = decode_job(line)
    sent = -1.0

    def report(value: float) -> None:
        nonlocal sent
        if value - sent >= 0.01 or value == 1.0 != sent:
            sent = value
            answers.write(encode_answer(Progress(value)))

    try:
        llama_cpp.llama_log_set(_SILENT_LOG, ctypes.c_void_p(0))
        job.target.parent.mkdir(parents=True, exist_ok=True)
        size = make_level(job, report)
    except UserFacingError as error:
        answers.write(encode_answer(Failed(error)))
        return 1
    except OSError as error:
        answers.write(encode_answer(Failed(write_error(job.target.parent, error))))
        return 1
    finally:
        for path in (job.intermediate, job.target):
            if path is not None:
                job.part(path).unlink(missing_ok=True)
    answers.write(encode_answer(Made(size)))
    return 0


def main() -> None:
    """Entry point of the process."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    commands = sys.stdin.buffer
    line = commands.readline(MAX_LINE)

    def end_with_parent() -> None:
        commands.read()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    os._exit(run(line, answers))


if __name__ == "__main__":
    main()
