"""The main window: lays out its parts and connects them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import ConversationId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.crash_reports import OPEN_LOG_ACTION
from kochat_gui.ui.backups.controller import BackupsController
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.controller import ChatController, Unsent
from kochat_gui.ui.conversations_area import ConversationsArea
from kochat_gui.ui.exchange.area import ExchangeArea
from kochat_gui.ui.focus_chain import is_focus_lost
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.model_failure import ModelFailure
from kochat_gui.ui.models.area import ModelsArea
from kochat_gui.ui.notices.banner import NoticeArea
from kochat_gui.ui.parameters.controller import ParametersController
from kochat_gui.ui.search.controller import SearchController
from kochat_gui.ui.search.find_bar import FindBar
from kochat_gui.ui.search.find_controller import FindController
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.core.search import SearchHit
    from kochat_gui.ui.closing_question import ClosingQuestion

_FIRST_SIZE = QSize(1280, 820)
_FRAME = QSize(16, 48)
"""What a title bar and borders take of the screen; Qt knows theirs only once they are shown."""
_FOLD_BELOW = 900
_MIN_SIDEBAR, _MAX_SIDEBAR = 220, 360
_MIN_CONVERSATION = 480
"""Px at 100 % beside the list; with less, the list is folded."""
_SCALE_STEP = 10
_REMEMBER_AFTER_MS = 1_000
"""Going through a list opens many conversations for a moment."""
_NOTICE_ID = "window"


class MainWindow(QMainWindow):
    """Signals: closing() once, before the window goes away."""

    closing = Signal()

    def __init__(self, services: Services, bridge: Bridge, appearance: Appearance) -> None:
        super().__init__()
        self._services = services
        self._appearance = appearance
        self._is_folded_by_hand = self._was_narrow = False
        self._question: ClosingQuestion | None = None
        self._closes_unasked = False
        self._remembering = QTimer(self, singleShot=True, interval=_REMEMBER_AFTER_MS)
        self._remembering.timeout.connect(self._remember_open)
        self.setWindowTitle(translate("MainWindow", "KoChat"))
        self._sidebar = Sidebar(appearance)
        self._canvas = QWidget()
        self._header = HeaderBar(lambda: services.models, appearance, self._canvas)
        self._notices = NoticeArea(appearance)
        self._view = ChatView(appearance)
        self._composer = Composer(appearance)
        self._find_bar = FindBar(appearance)
        self._find = FindController(self._view, self._find_bar)
        self._failure = ModelFailure(
            lambda: services.models, services.settings, services.notices, self
        )
        self._body = QHBoxLayout()
        self._pages = QStackedWidget()
        self.exchange = ExchangeArea(services, appearance, self)
        self._models = ModelsArea(
            services, bridge, self._pages, self._canvas, appearance, self, self.exchange.take
        )
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._controller = ChatController(services, bridge, self._view, self._composer, appearance)
        self._parameters = ParametersController(
            services, bridge, self._controller, self._composer, appearance, self._canvas
        )
        self._conversations = ConversationsArea(
            services, bridge, self._sidebar, self._pages, self._canvas, appearance
        )
        self.backups = BackupsController(services, appearance, self)
        self._search = SearchController(services, bridge, self._sidebar, appearance)
        self._build()
        self._connect(bridge)
        self._add_shortcuts()
        self._restore_state()
        self._open_last()
        for notice in services.notices.active():
            self._notices.show_notice(notice)

    def open_model(self, path: Path) -> None:
        """Put the model at ``path`` on the list and load it."""
        self._models.open_path(path)

    def toggle_parameters(self) -> None:
        """Show or hide the parameters of the conversation."""
        self._parameters.toggle()

    def leave(self) -> Unsent:
        """Store what closing stores; returns what the window that comes next goes on with."""
        self._finish()
        return self._controller.unsent()

    def resume(self, unsent: Unsent) -> None:
        """Go on where the window before this one was left."""
        self._controller.resume(unsent)
        self._composer.focus_text()

    def close_unasked(self) -> None:
        """Close, whatever is lost by it: a person said so, or the system does not wait."""
        self._closes_unasked = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        lost = [] if self._closes_unasked else self._lost_by_closing()
        if lost:
            event.ignore()
            self._ask_before_closing(lost)
            return
        self._withdraw_question()
        self._finish()
        event.accept()
        self.closing.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_narrow() != self._was_narrow or not event.oldSize().isValid():
            self._fold()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._scale_by(_SCALE_STEP if event.angleDelta().y() > 0 else -_SCALE_STEP)
        else:
            super().wheelEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        if is_focus_lost(self) and self._composer.isVisible():
            self._composer.focus_text()
            return True
        return super().focusNextPrevChild(next)

    def _finish(self) -> None:
        self._remembering.stop()
        self._parameters.flush()
        self._models.finish()
        self._controller.store()
        self._save_state()

    def _lost_by_closing(self) -> list[str]:
        from kochat_gui.ui.closing_question import lost_by_closing

        self._parameters.flush()
        return lost_by_closing(self._services, self._controller.store())

    def _ask_before_closing(self, lost: list[str]) -> None:
        from kochat_gui.ui.closing_question import ClosingQuestion

        self._withdraw_question()
        self._question = ClosingQuestion(lost, self._appearance, self)
        self._question.close_requested.connect(self.close_unasked)
        self._question.open()

    def _withdraw_question(self) -> None:
        if self._question is not None:
            self._question.hide()
            self._question.deleteLater()
            self._question = None

    def _on_store_recovered(self) -> None:
        if self._question is not None and not self._lost_by_closing():
            self._withdraw_question()

    def _build(self) -> None:
        self._canvas.setObjectName("canvas")
        conversation = QWidget()
        chat = QVBoxLayout(conversation)
        chat.setContentsMargins(0, 0, 0, 0)
        chat.setSpacing(0)
        chat.addWidget(self._find_bar)
        chat.addWidget(self._view, 1)
        for widget in (self._models.strip, self._composer):
            centred = QHBoxLayout()
            centred.addStretch(1)
            centred.addWidget(widget, 1000)
            centred.addStretch(1)
            chat.addLayout(centred)
        self._pages.addWidget(conversation)
        beside = QWidget()
        pages = QVBoxLayout(beside)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.addWidget(self._notices)
        pages.addWidget(self._pages, 1)
        body = self._body
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(beside, 1)
        self._parameters.set_place(body, beside)
        self._pages.currentChanged.connect(self._parameters.give_way)
        column = QVBoxLayout(self._canvas)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)
        self._fit_sidebar()
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._sidebar)
        self._splitter.addWidget(self._canvas)
        self._splitter.setStretchFactor(1, 1)
        self.setCentralWidget(self._splitter)
        self.setMinimumSize(QSize(420, 480))

    def _connect(self, bridge: Bridge) -> None:
        sidebar, header = self._sidebar, self._header
        self._conversations.open_requested.connect(self._on_open_requested)
        self._conversations.export_requested.connect(self.exchange.export)
        self.exchange.taken_back.connect(self._conversations.leave)
        self._conversations.folder_export_requested.connect(self.exchange.export_folder)
        self._conversations.failed.connect(self._on_failed)
        self._conversations.closed.connect(self._composer.focus_text)
        sidebar.models_requested.connect(self._models.open)
        sidebar.settings_requested.connect(self._show_settings)
        header.sidebar_toggled.connect(self._toggle_sidebar)
        header.parameters_requested.connect(self.toggle_parameters)
        self._search.open_requested.connect(self._on_hit_requested)
        self._search.ended.connect(self._find.forget)
        self._find.closed.connect(self._composer.focus_text)
        self._models.connect_header(header)
        self._models.closed.connect(self._composer.focus_text)
        self._models.failed.connect(self._on_failed)
        header.failed.connect(self._on_failed)
        self._parameters.failed.connect(self._on_failed)
        self._composer.parameters_requested.connect(self.toggle_parameters)
        self._view.get_models_requested.connect(header.open_model_card)
        self._controller.conversation_opened.connect(self._on_opened)
        self._controller.export_requested.connect(self.exchange.export_message)
        self._controller.context_used.connect(header.set_context)
        self._notices.dismissed.connect(self._services.notices.withdraw)
        self._notices.action_requested.connect(self._on_notice_action)
        self._appearance.changed.connect(self._on_scaled)
        bridge.model_status_changed.connect(header.set_status)
        bridge.model_status_changed.connect(self._failure.set_status)
        bridge.store_recovered.connect(self._on_store_recovered)
        bridge.notice_posted.connect(self._notices.show_notice)
        bridge.notice_withdrawn.connect(self._notices.remove)

    def _add_shortcuts(self) -> None:
        for keys, action in (
            ("Ctrl+N", lambda: self._on_open_requested(None)),
            ("Ctrl+Shift+N", self._conversations.start_incognito),
            ("Ctrl+K", self._on_find),
            ("Ctrl+F", lambda: self._find_here(0)),
            ("F3", lambda: self._find_here(1)),
            ("Shift+F3", lambda: self._find_here(-1)),
            ("Ctrl+B", self._toggle_sidebar),
            ("Ctrl+P", self.toggle_parameters),
            ("Ctrl+Shift+P", self._parameters.open_prompt),
            ("Ctrl+Shift+T", self._parameters.open_tokens),
            ("Ctrl+Shift+B", self._open_map),
            ("Ctrl+M", self._header.open_model_card),
            ("Ctrl+Shift+M", self._models.open),
            ("Ctrl+L", self._header.open_level_card),
            ("Ctrl+O", self._models.ask_file),
            ("Ctrl+,", self._show_settings),
            ("F2", self._rename),
            ("Ctrl++", lambda: self._scale_by(_SCALE_STEP)),
            ("Ctrl+=", lambda: self._scale_by(_SCALE_STEP)),
            ("Ctrl+-", lambda: self._scale_by(-_SCALE_STEP)),
            ("Ctrl+0", lambda: self._set_scale(100)),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _restore_state(self) -> None:
        settings = self._services.settings
        self.resize(_FIRST_SIZE.boundedTo(self.screen().availableSize() - _FRAME))
        geometry = settings.get("ui.window_geometry")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
        self._is_folded_by_hand = settings.get("ui.window_state") == "folded"
        self._fold()
        width = settings.get("ui.sidebar_width")
        width = min(self._sidebar.maximumWidth(), max(self._sidebar.minimumWidth(), width))
        self._splitter.setSizes([width, max(1, self.width() - width)])

    def _save_state(self) -> None:
        settings = self._services.settings
        geometry = base64.b64encode(self.saveGeometry().data()).decode("ascii")
        settings.set("ui.window_geometry", geometry)
        settings.set("ui.window_state", "folded" if self._is_folded_by_hand else "")
        self._remember_open()
        if self._sidebar.isVisible():
            settings.set("ui.sidebar_width", self._splitter.sizes()[0])

    def _remember_open(self) -> None:
        """For the next start, also after a sudden end."""
        settings, open_id = self._services.settings, self._controller.kept_id or 0
        if settings.get("ui.current_conversation") != open_id:
            settings.set("ui.current_conversation", open_id)

    def _open_last(self) -> None:
        self._open(self._conversations.remembered())
        self._composer.focus_text()

    def _open(self, conversation_id: ConversationId | None) -> None:
        self._parameters.flush()
        try:
            self._controller.open(conversation_id)
        except UserFacingError as error:
            self._on_failed(error)

    def _on_opened(self, conversation_id: ConversationId | None) -> None:
        self._conversations.set_open(conversation_id)
        self._parameters.show_conversation()
        self._remembering.start()

    def _on_open_requested(self, conversation_id: ConversationId | None) -> None:
        self._show_chat()
        self._open(conversation_id)
        if not self._view.messages():
            self._composer.focus_text()

    def _on_hit_requested(self, hit: SearchHit, query: str) -> None:
        """Open what was found; the keyboard stays with the results."""
        self._show_chat()
        if hit.message_id is None:
            self._open(hit.conversation_id)
            return
        self._parameters.flush()
        try:
            self._controller.open_at(hit.conversation_id, hit.message_id, query)
        except UserFacingError as error:
            self._on_failed(error)

    def _show_chat(self) -> None:
        self._parameters.give_way()
        self._models.leave()
        self._conversations.leave_trash()

    def _open_map(self) -> None:
        """Show the tree of the conversation, if it is what the window shows."""
        if self._view.isVisible():
            self._controller.open_map()

    def _rename(self) -> None:
        self._sidebar.show()
        self._conversations.rename_open()

    def _on_find(self) -> None:
        self._sidebar.show()
        self._sidebar.focus_search()

    def _find_here(self, step: int) -> None:
        """Find in the conversation, if it is what the window shows."""
        if not self._view.isVisible():
            return
        if step:
            self._find.step(step)
        else:
            self._find.open()

    def _toggle_sidebar(self) -> None:
        is_shown = self._sidebar.isVisible()
        self._sidebar.setVisible(not is_shown)
        if not self._is_narrow():
            self._is_folded_by_hand = is_shown

    def _is_narrow(self) -> bool:
        """There is no room for the list beside a conversation."""
        px = self._appearance.px
        return self.width() < max(_FOLD_BELOW, px(_MIN_SIDEBAR) + px(_MIN_CONVERSATION))

    def _fold(self) -> None:
        """Show the list if there is room for it, unless a person folded it."""
        self._was_narrow = self._is_narrow()
        self._sidebar.setVisible(not self._was_narrow and not self._is_folded_by_hand)

    def _fit_sidebar(self) -> None:
        self._sidebar.setMinimumWidth(self._appearance.px(_MIN_SIDEBAR))
        self._sidebar.setMaximumWidth(self._appearance.px(_MAX_SIDEBAR))

    def _on_scaled(self) -> None:
        self._fit_sidebar()
        if self._is_narrow() != self._was_narrow:
            self._fold()

    def _show_settings(self) -> None:
        from kochat_gui.ui.settings.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._services.settings, self._appearance, self)
        dialog.models_requested.connect(self._models.open)
        dialog.backups_requested.connect(self.backups.open)
        dialog.export_requested.connect(self.exchange.export_all)
        dialog.import_requested.connect(self.exchange.open_import)
        dialog.open()

    def _scale_by(self, step: int) -> None:
        self._set_scale(self._appearance.scale_percent + step)

    def _set_scale(self, percent: int) -> None:
        self._services.settings.set("ui.text_scale", min(200, max(80, percent)))

    def _on_failed(self, error: UserFacingError) -> None:
        self._services.notices.post_error(error, _NOTICE_ID)

    def _on_notice_action(self, action_id: str, notice_id: str) -> None:
        self._services.notices.withdraw(notice_id)
        self._failure.act(action_id)
        self.backups.act(action_id)
        self.exchange.act(action_id)
        if action_id == OPEN_LOG_ACTION:
            from kochat_gui.ui.open_folder import open_folder

            open_folder(self._services.paths.log_dir, self._services.notices)
