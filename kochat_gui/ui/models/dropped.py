"""Files that are dropped onto the window."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate


class DropTarget(QObject):
    """Takes files and folders anywhere on the window, text fields included.

    A text field would otherwise write the path of the file into itself.

    Signals: dropped(Path), several_dropped(list of Path), refused(UserFacingError) for an address
    elsewhere.
    """

    dropped = Signal(object)
    several_dropped = Signal(list)
    refused = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._hint = QLabel(translate("DropTarget", "Drop it here to open it"), window)
        self._hint.setObjectName("drop_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event:
            # A drop is a move to Qt's classes, too.
            case QDragEnterEvent() | QDragMoveEvent() if event.mimeData().hasUrls():
                self._show_hint()
                _accept(event)
                return True
            case QDropEvent() if event.type() is QEvent.Type.Drop and event.mimeData().hasUrls():
                self._hint.hide()
                _accept(event)
                self._take(event.mimeData())
                return True
        if event.type() is QEvent.Type.DragLeave:
            self._hint.hide()
        return False

    def _show_hint(self) -> None:
        if self._hint.isHidden():
            self._hint.setGeometry(self._window.rect().adjusted(8, 8, -8, -8))
            self._hint.show()
            self._hint.raise_()

    def _take(self, data: QMimeData) -> None:
        urls = data.urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if not paths or len(paths) != len(urls):
            self.refused.emit(_elsewhere())
        elif len(paths) == 1:
            self.dropped.emit(paths[0])
        else:
            self.several_dropped.emit(paths)


def _accept(event: QDropEvent) -> None:
    # A file manager may delete what it hears was moved, and proposes that by itself.
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def several_error() -> UsageError:
    """Several things at once that are not conversations to import."""
    return UsageError(
        QT_TRANSLATE_NOOP("DropTarget", "Several files were dropped at once."),
        kept=QT_TRANSLATE_NOOP("DropTarget", "Nothing was changed."),
        advice=QT_TRANSLATE_NOOP(
            "DropTarget",
            "Drop one model or adapter. For a model of several files, drop its folder.",
        ),
    )


def _elsewhere() -> UsageError:
    return UsageError(
        QT_TRANSLATE_NOOP("DropTarget", "What was dropped is not a file on this computer."),
        kept=QT_TRANSLATE_NOOP("DropTarget", "Nothing was changed."),
        advice=QT_TRANSLATE_NOOP("DropTarget", "Save the file first, then drop it here."),
    )
