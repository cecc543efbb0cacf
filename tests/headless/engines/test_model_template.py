"""Which template a loaded model's requests get."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import ChatMessage, GenerationRequest
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.engines.chat_template import JinjaSource
from kochat_gui.engines.model_template import ModelTemplates
from kochat_gui.engines.prompt_bytes import PromptCodec, SpaceRule
from kochat_gui.engines.template_registry import load_templates
from kochat_gui.engines.user_templates import save_user_template

JINJA = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
ASK = (ChatMessage(Role.USER, "안녕"),)


class _Model:
    """A loaded model as far as templates go."""

    vocab_size = 32_000

    def __init__(self, **metadata: str) -> None:
        self._metadata = {key.replace("__", "."): value for key, value in metadata.items()}
        self.asked = 0

    def metadata(self, key: str) -> str | None:
        return self._metadata.get(key)

    def special_tokens(self) -> list[str]:
        self.asked += 1
        return ["<s>", "</s>"]

    def spelling(self, token: int | None) -> str:
        return "" if token is None else ("<s>", "</s>")[token]


CODEC = PromptCodec(
    tokenize_text=list,
    marker_id={"<|im_start|>": 5, "<|im_end|>": 6}.get,
    bos=0,
    named_tokens={"bos": 0, "eos": 1},
    space_rule=SpaceRule.NEVER,
)


def _spec(name: str = "q4", template: str | None = None) -> ModelSpec:
    path = Path(f"{name}.gguf")
    return ModelSpec(name, name, path, ModelFormat.GGUF, None, 1, template=template)


@pytest.fixture
def opened() -> Iterator[list[ModelTemplates]]:
    made: list[ModelTemplates] = []
    yield made
    for templates in made:
        templates.close()


def _templates(
    opened: list[ModelTemplates], model: _Model, spec: ModelSpec, folder: Path | None = None
) -> ModelTemplates:
    opened.append(ModelTemplates(load_templates(folder), model, CODEC, spec))
    return opened[-1]


def _chosen(templates: ModelTemplates, name: str | None = None) -> tuple[str, bool]:
    format_, is_stand_in = templates.choose(GenerationRequest(ASK, template=name))
    return format_.name, is_stand_in


def test_the_models_own_comes_first(opened: list[ModelTemplates]) -> None:
    model = _Model(tokenizer__chat_template=JINJA)
    templates = _templates(opened, model, _spec("komt"))
    assert _chosen(templates) == ("model", False)
    assert _chosen(templates, "model") == ("model", False)
    assert _chosen(templates, "komt") == ("komt", False)


def test_a_choice_for_the_model_comes_before_its_own(opened: list[ModelTemplates]) -> None:
    model = _Model(tokenizer__chat_template=JINJA)
    assert _chosen(_templates(opened, model, _spec("komt", "q-a"))) == ("q-a", False)


def test_the_family_is_found_by_the_name_in_the_metadata(opened: list[ModelTemplates]) -> None:
    model = _Model(general__name="komt-Llama-2-7b-chat-hf")
    assert _chosen(_templates(opened, model, _spec())) == ("komt", False)


def test_by_special_tokens(opened: list[ModelTemplates]) -> None:
    assert _chosen(_templates(opened, _Model(), _spec())) == ("chatml", False)


def test_a_base_model_continues_although_it_has_a_template(opened: list[ModelTemplates]) -> None:
    model = _Model(tokenizer__chat_template=JINJA, general__name="Qwen3 8B Base")
    assert _chosen(_templates(opened, model, _spec())) == ("completion", False)


@pytest.mark.parametrize(
    "text", ["{% for %}", "{{ raise_exception('no') }}", "{{ messages[7].x.y }}"]
)
def test_a_template_that_fails_is_replaced_by_the_familys(
    opened: list[ModelTemplates], text: str
) -> None:
    model = _Model(tokenizer__chat_template=text)
    assert _chosen(_templates(opened, model, _spec("komt"))) == ("komt", True)


def test_the_models_own_where_there_is_none(opened: list[ModelTemplates]) -> None:
    assert _chosen(_templates(opened, _Model(), _spec("komt")), "model") == ("komt", True)


def test_a_choice_that_was_deleted(opened: list[ModelTemplates]) -> None:
    templates = _templates(opened, _Model(), _spec("komt", "own:지운 것"))
    assert _chosen(templates) == ("komt", True)


def test_unknown_names_are_refused(opened: list[ModelTemplates]) -> None:
    with pytest.raises(UsageError):
        _chosen(_templates(opened, _Model(), _spec()), "no such template")


def test_a_persons_own(opened: list[ModelTemplates], tmp_path: Path) -> None:
    own = save_user_template(tmp_path, JinjaSource("진자", "진자", JINJA, ("끝",), 2))
    save_user_template(tmp_path, JinjaSource("틀린", "틀린", "{% for %}"))
    model = _Model()
    templates = _templates(opened, model, _spec(template=own), tmp_path)
    format_, is_stand_in = templates.choose(GenerationRequest(ASK))
    assert (format_.name, format_.stops, format_.max_turns) == (own, ("끝",), 2)
    assert not is_stand_in
    assert "".join(part.text for part in format_.render(ASK)) == "<s><user>안녕"
    assert _chosen(templates, "own:틀린") == ("chatml", True)
    assert model.asked == 1
