"""Tokens, prompts and adapters: what every engine must do, directly and through its child."""

from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import (
    EngineError,
    ModelMissingError,
    PromptTooLongError,
)
from kochat_gui.core.generation import (
    ChatMessage,
    ContextTrimmed,
)
from kochat_gui.core.models import AdapterUse
from tests.contract.cases import EngineCase
from tests.contract.subject import GREEDY, OPTIONS, WINDOW, Subject, ask, ignore, run, text_of


def test_tokens_are_counted_like_they_are_made(loaded: Subject) -> None:
    assert loaded.tokenize("") == []
    short, long = loaded.tokenize("가나다"), loaded.tokenize("가나다" * 50)
    assert 0 < len(short) < len(long)
    more = loaded.count_tokens(ask("가나다" * 50)) - loaded.count_tokens(ask("가나다"))
    assert abs(more - (len(long) - len(short))) <= 2


@pytest.mark.parametrize(
    "text", ["안녕하세요, 오늘은 날씨가 좋네요", "a  b\nc", "힣 ㄱㄴ 👨‍👩‍👧", "<|im_end|> </s>"]
)
def test_pieces_spell_their_text(loaded: Subject, text: str) -> None:
    pieces = loaded.tokenize(text)
    assert text_of(pieces).strip() == text
    assert not any(piece.is_special for piece in pieces)


def test_many_tokens_come_whole(loaded: Subject) -> None:
    text = "가나다라마바사아자차카타파하 " * 4_000
    assert text_of(loaded.tokenize(text)).strip() == text.strip()


def test_a_prompt_is_shown_as_it_is_sent(loaded: Subject) -> None:
    sampling = replace(GREEDY, stop=("끝", ""))
    request = ask("안녕하세요", "<s> 날씨가 좋네요", sampling=sampling, prefix="네, ")
    prompt = loaded.render_prompt(request)
    assert text_of(prompt.tokens) == prompt.text
    assert "안녕하세요" in prompt.text
    assert prompt.text.endswith("네, ")
    assert prompt.stops[-1] == "끝"
    assert prompt.dropped_messages == 0
    assert loaded.count_tokens(request) == len(prompt.tokens)
    _, _, last = run(loaded, request)
    assert last.usage.prompt_tokens == len(prompt.tokens)


def test_a_prompt_is_shown_with_what_is_left_out(loaded: Subject) -> None:
    request = ask(*[f"{number}번째 이야기예요. " * 4 for number in range(60)], "안녕하세요")
    prompt = loaded.render_prompt(request)
    assert prompt.dropped_messages > 0
    assert "안녕하세요" in prompt.text
    assert " 0번째" not in prompt.text
    events, _, last = run(loaded, request)
    assert events[0] == ContextTrimmed(prompt.dropped_messages)
    assert last.usage.prompt_tokens == len(prompt.tokens)


def test_a_prompt_is_shown_with_the_ids_of_an_earlier_turn(loaded: Subject) -> None:
    _, answer, _ = run(loaded, ask("안녕하세요"))
    messages = (*ask("안녕하세요").messages, ChatMessage(Role.ASSISTANT, answer))
    request = replace(ask("?"), messages=(*messages, ChatMessage(Role.USER, "그리고요?")))
    prompt = loaded.render_prompt(request)
    _, _, last = run(loaded, request)
    assert last.usage.prompt_tokens == len(prompt.tokens)


def test_a_prompt_that_cannot_fit_is_refused(loaded: Subject) -> None:
    with pytest.raises(PromptTooLongError):
        loaded.render_prompt(ask("가나다라마바사아자차카타파하 " * WINDOW))


def test_adapters_are_switched_without_loading(
    loaded: Subject, case: EngineCase, tmp_path: Path
) -> None:
    adapter = case.make_adapter(tmp_path)
    _, base, _ = run(loaded, ask("안녕하세요"))
    texts: dict[float, str] = {}
    for scale in (1.0, 0.0, 0.5, 1.0):
        request = ask("안녕하세요", adapters=(AdapterUse(adapter, scale),))
        _, text, last = run(loaded, request)
        assert last.usage.reused_tokens == 0  # never what was read with another scale
        assert texts.setdefault(scale, text) == text
    assert texts[0.0] == base
    assert len(set(texts.values())) == 3
    _, again, last = run(loaded, ask("안녕하세요", adapters=(AdapterUse(adapter, 1.0),)))
    assert again == texts[1.0] or not case.is_repeatable
    if case.make_engine().capabilities.supports_prefix_reuse:
        assert last.usage.reused_tokens > 0
    assert run(loaded, ask("안녕하세요"))[1] == base


def test_an_adapter_that_is_not_there_is_said(
    loaded: Subject, case: EngineCase, tmp_path: Path
) -> None:
    _, base, _ = run(loaded, ask("안녕하세요"))
    good = AdapterUse(case.make_adapter(tmp_path), 1.0)
    gone = AdapterUse(tmp_path / "없는 어댑터.gguf", 1.0)
    with pytest.raises(ModelMissingError) as caught:
        run(loaded, ask("안녕하세요", adapters=(good, gone)))
    assert "없는 어댑터.gguf" in caught.value.lines()[0]
    assert run(loaded, ask("안녕하세요"))[1] == base


def test_a_vocabulary_alone_splits_texts_but_does_not_answer(
    subject: Subject, case: EngineCase, tmp_path: Path
) -> None:
    spec = case.make_model(tmp_path)
    subject.load(spec, OPTIONS, ignore, CancelToken())
    pieces, prompt = subject.tokenize("안녕하세요"), subject.render_prompt(ask("안녕하세요"))
    seen: list[float] = []
    options = replace(OPTIONS, vocab_only=True)
    loaded = subject.load(spec, options, seen.append, CancelToken())
    assert seen[-1] == 1.0
    assert loaded.context_window == WINDOW
    assert subject.tokenize("안녕하세요") == pieces
    assert subject.render_prompt(ask("안녕하세요")) == prompt
    with pytest.raises(EngineError) as caught:
        run(subject, ask("안녕하세요"))
    assert type(caught.value) is EngineError
    assert subject.tokenize("안녕하세요") == pieces
