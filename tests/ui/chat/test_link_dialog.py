"""A link says where it leads before anything is opened."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.ui.chat.link_dialog import LinkDialog
from kochat_gui.ui.chat.markdown_blocks import markdown_blocks
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the


class _Opened(QObject):
    """Takes the place of the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.urls.append(bytes(url.toEncoded().data()).decode())


@pytest.fixture
def opened() -> Iterator[_Opened]:
    made = _Opened()
    schemes = ("http", "https", "mailto", "file")
    for scheme in schemes:
        # The stub asks for bytes, which the function refuses.
        QDesktopServices.setUrlHandler(scheme, made, "take")  # type: ignore[arg-type]
    yield made
    for scheme in schemes:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://\u0430pple.com/", "https://xn--pple-43d.com/"),
        ("https://example.org/%EA%B0%80", "https://example.org/%EA%B0%80"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_address_is_shown_and_opened_on_demand(
    parent: QWidget, opened: _Opened, target: str, shown: str
) -> None:
    dialog = LinkDialog(target, parent)
    assert the(dialog, QPlainTextEdit).toPlainText() == shown
    assert opened.urls == []
    _open_buttons(dialog)[0].click()

    assert opened.urls == [shown]


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://a.b", "//a.b", "", "a",
     "https://a b/<script>", "vbscript:x", "qrc:/a"],
)  # fmt: skip
def test_other_addresses_cannot_be_opened(parent: QWidget, target: str) -> None:
    dialog = LinkDialog(target, parent)

    assert _open_buttons(dialog) == []
    assert all(
        label.textFormat() is Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel)
    )


def test_link_of_an_answer_arrives_encoded(
    appearance: Appearance, qtbot: QtBot, parent: QWidget
) -> None:
    segment = TextSegment(appearance)
    qtbot.addWidget(segment)
    for block in markdown_blocks("[글](<https://example.org/가 나?x=a b>)"):
        segment.add(block)
    anchor = segment.document().begin().begin().fragment().charFormat().anchorHref()
    with qtbot.waitSignal(segment.link_clicked) as clicked:
        segment.anchorClicked.emit(QUrl(anchor))
    [target] = clicked.args

    assert " " not in target
    assert len(_open_buttons(LinkDialog(target, parent))) == 1


def _open_buttons(dialog: LinkDialog) -> list[QPushButton]:
    return [b for b in dialog.findChildren(QPushButton) if b.objectName() == "primary"]


def test_all_of_a_long_address_can_be_read(parent: QWidget) -> None:
    target = "https://example.com/" + "가" * 42
    dialog = LinkDialog(target, parent)
    dialog.open()
    address = the(dialog, QPlainTextEdit)
    assert address.toPlainText() == "https://example.com/" + "%EA%B0%80" * 42
    assert address.document().idealWidth() <= address.viewport().width()
    assert address.document().size().height() > 3, "in lines"
    dialog.close()
