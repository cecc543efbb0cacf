"""Errors cross a process border whole, and malformed ones are refused."""

import json
from typing import Any

import pytest

from kochat_gui.core import errors
from kochat_gui.core.errors import UserFacingError, error_from_plain
from kochat_gui.core.i18n import TextKey


def _classes(base: type[UserFacingError]) -> list[type[UserFacingError]]:
    return [base, *(found for sub in base.__subclasses__() for found in _classes(sub))]


CLASSES = _classes(UserFacingError)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.code)
def test_round_trip(cls: type[UserFacingError]) -> None:
    error = cls(
        TextKey("A", "{file} is {state}."),
        kept=TextKey("A", "Safe."),
        advice=TextKey("A", "Do {what}."),
        file="/한글/{이상한}.gguf",
        state=TextKey("B", "damaged"),
        what=3,
    )
    again = error_from_plain(json.loads(json.dumps(error.to_plain())))
    assert type(again) is cls
    assert again.lines() == error.lines() == ["/한글/{이상한}.gguf is damaged.", "Safe.", "Do 3."]
    assert again.text() == error.text()


def test_codes_are_distinct() -> None:
    assert len({cls.code for cls in CLASSES}) == len(CLASSES)
    assert errors.UsageError.exit_code == 2
    assert errors.DiskFullError.exit_code == 1


def test_the_log_text_survives_missing_values() -> None:
    assert str(UserFacingError(TextKey("A", "{a} and {b}"), a=1)) == "1 and {b}"


SOUND: dict[str, Any] = UserFacingError(TextKey("A", "text")).to_plain()


@pytest.mark.parametrize(
    "plain",
    [
        {},
        SOUND | {"code": "no such"},
        SOUND | {"code": ["error"]},
        SOUND | {"summary": None},
        SOUND | {"summary": ["A"]},
        SOUND | {"kept": 5},
        SOUND | {"values": []},
        SOUND | {"values": {"summary": "x"}},
        SOUND | {"values": {"a b": "x"}},
        SOUND | {"values": {"a": {"kay": ["A", "b"]}}},
    ],
)
def test_malformed_frames_are_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="malformed"):
        error_from_plain(plain)


def test_a_reason_at_the_end_of_a_sentence_gets_its_full_stop() -> None:
    error = UserFacingError(
        TextKey("Test", "It cannot be read: {reason}"),
        kept=TextKey("Test", "All is safe."),
        advice=TextKey("Test", "Look at {path}"),
        reason="no permission",
        path="/a/b",
    )
    assert error.text() == "It cannot be read: no permission. All is safe. Look at /a/b"
