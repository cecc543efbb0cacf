r"""Patterns of module names, as PEFT's configs have them for ranks and alphas of their own.

PEFT hands them to ``re``, where a stranger's pattern can take forever: ``(a+)+`` needs twice the
time for every further letter. What people write is names, dots, ``\d+``, ``.*``, lists in brackets
and a choice or two of them.
"""

import re

_MAX_CHARS = 200
_MAX_CHOICES = 5
"""Places where a match may have to try again; each multiplies what all the others take."""
_PIECE = r"(?:[\w.-]|\\[.dw_-]|\[\^?[\w.-]+\])(?:[*+?]\??|\{\d{1,2}(?:,\d{1,2})?\})?"
# No piece begins like another one, and no group lies within a group.
_PATTERN = re.compile(rf"(?:{_PIECE}|[|^$]|\((?:\?:)?(?:{_PIECE}|\|)*\)\??)*", re.ASCII)
_CHOICE = re.compile(r"\((?:\?:)?|[*+?]\??|\{")


def is_module_pattern(pattern: str) -> bool:
    """Whether ``pattern`` is of the kind that people write, and matched in a moment."""
    return (
        len(pattern) <= _MAX_CHARS
        and _PATTERN.fullmatch(pattern) is not None
        and len(_CHOICE.findall(pattern)) <= _MAX_CHOICES
    )
