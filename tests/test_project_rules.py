"""Rules about the source itself that no other tool checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(ROOT.glob("kochat_gui/**/*.py"))
TESTS = sorted(ROOT.glob("tests/**/*.py"))
PYTHON_FILES = [*SOURCES, *TESTS, ROOT / "dev.py"]

MODULE_LINES = 600
CLASS_LINES = 400
FUNCTION_LINES = 60
ALLOWED: dict[str, str] = {}
"""``path`` or ``path:name`` that may be larger, with the reason."""

VAGUE_NAMES = {"utils", "helpers", "common", "misc", "objects", "manager"}
TRANSLATORS = {"translate", "QT_TRANSLATE_NOOP", "TextKey"}
ONE_MACHINE = re.compile(r"[\"'\s(=](/home/|/root/|/Users/|/workspace/|[A-Z]:\\\\Users)")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=relative(path))


def too_large(path: Path) -> Iterator[str]:
    tree = parsed(path)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > MODULE_LINES and relative(path) not in ALLOWED:
        yield f"{relative(path)} has {lines} lines"
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > limit and f"{relative(path)}:{node.name}" not in ALLOWED:
            yield f"{relative(path)}:{node.name} has {size} lines"


def test_nothing_grows_too_large() -> None:
    assert not [finding for path in PYTHON_FILES for finding in too_large(path)]


def test_a_large_function_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text("def f() -> None:\n" + "    f()\n" * FUNCTION_LINES, encoding="utf-8")
    assert list(too_large(module)) == ["module.py:f has 61 lines"]


def test_module_names_say_what_they_are_about() -> None:
    assert not [relative(path) for path in SOURCES if path.stem in VAGUE_NAMES]


def not_literal(tree: ast.Module) -> Iterator[int]:
    """Lines where a translation is asked for with anything but two literals."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in TRANSLATORS:
            continue
        literals = [
            argument
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if len(literals) != 2 or len(node.args) != 2 or node.keywords:
            yield node.lineno


def test_translated_strings_are_literals() -> None:
    """lupdate reads the source: what is not a literal never gets a translation."""
    # i18n itself and the frames of the engine process carry keys that were literals elsewhere.
    carriers = {"kochat_gui/core/i18n.py", "kochat_gui/core/errors.py"}
    found = [
        f"{relative(path)}:{line}"
        for path in SOURCES
        if relative(path) not in carriers
        for line in not_literal(parsed(path))
    ]
    assert not found


@pytest.mark.parametrize(
    "call", ['translate("A", f"{x}")', 'translate("A", "b" + x)', 'QT_TRANSLATE_NOOP(a, "b")']
)
def test_a_translation_that_lupdate_cannot_read_is_found(call: str) -> None:
    assert list(not_literal(ast.parse(call))) == [1]


def test_qt_translation_methods_are_not_used() -> None:
    """``self.tr`` takes its context from the class it runs in; ours is written down."""
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "tr"
    ]
    assert not found


def test_a_home_that_is_not_known_stops_nothing() -> None:
    """``Path.expanduser`` raises ``RuntimeError`` for the home of somebody who is not there."""
    users = [path for path in SOURCES if ".expanduser(" in path.read_text(encoding="utf-8")]
    assert [relative(path) for path in users] == ["kochat_gui/core/user_path.py"]


def test_no_path_of_one_machine() -> None:
    suffixes = {".py", ".toml", ".txt", ".md", ".cmake", ".json", ".xml", ".desktop", ".qss"}
    files = [
        path
        for folder in ("kochat_gui", "tests", "packaging", "resources", "i18n")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and path.stat().st_size < 1_000_000
    ]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in suffixes]
    this = Path(__file__).resolve()
    found = [
        f"{relative(path)}: {match[0].strip()}"
        for path in files
        if path.resolve() != this
        for match in [ONE_MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))]
        if match
    ]
    assert not found


def test_links_in_documents_lead_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in ROOT.glob("*.md")
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (ROOT / target).exists()
    ]
    assert not broken
