"""Texts split by several models at once, in processes of their own that end when idle."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import Cancelled
from kochat_gui.core.generation import ChatMessage, GenerationRequest
from kochat_gui.core.models import ModelSpec
from kochat_gui.services.token_service import MAX_TOKENIZERS, TokenService
from tests.engine_scripts import script_spec
from tests.headless.services.model_desk import WAIT_S, Desk, open_desk
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import write_tiny_folder

CARD = "안녕하세요, 오늘은 날씨가 좋네요"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = open_desk(tmp_path / "profile")
    yield found
    found.close()


def service(desk: Desk, idle_s: float = WAIT_S) -> TokenService:
    return TokenService(desk.manager.levels, desk.manager.chooser, idle_s=idle_s)


@pytest.fixture
def tokens(desk: Desk) -> Iterator[TokenService]:
    found = service(desk)
    yield found
    found.close()


def children() -> list[psutil.Process]:
    return psutil.Process().children()


def test_the_cards_sentence_has_seven_pieces(desk: Desk, tokens: TokenService) -> None:
    [split] = tokens.split(CARD, [desk.manager.models()[0]])
    assert split.error is None
    assert split.pieces[0].text == "▁안녕"
    assert split.count == 7
    assert split.tokens_per_character == pytest.approx(7 / 18)
    assert desk.host.child_pid is None


def test_an_empty_text_has_no_tokens(desk: Desk, tokens: TokenService) -> None:
    [split] = tokens.split("", [desk.manager.models()[0]])
    assert (split.pieces, split.count, split.tokens_per_character) == ((), 0, 0.0)


def test_models_of_every_format_side_by_side(
    desk: Desk, tokens: TokenService, tmp_path: Path
) -> None:
    old = tmp_path / "old.bin"
    old.write_bytes(tiny_ggml().encoded())
    broken = desk.manager.resolve(str(write_tiny_folder(tmp_path / "broken")))
    (broken.path / "tokenizer.json").write_text("{}")
    specs = [
        desk.manager.models()[0],
        desk.manager.resolve(str(old)),
        script_spec(tmp_path),
        broken,
    ]
    splits = tokens.split("안녕", specs)
    assert [split.spec for split in splits] == specs
    assert [split.error is None for split in splits] == [True, True, True, False]
    assert all(split.count > 0 for split in splits[:3])
    assert [piece.text for piece in splits[1].pieces][-1] == "▁안녕"


def test_a_tokenizer_is_kept_and_only_a_few_are(
    desk: Desk, tokens: TokenService, tmp_path: Path
) -> None:
    specs: list[ModelSpec] = []
    for number in range(MAX_TOKENIZERS + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        specs.append(script_spec(folder))
    tokens.split("가", specs[:1])
    [first] = children()
    tokens.split("나", specs[:1])
    assert children() == [first]
    tokens.split("다", specs)
    assert len(children()) == MAX_TOKENIZERS
    assert first not in children()


@pytest.mark.allow_log("kochat_gui.services.engine_host")
def test_a_dead_tokenizer_is_started_again(desk: Desk, tokens: TokenService) -> None:
    spec = desk.manager.models()[0]
    tokens.split(CARD, [spec])
    [child] = children()
    child.kill()
    # Killed in the middle of its work it may be missed once.
    counts = [tokens.split(CARD, [spec])[0].count for _ in range(2)]
    assert counts[-1] == 7


def test_processes_end_when_idle(desk: Desk, tmp_path: Path) -> None:
    tokens = service(desk, idle_s=0.05)
    tokens.split("가", [script_spec(tmp_path)])
    _, alive = psutil.wait_procs(children(), WAIT_S)
    assert alive == []
    [split] = tokens.split("가", [script_spec(tmp_path)])
    assert split.count > 0
    tokens.close()
    assert children() == []


def test_a_cancel_and_a_close_are_no_answers(desk: Desk, tokens: TokenService) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        tokens.split("가", [desk.manager.models()[0]], cancel)
    tokens.close()
    with pytest.raises(Cancelled):
        tokens.split("가", [desk.manager.models()[0]])
    assert children() == []


def test_a_prompt_is_shown_without_loading_the_model(desk: Desk, tokens: TokenService) -> None:
    request = GenerationRequest((ChatMessage(Role.USER, "배고파"),))
    spec = desk.manager.models()[0]
    rendered = tokens.prompt(spec, request)
    assert rendered.template == "kullm-v2"
    assert rendered.text.endswith("### 명령어:\n배고파\n\n### 응답:")
    assert rendered.tokens[0].is_special
    desk.manager.choose(spec.model_id, "f16")
    desk.load()
    assert desk.host.render_prompt(request) == rendered
