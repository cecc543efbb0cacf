"""Without a display the program says how to get one."""

import pytest

from kochat_gui.cli.display import require_display
from kochat_gui.core.errors import UserFacingError


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ""}, {"HOME": "/"}])
def test_no_display_is_explained(environment: dict[str, str]) -> None:
    with pytest.raises(UserFacingError) as caught:
        require_display(environment, "linux")
    assert "xvfb-run" in caught.value.text()


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_a_display_is_enough(name: str) -> None:
    require_display({name: ":0"}, "linux")


def test_other_systems_always_have_one() -> None:
    require_display({}, "darwin")
