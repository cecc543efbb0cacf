"""Asks for a file or a folder: in the system's dialog, or in Qt's own where there is none."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from kochat_gui.core.i18n import translate


def file_dialog(parent: QWidget, title: str) -> QFileDialog:
    """One that is deleted when it is closed; open it with ``open()``."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # WORKAROUND PySide6 6.11: its Korean lacks these two; test_file_dialog.py tells when it has.
    label = QFileDialog.DialogLabel
    dialog.setLabelText(label.LookIn, translate("FileDialog", "&Look in:"))
    dialog.setLabelText(label.FileType, translate("FileDialog", "Files of &type:"))
    return dialog
