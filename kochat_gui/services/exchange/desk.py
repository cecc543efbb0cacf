"""Export and import for the window, made when they are first asked for: their formats load then."""

from dataclasses import dataclass

from kochat_gui.services.assembly import Services
from kochat_gui.services.exchange.export_service import ExportService
from kochat_gui.services.exchange.import_service import ImportService
from kochat_gui.services.exchange.imports import ConversationImports


@dataclass(frozen=True)
class ExchangeDesk:
    """Both ways in which conversations cross the border of the program."""

    exports: ExportService
    imports: ConversationImports


def exchange_desk(services: Services) -> ExchangeDesk:
    """On the open conversations of ``services``."""
    importer = ImportService(services.store, services.bus)
    return ExchangeDesk(
        ExportService(services.store), ConversationImports(importer, services.library)
    )
