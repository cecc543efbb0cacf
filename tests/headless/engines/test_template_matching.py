"""Which template a model gets: names, metadata, vocabulary."""

import pytest

from kochat_gui.engines.chat_template import OWN_TEMPLATE
from kochat_gui.engines.template_matching import ModelFacts, match_model, telling_tokens
from kochat_gui.engines.template_registry import load_templates

CHAT = [
    ("StarFox7-chat", "kullm-v2"),
    ("Llama-2-ko-7B-chat-ggml-q4_0", "kullm-v2"),
    ("Llama-2-ko-7B-chat-gguf-q4_0", "kullm-v2"),
    ("models--kfkas--Llama-2-ko-7b-Chat", "kullm-v2"),
    ("kullm-polyglot-5.8b-v2", "kullm-v2+newline"),
    ("ko-tiny-q4_0", "kullm-v2"),
    ("komt-Llama-2-7b-chat-hf", "komt"),
    ("komt-llama2-7b-v1", "komt"),
    ("komt-mistral-7b-v1-q4_0", "komt-mistral"),
    ("Llama-2-7b-chat", "llama-2-chat"),
    ("llama2-13b-chat.Q4_K_M", "llama-2-chat"),
    ("Meta-Llama-3-8B-Instruct", "llama-3"),
    ("llama-3.2-Korean-Bllossom-3B", "llama-3"),
    ("kakaocorp.kanana-1.5-2.1b-instruct-2505.Q4_K_M", "llama-3"),
    ("kanana-2-3b-instruct-Q4_K_M", "chatml"),
    ("Midm-2.0-Base-Instruct-Q5_K_M", "llama-3"),
    ("A.X-4.0-Light-Q4_K_M", "ax-4"),
    ("HyperCLOVAX-SEED-Text-Instruct-1.5B", "hyperclova-x"),
    ("EXAONE-3.5-2.4B-Instruct-Q4_K_M", "exaone"),
    ("EXAONE-4.0-1.2B-Q4_K_M", "exaone-4"),
    ("SOLAR-10.7B-Instruct-v1.0", "solar"),
    ("EEVE-Korean-Instruct-10.8B-v1.0", "eeve"),
    ("Qwen3-8B-Q4_K_M", "qwen-3"),
    ("Qwen3.5-4B-Q4_K_M", "qwen-3"),
    ("Qwen3-4B-Instruct-2507-Q4_K_M", "chatml"),
    ("Qwen2.5-7B-Instruct", "chatml"),
    ("DNA3.0-9B.Q4_K_M", "qwen-3"),
    ("google_gemma-3-4b-it-Q4_K_M", "gemma"),
    ("gemma-4-E2B-it-Q4_K_M", "gemma-4+small"),
    ("gemma-4-12b-it-Q4_K_M", "gemma-4"),
    ("gpt-oss-20b-mxfp4", "gpt-oss"),
]
BASE = [
    "llama-2-ko-7b",
    "Llama-2-ko-7b-ggml-q4_0",
    "beomi--open-llama-2-ko-7b",
    "StarFox7",
    "Llama-2-7b.Q4_K_M",
    "kanana-1.5-8b-base",
    "Qwen3-8B-Base",
    "Qwen2.5-7B",
    "gemma-2-9b",
    "Meta-Llama-3-8B",
    "EEVE-Korean-10.8B-v1.0",
    "polyglot-ko-5.8b",
    "내-모델-base",
]


def _facts(name: str, vocab_size: int = 0, *tokens: str, has_template: bool = False) -> ModelFacts:
    return ModelFacts(
        (name,), vocab_size=vocab_size, tokens=frozenset(tokens), has_template=has_template
    )


@pytest.mark.parametrize(("name", "template"), CHAT)
def test_names_of_chat_models(name: str, template: str) -> None:
    match = match_model(_facts(name))
    assert (match.template, match.is_base) == (template, False)
    assert match.family


