"""Turns of a chat: stored first, then generated, streamed to the bus and stored as they grow."""

import logging
import threading
import time
from collections.abc import Sequence

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    Message,
    MessageId,
    Role,
)
from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.generation import GenerationRequest, SamplingParams
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.states import GenerationState
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.services.events import ConversationsChanged, PathChanged
from kochat_gui.services.generation_run import (
    ABANDONED,
    STOPPED,
    AnswerSource,
    GenerationRunner,
    ModelSource,
)
from kochat_gui.services.generation_worker import Generation, GenerationWorker
from kochat_gui.services.made_by import check_same, made_by_of, request_again
from kochat_gui.services.notices import Notice, NoticeCenter, Severity
from kochat_gui.services.prompt_request import build_request, request_after, sampling_defaults
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.rows import storable_text

_log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 3.0
_SETTLE_STEP_S = 0.02


class ChatSession:
    """Every method may be called on any thread.

    Events are published on the generation thread, but for ``QUEUED``, ``STOPPING`` and the end of
    what was stopped before it began: those on the caller's.
    """

    def __init__(
        self,
        store: ConversationStore,
        models: ModelSource,
        host: AnswerSource,
        bus: EventBus,
        settings: SettingsStore,
        notices: NoticeCenter,
    ) -> None:
        self._store = store
        self._bus = bus
        self._settings = settings
        self._models = models
        self._notices = notices
        self._keeper = AnswerKeeper(store)
        # Held while a turn is stored, so that two cannot begin in one conversation.
        self._one_start = threading.Lock()
        self._lock = threading.Lock()
        self._running: dict[ConversationId, Generation] = {}
        self._is_closed = False
        self._runner = GenerationRunner(
            self._keeper,
            models,
            host,
            bus,
            notices,
            defaults=self.sampling_defaults,
            on_over=self._forget,
        )
        self._worker = GenerationWorker(self._runner.run)

    @property
    def is_busy(self) -> bool:
        """Whether any answer is queued or being generated."""
        with self._lock:
            return bool(self._running)

    def state(self, conversation_id: ConversationId) -> GenerationState | None:
        """Where the conversation's generation is; None when there is none."""
        with self._lock:
            generation = self._running.get(conversation_id)
            return generation.state if generation is not None else None

    def check_free(self, conversation_id: ConversationId | None) -> None:
        """Raise ``UserFacingError`` while the conversation is being answered or all is closing."""
        if self._is_closed:
            raise UserFacingError(QT_TRANSLATE_NOOP("ChatSession", "KoChat is closing."))
        if conversation_id is not None and self.state(conversation_id) is not None:
            raise UserFacingError(
                QT_TRANSLATE_NOOP("ChatSession", "This conversation is being answered."),
                advice=QT_TRANSLATE_NOOP("ChatSession", "Wait for the answer, or stop it first."),
            )

    def sampling_defaults(self) -> SamplingParams:
        """The parameters of conversations that have none of their own."""
        return sampling_defaults(self._settings, self._models.preset)

    def request_for(
        self, conversation_id: ConversationId | None, text: str, settings: ConversationSettings
    ) -> GenerationRequest:
        """What :meth:`send` would ask the engine for; nothing is stored.

        An empty ``text`` stands for the conversation's last question. Raises ``UsageError`` when
        there is none, ``StorageError``.
        """
        tip = None
        if conversation_id is not None:
            tip = self._store.get(conversation_id).tip_id
        if text.strip():
            return self._request(tip, storable_text(text), settings)
        path = self._store.path_to(tip) if tip is not None else []
        while path and (path[-1].role is Role.ASSISTANT or path[-1].is_excluded):
            path.pop()
        if not any(message.role is Role.USER for message in path):
            raise UsageError(
                QT_TRANSLATE_NOOP("ChatSession", "There is no message to show the prompt of yet."),
                advice=QT_TRANSLATE_NOOP("ChatSession", "Type one first."),
            )
        return self._request_after(path, settings)

    def send(
        self,
        conversation_id: ConversationId | None,
        text: str,
        settings: ConversationSettings | None = None,
    ) -> Turn:
        """Store a message after the conversation's tip and have it answered.

        None makes a conversation, with ``settings`` if given. The message is durable when this
        returns. Raises ``StorageError`` (nothing is stored then), ``UsageError`` for an empty
        message, ``UserFacingError`` while the conversation is being answered.
        """
        own = settings if settings is not None else ConversationSettings()
        with self._one_start:
            self.check_free(conversation_id)
            parent_id = None
            if conversation_id is not None:
                conversation = self._store.get(conversation_id)
                parent_id, own = conversation.tip_id, conversation.settings
            return self._start_turn(conversation_id, parent_id, text, own)

    def edit_and_resend(self, user_message_id: MessageId, text: str) -> Turn:
        """Store another version of a user's message and have it answered."""
        with self._one_start:
            message = self._message(user_message_id, Role.USER)
            conversation = self._store.get(message.conversation_id)
            return self._start_turn(
                message.conversation_id, message.parent_id, text, conversation.settings
            )

    def regenerate(self, answer_id: MessageId) -> Turn:
        """Have the same message answered again; the earlier answer stays as a version."""
        with self._one_start:
            answer = self._message(answer_id, Role.ASSISTANT)
            before = self._before(answer)
            own = self._own_of(answer)
            request = self._request_after(before, own)
            turn = self._store.add_answer(before[-1].message_id)
            return self._begin(Generation(turn, request, own))

    def answer(self, message_id: MessageId) -> Turn:
        """Have a message answered that was written without an answer, system messages included."""
        with self._one_start:
            message = self._message(message_id, Role.USER, Role.SYSTEM)
            own = self._own_of(message)
            request = self._request_after(self._store.path_to(message_id), own)
            return self._begin(Generation(self._store.add_answer(message_id), request, own))

    def repeat(self, answer_id: MessageId) -> Turn:
        """Have an answer made again exactly, with its messages, template, parameters and seed.

        Raises ``UserFacingError`` when that cannot be, ``ModelError`` when it needs another model,
        level or other adapters than are chosen: the error names them.
        """
        with self._one_start:
            answer = self._message(answer_id, Role.ASSISTANT)
            before, then = self._before(answer), answer.made_by
            request = request_again(before, then)
            if then is not None:
                models = self._models
                check_same(then, made_by_of(models.status, request, models.adapter_names))
            turn = self._store.add_answer(before[-1].message_id)
            return self._begin(Generation(turn, request, like=then))

    def continue_answer(self, answer_id: MessageId) -> Turn:
        """Have an answer that was cut off written on, in the same message."""
        with self._one_start:
            answer = self._message(answer_id, Role.ASSISTANT)
            if not answer.can_continue:
                raise UsageError(
                    QT_TRANSLATE_NOOP("ChatSession", "This answer is complete already.")
                )
            before = self._before(answer)
            own = self._own_of(answer)
            request = self._request_after(before, own, answer.text)
            self._store.reopen_answer(answer_id)
            turn = Turn(answer.conversation_id, before[-1].message_id, answer_id)
            return self._begin(Generation(turn, request, own, continues=answer))

    def stop(self, conversation_id: ConversationId) -> None:
        """Ask the conversation's generation to end; what there is of the answer stays."""
        with self._lock:
            generation = self._running.get(conversation_id)
        if generation is None:
            return
        self._runner.move(generation, GenerationState.STOPPING)
        generation.cancel.cancel()
        if self._worker.withdraw(generation):
            self._runner.end(generation, STOPPED)

    def store_answers(self) -> int:
        """Bring answers to the disk as far as they are; returns how many it does not take."""
        return self._keeper.store_now()

    def settle(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Stop all answers; whether they ended in time and everything is on the disk."""
        with self._lock:
            running = list(self._running.values())
        for generation in running:
            self.stop(generation.turn.conversation_id)
        deadline = time.monotonic() + timeout_s
        while self.is_busy and time.monotonic() < deadline:
            time.sleep(_SETTLE_STEP_S)
        return not self.is_busy and self._keeper.is_all_stored

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Stop everything, wait up to ``timeout_s``, and store what there is; begin nothing new."""
        with self._one_start:
            if self._is_closed:
                return
            self._is_closed = True
        with self._lock:
            running = list(self._running.values())
        for generation in running:
            self.stop(generation.turn.conversation_id)
        if not self._worker.close(timeout_s):
            _log.warning("the engine did not stop in time; its answer is left as it is")
            for generation in running:
                self._runner.end(generation, ABANDONED)
        self._keeper.close()

    def _start_turn(
        self,
        conversation_id: ConversationId | None,
        parent_id: MessageId | None,
        text: str,
        own: ConversationSettings,
    ) -> Turn:
        if not text.strip():
            raise UsageError(QT_TRANSLATE_NOOP("ChatSession", "The message is empty."))
        clean = storable_text(text)
        request = self._request(parent_id, clean, own)
        turn = self._store.add_turn(conversation_id, parent_id, clean, own)
        if clean != text:
            text = translate(
                "ChatSession",
                "Some characters of the message are not valid text and were sent as �.",
            )
            self._notices.post(Notice("characters-replaced", Severity.INFO, text))
        return self._begin(Generation(turn, request, own))

    def _before(self, answer: Message) -> list[Message]:
        """The messages that ``answer`` follows."""
        return self._store.path_to(answer.message_id)[:-1]

    def _own_of(self, message: Message) -> ConversationSettings:
        return self._store.get(message.conversation_id).settings

    def _request(
        self, parent_id: MessageId | None, text: str, own: ConversationSettings
    ) -> GenerationRequest:
        before = [] if parent_id is None else self._store.path_to(parent_id)
        template = self._models.preset_template
        return build_request(before, text, own, self.sampling_defaults(), template=template)

    def _request_after(
        self, path: Sequence[Message], own: ConversationSettings, prefix: str = ""
    ) -> GenerationRequest:
        template = self._models.preset_template
        return request_after(path, own, self.sampling_defaults(), prefix, template)

    def _message(self, message_id: MessageId, *roles: Role) -> Message:
        """The message to work on; refused while its conversation is being answered."""
        message = self._store.message(message_id)
        if message.role not in roles:
            raise UsageError(
                QT_TRANSLATE_NOOP("ChatSession", "That cannot be done with this message.")
            )
        self.check_free(message.conversation_id)
        return message

    def _begin(self, generation: Generation) -> Turn:
        turn = generation.turn
        generation.chosen = self._models.status.spec
        with self._lock:
            self._running[turn.conversation_id] = generation
        self._bus.publish(ConversationsChanged((turn.conversation_id,)))
        self._bus.publish(PathChanged(turn.conversation_id))
        self._runner.publish_state(generation)
        self._worker.submit(generation)
        return turn

    def _forget(self, generation: Generation) -> None:
        with self._lock:
            self._running.pop(generation.turn.conversation_id, None)
