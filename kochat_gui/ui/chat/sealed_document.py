"""A text document that never reads a file, an image or an address."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QTextDocument


class SealedDocument(QTextDocument):
    """For text that others wrote.

    A widget's own ``loadResource`` is not enough: where it returns nothing, a plain
    ``QTextDocument`` goes on to read local files and ``data:`` addresses by itself.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setDocumentMargin(0)
        self.setUndoRedoEnabled(False)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None
