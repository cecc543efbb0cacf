"""A GGUF file of a model's vocabulary alone, for showing how it cuts text without its weights."""

from kochat_gui.catalog.conversion_job import VocabularyJob
from kochat_gui.catalog.ggml_gguf import ggml_vocabulary, metadata
from kochat_gui.catalog.ggml_header import read_ggml_header
from kochat_gui.catalog.gguf_writer import encode_header
from kochat_gui.catalog.safetensors_folder import vocabulary_header
from kochat_gui.core.models import ImportOptions, ModelFormat


def vocabulary_bytes(job: VocabularyJob) -> bytes:
    """The whole file: metadata, and no tensors. Raises ``ModelError``."""
    if job.format is not ModelFormat.GGML:
        return vocabulary_header(job.source, job.name)
    options = job.import_options or ImportOptions()
    header = read_ggml_header(job.source)
    vocabulary = ggml_vocabulary(header, options, job.source)
    return encode_header(metadata(header, vocabulary, options, job.name), ())
