"""File size of every level of a model, before any of the files exist."""

from kochat_gui.catalog.gguf_format import TENSOR_TYPE_IDS, TENSOR_TYPES, padded, tensor_bytes
from kochat_gui.catalog.gguf_header import GgufHeader, GgufTensor, read_gguf_header
from kochat_gui.catalog.llama_gguf import file_bytes, tensor_level
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.core.models import QUANTIZATIONS, ModelFormat, ModelSpec

_ORIGINALS = frozenset({"f16", "f32", "bf16"})


def level_sizes(spec: ModelSpec) -> dict[str, int]:
    """Bytes of the file of every level that there is or that can be made.

    Exact for files made from safetensors. Reads headers only; raises ``ModelError``.
    """
    if spec.format is ModelFormat.SAFETENSORS:
        folder = read_safetensors_folder(spec.path)
        vocabulary = read_tokenizer(folder.tokenizer, folder.config.vocab_size)
        return file_bytes(folder.config, vocabulary, spec.name, QUANTIZATIONS)
    own = spec.quantization or ""
    if spec.format is not ModelFormat.GGUF or own not in _ORIGINALS:
        return {own: spec.size_bytes}
    header = read_gguf_header(spec.path)
    made = {level: _requantized_bytes(header, level) for level in QUANTIZATIONS if level != own}
    return {**made, own: spec.size_bytes}


def _requantized_bytes(header: GgufHeader, level: str) -> int:
    """Of a copy of the file at ``level``: a close estimate, other architectures have own rules."""
    names = {tensor.name for tensor in header.tensors}
    last = "output.weight" if "output.weight" in names else "token_embd.weight"
    return header.data_offset + sum(
        padded(_tensor_bytes(tensor, level, last)) for tensor in header.tensors
    )


def _tensor_bytes(tensor: GgufTensor, level: str, last: str) -> int:
    if len(tensor.shape) < 2 or not tensor.name.endswith("weight"):
        return tensor.size
    is_last = tensor.name == last
    name = tensor_level(level, tensor.shape[0], len(tensor.shape), ends_model=is_last)
    return tensor_bytes(TENSOR_TYPES[TENSOR_TYPE_IDS[name]], tensor.shape)
