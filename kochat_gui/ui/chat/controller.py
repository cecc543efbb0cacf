"""Connects the open conversation with the services."""

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from kochat_gui.core.conversation import (
    FIRST_INCOGNITO_ID,
    Conversation,
    ConversationId,
    ConversationSettings,
    Message,
    MessageId,
    MessageState,
    Role,
    path_to_root,
)
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.resources import BUILT_IN_ID
from kochat_gui.core.states import GenerationState
from kochat_gui.services.events import GenerationEnded, GenerationStateChanged
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.message_acts import MessageActs
from kochat_gui.ui.chat.unsent_texts import UnsentTexts, Unstored
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.services.assembly import Services

_DRAFT_DELAY_MS = 800
_NOTICE_ID = "chat"


class Unsent(NamedTuple):
    """What is in the box, and of which conversation, while the conversations are replaced."""

    conversation: Conversation | None
    text: str
    settings: ConversationSettings
    """Those of a conversation that does not exist yet; with one, it has them."""


class ChatController(QObject):
    """One conversation at a time; None is a conversation that does not exist yet.

    Signals: conversation_opened(object conversation_id) also when a new one came into being;
    context_used(object tokens or None, int window) of the newest answer shown;
    export_requested(object message_id).
    """

    conversation_opened = Signal(object)
    context_used = Signal(object, int)
    export_requested = Signal(object)

    def __init__(
        self,
        services: "Services",
        bridge: Bridge,
        view: ChatView,
        composer: Composer,
        appearance: Appearance,
    ) -> None:
        super().__init__(view)
        self._services = services
        self._bridge = bridge
        self._view = view
        self._composer = composer
        self._conversation_id: ConversationId | None = None
        self._is_demo_only = False
        self._texts = UnsentTexts(
            services.library, lambda error: services.notices.post_error(error, _NOTICE_ID)
        )
        self._acts = MessageActs(services, view, appearance, self.open, self._show_path, self._do)
        self._acts.export_requested.connect(self.export_requested)
        self._has_opened = False
        self._tree_ids: frozenset[MessageId] | None = None
        """All messages of the open conversation, once they were read."""
        self._shown: dict[MessageId, Message] = {}
        self._lengths: dict[MessageId, int] = {}
        self._draft_timer = QTimer(self, singleShot=True, interval=_DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self._save_draft)
        self._connect(bridge)

    @property
    def conversation_id(self) -> ConversationId | None:
        """The open conversation."""
        return self._conversation_id

    @property
    def kept_id(self) -> ConversationId | None:
        """The open conversation, if it is there at the next start."""
        is_kept = (self._conversation_id or 0) < FIRST_INCOGNITO_ID
        return self._conversation_id if is_kept else None

    @property
    def settings(self) -> ConversationSettings:
        """What the open conversation keeps of its own."""
        return self._texts.settings(self._conversation_id)

    def set_settings(self, settings: ConversationSettings) -> None:
        """Keep ``settings`` with the open conversation."""
        self._texts.keep_settings(self._conversation_id, settings)

    def open(self, conversation_id: ConversationId | None) -> None:
        """Show a conversation, or the empty start of a new one.

        Raises ``UsageError`` for a conversation that there is not; the open one stays then.
        """
        # Before the first, the empty box is not what a person left: the draft of last time is.
        if self._has_opened:
            self._save_draft()
        draft = self._texts.draft(conversation_id)
        edits = {} if conversation_id is None else self._texts.edits(conversation_id)
        self._has_opened = True
        self._conversation_id, self._tree_ids = conversation_id, None
        self._view.set_edits(edits)
        self._composer.set_text(draft)
        self._view.set_incognito(is_incognito=conversation_id is not None and self.kept_id is None)
        self._show_path()
        self._update_busy()
        self.conversation_opened.emit(conversation_id)

    def open_at(self, conversation_id: ConversationId, message_id: MessageId, query: str) -> None:
        """Show a message with ``query`` marked; on its branch, if it is not on the one shown.

        Raises ``UsageError`` for what there is not (any more).
        """
        library = self._services.library
        library.message(message_id)
        if all(m.message_id != message_id for m in library.path(conversation_id)):
            library.select_version(message_id)
        if conversation_id == self._conversation_id:
            self._show_path()
        else:
            self.open(conversation_id)
        self._view.reveal(message_id, query)

    def send(self, text: str) -> None:
        """Store ``text`` as a message and have it answered; on an error it is back in the box."""
        if not self._send(text):
            self._composer.set_text(text)

    def write(self, role: Role, text: str) -> None:
        """Store ``text`` as a message of ``role`` that is not answered, or put it back."""
        self._draft_timer.stop()
        if not self._do(lambda: self._write(role, text)):
            self._composer.set_text(text)
            return
        self._try(self._show_path)

    def open_map(self) -> None:
        """Show the tree of the open conversation."""
        self._do(lambda: self._acts.open_map(self._conversation_id))

    def stop(self) -> None:
        """Stop the answer of the open conversation."""
        if self._conversation_id is not None:
            self._services.chat.stop(self._conversation_id)

    def store(self) -> Unstored:
        """Bring to the disk what was typed and not sent; returns what it does not take."""
        self._save_draft()
        self._texts.store()
        return self._texts.unstored

    def unsent(self) -> Unsent:
        """What :meth:`resume` of the next window is to go on with."""
        if self._conversation_id is None:
            return Unsent(None, self._composer.text(), self.settings)
        found = None
        with contextlib.suppress(UserFacingError):  # it has been deleted for good
            found = self._services.library.get(self._conversation_id)
        return Unsent(found, self._composer.text(), ConversationSettings())

    def resume(self, unsent: Unsent) -> None:
        """Show the conversation that was open, if these conversations have it, with its text."""
        if unsent.settings != ConversationSettings():
            self._texts.keep_settings(None, unsent.settings)
        self.open(self._same(unsent.conversation))
        if unsent.text:
            self._composer.set_text(unsent.text)
            self._save_draft()

    def _same(self, conversation: Conversation | None) -> ConversationId | None:
        """The id, unless it is another conversation's now."""
        if conversation is None:
            return None
        try:
            found = self._services.library.get(conversation.conversation_id)
        except UserFacingError:
            return None
        is_same = found.created_at == conversation.created_at and found.deleted_at is None
        return found.conversation_id if is_same else None

    def _connect(self, bridge: Bridge) -> None:
        services, library = self._services, self._services.library
        self._composer.send_requested.connect(self.send)
        self._composer.write_requested.connect(self.write)
        self._composer.stop_requested.connect(self.stop)
        self._composer.draft_changed.connect(self._save_soon)
        self._composer.edit_last_requested.connect(self._view.edit_last_own_message)
        view = self._view
        view.example_chosen.connect(self._send)
        view.edits_changed.connect(self._save_soon)
        view.regenerate_requested.connect(
            lambda mid: self._do(lambda: services.chat.regenerate(mid))
        )
        view.edit_requested.connect(self._on_edited)
        view.answer_edited.connect(self._on_answer_edited)
        view.continue_requested.connect(
            lambda mid: self._do(lambda: services.chat.continue_answer(mid))
        )
        view.version_requested.connect(lambda mid: self._do(lambda: library.select_version(mid)))
        bridge.text_appended.connect(self._on_text_appended)
        bridge.generation_state_changed.connect(self._on_state_changed)
        bridge.generation_ended.connect(self._on_ended)
        bridge.path_changed.connect(self._on_path_changed)
        bridge.model_status_changed.connect(self._on_models_known)
        bridge.store_recovered.connect(self.store)

    def _send(self, text: str) -> bool:
        self._draft_timer.stop()
        try:
            turn = self._services.chat.send(self._conversation_id, text, self.settings)
        except UserFacingError as error:
            self._services.notices.post_error(error, _NOTICE_ID)
            return False
        self._services.notices.withdraw(_NOTICE_ID)
        self._became(turn.conversation_id)
        self._try(self._show_path)
        self._save_draft()
        return True

    def _write(self, role: Role, text: str) -> None:
        library = self._services.library
        self._services.chat.check_free(self._conversation_id)
        if self._conversation_id is None:
            self._became(library.begin_with(role, text, self.settings))
        else:
            library.add_message(self._conversation_id, role, text)

    def _became(self, conversation_id: ConversationId) -> None:
        """A message was stored: it may have made the conversation."""
        is_new = self._conversation_id is None
        self._texts.sent(self._conversation_id)
        self._conversation_id = conversation_id
        if is_new:
            self.conversation_opened.emit(conversation_id)

    def _do(self, action: Callable[[], object]) -> bool:
        """As :meth:`_try`, for what a person asks for: what went wrong before is over then."""
        is_done = self._try(action)
        if is_done:
            self._services.notices.withdraw(_NOTICE_ID)
        return is_done

    def _try(self, action: Callable[[], object]) -> bool:
        """Do something; what goes wrong becomes a notice. Returns whether nothing did."""
        try:
            action()
        except UserFacingError as error:
            self._services.notices.post_error(error, _NOTICE_ID)
            return False
        finally:
            self._update_busy()
        return True

    def _on_edited(self, message_id: int, text: str) -> None:
        edited = MessageId(message_id)
        if not self._do(lambda: self._services.chat.edit_and_resend(edited, text)):
            self._view.edit_again(message_id, text)

    def _on_answer_edited(self, message_id: int, text: str) -> None:
        edited = MessageId(message_id)
        if not self._do(lambda: self._services.library.edit_answer(edited, text)):
            self._view.edit_again(message_id, text)

    def _show_path(self) -> None:
        library = self._services.library
        if self._conversation_id is None:
            self._shown = {}
            self._show_empty()
            return
        # The tip first: what is added meanwhile is in the tree, and a tip without it has no path.
        tip = library.get(self._conversation_id).tip_id
        tree = library.messages(self._conversation_id)
        self._tree_ids = frozenset(message.message_id for message in tree)
        path = path_to_root({message.message_id: message for message in tree}, tip)
        self._shown = {message.message_id: message for message in path}
        self._lengths = {message.message_id: len(message.text) for message in path}
        if not path:
            self._show_empty()
            return
        end = path[-1].message_id
        has_more = any(message.parent_id == end for message in tree)
        self._view.show_path(path, _versions(tree, path), has_more=has_more)
        self._show_running(path[-1])
        self._tell_context()

    def _show_running(self, last: Message) -> None:
        """How far the answer is, for a conversation that was opened while it is written."""
        state = self._services.generation_state(last.conversation_id)
        if state is not None and last.state is MessageState.STREAMING:
            event = GenerationStateChanged(last.conversation_id, last.message_id, state)
            self._view.set_generation_state(event)

    def _show_empty(self) -> None:
        self._is_demo_only = self._has_demo_only()
        self._view.show_empty(is_demo_only=self._is_demo_only)
        self.context_used.emit(None, 0)

    def _has_demo_only(self) -> bool:
        """There is no other model than the built-in one, as far as it is known yet."""
        services = self._services
        if services.known_status is None:
            return services.settings.get("model.current") in {"", BUILT_IN_ID}
        return all(spec.is_demo for spec in services.models.models())

    def _on_models_known(self) -> None:
        """The first news of models: the empty start offers what there is."""
        self._bridge.model_status_changed.disconnect(self._on_models_known)
        if self._view.is_empty and self._has_demo_only() is not self._is_demo_only:
            self._show_empty()

    def _tell_context(self) -> None:
        usages = [m.usage for m in self._shown.values() if m.usage is not None]
        if usages:
            last = usages[-1]
            self.context_used.emit(last.prompt_tokens + last.new_tokens, last.context_window)
        else:
            self.context_used.emit(None, 0)

    def _update_busy(self) -> None:
        state = None
        if self._conversation_id is not None:
            state = self._services.generation_state(self._conversation_id)
        self._composer.set_busy(state is not None and not state.is_over)

    def _save_soon(self) -> None:
        """While somebody types without a pause, too."""
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _save_draft(self) -> None:
        self._draft_timer.stop()
        self._texts.keep_draft(self._conversation_id, self._composer.text())
        known = self._tree_ids
        if self._conversation_id is not None and known is not None:
            # The view has those of the conversations shown before, too.
            edits = {mid: kept for mid, kept in self._view.edits().items() if mid in known}
            self._texts.keep_edits(self._conversation_id, edits)

    def _on_text_appended(
        self, conversation_id: int, message_id: int, offset: int, text: str
    ) -> None:
        if conversation_id != self._conversation_id:
            return
        # A path that was read while its answer grew has some of the text already.
        known = self._lengths.get(MessageId(message_id), 0)
        fresh = text[max(0, known - offset) :]
        if fresh:
            self._lengths[MessageId(message_id)] = offset + len(text)
            self._view.append_text(message_id, fresh)

    def _on_state_changed(self, event: GenerationStateChanged) -> None:
        if event.conversation_id == self._conversation_id:
            self._view.set_generation_state(event)
            if event.state in {GenerationState.QUEUED, GenerationState.STOPPING}:
                self._update_busy()

    def _on_ended(self, event: GenerationEnded) -> None:
        if event.conversation_id != self._conversation_id:
            return
        self._try(lambda: self._show_end(event.message_id))

    def _show_end(self, message_id: MessageId) -> None:
        if message_id not in self._shown:
            # It was written on a branch that is not shown any more.
            return
        message = self._services.library.message(message_id)
        self._shown[message_id] = message
        self._view.finish(message)
        self._tell_context()

    def _on_path_changed(self, conversation_id: int) -> None:
        if conversation_id == self._conversation_id:
            self._try(self._show_path)


def _versions(tree: list[Message], path: list[Message]) -> Mapping[MessageId, list[MessageId]]:
    """For each message of ``path``, all versions of it, oldest first."""
    groups: dict[tuple[MessageId | None, Role], list[MessageId]] = {}
    for message in tree:
        groups.setdefault((message.parent_id, message.role), []).append(message.message_id)
    return {message.message_id: sorted(groups[message.parent_id, message.role]) for message in path}
