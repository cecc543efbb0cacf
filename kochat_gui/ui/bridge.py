"""The only place where events of the services become Qt signals.

Services publish on their own threads. Text is collected and handed over at most every 33 ms, since
painting each token would take the GUI thread more time than the model takes to make it.
"""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kochat_gui.core.events import EventBus
from kochat_gui.services.events import (
    AdaptersChanged,
    ConversationsChanged,
    GenerationEnded,
    GenerationStateChanged,
    ModelsChanged,
    ModelStatus,
    PathChanged,
    StoreRecovered,
    TextAppended,
    WorkshopChanged,
)
from kochat_gui.services.notices import NoticePosted, NoticeWithdrawn

TEXT_INTERVAL_MS = 33


class Bridge(QObject):
    """Signals, all emitted on the GUI thread, in the order in which the events were published:

    text_appended(int conversation_id, int message_id, int offset, str text) with the characters of
    the answer before it, generation_state_changed(GenerationStateChanged), generation_ended(
    GenerationEnded), model_status_changed(ModelStatus), models_changed(), conversations_changed(
    ConversationsChanged), path_changed(int conversation_id), notice_posted(Notice),
    notice_withdrawn(str notice_id), workshop_changed(WorkshopJob),
    adapters_changed(str model_id), store_recovered().
    """

    text_appended = Signal(int, int, int, str)
    generation_state_changed = Signal(object)
    generation_ended = Signal(object)
    model_status_changed = Signal(object)
    models_changed = Signal()
    conversations_changed = Signal(object)
    path_changed = Signal(int)
    notice_posted = Signal(object)
    notice_withdrawn = Signal(str)
    workshop_changed = Signal(object)
    adapters_changed = Signal(str)
    store_recovered = Signal()

    _events_waiting = Signal()

    def __init__(self, bus: EventBus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: list[object] = []
        self._is_told = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TEXT_INTERVAL_MS)
        self._timer.timeout.connect(self._deliver)
        self._events_waiting.connect(self._on_events_waiting, Qt.ConnectionType.QueuedConnection)
        self._emitters: dict[type[Any], Callable[[Any], None]] = {
            GenerationStateChanged: self.generation_state_changed.emit,
            GenerationEnded: self.generation_ended.emit,
            ModelStatus: self.model_status_changed.emit,
            ModelsChanged: lambda _event: self.models_changed.emit(),
            ConversationsChanged: self.conversations_changed.emit,
            PathChanged: lambda event: self.path_changed.emit(event.conversation_id),
            NoticePosted: lambda event: self.notice_posted.emit(event.notice),
            NoticeWithdrawn: lambda event: self.notice_withdrawn.emit(event.notice_id),
            WorkshopChanged: lambda event: self.workshop_changed.emit(event.job),
            AdaptersChanged: lambda event: self.adapters_changed.emit(event.model_id),
            StoreRecovered: lambda _event: self.store_recovered.emit(),
        }
        kinds: tuple[type[Any], ...] = (TextAppended, *self._emitters)
        self._unsubscribers = [bus.subscribe(kind, self._take) for kind in kinds]

    def close(self) -> None:
        """Stop listening; events that were not delivered yet are dropped."""
        for unsubscribe in self._unsubscribers:
            unsubscribe()
        self._unsubscribers.clear()
        self._timer.stop()
        with self._lock:
            self._waiting.clear()

    def _take(self, event: object) -> None:
        """On a service's thread: keep the event and wake the GUI thread once per delivery."""
        with self._lock:
            last = self._waiting[-1] if self._waiting else None
            if _is_superseded(last, event):
                self._waiting[-1] = event
            else:
                self._waiting.append(event)
            is_first = not self._is_told
            self._is_told = True
        if is_first:
            self._events_waiting.emit()

    def _on_events_waiting(self) -> None:
        # What was published just before the end is told just after it.
        is_open = bool(self._unsubscribers)
        if is_open and not self._timer.isActive():
            self._timer.start()

    def _deliver(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, []
            self._is_told = False
        text: list[TextAppended] = []
        for event in events:
            if isinstance(event, TextAppended):
                if text and text[0].message_id != event.message_id:
                    self._emit_text(text)
                text.append(event)
                continue
            self._emit_text(text)
            self._emitters[type(event)](event)
        self._emit_text(text)

    def _emit_text(self, deltas: list[TextAppended]) -> None:
        if deltas:
            first = deltas[0]
            joined = "".join(delta.text for delta in deltas)
            deltas.clear()
            self.text_appended.emit(first.conversation_id, first.message_id, first.offset, joined)


def _is_superseded(last: object, event: object) -> bool:
    """Progress within one state: only the newest value is worth showing."""
    match last, event:
        case GenerationStateChanged(), GenerationStateChanged():
            return last.message_id == event.message_id and last.state is event.state
        case ModelStatus(), ModelStatus():
            return last.state is event.state and last.spec == event.spec
    return False
