"""Vocabularies alone, and how their tokens are shown."""

from pathlib import Path

import gguf
import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import ModelDamagedError
from kochat_gui.core.generation import ChatMessage, GenerationRequest, TokenPiece
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine

_NORMAL, _CONTROL = 1, 3
_OPTIONS = LoadOptions(context_tokens=300, vocab_only=True)


def _letters() -> list[str]:
    """The letter that stands for each byte in byte-level vocabularies."""
    readable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(256, 512))
    return [chr(byte if byte in readable else next(others)) for byte in range(256)]


def write_byte_level(path: Path) -> Path:
    """A file of a vocabulary and nothing else; it has merges for 안, 녕, and " 안"."""
    letters = _letters()

    def spelled(text: str) -> str:
        return "".join(letters[byte] for byte in text.encode())

    merges = []
    for text in ("안", "녕"):
        all_three = spelled(text)
        merges += [" ".join(all_three[:2]), f"{all_three[:2]} {all_three[2]}"]
    merges.append(f"{spelled(' ')} {spelled('안')}")
    tokens = ["<|end|>", *letters, *(merge.replace(" ", "") for merge in merges)]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("byte level")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([_CONTROL, *([_NORMAL] * (len(tokens) - 1))])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(0)
    writer.add_bos_token_id(0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def load(engine: LlamaCppEngine, path: Path, options: LoadOptions) -> int:
    spec = ModelSpec(str(path), path.stem, path, ModelFormat.GGUF, None, 0, template="completion")
    return engine.load(spec, options, lambda _: None, CancelToken()).context_window


def test_a_file_without_tensors_splits_texts(tmp_path: Path) -> None:
    engine = LlamaCppEngine()
    assert load(engine, write_byte_level(tmp_path / "어휘.gguf"), _OPTIONS) == 512
    pieces = engine.tokenize("안녕 안힣<|end|>")
    assert [piece.text for piece in pieces[:6]] == [
        "안", "녕", "▁안", "<0xED>", "<0x9E>", "<0xA3>",
    ]  # fmt: skip
    assert "".join(piece.text for piece in pieces[6:]) == "<|end|>"
    assert not any(piece.is_special for piece in pieces)
    messages = (ChatMessage(Role.USER, "녕<|end|>"),)
    prompt = engine.render_prompt(GenerationRequest(messages))
    assert prompt.text.endswith("녕<|end|>")
    shown = prompt.tokens[:2] if prompt.tokens[0].is_special else prompt.tokens[:1]
    assert shown[-1].text == "녕"
    assert all(piece == TokenPiece(0, "<|end|>", is_special=True) for piece in shown[:-1])
    engine.unload()


def test_a_file_without_tensors_is_no_model(tmp_path: Path) -> None:
    path = write_byte_level(tmp_path / "어휘.gguf")
    with pytest.raises(ModelDamagedError):
        load(LlamaCppEngine(), path, LoadOptions(gpu_layers=0))
