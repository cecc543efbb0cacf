"""The tokenizer of a Hugging Face folder, read from ``tokenizer.json`` itself.

What ``transformers`` makes of it depends on the name of a class in another file, and is wrong for
some models; the ``tokenizers`` library does what the file says. The prefix space and the special
tokens are taken out of it: prompts put them where they belong (see :mod:`prompt_bytes`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from kochat_gui.core.generation import TokenPiece
from kochat_gui.core.regular_file import open_regular
from kochat_gui.engines.detokenizer import spelled_bytes
from kochat_gui.engines.prompt_bytes import PromptCodec, SpaceRule
from kochat_gui.engines.transformers_errors import damaged_error, kind_error, missing_error
from kochat_gui.engines.transformers_folder import ModelFolder

_MAX_BYTES = 100 * 10**6
_SPACE = "▁"
_PREPEND = {"type": "Prepend", "prepend": _SPACE}
_COMPOSE = {"type": "NFC"}
_ENDINGS = (
    "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>",
    "[|endofturn|]", "<|return|>", "<|endofturn|>", "<|stop|>", "<turn|>",
)  # fmt: skip
"""Special tokens that end an answer whatever the config says, which often forgets them."""


@dataclass(frozen=True)
class _Added:
    """A token beside the trained vocabulary."""

    token_id: int
    is_special: bool


class HfVocabulary:
    """Pieces, special tokens and ids of one model. One thread at a time."""

    def __init__(self, folder: ModelFolder) -> None:
        """Raises ``ModelMissingError``, ``ModelDamagedError`` and ``ModelUnsupportedError``."""
        path = folder.path / "tokenizer.json"
        self.source = _read(path)
        """What ``tokenizer.json`` says."""
        model = self.source["model"]
        if model.get("type", "BPE") not in {"BPE", "Unigram"}:
            raise kind_error(folder.path, f"tokenizer {str(model.get('type'))[:40]}")
        plain, self._space_rule = _without_prefix(self.source)
        self._tokenizer = _made(plain, path)
        self._tokenizer.encode_special_tokens = True  # special tokens in text are text
        self._folder = folder
        self._is_byte_level = _is_byte_level(self.source)
        self._unknown = str(model.get("unk_token") or "<unk>")
        self._added = {
            str(row["content"]): _Added(int(row["id"]), row.get("special") is True)
            for row in self.source.get("added_tokens") or ()
        }
        self._by_id = {token: text for text, token in self._tokenizer.get_vocab().items()}
        self.vocab_size = int(folder.config.get("vocab_size") or len(self._by_id))
        self.end_ids = self._end_ids()
        """Tokens that end an answer; the first one ends a text."""
        self._control = {
            added.token_id
            for text, added in self._added.items()
            if added.is_special and text != self._unknown
        }
        self._answer_pieces: dict[int, bytes | None] = {}

    def codec(self) -> PromptCodec:
        """How this model's prompts become ids."""
        first = self._first_id()
        bos = first if first is not None else _first(self._folder.config.get("bos_token_id"))
        eos = self.end_ids[0] if self.end_ids else None
        return PromptCodec(
            tokenize_text=self.tokenize,
            marker_id=self.marker_id,
            bos=first,
            named_tokens={"bos": eos if bos is None else bos, "eos": eos},
            space_rule=self._space_rule,
            composes=_COMPOSE in _steps(self.source, "normalizer"),
        )

    def tokenize(self, text: bytes) -> list[int]:
        """Ids of ``text`` as it stands."""
        content = text.decode("utf-8", "replace")
        ids: list[int] = self._tokenizer.encode(content, add_special_tokens=False).ids
        return ids

    def marker_id(self, spelling: str) -> int | None:
        """The special token spelled so."""
        added = self._added.get(spelling)
        return None if added is None or spelling == self._unknown else added.token_id

    def metadata(self, key: str) -> str | None:
        """What a GGUF file's header would say."""
        if key == "tokenizer.chat_template":
            return self._folder.chat_template or None
        return self._folder.kind if key == "general.architecture" else None

    def special_tokens(self) -> list[str]:
        """Spellings of all control tokens."""
        return [self._by_id[token] for token in sorted(self._control)]

    def spelling(self, token: int | None) -> str:
        """A token as the vocabulary writes it; empty for None and for rows without a piece."""
        return "" if token is None else self._by_id.get(token, "")

    def token(self, token: int) -> TokenPiece:
        """A token for people to see; see :meth:`LlamaVocabulary.token`."""
        if token in self._control:
            return TokenPiece(token, self.spelling(token), is_special=True)
        if self._is_byte_level:
            return TokenPiece(token, spelled_bytes(self.piece(token)).replace(" ", _SPACE))
        return TokenPiece(token, self.spelling(token))

    def piece(self, token: int) -> bytes:
        """Bytes of text that a token stands for; none for special ones."""
        text = self._by_id.get(token, "")
        if token in self._control or text == self._unknown:
            return b""
        if self._is_byte_level and text not in self._added:
            return bytes(_LETTER_BYTES[letter] for letter in text if letter in _LETTER_BYTES)
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            return bytes.fromhex(text[3:5])
        return text.replace(_SPACE, " ").encode("utf-8", "replace")

    def answer_piece(self, token: int) -> bytes | None:
        """:meth:`piece`; None for a token that ends the answer. Remembered: it is asked often."""
        try:
            return self._answer_pieces[token]
        except KeyError:
            ends = token in self.end_ids
            piece = self._answer_pieces[token] = None if ends else self.piece(token)
            return piece

    def _end_ids(self) -> tuple[int, ...]:
        name = self._folder.tokenizer.get("eos_token")
        spelled = name.get("content") if isinstance(name, Mapping) else name
        named = self._added.get(str(spelled))
        found = [
            *_ids(self._folder.generation.get("eos_token_id")),
            *_ids(self._folder.config.get("eos_token_id")),
            *([named.token_id] if named is not None else []),
            *(a.token_id for text, a in self._added.items() if text in _ENDINGS and a.is_special),
        ]
        return tuple(dict.fromkeys(token for token in found if 0 <= token < self.vocab_size))

    def _first_id(self) -> int | None:
        """The token that the post-processor puts before a text."""
        for step in _steps(self.source, "post_processor", "processors"):
            match step:
                case {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": name}}, *_]}:
                    known = step.get("special_tokens", {}).get(name, {})
                    return _first(known.get("ids"))
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        with open_regular(path) as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise missing_error(path) from error
    try:
        plain = json.loads(content) if len(content) <= _MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise damaged_error(path, "it is no JSON") from error
    if not isinstance(plain, dict) or not isinstance(plain.get("model"), dict):
        raise damaged_error(path, "it describes no tokenizer")
    return plain


def _made(plain: Mapping[str, Any], path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_str(json.dumps(plain))
    except Exception as error:  # the library raises nothing more exact
        raise damaged_error(path, str(error)) from error


def _without_prefix(plain: Mapping[str, Any]) -> tuple[dict[str, Any], SpaceRule]:
    """The tokenizer for text as it stands, and the rule for the space that it put first."""
    rule = SpaceRule.NEVER
    edited = {**plain, "post_processor": None, "truncation": None, "padding": None}
    steps = _steps(plain, "normalizer", "normalizers")
    if _PREPEND in steps:
        rule = SpaceRule.ALWAYS
        rest = [step for step in steps if step != _PREPEND]
        edited["normalizer"] = {"type": "Sequence", "normalizers": rest} if rest else None
    cutters = _steps(plain, "pre_tokenizer", "pretokenizers")
    if cutters:
        changed = []
        for step in cutters:
            found, without = _cutter_without_prefix(step)
            rule = rule if found is None else found
            changed.append(without)
        edited["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": changed}
    return edited, rule


def _cutter_without_prefix(step: Mapping[str, Any]) -> tuple[SpaceRule | None, dict[str, Any]]:
    if step.get("type") == "Metaspace":
        scheme = step.get("prepend_scheme")
        if scheme is None:
            scheme = "always" if step.get("add_prefix_space", True) else "never"
        rules = {"always": SpaceRule.UNLESS_THERE, "first": SpaceRule.FIRST}
        kept = {key: value for key, value in step.items() if key != "add_prefix_space"}
        return rules.get(str(scheme)), {**kept, "prepend_scheme": "never"}
    if step.get("type") == "ByteLevel" and step.get("add_prefix_space") is True:
        return SpaceRule.UNLESS_THERE, {**step, "add_prefix_space": False}
    return None, dict(step)


def _steps(plain: Mapping[str, Any], part: str, inner: str = "normalizers") -> list[Any]:
    """The steps of a part of the tokenizer, whether it is a sequence or a single one."""
    found = plain.get(part)
    if not isinstance(found, Mapping):
        return []
    return list(found.get(inner, ())) if found.get("type") == "Sequence" else [found]


def _is_byte_level(plain: Mapping[str, Any]) -> bool:
    steps = [
        *_steps(plain, "pre_tokenizer", "pretokenizers"), *_steps(plain, "decoder", "decoders")
    ]  # fmt: skip
    return any(step.get("type") == "ByteLevel" for step in steps)


def _ids(value: object) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if type(item) is int]


def _first(value: object) -> int | None:
    return next(iter(_ids(value)), None)


def _letter_bytes() -> dict[str, int]:
    """The letters that byte-level vocabularies write bytes as (GPT-2, 2019)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {chr(value): value for value in plain}
    others = [value for value in range(256) if value not in plain]
    return letters | {chr(256 + number): value for number, value in enumerate(others)}


_LETTER_BYTES = _letter_bytes()
