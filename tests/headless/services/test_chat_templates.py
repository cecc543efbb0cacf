"""What people are told about chat templates, and making one's own."""

import dataclasses
from pathlib import Path

import pytest

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import ChatMessage
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.services.chat_templates import (
    PIECES,
    ChatTemplates,
    TemplateDraft,
    chat_templates,
    match_spec,
    matched,
    template_label,
    template_note,
)

ASK = [ChatMessage(Role.USER, "안녕")]
DRAFT = TemplateDraft(
    label="내 형식",
    pieces={
        "user": "<|im_start|>질문: {content}<|im_end|>",
        "user_with_system": "{bos}{system}\n질문: {content}",
        "before_answer": "답:",
        "after_answer": "{eos}",
    },
    stops=("질문:",),
    max_turns=2,
)


@pytest.fixture
def templates(tmp_path: Path) -> ChatTemplates:
    return ChatTemplates(tmp_path / "templates")


def _spec(name: str, **values: object) -> ModelSpec:
    spec = ModelSpec(name, name, Path(f"{name}.bin"), ModelFormat.GGML, "q4_0", 1)
    return dataclasses.replace(spec, **values)  # type: ignore[arg-type]  # fields by name


def test_every_template_has_a_label(templates: ChatTemplates) -> None:
    labels = dict(chat_templates())
    assert "kullm-v2" in labels
    assert len(set(labels.values())) == len(labels)
    assert template_label("model") is not None
    assert all(row.source and not row.is_own for row in templates.all())


def test_template_for_single_turns_says_so() -> None:
    assert "last question" in template_note("kullm-v2")
    assert "3" in template_note("komt")


@pytest.mark.parametrize("name", ["chatml", "model", "no such template", ""])
def test_nothing_to_say(name: str) -> None:
    assert template_note(name) == ""


def test_making_using_editing_deleting_ones_own(templates: ChatTemplates) -> None:
    name = templates.save(DRAFT)
    row = templates.all()[-1]
    assert (row.name, row.label, row.is_own, row.max_turns) == (name, "내 형식", True, 2)
    assert templates.preview(name, ASK) == "<|im_start|>질문: 안녕<|im_end|>답:"
    assert templates.note(name)
    draft = templates.draft(name)
    assert draft == dataclasses.replace(DRAFT, name="내 형식")
    assert templates.save(dataclasses.replace(draft, label="다른 이름")) == name
    assert templates.all()[-1].label == "다른 이름"
    templates.delete(name)
    assert not any(row.is_own for row in templates.all())


def test_a_new_one_replaces_none_of_the_same_label(templates: ChatTemplates) -> None:
    named = dataclasses.replace(DRAFT, label="KULLM v2 (한국어), 내 것 / ..")
    first, second = templates.save(named), templates.save(named)
    assert first != second
    assert sum(row.is_own for row in templates.all()) == 2


def test_the_programs_templates_cannot_be_deleted(templates: ChatTemplates) -> None:
    templates.delete("kullm-v2")
    assert templates.draft("kullm-v2").label


def test_every_template_can_be_the_start_of_ones_own(templates: ChatTemplates) -> None:
    for row in templates.all():
        draft = templates.draft(row.name)
        assert draft.name == ""
        assert set(draft.pieces) <= set(PIECES)
        copy = dataclasses.replace(draft, label=row.name.replace("+", " "))
        chat = [ChatMessage(Role.SYSTEM, "짧게"), *ASK]
        expected = templates.preview(row.name, chat)
        shown = templates.preview(copy, chat)
        # A copy does not know how its model spells BOS.
        assert shown.removeprefix("<s>") == expected.removeprefix("<s>").removeprefix(
            "<bos>"
        ).removeprefix("<|begin_of_text|>")


@pytest.mark.parametrize(
    "wrong",
    [
        dataclasses.replace(DRAFT, label=""),
        dataclasses.replace(DRAFT, stops=("",)),
        dataclasses.replace(DRAFT, pieces={"user": "{content}"}),
        dataclasses.replace(DRAFT, name="../x"),
    ],
)
def test_drafts_that_are_not_right_are_refused(
    templates: ChatTemplates, wrong: TemplateDraft
) -> None:
    for use in (templates.check, templates.save):
        with pytest.raises(UsageError):
            use(wrong)
    assert not any(row.is_own for row in templates.all())


def test_special_tokens_are_spelled_in_a_preview(templates: ChatTemplates) -> None:
    assert templates.preview("llama-2-chat", ASK) == "<s>[INST] 안녕 [/INST]"
    assert templates.preview("gemma", ASK).startswith("<bos><start_of_turn>user\n")


def test_a_jinja_text_has_a_preview_and_can_be_kept(templates: ChatTemplates) -> None:
    text = "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"
    draft = TemplateDraft("진자", jinja=text, stops=("끝",), max_turns=1)
    assert templates.preview(draft, ASK) == "<s>user: 안녕"
    assert templates.draft(templates.save(draft)) == dataclasses.replace(draft, name="진자")


@pytest.mark.parametrize("text", ["{% for %}", "{{ raise_exception('이유') }}"])
def test_a_jinja_text_that_fails_says_why(templates: ChatTemplates, text: str) -> None:
    with pytest.raises(UsageError) as raised:
        templates.preview(TemplateDraft("x", jinja=text), ASK)
    assert raised.value.advice is not None
    assert raised.value.values["reason"]


def test_nowhere_to_keep_one() -> None:
    with pytest.raises(UsageError):
        ChatTemplates(None).save(DRAFT)


def test_damaged_files_are_told(templates: ChatTemplates, tmp_path: Path) -> None:
    templates.save(DRAFT)
    (tmp_path / "templates" / "x.json").write_text("{", encoding="utf-8")
    (problem,) = templates.problems()
    assert "x.json" in problem.text()
    assert templates.all()[-1].is_own


def test_models_in_the_list_get_their_template() -> None:
    chat = matched(_spec("Llama-2-ko-7B-chat-ggml-q4_0", vocab_size=46_336))
    assert (chat.template, chat.is_base) == ("kullm-v2", False)
    base = matched(_spec("Llama-2-ko-7b-ggml-q4_0", vocab_size=46_336))
    assert (base.template, base.is_base) == ("completion", True)
    assert match_spec(base).family == "llama-2-ko"


def test_a_model_with_its_own_template_keeps_it() -> None:
    assert matched(_spec("Llama-2-7b-chat", has_template=True)).template is None


def test_what_a_model_says_itself_stays() -> None:
    assert matched(_spec("komt", template="q-a")).template == "q-a"


def test_a_renamed_file_is_known_by_its_metadata() -> None:
    assert matched(_spec("q4", original_name="komt-Llama-2-7b-chat-hf")).template == "komt"
    assert match_spec(_spec("q4", original_name="Llama 2 Ko 7b")).is_base


def test_a_downloaded_model_is_known_by_its_repository() -> None:
    folder = Path("hub/models--davidkim205--komt-Llama-2-7b-chat-hf/snapshots/0a1b2c")
    assert matched(_spec("0a1b2c", path=folder)).template == "komt"
