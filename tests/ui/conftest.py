"""Guards and tools for tests with widgets: a Korean font, no timers left, pictures to compare."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from kochat_gui.core.models import ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.fonts import load_fonts
from kochat_gui.ui.theme import Appearance
from tests.engine_scripts import script_spec
from tests.ui.listed_library import ListedLibrary

SHOTS = Path(__file__).parent.parent / "shots"
CHANNEL_TOLERANCE = 24
"""Of 255: how far a pixel's colour may be off before it counts as different."""
PIXEL_TOLERANCE = 0.002
"""Share of pixels that may differ: anti-aliasing is not the same on every machine."""

CheckShot = Callable[[QWidget, str], None]
UseScript = Callable[..., ModelSpec]


@pytest.fixture(scope="session", autouse=True)
def korean_font(qapp: QApplication) -> None:
    """Use the bundled font, as the program does; a bare machine has no Korean one."""
    files = sorted(path for path in resource("fonts").iterdir() if path.suffix in {".otf", ".ttf"})
    families: list[str] = []
    for file in files:
        families += QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(file))
        )
    assert families, "no font under resources/fonts could be loaded"
    qapp.setFont(QFont(families[0], 10))


@pytest.fixture(scope="session")
def session_appearance(qapp: QApplication) -> Appearance:
    """The one appearance: each would go on listening to the application."""
    load_fonts()
    qapp.setStyle("Fusion")
    return Appearance(qapp, "light", 100)


@pytest.fixture
def appearance(session_appearance: Appearance) -> Appearance:
    """Light and at 100 %, whatever an earlier test chose."""
    session_appearance.set_choice("light")
    session_appearance.set_scale_percent(100)
    return session_appearance


@pytest.fixture
def services(own_profile: Path) -> Iterator[Services]:
    """Everything behind the window, on the test's own profile."""
    made = build_services(profile_paths(own_profile))
    yield made
    made.close()


@pytest.fixture
def use_script(services: Services, tmp_path: Path) -> UseScript:
    """Make a script the current model: ``use_script(default={"text": "네."})``."""

    def use(**script: Any) -> ModelSpec:
        spec = services.models.add(script_spec(tmp_path, **script).path)
        services.settings.set("model.current", spec.model_id)
        return spec

    return use


@pytest.fixture
def bridge(services: Services) -> Iterator[Bridge]:
    """The services' events as signals."""
    made = Bridge(services.bus)
    yield made
    made.close()


@pytest.fixture
def listed(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> ListedLibrary:
    """A sidebar on real services."""
    return ListedLibrary(services, bridge, appearance, qtbot)


@pytest.fixture(autouse=True)
def no_left_over_timers(qapp: QApplication) -> Iterator[None]:
    """Fail when a timer that the test started still runs after its widgets are gone."""
    before = {id(timer) for timer in _running_timers()}
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [timer for timer in _running_timers() if id(timer) not in before]
    described = [f"{timer.objectName() or timer} every {timer.interval()} ms" for timer in left]
    for timer in left:
        timer.stop()
    if left:
        pytest.fail(f"timers left running: {described}", pytrace=False)


@pytest.fixture
def check_shot(request: pytest.FixtureRequest, tmp_path: Path) -> CheckShot:
    """Compare a widget with ``tests/shots/<name>.png``; ``--update-shots`` takes it anew."""
    is_update = bool(request.config.getoption("--update-shots"))

    def check(widget: QWidget, name: str) -> None:
        expected_path = SHOTS / f"{name}.png"
        seen = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        if is_update:
            SHOTS.mkdir(exist_ok=True)
            assert seen.save(str(expected_path))
            return
        assert expected_path.exists(), f"no picture {name}: run `python3 dev.py shots`"
        expected = QImage(str(expected_path)).convertToFormat(QImage.Format.Format_RGB32)
        share = share_of_different_pixels(seen, expected)
        if share > PIXEL_TOLERANCE:
            seen_path = tmp_path / f"{name}-seen.png"
            seen.save(str(seen_path))
            pytest.fail(f"{name} differs in {share:.2%} of its pixels: {seen_path}", pytrace=False)

    return check


def share_of_different_pixels(seen: QImage, expected: QImage) -> float:
    """0–1; 1 when the sizes differ."""
    if seen.size() != expected.size():
        return 1.0
    ours, theirs = bytes(seen.constBits()), bytes(expected.constBits())
    if ours == theirs:
        return 0.0
    different = {
        index // 4
        for index, (a, b) in enumerate(zip(ours, theirs, strict=True))
        if a != b and abs(a - b) > CHANNEL_TOLERANCE
    }
    return len(different) / (seen.width() * seen.height())


def _running_timers() -> list[QTimer]:
    timers = [found for found in gc.get_objects() if isinstance(found, QTimer)]
    return [timer for timer in timers if Shiboken.isValid(timer) and timer.isActive()]
