"""Numbers of the GGUF container (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""

from enum import IntEnum
from typing import NamedTuple

MAGIC = b"GGUF"
DEFAULT_ALIGNMENT = 32
MAX_DIMENSIONS = 4
MAX_TENSOR_NAME = 63
"""Bytes."""
QUANTIZATION_VERSION = 2


class ValueType(IntEnum):
    """Type of a metadata value."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


SCALAR_FORMATS: dict[ValueType, str] = {
    ValueType.UINT8: "<B",
    ValueType.INT8: "<b",
    ValueType.UINT16: "<H",
    ValueType.INT16: "<h",
    ValueType.UINT32: "<I",
    ValueType.INT32: "<i",
    ValueType.FLOAT32: "<f",
    ValueType.BOOL: "<?",
    ValueType.UINT64: "<Q",
    ValueType.INT64: "<q",
    ValueType.FLOAT64: "<d",
}


class BlockLayout(NamedTuple):
    """How a tensor type packs its weights."""

    name: str
    weights: int
    """Weights in one block; rows are whole blocks."""
    size: int
    """Bytes of one block."""


TENSOR_TYPES: dict[int, BlockLayout] = {
    0: BlockLayout("f32", 1, 4),
    1: BlockLayout("f16", 1, 2),
    2: BlockLayout("q4_0", 32, 18),
    3: BlockLayout("q4_1", 32, 20),
    6: BlockLayout("q5_0", 32, 22),
    7: BlockLayout("q5_1", 32, 24),
    8: BlockLayout("q8_0", 32, 34),
    9: BlockLayout("q8_1", 32, 36),
    10: BlockLayout("q2_k", 256, 84),
    11: BlockLayout("q3_k", 256, 110),
    12: BlockLayout("q4_k", 256, 144),
    13: BlockLayout("q5_k", 256, 176),
    14: BlockLayout("q6_k", 256, 210),
    15: BlockLayout("q8_k", 256, 292),
    16: BlockLayout("iq2_xxs", 256, 66),
    17: BlockLayout("iq2_xs", 256, 74),
    18: BlockLayout("iq3_xxs", 256, 98),
    19: BlockLayout("iq1_s", 256, 50),
    20: BlockLayout("iq4_nl", 32, 18),
    21: BlockLayout("iq3_s", 256, 110),
    22: BlockLayout("iq2_s", 256, 82),
    23: BlockLayout("iq4_xs", 256, 136),
    24: BlockLayout("i8", 1, 1),
    25: BlockLayout("i16", 1, 2),
    26: BlockLayout("i32", 1, 4),
    27: BlockLayout("i64", 1, 8),
    28: BlockLayout("f64", 1, 8),
    29: BlockLayout("iq1_m", 256, 56),
    30: BlockLayout("bf16", 1, 2),
    34: BlockLayout("tq1_0", 256, 54),
    35: BlockLayout("tq2_0", 256, 66),
    39: BlockLayout("mxfp4", 32, 17),
    40: BlockLayout("nvfp4", 64, 36),
    41: BlockLayout("q1_0", 128, 18),
}

TENSOR_TYPE_IDS: dict[str, int] = {layout.name: key for key, layout in TENSOR_TYPES.items()}

FILE_TYPES: dict[int, str] = {
    0: "f32",
    1: "f16",
    2: "q4_0",
    3: "q4_1",
    7: "q8_0",
    8: "q5_0",
    9: "q5_1",
    10: "q2_k",
    11: "q3_k_s",
    12: "q3_k_m",
    13: "q3_k_l",
    14: "q4_k_s",
    15: "q4_k_m",
    16: "q5_k_s",
    17: "q5_k_m",
    18: "q6_k",
    19: "iq2_xxs",
    20: "iq2_xs",
    21: "q2_k_s",
    22: "iq3_xs",
    23: "iq3_xxs",
    24: "iq1_s",
    25: "iq4_nl",
    26: "iq3_s",
    27: "iq3_m",
    28: "iq2_s",
    29: "iq2_m",
    30: "iq4_xs",
    31: "iq1_m",
    32: "bf16",
    36: "tq1_0",
    37: "tq2_0",
    38: "mxfp4",
}
"""``general.file_type``: the level that most of a file's matrices have."""

FILE_TYPE_IDS: dict[str, int] = {name: key for key, name in FILE_TYPES.items()}


def padded(size: int, alignment: int = DEFAULT_ALIGNMENT) -> int:
    """``size`` rounded up to a multiple of ``alignment``."""
    return -(-size // alignment) * alignment


def tensor_bytes(layout: BlockLayout, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor; ``shape`` is fastest dimension first, rows are whole blocks."""
    count = 1
    for length in shape:
        count *= length
    return count // layout.weights * layout.size
