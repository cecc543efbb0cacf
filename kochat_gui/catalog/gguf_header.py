"""What a GGUF file says about itself, read with bounds first: safe for the window's process."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, empty, reading, too_long, truncated
from kochat_gui.catalog.file_errors import unsupported as unsupported_file
from kochat_gui.catalog.gguf_format import (
    DEFAULT_ALIGNMENT,
    FILE_TYPES,
    MAGIC,
    MAX_DIMENSIONS,
    MAX_TENSOR_NAME,
    SCALAR_FORMATS,
    TENSOR_TYPES,
    BlockLayout,
    ValueType,
    padded,
    tensor_bytes,
)
from kochat_gui.catalog.header_reader import HeaderReader
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

MAX_KEYS = 65_536
MAX_KEY_BYTES = 65_535
MAX_STRING_BYTES = 65_536
"""Longer strings are skipped; chat templates stay far below."""
MAX_KEPT_BYTES = 8 * 1024**2
"""Of all strings of one header together."""
MAX_VOCABULARY = 2_000_000
MAX_TENSORS = 20_000
"""Several times what the largest models have."""
MAX_ALIGNMENT = 65_536
_MAX_INT64 = 2**63 - 1
_OLD_VERSION = QT_TRANSLATE_NOOP(
    "ModelFiles", "The model file {name} is of GGUF version {version}, which KoChat cannot read."
)
_NEWER_FILE = QT_TRANSLATE_NOOP("ModelFiles", "Get a current GGUF file of the same model.")


@dataclass(frozen=True)
class SkippedArray:
    """An array in the metadata: what it holds, not its items."""

    item_type: ValueType
    count: int


Value = int | float | bool | str | SkippedArray


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """Where a tensor is."""

    name: str
    layout: BlockLayout
    shape: tuple[int, ...]
    """Fastest dimension first: the row length comes first."""
    offset: int
    """From the start of the data section."""

    @property
    def size(self) -> int:
        """Bytes, without padding."""
        return tensor_bytes(self.layout, self.shape)


@dataclass(frozen=True)
class GgufHeader:
    """A checked header: every tensor lies inside the file."""

    version: int
    metadata: dict[str, Value]
    """Strings over ``MAX_STRING_BYTES`` are left out."""
    tensors: tuple[GgufTensor, ...]
    metadata_end: int
    """Where the metadata end and the list of tensors begins; from the start of the file."""
    alignment: int
    data_offset: int
    file_size: int

    @property
    def file_type(self) -> str:
        """Name of the file's level; the layout of most weights when it does not say."""
        said = self.metadata.get("general.file_type")
        if isinstance(said, int) and said in FILE_TYPES:
            return FILE_TYPES[said]
        sizes: Counter[str] = Counter()
        for tensor in self.tensors:
            sizes[tensor.layout.name] += tensor.size
        return sizes.most_common(1)[0][0] if sizes else ""


def read_gguf_header(path: Path) -> GgufHeader:
    """Read and check the header of ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError``, or ``ModelUnsupportedError`` for versions
    and byte orders that the engine cannot load.
    """
    with reading(path), open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size == 0:
            raise empty(path)
        return _read(HeaderReader(file, size, path), path)


def _read(reader: HeaderReader, path: Path) -> GgufHeader:
    if reader.take(4) != MAGIC:
        raise bad_header(path, "it is not GGUF")
    version = reader.uint32()
    _check_version(version, path)
    tensor_count, key_count = reader.uint64(), reader.uint64()
    if tensor_count > MAX_TENSORS or key_count > MAX_KEYS:
        raise bad_header(path, f"{tensor_count:,} tensors and {key_count:,} keys")
    metadata = _read_metadata(reader, key_count, path)
    metadata_end = reader.position
    alignment = _alignment(metadata, path)
    tensors = _read_tensors(reader, tensor_count, path)
    data_offset = padded(reader.position, alignment)
    _check_places(tensors, alignment, path)
    _check_length(tensors, alignment, data_offset, reader.size, path)
    return GgufHeader(version, metadata, tensors, metadata_end, alignment, data_offset, reader.size)


def _check_version(version: int, path: Path) -> None:
    if version in {2, 3}:
        return
    if version and version & 0xFFFF == 0:
        raise unsupported_file(
            path,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "The model file {name} is made for big-endian computers."
            ),
            QT_TRANSLATE_NOOP("ModelFiles", "Get the usual (little-endian) file of this model."),
        )
    if version == 1 or 3 < version < 256:
        raise unsupported_file(path, _OLD_VERSION, _NEWER_FILE, version=version)
    raise bad_header(path, f"version {version}")


