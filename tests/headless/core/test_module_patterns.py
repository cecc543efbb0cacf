"""Patterns of module names: what people write, and what would never end."""

import re
import time

import pytest

from kochat_gui.core.module_patterns import is_module_pattern

_MODULE = "model.layers.100.self_attn.k_proj"


@pytest.mark.parametrize(
    "pattern",
    [
        "q_proj",
        "mlp.down_proj",
        "model.layers.0.self_attn.q_proj",
        r"layers\.[12]\.mlp\.down_proj",
        r"layers\.\d\..*k_proj",
        ".*_attn.k_pr.j",
        r"^model\.layers\.(1|2|3)\.self_attn\.(?:q|k)_proj$",
        r"layers\.\d{1,2}\.(self_attn|mlp)\.\w+",
        "q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj",
        r"model\.layers\.[^.]+\.q_proj",
        r".*?layers\.(self\.)?q_proj",
    ],
)
def test_what_people_write(pattern: str) -> None:
    re.compile(pattern)
    assert is_module_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "([a-z._0-9]+)+!",
        "(.+)*!",
        "((a|b)+)+",
        "(a|a)*!",
        "(.|.)" * 30,
        ".?" * 60,
        ".*" * 6,
        "(?=x)",
        r"(x)\1",
        "(q_proj",
        "a" * 201,
        "(?i:q)",
        "a**",
    ],
)
def test_what_would_never_end(pattern: str) -> None:
    assert not is_module_pattern(pattern)


@pytest.mark.parametrize("pattern", [".*" * 5 + "x", "(.|.|.)" * 5 + "x", ".{0,99}" * 5 + "x"])
def test_the_slowest_that_is_left_is_quick(pattern: str) -> None:
    assert is_module_pattern(pattern)
    began = time.process_time()
    assert not re.match(rf"(.*\.)?({pattern})$", _MODULE)
    assert time.process_time() - began < 2
