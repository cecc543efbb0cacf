"""What the converter's process is asked, and what it answers: JSON lines, checked on both ends."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import UserFacingError, error_from_plain
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec

MAX_LINE = 65_536
"""Bytes of one line."""


class LineError(Exception):
    """The other side sent what it must not."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One file to be made."""

    target: Path
    part_suffix: str
    """Files are written under their name plus this, and renamed when complete."""

    def part(self, path: Path) -> Path:
        """Where ``path`` is while it is not complete."""
        return path.with_name(path.name + self.part_suffix)

    @property
    def outputs(self) -> list[Path]:
        """Every file and folder that the job may make."""
        return [self.target]


@dataclass(frozen=True, kw_only=True)
class LevelJob(Job):
    """Make one file of one level of one model."""

    source: Path
    format: ModelFormat
    name: str
    """Written into the file."""
    level: str
    """A key of ``QUANTIZATIONS``, or the level that the source has."""
    prepared: Path | None = None
    """The safetensors folder of a checkpoint; made first if missing."""
    intermediate: Path | None = None
    """The unquantized file that ``level`` is made from; made first if missing."""
    import_options: ImportOptions | None = None

    @property
    def outputs(self) -> list[Path]:
        return [p for p in (self.prepared, self.intermediate, self.target) if p is not None]


@dataclass(frozen=True, kw_only=True)
class AdapterJob(Job):
    """Make the GGUF file of an adapter."""

    source: Path
    model: ModelSpec
    """What it is applied to; its shape decides how the weights are laid out."""


@dataclass(frozen=True, kw_only=True)
class VocabularyJob(Job):
    """Make a file that holds only the vocabulary of a model."""

    source: Path
    format: ModelFormat
    name: str
    import_options: ImportOptions | None = None


@dataclass(frozen=True, kw_only=True)
class WeightsJob(Job):
    """Make the safetensors folder of a checkpoint, or of an adapter whose weights are a pickle."""

    source: Path


AnyJob = LevelJob | AdapterJob | VocabularyJob | WeightsJob
_KINDS: dict[str, type[AnyJob]] = {
    "level": LevelJob,
    "adapter": AdapterJob,
    "vocabulary": VocabularyJob,
    "weights": WeightsJob,
}


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


def encode_job(job: AnyJob) -> bytes:
    """``job`` as one line."""
    kind = next(name for name, cls in _KINDS.items() if cls is type(job))
    plain = {field.name: _plain(getattr(job, field.name)) for field in fields(job)}
    return _line({"kind": kind, **plain})


def decode_job(line: bytes) -> AnyJob:
    """The job in a line; raises ``LineError``."""
    plain = _object(line)
    cls = _KINDS.get(str(plain.pop("kind", None)))
    if cls is None or set(plain) != {field.name for field in fields(cls)}:
        raise LineError("not a job")
    try:
        values: dict[str, Any] = {name: _READERS[name](value) for name, value in plain.items()}
        return cls(**values)
    except (TypeError, ValueError, KeyError) as error:
        raise LineError("malformed job") from error


def _plain(value: object) -> object:
    match value:
        case Path():
            return str(value)
        case ModelFormat():
            return value.value
        case ModelSpec():
            # Neither what it is imported with nor what is remarked matters to an adapter.
            return {
                name: _plain(item)
                for name, item in asdict(replace(value, remarks=())).items()
                if name not in {"remarks", "import_options"}
            }
        case ImportOptions():
            return {name: _plain(item) for name, item in asdict(value).items()}
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _path(value: object) -> Path:
    return Path(_text(value))


def _optional_path(value: object) -> Path | None:
    return None if value is None else _path(value)


def _format(value: object) -> ModelFormat:
    return ModelFormat(_text(value))


def _options(value: object) -> ImportOptions | None:
    if value is None:
        return None
    match value:
        case {
            "context_length": int(context),
            "norm_epsilon": float(epsilon),
            "rope_base": float(base),
            "tokenizer": str() | None as tokenizer,
            **rest,
        } if not rest:
            return ImportOptions(context, epsilon, base, _optional_path(tokenizer))
    raise TypeError


def _model(value: object) -> ModelSpec:
    if not isinstance(value, dict):
        raise TypeError
    found = dict(value)
    for field in fields(ModelSpec):
        if field.type in {int, str, bool} and type(found.get(field.name)) is not field.type:
            raise TypeError
    found["path"] = _path(found["path"])
    found["format"] = _format(found["format"])
    return ModelSpec(**found)


_READERS: dict[str, Callable[[object], object]] = {
    "target": _path,
    "part_suffix": _text,
    "source": _path,
    "format": _format,
    "name": _text,
    "level": _text,
    "prepared": _optional_path,
    "intermediate": _optional_path,
    "import_options": _options,
    "model": _model,
}


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
