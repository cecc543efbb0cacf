"""The vocabulary inside a GGML file: walked once, its pieces taken out only when asked for."""

import bisect
import re
import struct
from array import array
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, damaged
from kochat_gui.catalog.ggml_format import (
    EMBEDDINGS,
    MAX_DIMENSIONS,
    MAX_TENSOR_NAME,
    TYPE_NAMES,
)
from kochat_gui.catalog.header_reader import HeaderReader
from kochat_gui.core.errors import ModelDamagedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

MAX_PIECES = 80_000
"""Llama models of 2023 had at most 64,000."""
MAX_PIECE_BYTES = 1024
MAX_VOCABULARY_BYTES = 8 * 1024**2
"""Of all pieces with their lengths and scores; that of llama-2-ko takes 0.7 MB."""
_CHUNK = 1024**2
_LENGTH = struct.Struct("<I")
_SCORE = struct.Struct("<f")
_RECORD = struct.Struct("<3I")
_LONGEST_RECORD = _RECORD.size + 4 * MAX_DIMENSIONS + MAX_TENSOR_NAME
_NAME = re.compile(rb"[\w./]+\.weight")


class CutOffError(Exception):
    """The file ends inside its vocabulary."""


@dataclass(frozen=True, eq=False)
class StoredPieces:
    """Pieces by id, as the file has them: ``" 안녕"`` or ``"▁안녕"``, single bytes, nothing."""

    content: bytes
    starts: "array[int]"
    """Where each entry begins in ``content``."""
    has_scores: bool

    def __len__(self) -> int:
        return len(self.starts)

    def piece(self, number: int) -> bytes:
        """The text of one piece; not always UTF-8."""
        start = self.starts[number]
        (length,) = _LENGTH.unpack_from(self.content, start)
        return self.content[start + 4 : start + 4 + length]

    def score(self, number: int) -> float:
        """What llama.cpp merged by in 2023; 0 where the container has no scores."""
        if not self.has_scores:
            return 0.0
        start = self.starts[number]
        (length,) = _LENGTH.unpack_from(self.content, start)
        return float(_SCORE.unpack_from(self.content, start + 4 + length)[0])

    def unordered_from(self) -> int:
        """The first of the tokens at the end that share one score; their number if there are none.

        A shared score says nothing of the order in which pieces are joined. Tokens that were added
        to Llama's vocabulary came as a mere list; 2023's converter gave each of them -1000.
        """
        count = len(self.starts)
        last = self.content[-_SCORE.size :]
        if not self.has_scores or not count:
            return count
        first = count - 1
        # The score is the last part of an entry.
        while first and self.content[self.starts[first] - _SCORE.size : self.starts[first]] == last:
            first -= 1
        return count if first == count - 1 else first

    def all_pieces(self) -> list[bytes]:
        """Every piece."""
        return [self.piece(number) for number in range(len(self))]


class _Walk:
    """Goes from entry to entry; the file is read as far as the vocabulary turns out to go."""

    def __init__(self, reader: HeaderReader, count: int, *, has_scores: bool, path: Path) -> None:
        self._reader = reader
        self._room = min(reader.size - reader.position, MAX_VOCABULARY_BYTES)
        self._count = count
        self._extra = 8 if has_scores else 4
        self._path = path
        self.content = bytearray()
        self.starts = array("I")
        self.offset = 0

    def go_to(self, number: int) -> None:
        """Go past all entries before ``number``; raises when one is impossible."""
        offset, extra = self.offset, self._extra
        last = len(self.content) - extra
        content, append, unpack = self.content, self.starts.append, _LENGTH.unpack_from
        for _ in range(number - len(self.starts)):
            if offset > last:
                self._require(offset + extra)
                last = len(content) - extra
            (length,) = unpack(content, offset)
            if length > MAX_PIECE_BYTES:
                self.offset = offset
                raise self._misread()
            append(offset)
            offset += length + extra
        self.offset = offset

    def is_at_tensor(self) -> bool:
        """Whether a tensor's record begins here; a piece of two letters could be here too."""
        self._reach(self.offset + _LONGEST_RECORD)
        if len(self.content) < self.offset + _RECORD.size:
            return False
        dimensions, length, kind = _RECORD.unpack_from(self.content, self.offset)
        if not 0 < dimensions <= MAX_DIMENSIONS or length > MAX_TENSOR_NAME:
            return False
        name = self.offset + _RECORD.size + 4 * dimensions
        has_name = _NAME.fullmatch(self.content, name, name + length) is not None
        return has_name and kind in TYPE_NAMES

    def check_end(self) -> None:
        """Raise unless the entries end before the file does, and a tensor follows."""
        self._require(self.offset)
        if self._reach(self.offset + _LONGEST_RECORD) and not self.is_at_tensor():
            raise self._misread()

    def _reach(self, end: int) -> bool:
        """Whether ``content`` goes as far as ``end``, after reading more if need be."""
        while len(self.content) < end and len(self.content) < self._room:
            self.content += self._reader.take(min(_CHUNK, self._room - len(self.content)))
        return len(self.content) >= end

    def _require(self, end: int) -> None:
        if self._reach(end):
            return
        if self._reader.position >= self._reader.size:
            raise CutOffError
        raise bad_header(self._path, f"a vocabulary of over {MAX_VOCABULARY_BYTES:,} bytes")

    def _misread(self) -> ModelDamagedError:
        """Neither a token nor a tensor is here: perhaps the count is wrong."""
        self._reach(self.offset + _CHUNK)
        begin = self.content.find(EMBEDDINGS.encode()) - _RECORD.size - 4 * MAX_DIMENSIONS
        index = bisect.bisect_left(self.starts, begin)
        if index < len(self.starts) and self.starts[index] == begin:
            return vocabulary_mismatch(self._path, index, self._count)
        offset, listed = self.offset, len(self.starts)
        while offset < begin and listed < MAX_PIECES:
            (length,) = _LENGTH.unpack_from(self.content, offset)
            offset += length + self._extra
            listed += 1
        if offset == begin:
            return vocabulary_mismatch(self._path, listed, self._count)
        return bad_header(self._path, f"something else follows token {len(self.starts):,}")


def read_pieces(reader: HeaderReader, count: int, *, has_scores: bool, path: Path) -> StoredPieces:
    """Read ``count`` entries and leave ``reader`` behind them.

    One entry less is read where the last one was left out, as in the files of GPT4All. Raises
    ``ModelDamagedError``, and :class:`CutOffError` when the file ends first.
    """
    beginning = reader.position
    walk = _Walk(reader, count, has_scores=has_scores, path=path)
    walk.go_to(count - 1)
    if not walk.is_at_tensor():
        walk.go_to(count)
    walk.check_end()
    reader.skip(beginning + walk.offset - reader.position)  # back to where the tensors begin
    return StoredPieces(bytes(walk.content[: walk.offset]), walk.starts, has_scores)


def vocabulary_mismatch(path: Path, listed: int, expected: int) -> ModelDamagedError:
    """The parts of a file disagree about how many tokens there are."""
    return damaged(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "The vocabulary of {name} does not fit its weights: "
            "{listed} tokens are listed, {expected} are needed.",
        ),
        listed=f"{listed:,}",
        expected=f"{expected:,}",
    )
