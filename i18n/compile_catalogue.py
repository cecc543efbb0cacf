"""Writes ``i18n/ko.json``, which the program reads, from ``i18n/ko.ts``, which people edit.

Reading the XML itself would take a thirtieth of the time in which the window opens.
"""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def compiled(source: Path) -> str:
    """JSON of the finished entries of a Qt ``.ts`` file: ``{context: {source: translation}}``.

    Raises ``OSError`` and ``ElementTree.ParseError``.
    """
    catalogue: dict[str, dict[str, str]] = {}
    for context in ElementTree.parse(source).getroot().iter("context"):
        entries = catalogue.setdefault(context.findtext("name", ""), {})
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.text and translation.get("type") is None:
                entries[message.findtext("source", "")] = translation.text
    return json.dumps(catalogue, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


if __name__ == "__main__":
    (FOLDER / "ko.json").write_text(compiled(FOLDER / "ko.ts"), encoding="utf-8")
