"""Writes the GGML containers of 2023 (ggml, ggmf, ggjt v1–v3), and makes them from GGUF files."""

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kochat_gui.catalog.ggml_format import MAGICS, gguf_name, tensor_names
from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS, TENSOR_TYPE_IDS, TENSOR_TYPES
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.catalog.vocabulary import BYTE_PIECES, SPACE, TokenType
from kochat_gui.core.models import ModelSpec

CONTAINERS = (("ggml", 0), ("ggmf", 1), ("ggjt", 1), ("ggjt", 2), ("ggjt", 3))
Piece = tuple[bytes, float]
_MAGICS = {name: magic for magic, name in MAGICS.items()}


@dataclass(frozen=True)
class Tensor:
    """A tensor to be written."""

    name: str
    type_number: int
    shape: tuple[int, ...]
    """Fastest dimension first."""
    data: bytes


@dataclass(frozen=True)
class GgmlModel:
    """Everything that goes into a file."""

    parameters: tuple[int, ...]
    """Vocabulary, hidden size, multiple, heads, layers, rotary size, file type."""
    pieces: tuple[Piece, ...]
    tensors: tuple[Tensor, ...] = field(repr=False)

    def encoded(self, container: str = "ggjt", version: int = 3) -> bytes:
        """The file."""
        parts = [_MAGICS[container]]
        if container != "ggml":
            parts.append(struct.pack("<I", version))
        parts.append(struct.pack("<7I", *self.parameters))
        for text, score in self.pieces:
            parts.append(struct.pack("<I", len(text)) + text)
            if container != "ggml":
                parts.append(struct.pack("<f", score))
        content = bytearray(b"".join(parts))
        for tensor in self.tensors:
            name, count = tensor.name.encode(), len(tensor.shape)
            head = (count, len(name), tensor.type_number, *tensor.shape)
            content += struct.pack(f"<{3 + count}I", *head) + name
            if container == "ggjt":
                content += b"\0" * (-len(content) % 32)
            content += tensor.data
        return bytes(content)

    def changed(self, tensor_name: str, **changes: object) -> "GgmlModel":
        """With other fields of one tensor."""
        tensors = tuple(
            replace(tensor, **changes) if tensor.name == tensor_name else tensor  # type: ignore[arg-type]  # fields by name
            for tensor in self.tensors
        )
        return replace(self, tensors=tensors)


def plain_pieces(extra: Sequence[str] = ()) -> tuple[Piece, ...]:
    """What every Llama vocabulary begins with, then ``extra`` in the order of their merges."""
    begin = [" ⁇ ".encode(), b"", b"", *(bytes([value]) for value in range(256))]
    found = [(text, 0.0) for text in begin]
    return (*found, *((text.encode(), float(-rank)) for rank, text in enumerate(extra)))


def tiny_ggml(
    level: str = "q4_0",
    *,
    pieces: tuple[Piece, ...] = plain_pieces((" 안", "녕", " 안녕")),
    heads: int = 4,
    keys: int = 4,
    layers: int = 1,
    seed: int = 5,
) -> GgmlModel:
    """A model of random bytes; ``keys``: heads of the key matrix."""
    hidden, wide = 32, 96
    chance = random.Random(seed)
    shapes = {
        "wk": (hidden, hidden // heads * keys),
        "wv": (hidden, hidden // heads * keys),
        "w1": (hidden, wide),
        "w3": (hidden, wide),
        "w2": (wide, hidden),
        "wq": (hidden, hidden),
        "wo": (hidden, hidden),
        "tok_embeddings": (hidden, len(pieces)),
        "output": (hidden, len(pieces)),
    }
    tensors = []
    for name in tensor_names(layers):
        shape: tuple[int, ...] = shapes.get(name.split(".")[-2], (hidden,))
        kind = level if len(shape) > 1 else "f32"
        number = TENSOR_TYPE_IDS[kind]
        layout = TENSOR_TYPES[number]
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        data = chance.randbytes(count // layout.weights * layout.size)
        tensors.append(Tensor(name, number, shape, data))
    parameters = (len(pieces), hidden, 32, heads, layers, hidden // heads, FILE_TYPE_IDS[level])
    return GgmlModel(parameters, pieces, tuple(tensors))


def ggml_from_gguf(gguf: Path, spec: ModelSpec, pieces: tuple[Piece, ...]) -> GgmlModel:
    """The model of ``gguf`` with its blocks as they are: today's layouts are those of ggjt v3."""
    header = read_gguf_header(gguf)
    content = gguf.read_bytes()
    stored = {tensor.name: tensor for tensor in header.tensors}
    tensors = []
    for name in tensor_names(spec.layer_count):
        tensor = stored[gguf_name(name)]
        start = header.data_offset + tensor.offset
        number = TENSOR_TYPE_IDS[tensor.layout.name]
        data = content[start : start + tensor.size]
        tensors.append(Tensor(name, number, tensor.shape, data))
    parameters = (
        spec.vocab_size,
        spec.hidden_size,
        256,
        spec.head_count,
        spec.layer_count,
        spec.head_dim,
        FILE_TYPE_IDS[header.file_type],
    )
    return GgmlModel(parameters, pieces, tuple(tensors))


def pieces_of_tokenizer(tokenizer: Path, vocab_size: int) -> tuple[Piece, ...]:
    """The vocabulary of ``tokenizer.json`` as 2023's converter stored one."""
    vocabulary = read_tokenizer(tokenizer, vocab_size)
    found: list[Piece] = []
    for number, text in enumerate(vocabulary.pieces):
        match vocabulary.types[number]:
            case TokenType.UNKNOWN:
                found.append((" ⁇ ".encode(), 0.0))
            case TokenType.CONTROL:
                found.append((b"", 0.0))
            case TokenType.BYTE:
                found.append((bytes([BYTE_PIECES.index(text)]), 0.0))
            case _:
                score = float(3 + len(BYTE_PIECES) - number)
                found.append((text.replace(SPACE, " ").encode(), score))
    return tuple(found)


def added_without_order(pieces: tuple[Piece, ...], first: int) -> tuple[Piece, ...]:
    """As for Llama-2-Ko: from ``first`` on, pieces keep a raw ``▁`` and all have one score."""
    added = ((text.replace(b" ", SPACE.encode()), -1000.0) for text, _ in pieces[first:])
    return (*pieces[:first], *added)


def mutation_seeds() -> dict[str, bytes]:
    """Small sound files of every container, to be damaged."""
    levels = {("ggjt", 3): "q4_0", ("ggjt", 2): "q5_1"}
    return {
        f"{container} v{version}": tiny_ggml(levels.get((container, version), "f16")).encoded(
            container, version
        )
        for container, version in CONTAINERS
    }
