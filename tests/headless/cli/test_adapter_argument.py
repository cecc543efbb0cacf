"""``--adapter PATH[:SCALE]``: what is the path, and what the scale."""

from pathlib import Path

import pytest

from kochat_gui.cli.adapter_argument import adapter_argument
from kochat_gui.core.errors import UsageError

CASES = [
    ("meow", "meow", 1.0),
    ("meow:0.5", "meow", 0.5),
    ("meow:0", "meow", 0.0),
    ("meow:4", "meow", 4.0),
    ("meow:.25", "meow", 0.25),
    ("한글 폴더/모델:1", "한글 폴더/모델", 1.0),
    ("한글 폴더/모델: 1", "한글 폴더/모델: 1", 1.0),
    ("a:b:c", "a:b:c", 1.0),
    ("a:b:2", "a:b", 2.0),
    ("a:2:b", "a:2:b", 1.0),
    ("C:\\어댑터\\meow", "C:\\어댑터\\meow", 1.0),
    ("C:\\어댑터\\meow:0.5", "C:\\어댑터\\meow", 0.5),
    ("C:/meow.gguf", "C:/meow.gguf", 1.0),
    ("meow:", "meow:", 1.0),
    ("meow:1e9", "meow:1e9", 1.0),
    ("meow:nan", "meow:nan", 1.0),
    ("meow:\uff11", "meow:\uff11", 1.0),
    (":1", ":1", 1.0),
]


@pytest.mark.parametrize(("text", "path", "scale"), CASES)
def test_only_a_number_at_the_end_is_a_scale(text: str, path: str, scale: float) -> None:
    choice = adapter_argument(text)
    assert (choice.path, choice.scale, choice.is_on) == (path, scale, True)


@pytest.mark.parametrize("text", ["meow:4.01", "meow:-0.5", "meow:99", "C:\\meow:5"])
def test_a_scale_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="from 0 to 4"):
        adapter_argument(text)


def test_a_name_that_ends_like_a_scale_is_found(tmp_path: Path) -> None:
    whole = tmp_path / "모델:2"
    whole.mkdir()
    assert adapter_argument(str(whole)).path == str(whole)
    assert adapter_argument(f"{whole}:3").scale == 3
    (tmp_path / "모델").mkdir()
    assert adapter_argument(str(whole)).path == str(tmp_path / "모델")
