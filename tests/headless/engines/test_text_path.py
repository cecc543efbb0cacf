"""Bytes of tokens become exactly the text they stand for, however they are cut."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.engines import detokenizer, stop_strings, text_path
from kochat_gui.engines.stop_strings import StopStringMatcher
from kochat_gui.engines.text_path import TextPath

_CASES = json.loads(
    (Path(__file__).parents[2] / "data/text_path/cases.json").read_text(encoding="utf-8")
)
_ALL_SYLLABLES = "".join(map(chr, range(0xAC00, 0xD7A4)))

# Few different characters, so that stop strings really occur; Hangul of all lengths besides.
_TEXTS = st.text(alphabet=st.sampled_from("가나다ab👨‍\U0001f469 "), max_size=60)
_STOPS = st.lists(st.text(alphabet=st.sampled_from("가나다ab👨‍ "), max_size=6), max_size=4)


def named(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in _CASES[kind]]


def cut(content: bytes, *positions: int) -> list[bytes]:
    edges = [0, *sorted(positions), len(content)]
    return [content[start:end] for start, end in itertools.pairwise(edges)]


def run(pieces: Sequence[bytes], stops: Sequence[str] = ()) -> str:
    path = TextPath(stops)
    return "".join([*map(path.feed, pieces), path.finish()])


def expected(text: str, stops: Sequence[str]) -> str:
    """The stop string that is complete first, the longest of those, by looking everywhere."""
    for end in range(1, len(text) + 1):
        found = [stop for stop in stops if stop and text[:end].endswith(stop)]
        if found:
            return text[: end - max(map(len, found))]
    return text


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7])
def test_every_syllable_in_pieces_of_any_size(size: int) -> None:
    content = _ALL_SYLLABLES.encode()
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert run(pieces) == _ALL_SYLLABLES


def test_every_syllable_is_shown_with_its_last_byte() -> None:
    path = TextPath(["없는 말"])
    for syllable in _ALL_SYLLABLES:
        first, second, third = (bytes([byte]) for byte in syllable.encode())
        assert (path.feed(first), path.feed(second)) == ("", "")
        shown = path.feed(third)
        # "없" may begin the stop string; it comes with the next syllable.
        assert shown == ("" if syllable == "없" else "없엇" if syllable == "엇" else syllable)


@pytest.mark.parametrize("case", named("whole"))
def test_cut_at_every_byte(case: dict[str, str]) -> None:
    text = case["text"]
    content = text.encode()
    assert run([bytes([byte]) for byte in content]) == text
    for first in range(len(content) + 1):
        for second in range(first, len(content) + 1):
            assert run(cut(content, first, second)) == text


@pytest.mark.parametrize("case", named("whole"))
def test_every_stop_string_of_every_length(case: dict[str, str]) -> None:
    text = case["text"]
    pieces = [bytes([byte]) for byte in text.encode()]
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            stop = text[start:end]
            assert run(pieces, [stop]) == text[: text.index(stop)]
            # Nearly there, but not quite: everything that was held back comes out.
            assert run(pieces, [stop + "☃"]) == text


@pytest.mark.parametrize("case", named("stopped"))
def test_stop_strings_cut_at_every_byte(case: dict[str, Any]) -> None:
    text, stops = case["text"], case["stops"]
    shown = text if case["shown"] is None else case["shown"]
    assert expected(text, stops) == shown
    content = text.encode()
    for position in range(len(content) + 1):
        assert run(cut(content, position), stops) == shown
    path = TextPath(stops)
    parts = [path.feed(bytes([byte])) for byte in content]
    assert path.stopped == (case["shown"] is not None)
    assert "".join([*parts, path.finish()]) == shown


@pytest.mark.parametrize("case", named("bad_bytes"))
def test_bytes_that_are_no_text(case: dict[str, str]) -> None:
    content = bytes.fromhex(case["hex"])
    for position in range(len(content) + 1):
        assert run(cut(content, position)) == case["shown"]


def test_nothing_follows_a_stop_string() -> None:
    path = TextPath(["끝"])
    assert path.feed("앞끝뒤".encode()) == "앞"
    assert path.feed("더".encode()) == ""
    assert path.finish() == ""
    assert path.stopped


def test_a_cancel_releases_what_was_held_back() -> None:
    path = TextPath(["<|끝|>"])
    assert path.feed("그래요 <|".encode()) == "그래요 "
    assert path.finish() == "<|"
    assert not path.stopped


def test_only_a_possible_stop_string_is_held_back() -> None:
    matcher = StopStringMatcher(["나다라"])
    assert [matcher.feed(char) for char in "가나다마나"] == ["가", "", "", "나다마", ""]
    assert matcher.flush() == "나"


@settings(deadline=None)  # other programs may be busy
@given(text=_TEXTS, stops=_STOPS, data=st.data())
def test_same_text_for_any_cut(text: str, stops: list[str], data: st.DataObject) -> None:
    content = text.encode()
    positions = data.draw(st.lists(st.integers(0, len(content)), max_size=12))
    assert run(cut(content, *positions), stops) == expected(text, stops)


@settings(deadline=None)  # other programs may be busy
@given(text=st.text(), data=st.data())
def test_any_text_comes_out_equal(text: str, data: st.DataObject) -> None:
    content = text.encode("utf-8", "replace")
    positions = data.draw(st.lists(st.integers(0, len(content)), max_size=12))
    assert run(cut(content, *positions)) == content.decode()


@settings(deadline=None)  # other programs may be busy
@given(pieces=st.lists(st.binary(max_size=8)), stops=_STOPS)
def test_random_bytes_do_no_harm(pieces: list[bytes], stops: list[str]) -> None:
    shown = run(pieces, stops)
    assert shown == run([b"".join(pieces)], stops)
    shown.encode()


def _steps(function: Callable[[], object]) -> int:
    """Lines of the text path's modules that run in ``function``: work without a clock."""
    modules = {detokenizer.__file__, stop_strings.__file__, text_path.__file__}
    count = 0

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in modules:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


