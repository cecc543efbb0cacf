"""Names that come from files, on their way to labels, tooltips and file names."""

import pytest

from kochat_gui.ui.models.export_dialog import file_name
from kochat_gui.ui.plain_text import plain_tooltip, shortened


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("짧은 이름", 10, "짧은 이름"), ("a" * 30 + "b" * 30, 11, "aaaaa…bbbbb"), ("a\nb", 9, "a b")],
)
def test_names_are_cut_in_the_middle(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected


def test_tooltips_are_no_markup() -> None:
    assert plain_tooltip("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("한국어 모델", "한국어-모델-q4_0.gguf"),
        ("../../etc/x", "etc-x-q4_0.gguf"),
        ("", "model-q4_0.gguf"),
    ],
)
def test_file_names_are_made_of_names_safely(name: str, expected: str) -> None:
    assert file_name(name, "q4_0") == expected
