"""The vocabulary of a GGUF model and the rest of its header, through llama.cpp's C interface."""

import ctypes

from llama_cpp import llama_cpp as lib

from kochat_gui.core.generation import TokenPiece
from kochat_gui.engines.detokenizer import spelled_bytes
from kochat_gui.engines.prompt_bytes import PromptCodec, SpaceRule

SPACE_KEY = "tokenizer.ggml.add_space_prefix"
_RULE_KEY = "kochat.prefix_space"
"""Written by KoChat's converter: a value of ``SpaceRule``, which llama.cpp does not follow."""
_COMPOSES_KEY = "kochat.composes_text"
"""Written by KoChat's converter for tokenizers that bring text to NFC first."""
_TOKENIZER_KEY = "tokenizer.ggml.model"
_BYTE_LEVEL = "gpt2"
_MAX_METADATA = 1 << 20


class LlamaVocabulary:
    """Of a loaded model; of no use once that is freed. One thread at a time."""

    def __init__(self, model: int) -> None:
        self._model = model
        self._vocab = lib.llama_model_get_vocab(model)
        self.vocab_size: int = lib.llama_vocab_n_tokens(self._vocab)
        self._piece = ctypes.create_string_buffer(64)
        self._answer_pieces: dict[int, bytes | None] = {}
        self._is_byte_level = self.metadata(_TOKENIZER_KEY) == _BYTE_LEVEL

    def metadata(self, key: str) -> str | None:
        """A value of the file's header as text."""
        size = 256
        while size <= _MAX_METADATA:
            buffer = ctypes.create_string_buffer(size)
            length = lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size)
            if length < 0:
                return None
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1
        return None

    def codec(self) -> PromptCodec:
        """How this model's prompts become ids."""
        bos = _valid(lib.llama_vocab_bos(self._vocab))
        return PromptCodec(
            tokenize_text=self.tokenize,
            marker_id=self.marker_id,
            bos=bos if lib.llama_vocab_get_add_bos(self._vocab) else None,
            named_tokens={"bos": bos, "eos": _valid(lib.llama_vocab_eos(self._vocab))},
            space_rule=self._space_rule(),
            composes=self.metadata(_COMPOSES_KEY) == "true",
        )

    def _space_rule(self) -> SpaceRule:
        rules = {rule.value: rule for rule in SpaceRule}
        said = self.metadata(_RULE_KEY)
        if said in rules:
            return rules[said]
        default = lib.llama_vocab_type(self._vocab) == lib.LLAMA_VOCAB_TYPE_SPM
        adds_space = self.metadata(SPACE_KEY)
        wants = default if adds_space is None else adds_space == "true"
        return SpaceRule.ALWAYS if wants else SpaceRule.NEVER

    def tokenize(self, text: bytes, *, parse_special: bool = False) -> list[int]:
        """Ids of ``text`` as it stands; special tokens only where asked for."""
        size = len(text) + 8
        while True:
            ids = (ctypes.c_int32 * size)()
            count = lib.llama_tokenize(
                self._vocab, text, len(text), ids, size, False, parse_special
            )
            if count >= 0:
                return list(ids[:count])
            size = -count

    def marker_id(self, spelling: str) -> int | None:
        """The special token spelled so."""
        ids = self.tokenize(spelling.encode(), parse_special=True)
        if len(ids) != 1:
            return None
        special = lib.LLAMA_TOKEN_ATTR_CONTROL | lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        return ids[0] if lib.llama_vocab_get_attr(self._vocab, ids[0]) & special else None

    def special_tokens(self) -> list[str]:
        """Spellings of all control tokens; walks through the whole vocabulary.

        User-defined ones (runs of newlines, in some models) are part of plain text.
        """
        return [
            self.spelling(token)
            for token in range(self.vocab_size)
            if lib.llama_vocab_is_control(self._vocab, token)
        ]

    def spelling(self, token: int | None) -> str:
        """A token as the vocabulary writes it; empty for None."""
        if token is None:
            return ""
        text: bytes = lib.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace")

    def token(self, token: int) -> TokenPiece:
        """A token for people to see.

        Byte-level vocabularies spell every byte as a letter of its own (``ìķĪ`` for 안), which
        nobody can read, so their tokens are decoded.
        """
        if lib.llama_vocab_is_control(self._vocab, token):
            return TokenPiece(token, self.spelling(token), is_special=True)
        if self._is_byte_level:
            return TokenPiece(token, spelled_bytes(self.piece(token)).replace(" ", "▁"))
        return TokenPiece(token, self.spelling(token))

    def piece(self, token: int) -> bytes:
        """Bytes of text that a token stands for, whatever their number; none for special ones."""
        length = lib.llama_token_to_piece(
            self._vocab, token, self._piece, len(self._piece), 0, False
        )
        if length < 0:
            self._piece = ctypes.create_string_buffer(-length)
            return self.piece(token)
        return self._piece.raw[:length]

    def answer_piece(self, token: int) -> bytes | None:
        """:meth:`piece`; None for a token that ends the answer. Remembered: it is asked often."""
        try:
            return self._answer_pieces[token]
        except KeyError:
            ends = lib.llama_vocab_is_eog(self._vocab, token)
            piece = self._answer_pieces[token] = None if ends else self.piece(token)
            return piece


def _valid(token: int) -> int | None:
    return token if token >= 0 else None
