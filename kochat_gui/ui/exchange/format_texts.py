"""What the formats are good for, in one plain phrase each."""

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.services.exchange.export_service import ExportFormat
from kochat_gui.ui.header.card import RowText

_PHRASES = {
    ExportFormat.MARKDOWN: QT_TRANSLATE_NOOP(
        "ExportPage", "For note programs; code and tables stay what they are"
    ),
    ExportFormat.HTML: QT_TRANSLATE_NOOP(
        "ExportPage", "One file that every browser opens, drawn as here"
    ),
    ExportFormat.TEXT: QT_TRANSLATE_NOOP("ExportPage", "Without any form; opens everywhere"),
    ExportFormat.PDF: QT_TRANSLATE_NOOP("ExportPage", "For printing and handing on"),
    ExportFormat.JSON: QT_TRANSLATE_NOOP(
        "ExportPage", "With all branches and settings; KoChat takes it back"
    ),
    ExportFormat.SHAREGPT: QT_TRANSLATE_NOOP(
        "ExportPage", "Whole conversations, one a line, to train models with"
    ),
    ExportFormat.INSTRUCTION: QT_TRANSLATE_NOOP(
        "ExportPage", "Questions with their answers, one a line, to train models with"
    ),
}


def format_row(export_format: ExportFormat) -> RowText:
    """A format in the list."""
    phrase = _PHRASES[export_format].text()
    return RowText(export_format.label.text(), phrase, export_format.suffix)
