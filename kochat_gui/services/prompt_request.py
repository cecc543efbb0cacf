"""Freezes what an engine is asked: which messages of a path, with which parameters."""

from collections.abc import Sequence
from dataclasses import replace

from kochat_gui.core.conversation import ConversationSettings, Message, MessageState, Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
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
    question = ChatMessage(Role.USER, text)
    return _request(before, [question], conversation, defaults, answer_prefix, template)


def request_after(
    path: Sequence[Message],
    conversation: ConversationSettings,
    defaults: SamplingParams,
    answer_prefix: str = "",
    template: str | None = None,
) -> GenerationRequest:
    """The request for an answer after ``path``, as :func:`build_request` makes it.

    Raises ``UsageError`` when its last message, system messages aside, is no question of a person
    or is hidden from the model.
    """
    last = next((message for message in reversed(path) if message.role is not Role.SYSTEM), None)
    if last is None or last.role is not Role.USER:
        raise UsageError(
            QT_TRANSLATE_NOOP("ChatSession", "There is no message of yours to answer here."),
            advice=QT_TRANSLATE_NOOP("ChatSession", "Write one first."),
        )
    if last.is_excluded:
        raise UsageError(
            QT_TRANSLATE_NOOP("ChatSession", "The message to answer is hidden from the model."),
            advice=QT_TRANSLATE_NOOP("ChatSession", "Show it to the model again first."),
        )
    return _request(path, [], conversation, defaults, answer_prefix, template)


def with_defaults(
    request: GenerationRequest,
    conversation: ConversationSettings,
    defaults: SamplingParams,
    template: str | None,
) -> GenerationRequest:
    """``request`` with ``defaults`` and ``template`` where ``conversation`` has none of its own."""
    return replace(
        request,
        template=conversation.template or template,
        sampling=conversation.sampling if conversation.sampling is not None else defaults,
    )


def _request(
    path: Sequence[Message],
    more: Sequence[ChatMessage],
    conversation: ConversationSettings,
    defaults: SamplingParams,
    answer_prefix: str,
    template: str | None,
) -> GenerationRequest:
    """Templates know one system message, at the start: those in between are joined to it."""
    told = [ChatMessage(message.role, message.text) for message in path if _is_told(message)]
    system = [conversation.system_prompt, *(m.content for m in told if m.role is Role.SYSTEM)]
    system_text = "\n\n".join(text for text in system if text.strip())
    messages = [ChatMessage(Role.SYSTEM, system_text)] if system_text else []
    for message in (*told, *more):
        if message.role is not Role.SYSTEM:
            _add(messages, message)
    request = GenerationRequest(messages=tuple(messages), answer_prefix=answer_prefix)
    return with_defaults(request, conversation, defaults, template)


def _is_told(message: Message) -> bool:
    if message.is_excluded:
        return False
    has_failed = message.state is MessageState.FAILED or not message.text.strip()
    return message.role is not Role.ASSISTANT or not has_failed


def _add(messages: list[ChatMessage], message: ChatMessage) -> None:
    """Join messages of one role that have none of the other between them: templates take turns."""
    if messages and messages[-1].role is message.role:
        joined = f"{messages[-1].content}\n\n{message.content}"
        messages[-1] = ChatMessage(message.role, joined)
    else:
        messages.append(message)
