"""``i18n/ko.ts`` is complete, fits the code, and cannot break the program."""

import shutil
import string
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from i18n.compile_catalogue import compiled
from kochat_gui.core.korean import PARTICLES

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "i18n" / "ko.ts"
LUPDATE = [
    *("-silent", "-locations", "none", "-no-obsolete", "-sort-messages"),
    *("-source-language", "en_US", "-target-language", "ko_KR", "-extensions", "py"),
]
"""As the task ``i18n`` in pyproject.toml."""


def entries() -> list[tuple[str, str, ElementTree.Element]]:
    return [
        (context.findtext("name", ""), message.findtext("source", ""), translation)
        for context in ElementTree.parse(CATALOGUE).getroot().iter("context")
        for message in context.iter("message")
        if (translation := message.find("translation")) is not None
    ]


def placeholders(text: str) -> list[str]:
    """Names in braces with their formats; Korean particles are no part of that."""
    return sorted(
        f"{name}:{'' if spec in PARTICLES else spec}!{conversion or ''}"
        for _, name, spec, conversion in string.Formatter().parse(text)
        if name is not None
    )


def test_every_string_has_its_korean() -> None:
    unfinished = [
        f"{context}: {source}"
        for context, source, translation in entries()
        if translation.get("type") is not None or not translation.text
    ]
    assert not unfinished


def test_placeholders_are_the_same() -> None:
    different = [
        f"{context}: {source} → {translation.text}"
        for context, source, translation in entries()
        if translation.text and set(placeholders(source)) != set(placeholders(translation.text))
    ]
    assert not different


def test_voice() -> None:
    """No exclamation marks, no 합쇼체: the program speaks 해요체."""
    loud = [
        translation.text
        for _, _, translation in entries()
        if translation.text and ("!" in translation.text or "니다." in translation.text)
    ]
    assert not loud


def test_catalogue_fits_the_code(tmp_path: Path) -> None:
    """``python3 dev.py i18n`` would leave the file as it is."""
    copy = tmp_path / "ko.ts"
    shutil.copy(CATALOGUE, copy)
    lupdate = Path(sys.executable).parent / "pyside6-lupdate"
    subprocess.run([lupdate, *LUPDATE, "kochat_gui", "-ts", copy], cwd=ROOT, check=True, timeout=60)
    if copy.read_text(encoding="utf-8") != CATALOGUE.read_text(encoding="utf-8"):
        pytest.fail("strings in the code changed: run `python3 dev.py i18n`", pytrace=False)


def test_compiled_catalogue_says_the_same() -> None:
    if CATALOGUE.with_suffix(".json").read_text(encoding="utf-8") != compiled(CATALOGUE):
        pytest.fail("i18n/ko.ts changed: run `python3 dev.py i18n`", pytrace=False)


@pytest.mark.parametrize(
    ("source", "korean", "is_same"),
    [
        ("{name} is missing", "{name:이/가} 없어요", True),
        ("{name} is missing", "없어요", False),
        ("{size:.1f} GB", "{size} GB", False),
    ],
)
def test_how_placeholders_compare(source: str, korean: str, is_same: bool) -> None:
    assert (set(placeholders(source)) == set(placeholders(korean))) is is_same
