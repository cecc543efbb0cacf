"""What a GGML file of 2023 holds, read with bounds first: safe for the window's process."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kochat_gui.catalog.file_errors import (
    bad_header,
    empty,
    reading,
    too_long,
    truncated,
    unsupported,
)
from kochat_gui.catalog.ggml_format import (
    ALIGNMENT,
    MAGICS,
    MAX_DIMENSIONS,
    MAX_TENSOR_NAME,
    OTHER_FAMILIES,
    TYPE_NAMES,
    VERSIONS,
    current_layout,
    tensor_names,
)
from kochat_gui.catalog.ggml_pieces import MAX_PIECES, CutOffError, StoredPieces, read_pieces
from kochat_gui.catalog.ggml_shapes import (
    GgmlTensor,
    Hyperparameters,
    check_shapes,
    missing_bytes,
)
from kochat_gui.catalog.gguf_format import FILE_TYPES, padded
from kochat_gui.catalog.header_reader import HeaderReader
from kochat_gui.core.errors import ModelError, ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

_MAX_HIDDEN = 65_536
_MAX_HEADS = 1_024
_MAX_LAYERS = 128
"""LLaMA 65B has 80."""
_LONGEST_SIDE = 2**31 - 1
_FAMILY_BYTES = 4 * 1024**2
"""How far tensor names of other families are looked for; a vocabulary may come before."""
_OLD_VERSION = 1_000


@dataclass(frozen=True)
class GgmlHeader:
    """A checked header: a whole Llama model, and every tensor lies inside the file."""

    container: str
    """``ggml``, ``ggmf`` or ``ggjt``."""
    version: int
    """0 for ggml, which has none."""
    parameters: Hyperparameters
    head_count_kv: int
    feed_forward_size: int
    pieces: StoredPieces
    """May lack the last one."""
    tensors: tuple[GgmlTensor, ...]
    """In the order of the file."""
    file_size: int

    @property
    def file_type(self) -> str:
        """Name of the file's level; the layout of most weights when it says something else."""
        layouts: Counter[str] = Counter()
        for tensor in self.tensors:
            layouts[tensor.type_name] += tensor.size
        said = FILE_TYPES.get(self.parameters.file_type)
        if said is not None and said[:4] in layouts:
            return said
        return layouts.most_common(1)[0][0]

    @property
    def parameter_count(self) -> int:
        """Weights of the model."""
        weights = 0
        for tensor in self.tensors:
            weights += tensor.size // tensor.layout.size * tensor.layout.weights
        return weights


def read_ggml_header(path: Path) -> GgmlHeader:
    """Read and check the header of ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError``, or ``ModelUnsupportedError`` for models of
    other families, parts of models, and weights packed in a way that nothing reads any more.
    """
    with reading(path), open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size == 0:
            raise empty(path)
        try:
            return _read(HeaderReader(file, size, path), path)
        except ModelError:
            family = _other_family(file, size)
            if family is None:
                raise
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP(
                "ModelFiles", "{name} is a GGML file of another model family ({family})."
            ),
            QT_TRANSLATE_NOOP(
                "ModelFiles",
                "KoChat opens GGML files of Llama models. Get a GGUF file of this model.",
            ),
            family=family,
        )


def _other_family(file: BinaryIO, size: int) -> str | None:
    file.seek(0)
    start = file.read(min(size, _FAMILY_BYTES))
    return next((family for mark, family in OTHER_FAMILIES if mark in start), None)


def _read(reader: HeaderReader, path: Path) -> GgmlHeader:
    container = MAGICS.get(reader.take(4))
    if container is None:
        raise bad_header(path, "it is not GGML")
    version = reader.uint32() if container in VERSIONS else 0
    if container in VERSIONS and version not in VERSIONS[container]:
        raise _other_version(container, version, path)
    parameters = Hyperparameters(*(reader.uint32() for _ in Hyperparameters._fields))
    _check_parameters(parameters, path)
    has_scores, is_aligned = container != "ggml", container == "ggjt"
    try:
        pieces = read_pieces(reader, parameters.vocab_size, has_scores=has_scores, path=path)
    except CutOffError as error:
        needed = missing_bytes(parameters, {}, None, reader.size, is_aligned=is_aligned)
        raise truncated(path, needed - reader.size) from error
    tensors = _read_tensors(reader, parameters, version, path, is_aligned=is_aligned)
    sizes = check_shapes(parameters, tensors, path)
    return GgmlHeader(
        container,
        version,
        parameters,
        sizes.key_width // parameters.head_dim,
        sizes.feed_forward,
        pieces,
        tuple(tensors.values()),
        reader.size,
    )


