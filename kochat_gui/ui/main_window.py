"""The main window: lays out its parts and connects them."""

import base64
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from kochat_gui.core.conversation import ConversationId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.chat_templates import chat_templates
from kochat_gui.services.crash_reports import OPEN_LOG_ACTION
from kochat_gui.services.prompt_request import sampling_defaults
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.composer_chip import ComposerChip
from kochat_gui.ui.chat.controller import ChatController
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.model_failure import ModelFailure
from kochat_gui.ui.notices.banner import NoticeArea, UndoToast
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.sidebar.controller import SidebarController
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance

_FOLD_BELOW = 900
_MIN_SIDEBAR, _MAX_SIDEBAR = 220, 360
_SCALE_STEP = 10
_NOTICE_ID = "window"


class MainWindow(QMainWindow):
    """Signals: closing() once, before the window goes away."""

    closing = Signal()

    def __init__(self, services: Services, bridge: Bridge, appearance: Appearance) -> None:
        super().__init__()
        self._services = services
        self._appearance = appearance
        self._is_folded_by_hand = False
        self.setWindowTitle(translate("MainWindow", "KoChat"))
        self._sidebar = Sidebar(appearance)
        self._canvas = QWidget()
        self._header = HeaderBar(services.models, appearance, self._canvas)
        self._notices = NoticeArea(appearance)
        self._view = ChatView(appearance)
        self._composer = Composer(appearance)
        self._templates = chat_templates()
        self._chip = ComposerChip(self._templates, self._composer)
        self._parameters: ParametersPanel | None = None
        self._failure = ModelFailure(services.models, services.settings, services.notices, self)
        self._body = QHBoxLayout()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._controller = ChatController(services, bridge, self._view, self._composer)
        self._conversations = SidebarController(
            services, bridge, self._sidebar, UndoToast(self._canvas)
        )
        self._build()
        self._connect(bridge)
        self._add_shortcuts()
        self._restore_state()
        self._open_last()
        for notice in services.notices.active():
            self._notices.show_notice(notice)

    def open_model(self, path: Path) -> None:
        """Put the model at ``path`` on the list and load it."""
        self._header.add_and_choose(path)

    def toggle_parameters(self) -> None:
        """Show or hide the parameters of the conversation."""
        if self._parameters is None:
            self._parameters = self._make_parameters()
        self._parameters.flush()
        self._parameters.setVisible(not self._parameters.isVisible())

    def closeEvent(self, event: QCloseEvent) -> None:
        self._keep_parameters()
        self._controller.close()
        self._save_state()
        event.accept()
        self.closing.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was_narrow = event.oldSize().width() < _FOLD_BELOW
        is_narrow = event.size().width() < _FOLD_BELOW
        if is_narrow != was_narrow or not event.oldSize().isValid():
            self._sidebar.setVisible(not is_narrow and not self._is_folded_by_hand)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_model(path)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._scale_by(_SCALE_STEP if event.angleDelta().y() > 0 else -_SCALE_STEP)
        else:
            super().wheelEvent(event)

    def _build(self) -> None:
        self._canvas.setObjectName("canvas")
        chat = QVBoxLayout()
        chat.setContentsMargins(0, 0, 0, 0)
        chat.setSpacing(0)
        chat.addWidget(self._notices)
        chat.addWidget(self._view, 1)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addWidget(self._composer, 1000)
        centred.addStretch(1)
        chat.addLayout(centred)
        body = self._body
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(chat, 1)
        column = QVBoxLayout(self._canvas)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)
        self._sidebar.setMinimumWidth(_MIN_SIDEBAR)
        self._sidebar.setMaximumWidth(_MAX_SIDEBAR)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._sidebar)
        self._splitter.addWidget(self._canvas)
        self._splitter.setStretchFactor(1, 1)
        self.setCentralWidget(self._splitter)
        self.setMinimumSize(QSize(420, 480))
        self.setAcceptDrops(True)

    def _connect(self, bridge: Bridge) -> None:
        sidebar, header = self._sidebar, self._header
        self._conversations.open_requested.connect(self._on_open_requested)
        sidebar.models_requested.connect(header.open_model_card)
        sidebar.settings_requested.connect(self._show_settings)
        header.sidebar_toggled.connect(self._toggle_sidebar)
        header.parameters_requested.connect(self.toggle_parameters)
        header.failed.connect(self._on_failed)
        self._composer.parameters_requested.connect(self.toggle_parameters)
        self._view.get_models_requested.connect(header.open_model_card)
        self._controller.conversation_opened.connect(self._on_opened)
        self._controller.context_used.connect(header.set_context)
        self._notices.dismissed.connect(self._services.notices.withdraw)
        self._notices.action_requested.connect(self._on_notice_action)
        bridge.model_status_changed.connect(header.set_status)
        bridge.model_status_changed.connect(self._failure.set_status)
        bridge.model_status_changed.connect(self._chip.set_status)
        bridge.notice_posted.connect(self._notices.show_notice)
        bridge.notice_withdrawn.connect(self._notices.remove)

    def _add_shortcuts(self) -> None:
        for keys, action in (
            ("Ctrl+N", lambda: self._on_open_requested(None)),
            ("Ctrl+K", self._on_find),
            ("Ctrl+B", self._toggle_sidebar),
            ("Ctrl+P", self.toggle_parameters),
            ("Ctrl+M", self._header.open_model_card),
            ("Ctrl+L", self._header.open_level_card),
            ("Ctrl+O", self._header.open_model_file),
            ("Ctrl+,", self._show_settings),
            ("F2", self._sidebar.rename_current),
            ("Ctrl++", lambda: self._scale_by(_SCALE_STEP)),
            ("Ctrl+=", lambda: self._scale_by(_SCALE_STEP)),
            ("Ctrl+-", lambda: self._scale_by(-_SCALE_STEP)),
            ("Ctrl+0", lambda: self._set_scale(100)),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _restore_state(self) -> None:
        settings = self._services.settings
        self.resize(1280, 820)
        geometry = settings.get("ui.window_geometry")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
        self._is_folded_by_hand = settings.get("ui.window_state") == "folded"
        self._sidebar.setVisible(not self._is_folded_by_hand and self.width() >= _FOLD_BELOW)
        width = min(_MAX_SIDEBAR, max(_MIN_SIDEBAR, settings.get("ui.sidebar_width")))
        self._splitter.setSizes([width, max(1, self.width() - width)])

    def _save_state(self) -> None:
        settings = self._services.settings
        geometry = base64.b64encode(self.saveGeometry().data()).decode("ascii")
        settings.set("ui.window_geometry", geometry)
        settings.set("ui.window_state", "folded" if self._is_folded_by_hand else "")
        settings.set("ui.current_conversation", self._controller.conversation_id or 0)
        if self._sidebar.isVisible():
            settings.set("ui.sidebar_width", self._splitter.sizes()[0])

    def _open_last(self) -> None:
        last = ConversationId(self._services.settings.get("ui.current_conversation"))
        try:
            self._services.library.get(last)
        except UserFacingError:
            self._open(None)
        else:
            self._open(last)
        self._composer.focus_text()

    def _open(self, conversation_id: ConversationId | None) -> None:
        self._keep_parameters()
        try:
            self._controller.open(conversation_id)
        except UserFacingError as error:
            self._on_failed(error)

    def _on_opened(self, conversation_id: ConversationId | None) -> None:
        self._conversations.set_open(conversation_id)
        self._chip.set_settings(self._controller.settings)
        self._show_parameters()

    def _make_parameters(self) -> ParametersPanel:
        panel = ParametersPanel(self._templates, self._appearance, self._canvas)
        panel.changed.connect(self._controller.set_settings)
        panel.changed.connect(self._chip.set_settings)
        panel.closed.connect(self.toggle_parameters)
        panel.hide()
        self._body.addWidget(panel)
        self._parameters = panel
        self._show_parameters()
        return panel

    def _show_parameters(self) -> None:
        if self._parameters is not None:
            defaults = sampling_defaults(self._services.settings)
            self._parameters.show_settings(self._controller.settings, defaults)

    def _keep_parameters(self) -> None:
        if self._parameters is not None:
            self._parameters.flush()

    def _on_open_requested(self, conversation_id: ConversationId | None) -> None:
        self._open(conversation_id)
        if conversation_id is None:
            self._composer.focus_text()

    def _on_find(self) -> None:
        self._sidebar.show()
        self._sidebar.focus_search()

    def _toggle_sidebar(self) -> None:
        is_shown = self._sidebar.isVisible()
        self._sidebar.setVisible(not is_shown)
        if self.width() >= _FOLD_BELOW:
            self._is_folded_by_hand = is_shown

    def _show_settings(self) -> None:
        SettingsDialog(self._services.settings, self).open()

    def _scale_by(self, step: int) -> None:
        self._set_scale(self._appearance.scale_percent + step)

    def _set_scale(self, percent: int) -> None:
        self._services.settings.set("ui.text_scale", min(200, max(80, percent)))

    def _on_failed(self, error: UserFacingError) -> None:
        self._services.notices.post_error(error, _NOTICE_ID)

    def _on_notice_action(self, action_id: str, notice_id: str) -> None:
        self._services.notices.withdraw(notice_id)
        self._failure.act(action_id)
        if action_id == OPEN_LOG_ACTION:
            folder = self._services.paths.log_dir
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _dropped_path(data: QMimeData) -> Path | None:
    """The one file or folder that is being dropped; None for anything else."""
    urls = data.urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        return Path(urls[0].toLocalFile())
    return None
