"""One generation in the child, as events."""

import time
from collections.abc import Iterator

from kochat_gui.core.generation import Finished, GenerationEvent, PromptProgress, TextDelta, Usage
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.messages import Done, Event, Failed
from kochat_gui.services.engine_failures import Phase
from kochat_gui.services.engine_replies import JobReplies


class Tally:
    """What the host itself has seen of a generation, for one whose child could not say it."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first: float | None = None
        self._last = self._began
        self._deltas = 0
        self._prompt = PromptProgress(0, 0, 0)

    def note(self, event: GenerationEvent) -> None:
        """Take in one event."""
        if isinstance(event, PromptProgress):
            self._prompt = event
        elif isinstance(event, TextDelta):
            self._last = time.monotonic()
            self._first = self._first if self._first is not None else self._last
            self._deltas += 1

    def cancelled(self) -> Finished:
        """The end of a generation that was cut off; a delta counts as a token.

        Few come so fast that several share one (``text_batches``).
        """
        first = self._first if self._first is not None else self._began
        duration = self._last - first
        usage = Usage(
            prompt_tokens=self._prompt.total,
            reused_tokens=self._prompt.reused,
            new_tokens=self._deltas,
            time_to_first_token_s=first - self._began,
            tokens_per_second=(self._deltas - 1) / duration if duration > 0 else 0.0,
        )
        return Finished(FinishReason.CANCELLED, usage)


def generation_events(replies: JobReplies) -> Iterator[GenerationEvent]:
    """Events of a generation; ``Finished`` only when the child is ready for the next job."""
    finished: Finished | None = None
    while True:
        reply = replies.next()
        match reply:
            case Event(event=Finished() as last) if finished is None:
                finished = last
            case Event(event=event) if finished is None:
                if isinstance(event, TextDelta):
                    replies.phase = Phase.ANSWERING
                yield event
            case Done() if finished is not None:
                yield finished
                return
            case Failed(error=error):
                raise error
            case _:
                raise replies.nonsense(reply)
