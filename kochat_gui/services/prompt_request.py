"""Freezes what an engine is asked: which messages of a path, with which parameters."""

from collections.abc import Sequence

from kochat_gui.core.conversation import ConversationSettings, Message, MessageState, Role
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams
from kochat_gui.services.presets import GENERAL, preset_named
from kochat_gui.settings.store import SettingsStore


def sampling_defaults(settings: SettingsStore, preset: str | None = None) -> SamplingParams:
    """The sampling parameters of conversations that have none of their own.

    ``preset``: name of the one that was chosen for the model; None, or one that there is no
    longer: the settings.
    """
    chosen = preset_named(preset) if preset is not None else None
    if chosen is not None and chosen.name != GENERAL:
        return chosen.sampling
    return SamplingParams(
        temperature=settings.get("sampling.temperature"),
        top_k=settings.get("sampling.top_k"),
        top_p=settings.get("sampling.top_p"),
        min_p=settings.get("sampling.min_p"),
        repeat_penalty=settings.get("sampling.repeat_penalty"),
        no_repeat_ngram=settings.get("sampling.no_repeat_ngram"),
        max_new_tokens=settings.get("sampling.max_new_tokens"),
    )


def build_request(
    before: Sequence[Message],
    text: str,
    conversation: ConversationSettings,
    defaults: SamplingParams,
    answer_prefix: str = "",
    template: str | None = None,
) -> GenerationRequest:
    """The request for an answer to ``text``, which follows the messages ``before``.

    ``template``: for a conversation that has none of its own; None: the model's.
    """
    messages: list[ChatMessage] = []
    if conversation.system_prompt.strip():
        messages.append(ChatMessage(Role.SYSTEM, conversation.system_prompt))
    for message in before:
        if _is_told(message):
            _add(messages, ChatMessage(message.role, message.text))
    _add(messages, ChatMessage(Role.USER, text))
    return GenerationRequest(
        messages=tuple(messages),
        template=conversation.template or template,
        sampling=conversation.sampling if conversation.sampling is not None else defaults,
        answer_prefix=answer_prefix,
    )


def _is_told(message: Message) -> bool:
    if message.role is Role.SYSTEM:
        return False
    has_failed = message.state is MessageState.FAILED or not message.text.strip()
    return message.role is Role.USER or not has_failed


def _add(messages: list[ChatMessage], message: ChatMessage) -> None:
    """Join questions between which no answer is left: templates want the roles to alternate."""
    if messages and messages[-1].role is message.role is Role.USER:
        joined = f"{messages[-1].content}\n\n{message.content}"
        messages[-1] = ChatMessage(Role.USER, joined)
    else:
        messages.append(message)