@pytest.mark.parametrize("name", BASE)
def test_names_of_base_models(name: str) -> None:
    match = match_model(_facts(name, 0, "<|im_start|>", "<|im_end|>"))
    assert (match.template, match.is_base) == ("completion", True)


@pytest.mark.parametrize("name", [name for name, _ in CHAT])
def test_a_template_in_the_file_comes_first(name: str) -> None:
    match = match_model(_facts(name, has_template=True))
    assert (match.template, match.is_base) == (OWN_TEMPLATE, False)


def test_a_base_model_has_no_use_for_its_template() -> None:
    assert match_model(_facts("Qwen3-8B-Base", has_template=True)).is_base


@pytest.mark.parametrize(
    ("tokens", "template"),
    [
        (("<|im_start|>", "<|im_end|>"), "chatml"),
        (("<|im_start|>", "<|im_end|>", "<think>", "</think>"), "qwen-3"),
        (("<|im_start|>", "<|im_end|>", "<|user|>", "<|assistant|>"), "ax-4"),
        (("<|im_start|>", "<|im_end|>", "<|endofturn|>", "<|stop|>"), "hyperclova-x"),
        (("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), "llama-3"),
        (("<start_of_turn>", "<end_of_turn>"), "gemma"),
        (("<|turn>", "<turn|>"), "gemma-4"),
        (("[|assistant|]", "[|endofturn|]"), "exaone"),
        ((), "completion"),
    ],
)
def test_special_tokens(tokens: tuple[str, ...], template: str) -> None:
    match = match_model(_facts("model", 100_000, *tokens))
    assert (match.template, match.is_base) == (template, False)


@pytest.mark.parametrize(
    ("facts", "template", "is_base"),
    [
        (ModelFacts(("my chat model",), vocab_size=46_336), "kullm-v2", False),
        (ModelFacts(("q4",), vocab_size=46_336), "completion", True),
        (ModelFacts(("my chat model",), vocab_size=32_000), "completion", False),
        (ModelFacts(("q4", "Llama 2 7b Chat"), "llama", "default", 32_000), "llama-2-chat", False),
        (ModelFacts(("q4",), "qwen2", "a.x-4.0"), "ax-4", False),
        (ModelFacts(("q4",), "llama", "midm-2.0"), "llama-3", False),
        (ModelFacts(("q4",), "exaone4"), "exaone-4", False),
    ],
)
def test_metadata(facts: ModelFacts, template: str, is_base: bool) -> None:
    match = match_model(facts)
    assert (match.template, match.is_base) == (template, is_base)


def test_a_known_template_text_tells_what_to_put_in_its_place() -> None:
    gemma_2 = "ecd6ae513fe103f0eb62e8ab5bfa8d0fe45c1074fa398b089c93a7e70c15cfd6"
    match = match_model(ModelFacts(("q4",), template_hash=gemma_2))
    assert match.template == "gemma"


def test_the_table_names_templates_that_there_are() -> None:
    registry = load_templates()
    for name, _ in CHAT:
        assert match_model(_facts(name)).template in registry
    assert "<|im_start|>" in telling_tokens()


@pytest.mark.parametrize("name", ["Llama-2-7b-chat", "Llama-2-7b", "komt-Llama-2-7b-chat-hf"])
def test_llama_2_never_becomes_chatml(name: str) -> None:
    assert match_model(_facts(name, 32_000)).template != "chatml"


def test_other_templates_that_make_sense_are_offered() -> None:
    registry = load_templates()
    assert match_model(_facts("Llama-2-ko-7b-ggml-q4_0")).offers == ("q-a", "q-a+multi-line")
    assert "kullm-v2+newline" in match_model(_facts("Llama-2-ko-7B-chat", 46_336)).offers
    for name in (*BASE, *(name for name, _ in CHAT)):
        assert all(offered in registry for offered in match_model(_facts(name)).offers)


def test_every_match_says_why() -> None:
    reasons = {match_model(_facts(name)).why for name in (*BASE, *(n for n, _ in CHAT), "q4")}
    assert len(reasons) >= 3
    assert all(reason.source for reason in reasons)
