"""What made an answer, and how one is made again exactly as it was."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace

from kochat_gui.core.conversation import (
    ConversationSettings,
    LaterPart,
    MadeBy,
    Message,
    Role,
)
from kochat_gui.core.errors import ModelError, UserFacingError
from kochat_gui.core.generation import (
    MAX_SEED,
    ChatMessage,
    GenerationRequest,
    SamplingParams,
    Usage,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.prompt_request import request_after

_NOT_KNOWN = MadeBy("", "", "", "", "")


def made_by_of(status: ModelStatus, request: GenerationRequest, adapters: str) -> MadeBy | None:
    """What makes the answer to ``request``; None without a model, gaps while none is loaded."""
    if status.spec is None:
        return None
    loaded = status.loaded
    return MadeBy(
        model_id=status.spec.model_id,
        model_name=status.spec.name,
        quantization=status.quantization or "",
        engine=loaded.engine if loaded is not None else "",
        template=request.template or (loaded.template if loaded is not None else ""),
        adapters=adapters,
        model_hash=loaded.model_hash if loaded is not None else "",
        sampling=request.sampling,
        system_prompt="\n\n".join(m.content for m in request.messages if m.role is Role.SYSTEM),
        prompt_hash=_prompt_hash(request),
    )


def with_seed(request: GenerationRequest) -> GenerationRequest:
    """``request`` with a new seed where it has none."""
    # An engine would tell the one that it drew at the end alone, which may never come.
    if request.sampling.seed is not None:
        return request
    seed = secrets.randbelow(MAX_SEED + 1)
    return replace(request, sampling=replace(request.sampling, seed=seed))


def continued_by(before: Message, now: MadeBy | None) -> MadeBy | None:
    """What made an answer that was ``before`` and is written on by ``now``."""
    if not before.text or now is None:
        return now
    then = before.made_by or _NOT_KNOWN
    return replace(then, later_parts=(*then.later_parts, LaterPart(len(before.text), now)))


def usage_with(before: Message, last: Usage | None) -> Usage | None:
    """Counts and speed of an answer that was ``before``, after ``last`` wrote on."""
    earlier = before.usage
    if not before.text:
        return last
    if last is None:
        return None if earlier is None else replace(earlier, earlier_tokens=None)
    return replace(last, earlier_tokens=None if earlier is None else earlier.answer_tokens)


def request_again(before: Sequence[Message], then: MadeBy | None) -> GenerationRequest:
    """The request that an answer after the messages ``before`` was made from.

    Raises ``UserFacingError`` when it is not known, or the messages that are told are others now.
    """
    if then is not None and then.is_edited:
        raise _cannot(
            QT_TRANSLATE_NOOP(
                "Repetition", "A person changed it. Choose the version that the model wrote."
            )
        )
    if then is None or then.sampling is None or then.sampling.seed is None:
        raise _cannot(
            QT_TRANSLATE_NOOP(
                "Repetition", "It is not known what it was made with. Generate it anew instead."
            )
        )
    found = request_after(before, ConversationSettings(), SamplingParams())
    told = [message for message in found.messages if message.role is not Role.SYSTEM]
    system = [ChatMessage(Role.SYSTEM, then.system_prompt)] if then.system_prompt else []
    request = GenerationRequest(
        messages=(*system, *told), template=then.template, sampling=then.sampling
    )
    if then.later_parts or _prompt_hash(request) != then.prompt_hash:
        raise _cannot(
            QT_TRANSLATE_NOOP(
                "Repetition",
                "A message before it was hidden or shown since, or it was continued later. "
                "Generate it anew instead.",
            )
        )
    return request


def check_same(then: MadeBy, now: MadeBy | None) -> None:
    """Raise ``ModelError`` unless the same model makes an answer ``now``; gaps are taken as equal.

    The error says which model, level and adapters are needed.
    """
    wanted = f"{then.model_name} {then.quantization}".strip()
    if now is None or not _is_same_file(then, now) or then.quantization != now.quantization:
        raise _other_model(
            QT_TRANSLATE_NOOP("Repetition", "Choose {wanted}, then try again."), wanted=wanted
        )
    if now.engine and then.engine != now.engine:
        raise _other_model(
            QT_TRANSLATE_NOOP("Repetition", "It needs {wanted} on the engine {engine}."),
            wanted=wanted,
            engine=then.engine,
        )
    if then.adapters != now.adapters:
        advice = (
            QT_TRANSLATE_NOOP("Repetition", "Switch on exactly these adapters: {adapters}")
            if then.adapters
            else QT_TRANSLATE_NOOP("Repetition", "Switch all adapters of the model off.")
        )
        raise _other_model(advice, adapters=then.adapters)


def _is_same_file(then: MadeBy, now: MadeBy) -> bool:
    if then.model_hash and now.model_hash:
        return then.model_hash == now.model_hash
    return then.model_id == now.model_id


def _prompt_hash(request: GenerationRequest) -> str:
    told = [(m.role.value, m.content) for m in request.messages if m.role is not Role.SYSTEM]
    plain = json.dumps([told, request.answer_prefix], ensure_ascii=True)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()[:16]


def _cannot(advice: TextKey) -> UserFacingError:
    return UserFacingError(
        QT_TRANSLATE_NOOP("Repetition", "This answer cannot be made again exactly."), advice=advice
    )


def _other_model(advice: TextKey, **values: object) -> ModelError:
    return ModelError(
        QT_TRANSLATE_NOOP("Repetition", "Something else made this answer than would make it now."),
        kept=QT_TRANSLATE_NOOP("Repetition", "The answer stays as it is."),
        advice=advice,
        **values,
    )
