"""How the progress and the end of an answer are put into words."""

from kochat_gui.core.conversation import Message, MessageState
from kochat_gui.core.generation import Usage
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.states import FinishReason, GenerationState
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.plain_text import shortened

_MAX_MODELS_CHARS = 120
_ENDS = {
    FinishReason.STOP: QT_TRANSLATE_NOOP("AnswerTexts", "answered to the end"),
    FinishReason.LENGTH: QT_TRANSLATE_NOOP("AnswerTexts", "cut off at the length limit"),
    FinishReason.CANCELLED: QT_TRANSLATE_NOOP("AnswerTexts", "stopped"),
    FinishReason.ERROR: QT_TRANSLATE_NOOP("AnswerTexts", "ended by an error"),
    FinishReason.INTERRUPTED: QT_TRANSLATE_NOOP("AnswerTexts", "interrupted"),
}
_STATES = {
    GenerationState.QUEUED: QT_TRANSLATE_NOOP("AnswerTexts", "Waiting for its turn"),
    GenerationState.LOADING_MODEL: QT_TRANSLATE_NOOP("AnswerTexts", "Loading the model"),
    GenerationState.PROCESSING_PROMPT: QT_TRANSLATE_NOOP("AnswerTexts", "Reading the question"),
    GenerationState.STOPPING: QT_TRANSLATE_NOOP("AnswerTexts", "Stopping"),
}


def progress_text(event: GenerationStateChanged) -> str:
    """What goes on before the first word; empty while the answer is being written to see."""
    if event.steps is not None:
        text = translate(
            "AnswerTexts", "Writing all of it before it is shown · token {done} of at most {most}"
        )
        return text.format(done=f"{event.steps.done:,}", most=f"{event.steps.most:,}")
    state = _STATES.get(event.state)
    if state is None:
        return ""
    parts = [state.text()]
    if event.progress is not None and event.state is GenerationState.LOADING_MODEL:
        parts.append(f"{round(100 * event.progress)} %")
    if event.remaining_s is not None and event.remaining_s >= 1:
        left = translate("AnswerTexts", "{seconds} s left")
        parts.append(left.format(seconds=round(event.remaining_s)))
    return " · ".join(parts)


def caption_of(message: Message) -> str:
    """First token, speed, tokens, why the answer ended, and who continued it; of a person's text,
    that it is that.
    """
    if message.made_by is not None and message.made_by.is_edited:
        if message.made_by.model_name:
            return translate("AnswerTexts", "Edited answer")
        return translate("AnswerTexts", "Written by a person")
    parts = _usage_parts(message.usage) if message.usage is not None else []
    reason = message.finish_reason
    if message.state is MessageState.INTERRUPTED:
        reason = FinishReason.INTERRUPTED
    if reason is not None:
        parts.append(_ENDS[reason].text())
    if message.made_by is not None and message.made_by.later_models:
        text = translate("AnswerTexts", "continued by {models}")
        names = shortened(", ".join(message.made_by.later_models), _MAX_MODELS_CHARS)
        parts.append(text.format(models=names))
    return " · ".join(parts)


def _usage_parts(usage: Usage) -> list[str]:
    parts = []
    if usage.time_to_first_token_s > 0:
        text = translate("AnswerTexts", "first token {seconds} s")
        seconds = usage.time_to_first_token_s
        parts.append(text.format(seconds=f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"))
    if usage.tokens_per_second > 0:
        text = translate("AnswerTexts", "{speed} tokens/s")
        parts.append(text.format(speed=f"{usage.tokens_per_second:.1f}"))
    if usage.answer_tokens is not None:
        text = translate("AnswerTexts", "{count} tokens")
        parts.append(text.format(count=f"{usage.answer_tokens:,}"))
    return parts
