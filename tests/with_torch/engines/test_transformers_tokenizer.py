"""Tokenizers of every make, read from ``tokenizer.json``; and the ones that are known to be bad."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.errors import ModelDamagedError, ModelMissingError, ModelUnsupportedError
from kochat_gui.engines.prompt_bytes import SpaceRule
from kochat_gui.engines.transformers_folder import ModelFolder, open_folder
from tests.contract.subject import text_of
from tests.helpers.korean_sentences import korean_sentences
from tests.helpers.tiny_models import BUILT_IN

tokenizers: Any = pytest.importorskip("tokenizers")
ours: Any = pytest.importorskip("kochat_gui.engines.transformers_tokenizer")
probe: Any = pytest.importorskip("kochat_gui.engines.transformers_probe")

TEXTS = [*korean_sentences()[::50], "a  b\nc\t", "👨‍👩‍👧 뷁", "It's 3.14 <s> </s>"]
_METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}
_BYTE_LEVEL = {
    "type": "ByteLevel",
    "add_prefix_space": False,
    "trim_offsets": True,
    "use_regex": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "model"
    shutil.copytree(BUILT_IN, target)
    return target


def _plain(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    return found


def _write(folder: Path, **changes: Any) -> Any:
    plain = {**_plain(folder), **changes}
    (folder / "tokenizer.json").write_text(json.dumps(plain), "utf-8")
    return ours.HfVocabulary(open_folder(folder))


def _bytes_model(folder: Path, pre_tokenizer: dict[str, Any]) -> Any:
    """A byte-level tokenizer that was trained on a few sentences."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<|endoftext|>", "<|im_end|>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(korean_sentences()[:200], trainer)
    plain = json.loads(tokenizer.to_str())
    plain["pre_tokenizer"] = pre_tokenizer
    (folder / "tokenizer.json").write_text(json.dumps(plain), "utf-8")
    return ours.HfVocabulary(open_folder(folder))


def _joined(vocabulary: Any, ids: list[int]) -> str:
    return b"".join(vocabulary.piece(token) for token in ids).decode()


def _raw(folder: Path) -> Callable[[str], list[int]]:
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"normalizer": None, "pre_tokenizer": _METASPACE},
        {"normalizer": None, "pre_tokenizer": {**_METASPACE, "prepend_scheme": "first"}},
        {"normalizer": None, "pre_tokenizer": {**_METASPACE, "prepend_scheme": "never"}},
        {
            "pre_tokenizer": None,
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Prepend", "prepend": "▁"},
                    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                ],
            },
        },
        {
            "normalizer": None,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        },
    ],
)
def test_texts_get_the_ids_of_the_file(folder: Path, changes: dict[str, Any]) -> None:
    vocabulary = _write(folder, **changes)
    codec, raw = vocabulary.codec(), _raw(folder)
    for text in TEXTS:
        ids = codec.tokenize_text(codec.text_bytes(text))
        assert ids == raw(text), text
        back = _joined(vocabulary, ids)
        assert back.lstrip() == text.lstrip(), text


@pytest.mark.parametrize("prefix", [False, True])
def test_byte_level_texts_get_the_ids_of_the_file(folder: Path, prefix: bool) -> None:
    vocabulary = _bytes_model(folder, {**_BYTE_LEVEL, "add_prefix_space": prefix})
    codec, raw = vocabulary.codec(), _raw(folder)
    assert codec.space_rule is (SpaceRule.UNLESS_THERE if prefix else SpaceRule.NEVER)
    for text in TEXTS:
        ids = codec.tokenize_text(codec.text_bytes(text))
        assert ids == raw(text), text
        assert _joined(vocabulary, ids).removeprefix(" ") == text.removeprefix(" ")
    shown = [vocabulary.token(token) for token in codec.tokenize_text("안녕 뷁 하세요".encode())]
    assert text_of(shown) == "안녕 뷁 하세요"


def test_endings_that_the_config_forgets(folder: Path) -> None:
    vocabulary = _bytes_model(folder, _BYTE_LEVEL)
    assert {0, 1} <= set(vocabulary.end_ids)
    assert vocabulary.answer_piece(1) is None
    assert vocabulary.answer_piece(300) == vocabulary.piece(300)


def test_special_tokens_are_only_made_by_templates(folder: Path) -> None:
    vocabulary = ours.HfVocabulary(open_folder(folder))
    assert vocabulary.special_tokens() == ["<s>", "</s>"]
    assert vocabulary.marker_id("</s>") == 2
    assert vocabulary.marker_id("<unk>") is None
    assert vocabulary.marker_id("안녕") is None
    assert 2 not in vocabulary.tokenize("끝</s>".encode())
    assert vocabulary.token(2).is_special
    assert vocabulary.piece(2) == b""
    assert vocabulary.spelling(None) == ""
    assert vocabulary.piece(10**6) == b""


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"model": {"type": "BPE"}}', b"\xff"])
def test_a_file_that_is_no_tokenizer(folder: Path, content: bytes) -> None:
    (folder / "tokenizer.json").write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"tokenizer\.json"):
        ours.HfVocabulary(open_folder(folder))


def test_other_kinds_are_refused(folder: Path) -> None:
    plain = _plain(folder)
    with pytest.raises(ModelUnsupportedError, match="WordPiece"):
        _write(folder, model={**plain["model"], "type": "WordPiece"})
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelMissingError, match=r"tokenizer\.json"):
        ours.HfVocabulary(open_folder(folder))


def _remarks(folder: Path) -> list[str]:
    opened: ModelFolder = open_folder(folder)
    return [key.source for key in probe.remarks(opened, ours.HfVocabulary(opened))]


def test_nothing_is_said_about_a_good_tokenizer(folder: Path) -> None:
    assert _remarks(folder) == []


def test_the_tokenizer_of_2023_that_loses_spaces_is_named(folder: Path) -> None:
    """Its decoder joins the pieces without making spaces of their marks; texts are right anyway."""
    steps = [{"type": "Replace", "pattern": {"String": "▁"}, "content": ""}]
    decoder = {"type": "Sequence", "decoders": [*steps, {"type": "ByteFallback"}, {"type": "Fuse"}]}
    vocabulary = _write(folder, decoder=decoder)
    assert any("loses the spaces" in remark for remark in _remarks(folder))
    codec = vocabulary.codec()
    ids = codec.tokenize_text(codec.text_bytes("오늘은 날씨가 좋네요"))
    assert _joined(vocabulary, ids) == " 오늘은 날씨가 좋네요"


def test_a_tokenizer_that_transformers_gets_wrong_is_named(folder: Path) -> None:
    path = folder / "tokenizer_config.json"
    plain = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**plain, "tokenizer_class": "Qwen2Tokenizer"}), "utf-8")
    assert any("in another way" in remark for remark in _remarks(folder))


def test_a_tokenizer_that_transformers_cannot_load_is_no_trouble(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text("[]", "utf-8")
    opened = ModelFolder(folder, {"model_type": "llama", "vocab_size": 4096})
    assert isinstance(probe.remarks(opened, ours.HfVocabulary(opened)), tuple)


def test_own_code_is_said(folder: Path) -> None:
    path = folder / "config.json"
    plain = json.loads(path.read_text("utf-8"))
    plain["auto_map"] = {"AutoConfig": "configuration_evil.Evil"}
    path.write_text(json.dumps(plain), "utf-8")
    (folder / "configuration_evil.py").write_text("raise SystemExit('ran')", "utf-8")
    assert any("program code" in remark for remark in _remarks(folder))
