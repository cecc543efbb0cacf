"""Whether a model's tokenizer does what it should: asked after every load."""

import json
import logging
from collections.abc import Callable
from typing import Any

from tokenizers import Tokenizer
from transformers import AutoTokenizer
from transformers.utils import logging as library_logging

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.engines.transformers_folder import ModelFolder
from kochat_gui.engines.transformers_tokenizer import HfVocabulary

_log = logging.getLogger(__name__)
PROBE = "오늘은 날씨가 참 좋네요. It's 3 o'clock,  let's go!"
_LOSES_SPACES = QT_TRANSLATE_NOOP(
    "Transformers",
    "The model's tokenizer.json is an old one that loses the spaces between words. KoChat puts "
    "them back; a newer copy of the file does not need that.",
)
_OTHER_TOKENS = QT_TRANSLATE_NOOP(
    "Transformers",
    "transformers would cut texts for this model in another way than its tokenizer.json says. "
    "KoChat goes by the file.",
)
_OWN_CODE = QT_TRANSLATE_NOOP(
    "Transformers",
    "The model brings program code of its own. KoChat does not run it and computes the model as "
    "others of its kind.",
)

Encode = Callable[[str], list[int]]
Decode = Callable[[list[int]], str]


def remarks(folder: ModelFolder, vocabulary: HfVocabulary) -> tuple[TextKey, ...]:
    """What a person should know of the model's files."""
    found = [_OWN_CODE] if folder.has_own_code else []
    raw = _raw(vocabulary)
    picked = _picked(folder)
    if loses_spaces(*raw) or (picked is not None and loses_spaces(*picked)):
        found.append(_LOSES_SPACES)
    if picked is not None and picked[0](PROBE) != raw[0](PROBE):
        found.append(_OTHER_TOKENS)
    return tuple(found)


def loses_spaces(encode: Encode, decode: Decode) -> bool:
    """Whether text comes back without the spaces between its words."""
    back = decode(encode(PROBE))
    return " " not in back.strip() and _joined(back) == _joined(PROBE)


def _joined(text: str) -> str:
    return "".join(text.split())


def _raw(vocabulary: HfVocabulary) -> tuple[Encode, Decode]:
    """The tokenizer as its file describes it."""
    tokenizer = Tokenizer.from_str(json.dumps(vocabulary.source))

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    return encode, lambda ids: str(tokenizer.decode(ids))


def _picked(folder: ModelFolder) -> tuple[Encode, Decode] | None:
    """The tokenizer that ``transformers`` picks; None when it finds none."""
    verbosity = library_logging.get_verbosity()
    library_logging.set_verbosity_error()
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # noqa: BLE001 - it is only compared with
        _log.info("transformers has no tokenizer: %s: %s", type(error).__name__, error)
        return None
    finally:
        library_logging.set_verbosity(verbosity)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False)
        return ids

    return encode, lambda ids: str(tokenizer.decode(ids))
