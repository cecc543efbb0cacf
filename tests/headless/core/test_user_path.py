"""Paths as a person writes them."""

from pathlib import Path

from kochat_gui.core.user_path import with_home


def test_the_home_folder() -> None:
    assert with_home(Path("~/모델")) == Path.home() / "모델"
    assert with_home(Path("/tmp/~x")) == Path("/tmp/~x")


def test_a_home_that_nobody_has_stays_as_it_is_written() -> None:
    assert with_home(Path("~nobodyhere/x")) == Path("~nobodyhere/x")
