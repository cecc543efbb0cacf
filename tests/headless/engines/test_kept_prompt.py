"""How much of what was read is used again, and that ids always spell the prompt."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kochat_gui.engines.kept_prompt import KeptPrompt

_PAIRS = {b"ab": 300, b"bc": 301, "가".encode(): 302, "나".encode(): 303, b"  ": 304}


def tokenize(text: bytes) -> list[int]:
    """Greedy pairs, so that the ids depend on where a text begins."""
    ids, position = [], 0
    while position < len(text):
        length = next((len(p) for p in _PAIRS if text.startswith(p, position)), 1)
        piece = text[position : position + length]
        ids.append(_PAIRS.get(piece, piece[0]))
        position += length
    return ids


def spelled(ids: Sequence[int]) -> bytes:
    pieces = {number: piece for piece, number in _PAIRS.items()}
    return b"".join(pieces.get(i, bytes([i % 256])) for i in ids)


def read(kept: KeptPrompt, text: bytes, limit: int = 1_000) -> tuple[list[int], int]:
    """Read a prompt as the engine does; the ids and how many were reused."""
    ids = kept.plan(text, tokenize, limit)
    common = min(kept.common_length(ids), len(ids) - 1)
    kept.begin(text, ids, common)
    kept.read(ids[common:])
    kept.prompt_read(text)
    return ids, common


def test_the_next_turn_reuses_the_answer_in_the_ids_that_were_written() -> None:
    kept = KeptPrompt()
    read(kept, b"question:")
    for byte in b"abc":
        # The tokenizer would have written 300, "c".
        kept.answered(byte, bytes([byte]))
    ids, common = read(kept, b"question:abc more:")
    assert ids[9:12] == list(b"abc")
    assert common == 12
    assert spelled(ids) == b"question:abc more:"


def test_an_answer_in_too_many_ids_is_tokenized_again() -> None:
    kept = KeptPrompt()
    read(kept, b"q:")
    for byte in b"abab":
        kept.answered(byte, bytes([byte]))
    text = b"q:abab\nq:"
    assert read(kept, text, limit=9)[1] == 6
    ids, common = read(kept, text, limit=8)
    assert ids == tokenize(text) == [*b"q:", 300, 300, *b"\nq:"]
    assert common == 2


def test_regenerate_reads_only_the_last_token() -> None:
    kept = KeptPrompt()
    ids, _ = read(kept, b"question:")
    kept.answered(65, b"A")
    again, common = read(kept, b"question:")
    assert again == ids
    assert common == len(ids) - 1


def test_an_edited_question_keeps_the_earlier_turns() -> None:
    kept = KeptPrompt()
    read(kept, b"one:")
    kept.answered(300, b"ab")
    read(kept, b"one:ab two:")
    kept.answered(300, b"ab")
    ids, common = read(kept, b"one:ab tXo:")
    assert spelled(ids) == b"one:ab tXo:"
    assert common == 7  # "one:", the answer as one token, " t"


def test_white_space_that_the_template_does_not_write_is_kept_with_the_answer() -> None:
    kept = KeptPrompt()
    read(kept, b"q:")
    kept.answered(32, b"")
    kept.answered(65, b"A")
    ids, common = read(kept, b"q:A\n")
    assert ids == [*b"q: A\n"]
    assert common == 4


def test_no_cut_within_a_character() -> None:
    kept = KeptPrompt()
    read(kept, b"q:")
    for byte in "가".encode():
        kept.answered(byte, bytes([byte]))
    # 각 begins with the same two bytes as 가.
    text = "q:각".encode()
    ids, _ = read(kept, text)
    assert ids == tokenize(text)


@pytest.mark.parametrize("longer", [b"say a b", b"say ab", b"say abc "])
def test_a_word_that_goes_on_is_tokenized_as_a_whole(longer: bytes) -> None:
    kept = KeptPrompt()
    read(kept, b"say a")
    ids, _ = read(kept, longer)
    assert ids == tokenize(longer)


def test_an_edited_word_of_the_answer_is_tokenized_as_a_whole() -> None:
    kept = KeptPrompt()
    read(kept, b"q: ")
    for byte in b"xa a":
        kept.answered(byte, bytes([byte]))
    assert read(kept, b"q: xa ab")[0] == [*b"q: xa ", 300]
    # Not "x" as it was written, and "ab": this is another word.
    assert read(kept, b"q: xab")[0] == tokenize(b"q: xab")


def test_white_space_that_goes_on_is_tokenized_as_a_whole() -> None:
    kept = KeptPrompt()
    read(kept, b"a ")
    ids, _ = read(kept, b"a  b")
    assert ids == tokenize(b"a  b")


def test_an_answer_that_was_cut_is_reused_up_to_its_last_token() -> None:
    kept = KeptPrompt()
    read(kept, b"q:")
    for byte in b"ab":
        kept.answered(byte, bytes([byte]))
    kept.unread(b"c")
    ids, common = read(kept, b"q:abc\nq:")
    assert ids == [*b"q:abc\nq:"]
    assert common == 4


def test_a_special_token_ends_a_word() -> None:
    kept = KeptPrompt()
    read(kept, b"q:")
    for byte in b"ab":
        kept.answered(byte, bytes([byte]))
    text = b"q:ab\xff7\xff"
    assert kept.plan(text, tokenize, 1_000) == list(text)


def test_a_prompt_that_was_cut_short_leaves_no_false_break() -> None:
    kept = KeptPrompt()
    read(kept, b"one:")
    kept.answered(65, b"A")
    text = b"one:A two:"
    ids = kept.plan(text, tokenize, 1_000)
    common = kept.common_length(ids)
    kept.begin(text, ids, common)
    kept.read(ids[common : common + 2])  # then a stop
    again, reused = read(kept, b"one:A other:")
    assert spelled(again) == b"one:A other:"
    assert reused == 6


def test_cleared() -> None:
    kept = KeptPrompt()
    read(kept, b"one:")
    kept.clear()
    assert read(kept, b"one:")[1] == 0


turns = st.lists(
    st.tuples(st.text("abc가나각 ", max_size=8), st.text("abc가나각 ", max_size=8)), max_size=5
)


@given(turns, st.integers(0, 5), st.text("abc가나각 ", max_size=8))
def test_ids_always_spell_the_prompt(chat: list[tuple[str, str]], keep: int, edited: str) -> None:
    kept = KeptPrompt()
    text = b"<"
    memory: list[int] = []
    history = [text]
    for question, answer in chat:
        text += question.encode() + b":"
        ids, common = read(kept, text)
        assert spelled(ids) == text
        assert memory[:common] == ids[:common]
        for byte in answer.encode():
            kept.answered(byte, bytes([byte]))
        memory = list(kept.ids)
        assert spelled(memory) == text + answer.encode()
        text += answer.encode()
        history.append(text)
    text = history[min(keep, len(history) - 1)] + edited.encode() + b":"
    ids, common = read(kept, text)
    assert spelled(ids) == text
    assert memory[:common] == ids[:common]
