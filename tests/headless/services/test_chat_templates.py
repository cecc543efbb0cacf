"""What people are told about chat templates."""

import pytest

from kochat_gui.services.chat_templates import chat_templates, template_note


def test_every_template_has_a_label() -> None:
    labels = dict(chat_templates())
    assert "kullm-v2" in labels
    assert all(labels.values())


def test_template_for_single_turns_says_so() -> None:
    assert "last question" in template_note("kullm-v2")


@pytest.mark.parametrize("name", ["chatml", "model", "no such template", ""])
def test_nothing_to_say(name: str) -> None:
    assert template_note(name) == ""
