"""The steps from a model to the file of a level; only for the converter's process."""

import ctypes
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import llama_cpp

from kochat_gui.catalog.checkpoint_conversion import convert_checkpoint
from kochat_gui.catalog.conversion_job import LevelJob
from kochat_gui.catalog.convert import convert_folder
from kochat_gui.catalog.file_errors import damaged
from kochat_gui.catalog.finished_file import SourceWatch, finish
from kochat_gui.catalog.ggml_gguf import ggml_file_bytes, ggml_vocabulary
from kochat_gui.catalog.ggml_header import read_ggml_header
from kochat_gui.catalog.ggml_import import import_ggml
from kochat_gui.catalog.ggml_vocabulary import tokenizer_file
from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS
from kochat_gui.catalog.gguf_split import read_gguf_parts
from kochat_gui.catalog.hf_gguf import file_bytes
from kochat_gui.catalog.level_sizes import gguf_plan
from kochat_gui.catalog.native_vocabulary import native_vocabulary
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.source_files import source_files
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary_check import check_vocabulary
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ImportOptions, ModelFormat
from kochat_gui.core.regular_file import open_regular

Report = Callable[[float], None]

QUANTIZER_BYTES = 256 * 1024**2
"""Memory for the weights that are quantized at a time."""
_TENSOR_LINE = re.compile(rb"\[\s*(\d+)/\s*(\d+)\]")
_ERROR_LEVEL = 4
_COPY_BYTES = 16 * 1024**2
_PROBE_BYTES = 1024**2
_CONVERSION_SHARE = 0.4
"""Of the progress, when an unquantized file is made first."""


def make_level(job: LevelJob, report: Report) -> int:
    """Make ``job.target``; returns its size in bytes."""
    watch = SourceWatch(job.source, source_files(job.source, job.format, job.import_options))
    source, done = job.source, 0.0
    if job.format is not ModelFormat.GGUF:
        source = job.intermediate or job.target
        if not (source.is_file() and job.intermediate):
            done = 1.0 if source == job.target else _CONVERSION_SHARE
            size = _import(job, source, watch, lambda value: report(value * done))
            if source == job.target:
                return size

    def rest(value: float) -> None:
        report(done + value * (1 - done))

    parts = read_gguf_parts(source)
    if parts.first.file_type == job.level and len(parts.paths) == 1:
        return _copy(job, source, watch, rest)
    return _quantize(job, source, watch, rest)


def _import(job: LevelJob, target: Path, watch: SourceWatch, report: Report) -> int:
    """Make the first GGUF file of another format."""
    if job.format is ModelFormat.GGML:
        return _import_ggml(job, target, watch, report)
    folder, done = job.source, 0.0
    if job.format is ModelFormat.CHECKPOINT:
        assert job.prepared is not None
        folder = job.prepared
        if not folder.is_dir():
            done = 0.5
            convert_checkpoint(
                job.source, folder, lambda value: report(value * done), part_suffix=job.part_suffix
            )
            watch.check()
    return _convert(job, folder, target, watch, lambda value: report(done + value * (1 - done)))


def _import_ggml(job: LevelJob, target: Path, watch: SourceWatch, report: Report) -> int:
    part, options = job.part(target), job.import_options or ImportOptions()
    import_ggml(job.source, options, job.name, part, report)
    if options.tokenizer is not None:
        vocabulary = ggml_vocabulary(read_ggml_header(job.source), options, job.source)
        with native_vocabulary(part) as native:
            check_vocabulary(native, vocabulary, tokenizer_file(options.tokenizer))
    return finish(part, target, watch, ggml_file_bytes(job.source, job.name, options))


def _convert(job: LevelJob, path: Path, target: Path, watch: SourceWatch, report: Report) -> int:
    folder = read_safetensors_folder(path)
    vocabulary = read_tokenizer(folder.tokenizer, folder.config.vocab_size)
    level = job.level if target == job.target else "f16"
    part = job.part(target)
    convert_folder(folder, vocabulary, job.name, part, report, level)
    with native_vocabulary(part) as native:
        check_vocabulary(native, vocabulary, folder.tokenizer)
    sizes = file_bytes(folder.config, vocabulary, job.name, [level])
    return finish(part, target, watch, sizes[level])


def _copy(job: LevelJob, source: Path, watch: SourceWatch, report: Report) -> int:
    """The level is there already, only elsewhere."""
    part = job.part(job.target)
    size, done = source.stat().st_size, 0
    with open_regular(source) as content, part.open("wb") as out:
        while block := content.read(_COPY_BYTES):
            out.write(block)
            done += len(block)
            report(done / size)
    return finish(part, job.target, watch, size)


def _quantize(job: LevelJob, source: Path, watch: SourceWatch, report: Report) -> int:
    """Run llama.cpp's quantizer; it tells its progress in the log only."""
    errors: list[bytes] = []

    def on_log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        match = _TENSOR_LINE.match(text or b"")
        if match:
            report(min((int(match[1]) - 1) / max(int(match[2]), 1), 1.0))
        elif level == _ERROR_LEVEL:
            errors.append(text)

    plan = gguf_plan(read_gguf_parts(source))
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = FILE_TYPE_IDS[job.level]
    params.max_buf_size = QUANTIZER_BYTES
    part = job.part(job.target)
    callback = llama_cpp.llama_log_callback(on_log)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
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
    expected = plan.size_at(job.level) if plan.is_exact else None
    size = finish(part, job.target, watch, expected)
    report(1.0)
    return size


def _probe_disk(part: Path) -> None:
    """Raise the ``OSError`` that llama.cpp met but did not tell, if it was one."""
    with part.open("ab") as file:
        file.write(b"\0" * _PROBE_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _silent_log(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    pass


_SILENT_LOG = llama_cpp.llama_log_callback(_silent_log)
