"""Export and import as the main window sees them; loaded when a person first wants one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kochat_gui.core.conversation import ConversationId, Folder, MessageId
from kochat_gui.services.assembly import Services
from kochat_gui.ui.exchange.notice_actions import SHOW_FOLDER, UNDO_IMPORT
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.ui.exchange.controllers import ExchangeControllers


class ExchangeArea(QObject):
    """Opens the dialogs, and does what their notices offer.

    Signals: taken_back(list of conversation ids) of an import.
    """

    taken_back = Signal(list)

    def __init__(self, services: Services, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._appearance = appearance
        self._window = window
        self._made: ExchangeControllers | None = None

    def export_all(self) -> None:
        """Ask how to export all conversations, or some."""
        self._controllers().exports.open()

    def export(self, conversation_ids: Sequence[ConversationId]) -> None:
        """Ask how to export these conversations."""
        self._controllers().exports.open(conversation_ids)

    def export_message(self, message_id: MessageId) -> None:
        """Ask how to export one message."""
        self._controllers().exports.open(message_id=message_id)

    def export_folder(self, folder: Folder) -> None:
        """Ask how to export a folder."""
        self._controllers().exports.open(folder=folder)

    def open_import(self) -> None:
        """Ask for conversations to take over."""
        self._controllers().imports.open()

    def take(self, paths: Sequence[Path]) -> bool:
        """Look for conversations in ``paths``; False where their names say that there are none.

        What else is among them is told of where they are shown.
        """
        controllers = self._controllers()
        if not any(controllers.may_hold(path) for path in paths):
            return False
        controllers.imports.open(paths)
        return True

    def act(self, action_id: str) -> None:
        """Do what a notice offered, if it is about export or import."""
        if action_id == UNDO_IMPORT:
            self._controllers().imports.take_back()
        elif action_id.startswith(SHOW_FOLDER):
            from kochat_gui.ui.open_folder import open_folder

            open_folder(Path(action_id.removeprefix(SHOW_FOLDER)), self._services.notices)

    def _controllers(self) -> "ExchangeControllers":
        if self._made is None:
            # The formats take a tenth of a second to load; the window opens without them.
            from kochat_gui.ui.exchange.controllers import ExchangeControllers

            self._made = ExchangeControllers(self._services, self._appearance, self._window)
            self._made.imports.taken_back.connect(self.taken_back)
        return self._made
