"""A GGUF model in several files: ``name-00001-of-00003.gguf`` and so on, opened by any of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, damaged, unsupported
from kochat_gui.catalog.gguf_header import GgufHeader, GgufTensor, read_gguf_header
from kochat_gui.core.errors import ModelDamagedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

SPLIT_KEYS = {"split.no": 2, "split.count": 2, "split.tensors.count": 4}
"""Metadata of a part, and the bytes of each value."""
_NAME = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")
_MAX_PARTS = 1_000


@dataclass(frozen=True)
class GgufParts:
    """All files of one model, in order; most models have one."""

    paths: tuple[Path, ...]
    headers: tuple[GgufHeader, ...]

    @property
    def first(self) -> GgufHeader:
        """The header that holds the model's metadata."""
        return self.headers[0]

    @property
    def tensors(self) -> Sequence[GgufTensor]:
        """Of all files."""
        return [tensor for header in self.headers for tensor in header.tensors]

    @property
    def file_size(self) -> int:
        """Bytes of all files."""
        return sum(header.file_size for header in self.headers)

    @property
    def name(self) -> str:
        """File name without what tells the parts apart."""
        match = _NAME.fullmatch(self.paths[0].name)
        return match["stem"] if match and len(self.paths) > 1 else self.paths[0].stem


def part_paths(path: Path) -> list[Path]:
    """Every file of the model that ``path`` is a part of, by their names; ``path`` if it is whole.

    They need not all exist.
    """
    match = _NAME.fullmatch(path.name)
    if match is None or not 1 < int(match["count"]) <= _MAX_PARTS:
        return [path]
    stem, count = match["stem"], int(match["count"])
    return [path.with_name(f"{stem}-{n:05}-of-{count:05}.gguf") for n in range(1, count + 1)]


def read_gguf_parts(path: Path) -> GgufParts:
    """Read and check the headers of the model that ``path`` is, or is a part of.

    Raises what :func:`read_gguf_header` raises, and ``ModelDamagedError`` naming the part that is
    missing or is of another model.
    """
    header = read_gguf_header(path)
    count = _split_number(header, "split.count", path) or 1
    if count == 1:
        return GgufParts((path,), (header,))
    paths = part_paths(path)
    if len(paths) != count:
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "{name} is one of {parts} parts of a model, but was renamed."
            ),
            QT_TRANSLATE_NOOP(
                "ModelFiles",
                "Give the parts their names back: name-00001-of-{last}.gguf and so on.",
            ),
            parts=count,
            last=f"{count:05}",
        )
    for part in paths:
        if not part.is_file():
            raise _missing_part(path, part, count)
    headers = tuple(header if part == path else read_gguf_header(part) for part in paths)
    _check_parts(paths, headers)
    return GgufParts(tuple(paths), headers)


def _check_parts(paths: Sequence[Path], headers: Sequence[GgufHeader]) -> None:
    count = len(paths)
    for index, (path, header) in enumerate(zip(paths, headers, strict=True)):
        if (
            _split_number(header, "split.count", path) != count
            or _split_number(header, "split.no", path) != index
        ):
            raise bad_header(path, f"it is not part {index + 1} of {count}")
    total = _split_number(headers[0], "split.tensors.count", paths[0])
    found = sum(len(header.tensors) for header in headers)
    names = {tensor.name for header in headers for tensor in header.tensors}
    if total != found or len(names) != found:
        raise bad_header(paths[0], f"{found:,} tensors in the parts, {total:,} were split")


def _split_number(header: GgufHeader, key: str, path: Path) -> int:
    value = header.metadata.get(key, 0)
    if type(value) is not int or value < 0:
        raise bad_header(path, f"impossible {key}")
    return value


def _missing_part(path: Path, part: Path, count: int) -> ModelDamagedError:
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "{name} is one of {parts} parts of a model, and {missing} is not there."
        ),
        parts=count,
        missing=part.name,
    )