def _read_metadata(reader: HeaderReader, count: int, path: Path) -> dict[str, Value]:
    metadata: dict[str, Value] = {}
    seen: set[str] = set()
    kept_bytes = 0
    for _ in range(count):
        key = reader.text(MAX_KEY_BYTES)
        if not key or key in seen:
            raise bad_header(path, "an empty or repeated key")
        seen.add(key)
        value = _read_value(reader, path)
        kept_bytes += len(key) + (len(value) if isinstance(value, str) else 0)
        if kept_bytes > MAX_KEPT_BYTES:
            raise bad_header(path, "too much text")
        if value is not None:
            metadata[key] = value
    return metadata


def _read_value(reader: HeaderReader, path: Path) -> Value | None:
    """One value; None for a string too long to keep."""
    kind = _value_type(reader, path)
    if kind is ValueType.ARRAY:
        return _skip_array(reader, path)
    if kind is not ValueType.STRING:
        return reader.scalar(SCALAR_FORMATS[kind])
    length = reader.uint64()
    if length > MAX_STRING_BYTES:
        reader.skip(length)
        return None
    return reader.take(length).decode("utf-8", "replace")


def _skip_array(reader: HeaderReader, path: Path) -> SkippedArray:
    kind, count = _value_type(reader, path), reader.uint64()
    if kind is ValueType.ARRAY:
        raise bad_header(path, "an array of arrays")
    if count > MAX_VOCABULARY:
        raise bad_header(path, f"an array of {count:,} items")
    if kind is ValueType.STRING:
        reader.skip_strings(count)
    else:
        item = {"b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4}
        reader.skip(count * item.get(SCALAR_FORMATS[kind][1], 8))
    return SkippedArray(kind, count)


def _value_type(reader: HeaderReader, path: Path) -> ValueType:
    number = reader.uint32()
    if number > max(ValueType):
        raise bad_header(path, f"value type {number}")
    return ValueType(number)


def _alignment(metadata: dict[str, Value], path: Path) -> int:
    value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    is_power_of_two = isinstance(value, int) and value > 0 and value & (value - 1) == 0
    if not isinstance(value, int) or not is_power_of_two or value > MAX_ALIGNMENT:
        raise bad_header(path, "its alignment is impossible")
    return value


def _read_tensors(reader: HeaderReader, count: int, path: Path) -> tuple[GgufTensor, ...]:
    tensors: dict[str, GgufTensor] = {}
    for _ in range(count):
        tensor = _read_tensor(reader, path)
        if tensor.name in tensors:
            raise bad_header(path, "two tensors of one name")
        tensors[tensor.name] = tensor
    return tuple(tensors.values())


def _read_tensor(reader: HeaderReader, path: Path) -> GgufTensor:
    name = reader.text(MAX_TENSOR_NAME)
    dimensions = reader.uint32()
    if dimensions > MAX_DIMENSIONS:
        raise bad_header(path, f"a tensor of {dimensions} dimensions")
    shape = tuple(reader.uint64() for _ in range(dimensions)) or (1,)
    number, offset = reader.uint32(), reader.uint64()
    layout = TENSOR_TYPES.get(number)
    if layout is None:
        if number > 255:
            raise bad_header(path, f"tensor type {number}")
        raise unsupported_file(
            path,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "The model file {name} stores weights in a way KoChat does not know."
            ),
            QT_TRANSLATE_NOOP(
                "ModelFiles", "Get another level of this model, such as q4_0 or q8_0."
            ),
        )
    count = 1
    for length in shape:
        count *= length
    if count * layout.size > _MAX_INT64 or shape[0] % layout.weights:
        raise bad_header(path, "a tensor of impossible size")
    return GgufTensor(name, layout, shape, offset)


def _check_places(tensors: tuple[GgufTensor, ...], alignment: int, path: Path) -> None:
    expected = 0
    for tensor in tensors:
        if tensor.offset != expected:
            raise bad_header(path, "a tensor is not where it should be")
        expected += padded(tensor.size, alignment)


def _check_length(
    tensors: tuple[GgufTensor, ...], alignment: int, data_offset: int, size: int, path: Path
) -> None:
    """The file ends where the last tensor does, with or without its padding."""
    if not tensors:
        return
    end = data_offset + tensors[-1].offset + tensors[-1].size
    if end > size:
        raise truncated(path, end - size)
    if size > padded(end, alignment):
        raise too_long(path, size - end)
