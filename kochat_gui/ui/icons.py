"""Icons: the project's own line drawings, coloured by role when they are drawn."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from kochat_gui.core.resources import resource

_SCALES = (1, 2, 3)


@lru_cache(maxsize=256)
def icon(name: str, colour: str, size: int = 18) -> QIcon:
    """``resources/icons/<name>.svg`` with ``currentColor`` as ``#rrggbb``; ``size`` in px."""
    drawing = resource("icons", f"{name}.svg").read_bytes()
    renderer = QSvgRenderer(QByteArray(drawing.replace(b"currentColor", colour.encode())))
    made = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        made.addPixmap(pixmap)
    return made


def application_icon(size: int = 64) -> QIcon:
    """The tile with ㅋ; ``size`` in px."""
    return icon("kochat", QColor(Qt.GlobalColor.white).name(), size)
