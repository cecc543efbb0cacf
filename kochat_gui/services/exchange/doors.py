"""The ways out and in, loaded when one is opened first: a window starts without them."""

from typing import TYPE_CHECKING

from kochat_gui.core.events import EventBus
from kochat_gui.storage.conversations import ConversationStore

if TYPE_CHECKING:
    from kochat_gui.services.exchange.export_service import ExportService
    from kochat_gui.services.exchange.import_service import ImportService


class Exchange:
    """Exports and imports of one store."""

    def __init__(self, store: ConversationStore, bus: EventBus) -> None:
        self._store = store
        self._bus = bus

    def exports(self) -> "ExportService":
        """What writes conversations as files."""
        from kochat_gui.services.exchange.export_service import ExportService

        return ExportService(self._store)

    def imports(self) -> "ImportService":
        """What takes conversations out of files."""
        from kochat_gui.services.exchange.import_service import ImportService

        return ImportService(self._store, self._bus)
