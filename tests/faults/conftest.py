"""How often things are broken, and the figures that come of it.

``--thorough`` runs each test of the store as often as the promise says; without it, for seconds.
"""

from collections.abc import Callable

import pytest

_FIGURES = pytest.StashKey[list[str]]()

Tell = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the figures of a run."""
    config.stash[_FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was counted and measured."""
    figures = terminalreporter.config.stash[_FIGURES]
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.write_line(figure)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is run as often as promised may take an hour."""
    if config.getoption("--thorough"):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(scope="session")
def is_thorough(request: pytest.FixtureRequest) -> bool:
    """Whether to run everything as often as promised."""
    return bool(request.config.getoption("--thorough"))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Adds a line to the figures that are shown at the end."""
    return request.config.stash[_FIGURES].append
