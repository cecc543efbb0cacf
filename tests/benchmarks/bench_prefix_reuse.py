"""P4, live: the second turn with 1,000 tokens in memory and 40 new ones, against reading all again.

Both are the same engine and request; the baseline loads the model anew before it.
"""

import statistics
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, Finished, GenerationRequest, SamplingParams
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.benchmarks.measuring import (
    Figure,
    fixed_threads,
    refuse_when_busy,
    report,
    scratch_folder,
)
from tests.benchmarks.random_gguf import MEDIUM, write_random_gguf

ROUNDS = 3
CACHED, NEW = 1_000, 40
# Text that is one token per syllable, whatever the model answers.
_SYLLABLES = "".join(chr(0xAC00 + i * 5) for i in range(500))
SAMPLING = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=20)


class Chat:
    """An engine and the two turns."""

    def __init__(self, path: Path) -> None:
        self.engine = LlamaCppEngine()
        self.spec = ModelSpec("b", "b", path, ModelFormat.GGUF, "q4_0", 0, template="chatml")

    def load(self) -> None:
        options = LoadOptions(context_tokens=2_048, threads=fixed_threads())
        self.engine.load(self.spec, options, lambda _: None, CancelToken())
        # Weights read from the disk and threads started are nobody's waiting time here.
        self.run((ChatMessage(Role.USER, "w"),))

    def run(self, messages: tuple[ChatMessage, ...]) -> tuple[str, Finished]:
        events = list(
            self.engine.stream(GenerationRequest(messages, sampling=SAMPLING), CancelToken())
        )
        finished = events[-1]
        assert isinstance(finished, Finished)
        return "".join(getattr(event, "text", "") for event in events), finished

    def second_turn(self, question: str, answer: str) -> tuple[ChatMessage, ...]:
        user, assistant = Role.USER, Role.ASSISTANT
        # About 20 tokens of the 40 are the template's and the end of the answer.
        return (
            ChatMessage(user, question),
            ChatMessage(assistant, answer),
            ChatMessage(user, _SYLLABLES[: NEW - 26]),
        )


def main() -> int:
    """Measure and print; 0 when the goal is met."""
    refuse_when_busy()
    with scratch_folder() as folder:
        chat = Chat(write_random_gguf(folder / "medium.gguf", MEDIUM, quantization="q4_0"))
        question = (_SYLLABLES * 2)[: CACHED - 40]
        live, again, reused, total = [], [], 0, 0
        for _ in range(ROUNDS):
            chat.load()
            answer, _ = chat.run((ChatMessage(Role.USER, question),))
            messages = chat.second_turn(question, answer)
            _, second = chat.run(messages)
            live.append(second.usage.time_to_first_token_s)
            reused, total = second.usage.reused_tokens, second.usage.prompt_tokens
            chat.load()
            _, cold = chat.run(messages)
            assert cold.usage.reused_tokens < 20
            again.append(cold.usage.time_to_first_token_s)
        chat.engine.unload()
    mine, base = statistics.median(live), statistics.median(again)
    figure = Figure(
        f"P4 first token, {reused} kept + {total - reused} new", mine, base, "s", base / mine, 20
    )
    return report(
        "prefix_reuse",
        [figure],
        threads=fixed_threads() or "adapted",
        model="about 110M, q4_0, 32,000 tokens",
    )


if __name__ == "__main__":
    raise SystemExit(main())
