"""What a model is called: by its file, its folder, and the repository that it comes from."""

from kochat_gui.core.models import ModelFormat, ModelSpec

_CACHE_FOLDER = "models--"
"""How huggingface_hub's cache begins the names of its folders: ``models--org--repository``."""


def names_of(spec: ModelSpec, *others: str) -> tuple[str, ...]:
    """Names that can tell what a model is, without repetitions.

    A file's folder is not among them: people keep all kinds of models in one called ``chat``.
    """
    is_folder = spec.format in {ModelFormat.SAFETENSORS, ModelFormat.CHECKPOINT}
    file = spec.path.name if is_folder else spec.path.stem
    names = [spec.name, file, spec.original_name, *others]
    names += [part for part in spec.path.parts if part.startswith(_CACHE_FOLDER)]
    return tuple(dict.fromkeys(filter(None, names)))
