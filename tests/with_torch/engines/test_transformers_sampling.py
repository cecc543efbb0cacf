"""The sampler against the parts of ``transformers`` that it must agree with."""

from collections import Counter
from typing import Any

import pytest

from kochat_gui.core.generation import SamplingParams

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
sampling: Any = pytest.importorskip("kochat_gui.engines.transformers_sampling")

OFF = SamplingParams(temperature=0, repeat_penalty=1, min_p=0, top_p=1, top_k=0, seed=1)


def _sampler(prompt: list[int], vocab: int = 50, room: int = 100, **changes: Any) -> Any:
    params = SamplingParams(**{**vars(OFF), **changes})
    return sampling.HfSampler(params, prompt, vocab, room, "cpu")


def _logits(seed: int, vocab: int = 50) -> Any:
    return torch.randn(vocab, generator=torch.Generator().manual_seed(seed)) * 3


def test_greedy_takes_the_best_and_leaves_the_logits_alone() -> None:
    logits = _logits(1)
    before = logits.clone()
    assert int(_sampler([1, 2], repeat_penalty=1.5).choose(logits)) >= 0
    assert torch.equal(logits, before)
    assert int(_sampler([]).choose(logits)) == int(logits.argmax())


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_no_ngram_comes_twice(n: int) -> None:
    prompt = [3, 4, 5, 3, 4]
    sampler = _sampler(prompt, vocab=6, no_repeat_ngram=n, temperature=1.0)
    logits = _logits(5, 6)
    said = list(prompt)
    for _ in range(4):
        processor = transformers.NoRepeatNGramLogitsProcessor(n)
        allowed = processor(torch.tensor([said]), logits[None].clone())[0]
        token = int(sampler.choose(logits))
        if bool((allowed > -torch.inf).any()):
            assert allowed[token] > -torch.inf
        said.append(token)


@pytest.mark.parametrize("seed", range(5))
def test_the_penalty_is_that_of_the_paper(seed: int) -> None:
    prompt = [1, 5, 5, 9, 40]
    logits = _logits(seed)
    processor = transformers.RepetitionPenaltyLogitsProcessor(1.3)
    expected = processor(torch.tensor([prompt]), logits[None].clone())[0]
    sampler = _sampler(prompt, repeat_penalty=1.3, repeat_last_n=-1)
    assert int(sampler.choose(logits)) == int(expected.argmax())


def test_the_penalty_forgets_what_is_far_back() -> None:
    logits = torch.zeros(10)
    logits[3], logits[4] = 2.0, 1.5
    for last, expected in ((2, 3), (3, 4), (-1, 4), (0, 3)):
        sampler = _sampler([3, 7, 8], 10, repeat_penalty=2.0, repeat_last_n=last)
        assert int(sampler.choose(logits)) == expected, last


def test_what_was_said_counts_as_said() -> None:
    logits = torch.tensor([0.0, 2.0, 1.9])
    sampler = _sampler([0], 3, repeat_penalty=1.5, repeat_last_n=4)
    assert [int(sampler.choose(logits)) for _ in range(3)] == [1, 2, 1]


def test_a_bias_is_added() -> None:
    sampler = _sampler([], logit_bias=((7, 100.0), (999, 5.0)))
    assert int(sampler.choose(_logits(1))) == 7


def _drawn(count: int, **changes: Any) -> Counter[int]:
    logits = torch.log(torch.tensor([0.5, 0.25, 0.15, 0.07, 0.03]))
    sampler = _sampler([], 5, room=0, temperature=1.0, **changes)
    return Counter(int(sampler.choose(logits)) for _ in range(count))


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, {0, 1, 2, 3, 4}),
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.6}, {0, 1}),
        ({"top_p": 0.75}, {0, 1}),
        ({"top_p": 0.01}, {0}),
        ({"min_p": 0.2}, {0, 1, 2}),
        ({"top_k": 3, "top_p": 0.8}, {0, 1}),
    ],
)
def test_only_likely_tokens_are_drawn(changes: dict[str, Any], allowed: set[int]) -> None:
    assert set(_drawn(600, **changes)) == allowed


def test_draws_have_the_probabilities_of_the_model() -> None:
    counts = _drawn(4000)
    for token, share in enumerate([0.5, 0.25, 0.15, 0.07, 0.03]):
        assert counts[token] / 4000 == pytest.approx(share, abs=0.03)


def test_temperature_comes_last() -> None:
    """As in llama.cpp: what is likely enough is decided before."""
    hot = _drawn(600, top_p=0.6)
    assert set(_sampler_counts(temperature=2.0, top_p=0.6)) == set(hot)


def _sampler_counts(**changes: Any) -> Counter[int]:
    logits = torch.log(torch.tensor([0.5, 0.25, 0.15, 0.07, 0.03]))
    sampler = _sampler([], 5, room=0, **changes)
    return Counter(int(sampler.choose(logits)) for _ in range(600))


def test_a_seed_decides_everything() -> None:
    def run(seed: int | None) -> list[int]:
        sampler = _sampler([], temperature=1.0, seed=seed)
        return [int(sampler.choose(_logits(number))) for number in range(20)]

    assert run(3) == run(3)
    assert run(3) != run(4)
    assert run(None) != run(None)
