"""Qt's own file dialog speaks one language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import kochat_gui.ui
from kochat_gui.core.i18n import install_catalogue
from kochat_gui.ui.file_dialog import file_dialog

OURS = {"&Look in:": "찾을 위치(&L):", "Files of &type:": "파일 형식(&T):"}


@pytest.fixture(autouse=True)
def korean(qapp: QApplication) -> Iterator[None]:
    """Qt's own texts as the window has them, and those that it lacks."""
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    assert translator.load("qtbase_ko", folder)
    qapp.installTranslator(translator)
    install_catalogue({("FileDialog", source): korean for source, korean in OURS.items()})
    yield
    install_catalogue({})
    qapp.removeTranslator(translator)


@pytest.mark.parametrize("mode", list(QFileDialog.FileMode))
@pytest.mark.parametrize("accept", list(QFileDialog.AcceptMode))
def test_every_word_of_it_is_korean(
    mode: QFileDialog.FileMode, accept: QFileDialog.AcceptMode, qtbot: QtBot
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = file_dialog(parent, "파일 고르기")
    dialog.setAcceptMode(accept)
    dialog.setFileMode(mode)
    dialog.open()
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    texts += [button.text() for button in dialog.findChildren(QPushButton)]
    assert set(OURS.values()) <= set(texts)
    assert [text for text in texts if not re.search("[가-힣]", text)] == []


def test_qt_still_lacks_what_is_added() -> None:
    assert [QCoreApplication.translate("QFileDialog", source) for source in OURS] == list(OURS)


def test_no_other_is_made() -> None:
    folder = Path(kochat_gui.ui.__file__).parent
    making = [
        path.name for path in folder.rglob("*.py") if "QFileDialog(" in path.read_text("utf-8")
    ]
    assert making == ["file_dialog.py"]