class _CountedText(str):
    """Text that counts how many characters are taken out of it."""

    __slots__ = ()
    taken = 0

    def __iter__(self) -> Iterator[str]:
        _CountedText.taken += len(self)
        return super().__iter__()

    def __getitem__(self, index: Any) -> str:
        part = super().__getitem__(index)
        _CountedText.taken += len(part)
        return part

    def __add__(self, other: str) -> str:
        _CountedText.taken += len(self) + len(other)
        return super().__add__(other)


@pytest.mark.parametrize("stops", [[], ["ㅋ" * 40 + "끝"], ["없는 말", "말이 없다", "다다다"]])
def test_eight_times_the_text_is_eight_times_the_work(stops: list[str]) -> None:
    def feed_all(length: int) -> Callable[[], object]:
        pieces = [bytes([byte]) for byte in ("ㅋ없는 다다" * length).encode()]
        return lambda: run(pieces, stops)

    once, eight_times = _steps(feed_all(100)), _steps(feed_all(800))
    assert once > 100
    assert eight_times <= 8 * once


def test_each_character_is_looked_at_once_and_copied_once() -> None:
    def taken(length: int) -> int:
        _CountedText.taken = 0
        matcher = StopStringMatcher(["ㅋ" * 40 + "끝"])
        for _ in range(length):
            matcher.feed(_CountedText("ㅋ"))
        return _CountedText.taken

    assert 0 < taken(1000) <= 2 * 1000
    assert taken(8000) <= 2 * 8000


@pytest.mark.parametrize(
    ("content", "spelled"),
    [
        (b"", ""),
        ("안녕 a".encode(), "안녕 a"),
        (b"\xec\x95", "<0xEC><0x95>"),
        (b"\x88\xeb\x85\x95\xff", "<0x88>녕<0xFF>"),
        (b"\xed\xa0\x80", "<0xED><0xA0><0x80>"),
    ],
)
def test_bytes_that_are_no_text_are_spelled(content: bytes, spelled: str) -> None:
    assert detokenizer.spelled_bytes(content) == spelled
