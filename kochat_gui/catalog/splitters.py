"""How byte-level tokenizers cut text before merging: their patterns, and llama.cpp's names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kochat_gui.catalog.config_values import unsupported_kind

_WORDS = "'s|'t|'re|'ve|'m|'ll|'d"
_ENDINGS = rf"(?i:{_WORDS})"
_TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
_CASED = (
    rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+",
    rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*",
)


def _letters(digits: str) -> str:
    return (
        rf"{_ENDINGS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}"
        rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_TAIL}"
    )


def _cased(ending: str, digits: str) -> str:
    words = "|".join(pattern + ending for pattern in _CASED)
    return rf"{words}|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_TAIL}"


class Splitter(NamedTuple):
    """A way to cut text that llama.cpp has."""

    steps: tuple[str, ...]
    """Patterns of the ``tokenizers`` library, or the names of its own cutters."""
    ignores_merges: bool
    """A cut piece that is in the vocabulary is a token whatever the merges."""
    name: str
    """``tokenizer.ggml.pre``."""


DIGITS = "<digits>"
"""Every digit on its own."""
BYTE_LEVEL = "<byte level>"
"""The pattern of GPT-2, which comes with the bytes."""

SPLITTERS = (
    Splitter((BYTE_LEVEL,), ignores_merges=False, name="gpt-2"),
    Splitter((DIGITS, BYTE_LEVEL), ignores_merges=False, name="exaone"),
    Splitter((_letters(r"\p{N}{1,3}"),), ignores_merges=True, name="llama-bpe"),
    Splitter((_letters(r"\p{N}{1,3}"),), ignores_merges=False, name="smaug-bpe"),
    Splitter((_letters(r"\p{N}"),), ignores_merges=False, name="qwen2"),
    Splitter((_cased(f"{_ENDINGS}?", r"\p{N}{1,3}"),), ignores_merges=False, name="gpt-4o"),
    Splitter((_cased("", r"\p{N}"),), ignores_merges=True, name="tekken"),
)
"""GPT-2: A.X 4, EXAONE 4. exaone: EXAONE 3. llama-bpe: Llama 3, Kanana 1.5, Mi:dm 2.0.
gpt-4o: Kanana 2. tekken: Mistral Nemo."""


def find_splitter(plain: object, *, ignores_merges: bool, path: Path) -> str:
    """llama.cpp's name for the ``pre_tokenizer`` of a ``tokenizer.json``.

    Raises ``ModelUnsupportedError`` when it has none.
    """
    steps = tuple(_steps(plain, path))
    for splitter in SPLITTERS:
        if splitter.steps == steps and splitter.ignores_merges == ignores_merges:
            return splitter.name
    raise unsupported_kind(path, "tokenizer: pre_tokenizer")


def _steps(plain: object, path: Path) -> list[str]:
    match plain:
        case {"type": "Sequence", "pretokenizers": [*inner]}:
            return [step for item in inner for step in _steps(item, path)]
        case {"type": "ByteLevel", **rest} if not rest.get("add_prefix_space"):
            return [BYTE_LEVEL] if rest.get("use_regex", True) else []
        case {"type": "Digits", "individual_digits": True}:
            return [DIGITS]
        case {"type": "Split", "pattern": {"Regex": str(pattern)}, **rest} if _isolates(rest):
            return [pattern]
    raise unsupported_kind(path, "tokenizer: pre_tokenizer")


def _isolates(rest: Mapping[Any, Any]) -> bool:
    """Every match is a piece: said so, or by removing nothing from between them."""
    said = (rest.get("behavior"), rest.get("invert", False))
    return said in (("Isolated", False), ("Removed", True))
