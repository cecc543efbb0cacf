"""Which files a conversion reads, and whether they are still the same."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from kochat_gui.catalog.file_errors import reading
from kochat_gui.catalog.ggml_vocabulary import tokenizer_file
from kochat_gui.catalog.gguf_split import part_paths
from kochat_gui.core.models import ImportOptions, ModelFormat
from kochat_gui.core.regular_file import open_regular

_HASHED_BYTES = 1024**2
_PATTERNS = {
    ModelFormat.SAFETENSORS: ("*.json", "*.jinja", "*.model", "README.md", "*.safetensors"),
    ModelFormat.CHECKPOINT: ("*.json", "*.jinja", "*.model", "README.md", "*.bin"),
}


def source_files(
    path: Path, format_: ModelFormat, options: ImportOptions | None = None
) -> list[Path]:
    """The files of a model that a conversion may read; they need not all exist."""
    match format_:
        case ModelFormat.GGUF:
            return part_paths(path)
        case ModelFormat.SAFETENSORS | ModelFormat.CHECKPOINT:
            with reading(path):
                return sorted(file for pattern in _PATTERNS[format_] for file in path.glob(pattern))
    if options is None or options.tokenizer is None:
        return [path]
    return [path, tokenizer_file(options.tokenizer)]


def adapter_files(path: Path) -> list[Path]:
    """The files of an adapter; ``path`` is a file or a folder."""
    with reading(path):
        if not path.is_dir():
            return [path]
        names = ("adapter_config.json", "adapter_model.safetensors", "adapter_model.bin")
        return [path / name for name in names if (path / name).exists()]


def stamps(files: Sequence[Path]) -> list[tuple[int, int]]:
    """Size and time of each file: equal as long as nobody writes to them."""
    found = []
    for file in files:
        with reading(file):
            stat = file.stat()
        found.append((stat.st_size, stat.st_mtime_ns))
    return found


def fingerprint(recipe: str, files: Iterable[Path]) -> str:
    """Of ``recipe`` and the files' names, sizes, times and first megabytes."""
    digest = hashlib.sha256(recipe.encode("utf-8", "surrogatepass"))
    for file in files:
        with reading(file), open_regular(file) as content:
            stat = file.stat()
            digest.update(
                f"{file.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode(errors="replace")
            )
            digest.update(content.read(_HASHED_BYTES))
    return digest.hexdigest()[:16]


def content_hash(files: Iterable[Path]) -> str:
    """Of the files' sizes, first and last megabytes: the same wherever a copy of them is."""
    digest = hashlib.sha256()
    for file in files:
        with reading(file), open_regular(file) as content:
            size = file.stat().st_size
            digest.update(f"{size}\0".encode())
            digest.update(content.read(_HASHED_BYTES))
            content.seek(max(content.tell(), size - _HASHED_BYTES))
            digest.update(content.read(_HASHED_BYTES))
    return digest.hexdigest()[:16]


def is_one_of(path: Path, files: Iterable[Path]) -> bool:
    """Whether ``path`` is one of ``files``, also under another spelling or through a link."""
    for file in files:
        try:
            if path.samefile(file):
                return True
        except OSError:  # one of the two is not there
            if path == file:
                return True
    return False