def _other_version(container: str, version: int, path: Path) -> ModelError:
    if version > _OLD_VERSION:
        return bad_header(path, f"{container} version {version}")
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "{name} is of {container} version {version}, which KoChat cannot read."
        ),
        QT_TRANSLATE_NOOP("ModelFiles", "Get a current GGUF file of the same model."),
        container=container,
        version=version,
    )


def _check_parameters(parameters: Hyperparameters, path: Path) -> None:
    """Refuse what no Llama model has; other programs put other numbers in these places."""
    limits = Hyperparameters(
        MAX_PIECES, _MAX_HIDDEN, _MAX_HIDDEN, _MAX_HEADS, _MAX_LAYERS, _MAX_HIDDEN, 2**32
    )
    for name, value, limit in zip(limits._fields, parameters, limits, strict=True):
        if not (0 < value <= limit or (name == "file_type" and value == 0)):
            raise bad_header(path, f"{name} {value:,}")
    if parameters.hidden_size % parameters.head_count or parameters.head_dim % 2:
        raise bad_header(path, f"{parameters.head_count} heads for {parameters.hidden_size:,}")


def _read_tensors(
    reader: HeaderReader,
    parameters: Hyperparameters,
    version: int,
    path: Path,
    *,
    is_aligned: bool,
) -> dict[str, GgmlTensor]:
    expected = set(tensor_names(parameters.layer_count))
    found: dict[str, GgmlTensor] = {}
    while len(found) < len(expected):
        start = reader.position
        tensor = _read_record(reader, version, path, is_aligned=is_aligned)
        if tensor is None or tensor.offset + tensor.size > reader.size:
            needed = missing_bytes(parameters, found, tensor, start, is_aligned=is_aligned)
            raise truncated(path, max(needed - reader.size, 1))
        if tensor.name in found or tensor.name not in expected:
            raise bad_header(path, f"tensor {tensor.name[:80]} is there twice or unknown")
        found[tensor.name] = tensor
        reader.skip(tensor.offset + tensor.size - reader.position)
    if reader.position < reader.size:
        raise too_long(path, reader.size - reader.position)
    return found


def _read_record(
    reader: HeaderReader, version: int, path: Path, *, is_aligned: bool
) -> GgmlTensor | None:
    """What is said of the next tensor; None when the file ends before all is said."""
    if not _is_left(reader, 12):
        return None
    dimensions, length, kind = (reader.uint32() for _ in range(3))
    if not 0 < dimensions <= MAX_DIMENSIONS or not 0 < length <= MAX_TENSOR_NAME:
        raise bad_header(path, f"a tensor of {dimensions:,} dimensions, {length:,} letters")
    if kind not in TYPE_NAMES:
        raise bad_header(path, f"tensor type {kind:,}")
    if not _is_left(reader, 4 * dimensions + length):
        return None
    shape = tuple(reader.uint32() for _ in range(dimensions))
    name = reader.take(length).decode("utf-8", "replace")
    layout = current_layout(kind, version)
    if layout is None:
        raise _old_layout(path, kind, version)
    if not all(0 < side <= _LONGEST_SIDE for side in shape) or shape[0] % layout.weights:
        raise bad_header(path, "a tensor of impossible size")
    offset = padded(reader.position, ALIGNMENT) if is_aligned else reader.position
    return GgmlTensor(name, layout, shape, offset)


def _is_left(reader: HeaderReader, count: int) -> bool:
    return reader.size - reader.position >= count


def _old_layout(path: Path, kind: int, version: int) -> ModelUnsupportedError:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "{name} holds {level} weights in a layout that was given up in May 2023.",
        ),
        QT_TRANSLATE_NOOP(
            "ModelFiles",
            "Get the f16 file of this model, a {level} file of June 2023 or later, or a GGUF file.",
        ),
        level=TYPE_NAMES[kind],
        version=version,
    )
