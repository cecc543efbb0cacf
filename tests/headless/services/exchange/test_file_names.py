"""Names out of titles, and files that appear whole or not at all."""

import errno
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kochat_gui.core.errors import DiskFullError, ExchangeError, FileThereError
from kochat_gui.services.exchange.file_names import (
    MAX_BYTES,
    compared,
    free_name,
    numbered,
    safe_name,
)
from kochat_gui.services.exchange.new_file import make_folder, new_file

CASES = {
    "배고파": "배고파.md",
    'a/b\\c:d*e?f"g<h>i|j': "a b c d e f g h i j.md",
    "../../etc/passwd": "etc passwd.md",
    "CON": "_CON.md",
    "con.txt": "_con.txt.md",
    "nul": "_nul.md",
    "COM1": "_COM1.md",
    "lpt³": "_lpt³.md",
    "CONIN$": "_CONIN$.md",
    "console": "console.md",
    "끝의 점...": "끝의 점.md",
    "  끝의 빈칸  ": "끝의 빈칸.md",
    ".숨은": "숨은.md",
    "줄\n바꿈\t탭\0널\x7f": "줄 바꿈 탭 널.md",
    "거꾸로\u202etxt.exe": "거꾸로 txt.exe.md",
    "\u2066속임\u2069": "속임.md",
    unicodedata.normalize("NFD", "한글"): "한글.md",
    "👨‍👩‍👧 가족": "👨‍👩‍👧 가족.md",
    "반쪽\ud800": "반쪽.md",
    "": "대화.md",
    "...": "대화.md",
    "\u200d": "대화.md",
    "~$임시": "~$임시.md",
}


@pytest.mark.parametrize(("title", "name"), CASES.items(), ids=map(ascii, CASES))
def test_names(title: str, name: str) -> None:
    assert safe_name(title, ".md", "대화") == name


@given(st.text(max_size=300))
def test_any_title_becomes_a_name_that_every_system_takes(title: str) -> None:
    name = safe_name(title, ".md", "대화")
    stem = name.removesuffix(".md")
    assert len(name.encode()) <= MAX_BYTES + 1
    assert stem == stem.strip(" .") != ""
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} for char in name)
    assert stem.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


def test_long_titles_are_cut_between_characters() -> None:
    name = safe_name("가" * 500, ".md", "대화")
    assert name == "가" * ((MAX_BYTES - 3) // 3) + ".md"
    family = "👨‍👩‍👧‍👦"
    cut = safe_name(family * 50, ".md", "대화").removesuffix(".md")
    assert cut == family * (len(cut) // len(family))


def test_taken_names_are_numbered() -> None:
    taken = {compared(name) for name in ("대화.md", "대화 (2).md", "straße.md")}

    def is_taken(name: str) -> bool:
        return compared(name) in taken

    assert free_name("대화.md", ".md", is_taken) == "대화 (3).md"
    assert free_name("STRASSE.md", ".md", is_taken) == "STRASSE (2).md"
    decomposed = unicodedata.normalize("NFD", "대화.md")
    assert free_name(decomposed, ".md", is_taken).endswith("(3).md")
    assert len(numbered("가" * 59 + ".md", ".md", 12345).encode()) <= MAX_BYTES


def test_dots_in_the_name_of_a_taken_folder_are_no_suffix() -> None:
    assert free_name("KoChat 대화", "", {"KoChat 대화"}.__contains__) == "KoChat 대화 (2)"
    assert free_name("판 1.2", "", {"판 1.2"}.__contains__) == "판 1.2 (2)"


def test_a_file_has_its_name_when_it_is_complete(folder: Path) -> None:
    path = folder / "한글 이름.txt"
    with new_file(path) as file:
        file.write(b"1")
        assert not path.exists()
    assert path.read_bytes() == b"1"
    assert list(folder.iterdir()) == [path]


def test_a_file_that_is_there_stays(folder: Path) -> None:
    path = folder / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(FileThereError), new_file(path):
        raise AssertionError("never reached")
    with new_file(path, replace=True) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_file_that_appears_meanwhile_stays(folder: Path) -> None:
    path = folder / "a.txt"
    with pytest.raises(FileThereError), new_file(path):
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    assert list(folder.iterdir()) == [path]


def test_where_links_are_not_known_it_is_renamed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EOPNOTSUPP, "no links")

    monkeypatch.setattr(os, "link", refuse)
    with new_file(folder / "a.txt") as file:
        file.write(b"1")
    assert (folder / "a.txt").read_bytes() == b"1"
    with pytest.raises(FileThereError), new_file(folder / "b.txt"):
        (folder / "b.txt").write_bytes(b"theirs")
    assert (folder / "b.txt").read_bytes() == b"theirs"


def test_nothing_is_left_of_what_failed(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_file(folder / "a.txt") as file:
        raise ZeroDivisionError(file.write(b"half"))
    assert not list(folder.iterdir())


def test_what_the_disk_says_is_told(folder: Path) -> None:
    with pytest.raises(DiskFullError), new_file(folder / "a.txt"):
        raise OSError(errno.ENOSPC, "full")
    with pytest.raises(ExchangeError), new_file(folder / "missing" / "a.txt"):
        raise AssertionError("never reached")
    (folder / "file").write_bytes(b"")
    with pytest.raises(ExchangeError):
        make_folder(folder / "file" / "inside")
