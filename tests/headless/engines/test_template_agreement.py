"""The registry agrees with llama.cpp's built-in templates, which others wrote."""

import ctypes

import pytest

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage
from kochat_gui.engines.chat_template import PartKind
from kochat_gui.engines.template_registry import load_templates

lib = pytest.importorskip("llama_cpp").llama_cpp

SYSTEM = ChatMessage(Role.SYSTEM, "짧게 답해 줘.")
FIRST = ChatMessage(Role.USER, " 안녕 ")
CHATS = {
    "single": [FIRST],
    "system": [SYSTEM, ChatMessage(Role.USER, "안녕")],
    "two turns": [
        ChatMessage(Role.USER, "안녕"),
        ChatMessage(Role.ASSISTANT, "네, 안녕하세요."),
        ChatMessage(Role.USER, "삼원색에 대해 알려줘"),
    ],
}
CHATS["both"] = [SYSTEM, *CHATS["two turns"]]


def _theirs(name: str, messages: list[ChatMessage]) -> str:
    rows = (lib.llama_chat_message * len(messages))()
    texts = [(m.role.value.encode(), m.content.encode()) for m in messages]
    for row, (role, content) in zip(rows, texts, strict=True):
        row.role, row.content = role, content
    buffer = ctypes.create_string_buffer(4096)
    length = lib.llama_chat_apply_template(
        name.encode(), rows, len(messages), True, buffer, len(buffer)
    )
    return buffer.raw[:length].decode()


@pytest.mark.parametrize(
    ("ours", "theirs", "chats"),
    [
        ("chatml", "chatml", list(CHATS)),
        ("llama-3", "llama3", list(CHATS)),
        ("gemma", "gemma", list(CHATS)),
        # Without a system prompt, LG's own template has an empty one.
        ("exaone", "exaone3", ["system", "both"]),
        # Meta has spaces around earlier answers, and BOS and EOS.
        ("llama-2-chat", "llama2-sys-strip", ["single", "system"]),
    ],
)
def test_same_prompts(ours: str, theirs: str, chats: list[str]) -> None:
    template = load_templates().built_in(ours)
    for chat in chats:
        parts = template.render(CHATS[chat])
        text = "".join(part.text for part in parts if part.kind is not PartKind.TOKEN)
        assert text == _theirs(theirs, CHATS[chat]), chat
