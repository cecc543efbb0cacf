"""One generation, from loading the model to the answer's last transaction."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, Message, MessageState
from kochat_gui.core.errors import Cancelled, MemoryShortError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
    PromptProgress,
    SamplingParams,
    StepProgress,
    TextDelta,
    Usage,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import LoadedModel
from kochat_gui.core.states import FinishReason, GenerationState
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.services.events import (
    ConversationsChanged,
    GenerationEnded,
    GenerationStateChanged,
    ModelStatus,
    TextAppended,
)
from kochat_gui.services.generation_worker import Generation
from kochat_gui.services.made_by import (
    check_same,
    continued_by,
    made_by_of,
    usage_with,
    with_seed,
)
from kochat_gui.services.model_adapters import AppliedAdapters
from kochat_gui.services.model_job import ReleasedModels
from kochat_gui.services.notices import Notice, NoticeCenter, Severity
from kochat_gui.services.prompt_request import with_defaults
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.rows import storable_text

_log = logging.getLogger(__name__)


class ModelSource(Protocol):
    """What is needed of the model manager."""

    @property
    def status(self) -> ModelStatus: ...
    @property
    def preset(self) -> str | None: ...
    @property
    def preset_template(self) -> str | None: ...
    @property
    def adapter_names(self) -> str: ...
    @property
    def released(self) -> ReleasedModels: ...

    def ensure_ready(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> LoadedModel: ...

    def run_short(self, error: MemoryShortError, ran: ModelStatus | None) -> MemoryShortError: ...

    def adapters_in_use(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> AppliedAdapters: ...


class AnswerSource(Protocol):
    """What is needed of the engine host."""

    def stream(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[GenerationEvent, None, None]: ...


@dataclass(frozen=True)
class Ending:
    """How a generation ended."""

    state: GenerationState
    reason: FinishReason
    usage: Usage | None = None
    error: UserFacingError | None = None


_MESSAGE_STATES = {
    GenerationState.FINISHED: MessageState.DONE,
    GenerationState.STOPPED: MessageState.STOPPED,
    GenerationState.FAILED: MessageState.FAILED,
}
ABANDONED = Ending(GenerationState.STOPPED, FinishReason.INTERRUPTED)
"""The engine was not waited for any longer."""
STOPPED = Ending(GenerationState.STOPPED, FinishReason.CANCELLED)


class GenerationRunner:
    """Moves generations through their states, on whatever thread calls."""

    def __init__(
        self,
        keeper: AnswerKeeper,
        models: ModelSource,
        host: AnswerSource,
        bus: EventBus,
        notices: NoticeCenter,
        defaults: Callable[[], SamplingParams],
        on_over: Callable[[Generation], None],
    ) -> None:
        """``defaults``: the parameters that the chosen model has where a conversation has none.

        ``on_over`` is called when an answer is stored, before that is published.
        """
        self._keeper = keeper
        self._models = models
        self._host = host
        self._bus = bus
        self._notices = notices
        self._defaults = defaults
        self._on_over = on_over
        self._lock = threading.Lock()

    def run(self, generation: Generation) -> None:
        """Generate one answer and store it; raises nothing."""
        try:
            ending = self._generate(generation)
        except Cancelled:
            ending = STOPPED
        except MemoryShortError as error:
            error = self._models.run_short(error, generation.ready)
            ending = Ending(GenerationState.FAILED, FinishReason.ERROR, error=error)
        except UserFacingError as error:
            ending = Ending(GenerationState.FAILED, FinishReason.ERROR, error=error)
        except Exception:  # noqa: BLE001 - logged, and the worker lives on
            _log.exception("a generation failed")
            ending = Ending(GenerationState.FAILED, FinishReason.ERROR, error=_our_fault())
        self.end(generation, ending)

    def _generate(self, generation: Generation) -> Ending:
        generation.cancel.raise_if_cancelled()
        # They were about the answer before.
        chat_id = generation.turn.conversation_id
        for notice_id in (_not_continued(chat_id), _trimmed(chat_id)):
            self._notices.withdraw(notice_id)
        self.move(generation, GenerationState.LOADING_MODEL)
        request = self._made_ready(generation)
        if generation.like is not None:
            check_same(generation.like, generation.made_by)
        self.move(generation, GenerationState.PROCESSING_PROMPT)
        reading = _PromptReading()
        # Closed at once when something here fails: the engine takes no other job before.
        with closing(self._host.stream(request, generation.cancel)) as events:
            for event in events:
                match event:
                    case TextDelta(text):
                        self._append(generation, storable_text(text))
                    case PromptProgress():
                        share, remaining_s = reading.note(event)
                        state = GenerationState.PROCESSING_PROMPT
                        self.move(generation, state, share, remaining_s)
                    case StepProgress(done, most):
                        state = GenerationState.GENERATING
                        self.move(generation, state, done / most, steps=event)
                    case ContextTrimmed(dropped_messages):
                        self._tell_trimmed(generation, dropped_messages)
                    case ParametersIgnored(names):
                        self._tell_ignored(names)
                    case Finished(reason, usage):
                        return _finished(reason, usage)
        raise RuntimeError("the engine's events ended without Finished")

    def _made_ready(self, generation: Generation) -> GenerationRequest:
        """Make the chosen model and its adapters ready; what it is to be asked."""

        def on_progress(done: float) -> None:
            self.move(generation, GenerationState.LOADING_MODEL, done)

        while True:
            generation.ready = None
            self._ensure_ready(generation, on_progress)
            status = generation.ready = self._models.status
            request = with_seed(self._filled(generation))
            adapters = self._models.adapters_in_use(on_progress, generation.cancel)
            # Converting adapters takes a while, and those of one model do not fit another.
            if status.loaded is not None and self._models.status == status:
                made_by, before = made_by_of(status, request, adapters.names), generation.continues
                generation.made_by = made_by if before is None else continued_by(before, made_by)
                return replace(request, adapters=adapters.uses)

    def _ensure_ready(self, generation: Generation, on_progress: Callable[[float], None]) -> None:
        """Have the chosen model loaded; none takes the place of one that was removed."""
        self._check_not_released(generation)
        try:
            self._models.ensure_ready(on_progress, generation.cancel)
        except Cancelled:
            generation.cancel.raise_if_cancelled()
            self._check_not_released(generation)
            raise
        self._check_not_released(generation)

    def _check_not_released(self, generation: Generation) -> None:
        if generation.chosen is not None:
            self._models.released.check(generation.chosen)

    def _filled(self, generation: Generation) -> GenerationRequest:
        """The request; another model may be chosen now than was when it was made."""
        if generation.own is None:
            return generation.request
        template = self._models.preset_template
        return with_defaults(generation.request, generation.own, self._defaults(), template)

    def _append(self, generation: Generation, text: str) -> None:
        if generation.state.is_over or not text:
            return
        if generation.state is not GenerationState.GENERATING:
            self.move(generation, GenerationState.GENERATING)
        turn = generation.turn
        offset = self._keeper.append(turn.answer_id, text, generation.made_by)
        self._bus.publish(TextAppended(turn.conversation_id, turn.answer_id, text, offset))

    def move(
        self,
        generation: Generation,
        state: GenerationState,
        progress: float | None = None,
        remaining_s: float | None = None,
        steps: StepProgress | None = None,
    ) -> None:
        """Go on to ``state``, or make progress in it; nothing but the end follows STOPPING."""
        with self._lock:
            if generation.state.is_over or generation.state is GenerationState.STOPPING:
                return
            generation.state = state
        self.publish_state(generation, progress, remaining_s, steps)

    def publish_state(
        self,
        generation: Generation,
        progress: float | None = None,
        remaining_s: float | None = None,
        steps: StepProgress | None = None,
    ) -> None:
        """Tell where ``generation`` is."""
        turn = generation.turn
        self._bus.publish(
            GenerationStateChanged(
                turn.conversation_id,
                turn.answer_id,
                generation.state,
                progress,
                remaining_s,
                steps,
            )
        )

    def end(self, generation: Generation, ending: Ending) -> None:
        """Store the answer and tell; of two endings the first decides."""
        turn = generation.turn
        with self._lock:
            if generation.state.is_over:
                return
            generation.state = ending.state
        final = _final(generation, ending, self._keeper.text(turn.answer_id))
        self._keeper.finish(final)
        if ending.error is not None and final.error != ending.error.text():
            self._notices.post_error(ending.error, _not_continued(turn.conversation_id))
        self._on_over(generation)
        self._bus.publish(
            GenerationEnded(turn.conversation_id, turn.answer_id, ending.state, ending.error)
        )
        self._bus.publish(ConversationsChanged((turn.conversation_id,)))

    def _tell_trimmed(self, generation: Generation, count: int) -> None:
        text = translate(
            "ChatSession",
            "{count} of the oldest messages do not fit the context length and were left out of "
            "this answer. They stay in the conversation.",
        )
        self._tell(_trimmed(generation.turn.conversation_id), text.format(count=count))

    def _tell_ignored(self, names: tuple[str, ...]) -> None:
        text = translate("ChatSession", "The engine does not know these parameters: {names}.")
        self._tell("parameters-ignored", text.format(names=", ".join(names)))

    def _tell(self, notice_id: str, text: str) -> None:
        self._notices.post(Notice(notice_id, Severity.INFO, text))


def _not_continued(conversation_id: ConversationId) -> str:
    """The notice that an answer of the conversation could not be written on."""
    return f"continue-failed-{conversation_id}"


def _trimmed(conversation_id: ConversationId) -> str:
    """The notice that the conversation did not fit."""
    return f"context-trimmed-{conversation_id}"


class _PromptReading:
    """Estimates how long the rest of a prompt takes, from the speed since the first report."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def note(self, progress: PromptProgress) -> tuple[float | None, float | None]:
        """Share that is done (0–1) and seconds that remain; None where not known."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, progress.done)
        share = progress.done / progress.total if progress.total > 0 else None
        began, done_before = self._first
        read = progress.done - done_before
        if read <= 0 or now <= began:
            return share, None
        return share, (progress.total - progress.done) * (now - began) / read


def _final(generation: Generation, ending: Ending, text: str) -> FinalAnswer:
    """What is stored of a generation that ended with all of ``text``."""
    before = generation.continues
    if before is not None and text == before.text and ending.state is not GenerationState.FINISHED:
        return _as_before(before)
    final = FinalAnswer(
        message_id=generation.turn.answer_id,
        text=text,
        state=MessageState.INTERRUPTED if ending is ABANDONED else _MESSAGE_STATES[ending.state],
        finish_reason=ending.reason,
        usage=ending.usage,
        made_by=generation.made_by,
        error=ending.error.text() if ending.error is not None else "",
    )
    return final if before is None else _written_on(before, final)


def _as_before(before: Message) -> FinalAnswer:
    """An answer to which nothing was added: what went wrong is not in what there is of it."""
    return FinalAnswer(
        message_id=before.message_id,
        text=before.text,
        state=before.state,
        finish_reason=before.finish_reason,
        usage=before.usage,
        made_by=before.made_by,
        error=before.error,
    )


def _written_on(before: Message, final: FinalAnswer) -> FinalAnswer:
    """The model is told of a text that it knew already, although writing it on failed."""
    is_told = final.state is MessageState.FAILED and before.state is not MessageState.FAILED
    state = MessageState.STOPPED if is_told else final.state
    return final._replace(state=state, usage=usage_with(before, final.usage))


def _finished(reason: FinishReason, usage: Usage) -> Ending:
    if reason is FinishReason.CANCELLED:
        return Ending(GenerationState.STOPPED, reason, usage)
    if reason in {FinishReason.ERROR, FinishReason.INTERRUPTED}:
        return Ending(GenerationState.FAILED, reason, usage, _our_fault())
    return Ending(GenerationState.FINISHED, reason, usage)


def _our_fault() -> UserFacingError:
    return UserFacingError(
        QT_TRANSLATE_NOOP("ChatSession", "Something went wrong inside KoChat."),
        kept=QT_TRANSLATE_NOOP("ChatSession", "The text so far is stored."),
        advice=QT_TRANSLATE_NOOP(
            "ChatSession", "Try again. If it happens again, the log file says why."
        ),
    )
