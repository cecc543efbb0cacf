"""A pytest plugin that makes Qt unimportable: proof that nothing below the window needs it.

Used as ``pytest -p no:pytest-qt -p tests.without_qt tests/headless``.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

QT_PACKAGES = frozenset({"PySide6", "shiboken6", "qasync"})


class QtBlocker(MetaPathFinder):
    """Answers imports of Qt as if it were not installed."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in QT_PACKAGES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the Qt plugin, which is switched off in this run."""
    for name in ("qt_api", "qt_log_ignore", "qt_log_level_fail"):
        parser.addini(name, "not used without Qt")


def pytest_configure() -> None:
    """Block Qt for the whole run."""
    already = QT_PACKAGES & sys.modules.keys()
    if already:
        raise pytest.UsageError(f"Qt was imported before it could be blocked: {sorted(already)}")
    sys.meta_path.insert(0, QtBlocker())
