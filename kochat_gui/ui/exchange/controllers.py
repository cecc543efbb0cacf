"""Everything of export and import that is loaded late."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from kochat_gui.services.assembly import Services
from kochat_gui.services.exchange.import_service import may_hold_conversations
from kochat_gui.services.exchange.imports import ConversationImports
from kochat_gui.ui.exchange.export_controller import ExportController
from kochat_gui.ui.exchange.import_controller import ImportController
from kochat_gui.ui.theme import Appearance


class ExchangeControllers:
    """On one window and the conversations that it shows."""

    def __init__(self, services: Services, appearance: Appearance, window: QWidget) -> None:
        exchange = services.exchange
        imports = ConversationImports(exchange.imports(), services.library, services.chat.stop)
        self.exports = ExportController(services, exchange.exports(), appearance, window)
        self.imports = ImportController(services, imports, appearance, window)

    def may_hold(self, path: Path) -> bool:
        """Whether it is worth looking for conversations there."""
        return may_hold_conversations(path)
