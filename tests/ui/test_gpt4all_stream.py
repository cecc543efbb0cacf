"""What the tests write as GPT4All's files is what Qt writes: the importer was made without Qt."""

import struct

import pytest
from PySide6.QtCore import QByteArray, QDataStream, QIODevice

from tests.helpers import gpt4all_writer


def stream(data: QByteArray) -> QDataStream:
    made = QDataStream(data, QIODevice.OpenModeFlag.WriteOnly)
    made.setVersion(QDataStream.Version.Qt_6_2.value)
    return made


@pytest.mark.parametrize("text", ["한글 🍚", "", "a\nb"])
def test_texts(text: str) -> None:
    data = QByteArray()
    stream(data).writeQString(text)
    assert data.data() == gpt4all_writer.text(text)


def test_numbers_and_lists() -> None:
    data = QByteArray()
    out = stream(data)
    out.writeUInt32(gpt4all_writer.MAGIC)
    out.writeInt32(12)
    out.writeInt64(1_695_000_000)
    out.writeBool(True)
    out.writeQStringList(["문서", "자료"])
    wanted = struct.pack(">Iiq?I", gpt4all_writer.MAGIC, 12, 1_695_000_000, True, 2)
    assert data.data() == wanted + gpt4all_writer.text("문서") + gpt4all_writer.text("자료")


def test_a_value_of_a_parameter() -> None:
    data = QByteArray()
    stream(data).writeQVariant("1+1")
    assert data.data() == struct.pack(">IB", 10, 0) + gpt4all_writer.text("1+1")
    assert data.data() in gpt4all_writer.tool_call("1+1")
