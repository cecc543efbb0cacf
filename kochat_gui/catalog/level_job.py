"""What the quantizer's process is asked, and what it answers: JSON lines, checked on both ends."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import UserFacingError, error_from_plain
from kochat_gui.core.models import ModelFormat

MAX_LINE = 65_536
"""Bytes of one line."""


class LineError(Exception):
    """The other side sent what it must not."""


@dataclass(frozen=True)
class LevelJob:
    """Make one file of one level of one model."""

    source: Path
    format: ModelFormat
    name: str
    """Written into the file."""
    level: str
    """A key of ``QUANTIZATIONS``."""
    intermediate: Path | None
    """The f16 file that levels of a safetensors model are made from; made first if missing."""
    target: Path
    part_suffix: str
    """Files are written under their name plus this, and renamed when complete."""

    def part(self, path: Path) -> Path:
        """Where ``path`` is while it is not complete."""
        return path.with_name(path.name + self.part_suffix)


@dataclass(frozen=True)
class Progress:
    """How far the work is, 0–1."""

    value: float


@dataclass(frozen=True)
class Made:
    """The target is complete, and of this many bytes."""

    size: int


@dataclass(frozen=True)
class Failed:
    """The work ended with an error for people; no part of it is left."""

    error: UserFacingError


Answer = Progress | Made | Failed


def encode_job(job: LevelJob) -> bytes:
    """``job`` as one line."""
    return _line(
        {
            "source": str(job.source),
            "format": job.format.value,
            "name": job.name,
            "level": job.level,
            "intermediate": str(job.intermediate) if job.intermediate else None,
            "target": str(job.target),
            "part_suffix": job.part_suffix,
        }
    )


def decode_job(line: bytes) -> LevelJob:
    """The job in a line; raises ``LineError``."""
    match _object(line):
        case {
            "source": str(source),
            "format": str(format_),
            "name": str(name),
            "level": str(level),
            "intermediate": str() | None as intermediate,
            "target": str(target),
            "part_suffix": str(suffix),
        }:
            return LevelJob(
                Path(source),
                ModelFormat(format_),
                name,
                level,
                Path(intermediate) if intermediate else None,
                Path(target),
                suffix,
            )
    raise LineError("not a job")


def encode_answer(answer: Answer) -> bytes:
    """``answer`` as one line."""
    match answer:
        case Progress(value):
            return _line({"progress": value})
        case Made(size):
            return _line({"made": size})
        case Failed(error):
            return _line({"failed": error.to_plain()})


def decode_answer(line: bytes) -> Answer:
    """The answer in a line; raises ``LineError``."""
    match _object(line):
        case {"progress": int() | float() as value, **rest} if not rest and 0 <= value <= 1:
            return Progress(float(value))
        case {"made": int(size), **rest} if not rest and size > 0:
            return Made(size)
        case {"failed": dict(plain), **rest} if not rest:
            try:
                error = error_from_plain(plain)
                error.lines()
            except (ValueError, KeyError, IndexError, AttributeError) as problem:
                raise LineError("malformed error") from problem
            return Failed(error)
    raise LineError("unknown answer")


def _line(plain: dict[str, Any]) -> bytes:
    return json.dumps(plain, allow_nan=False).encode("ascii") + b"\n"


def _object(line: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(line.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise LineError("not ASCII JSON") from error
    if not isinstance(plain, dict):
        raise LineError("not an object")
    return plain
