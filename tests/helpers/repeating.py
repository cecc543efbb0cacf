"""A chat in which the model says one token again and again."""

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, Finished, GenerationRequest, SamplingParams
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.base import Engine


def ask_to_repeat(engine: Engine, *, turns: int, new_tokens: int, window: int) -> None:
    """Every answer of the built-in model is whole, and every prompt leaves it its room.

    The tokenizer has tokens for many of the repeated character at once, so what the model wrote
    is much longer in its memory than what is counted.
    """
    repeated = engine.tokenize("#")[-1].token_id
    sampling = SamplingParams(
        temperature=0, repeat_penalty=1, max_new_tokens=new_tokens, logit_bias=((repeated, 1e3),)
    )
    messages: list[ChatMessage] = []
    for _ in range(turns):
        messages.append(ChatMessage(Role.USER, "또 해 봐"))
        request = GenerationRequest(tuple(messages), "chatml", sampling)
        shown = len(engine.render_prompt(request).tokens)
        events = list(engine.stream(request, CancelToken()))
        last = events[-1]
        assert isinstance(last, Finished)
        assert last.reason is FinishReason.LENGTH
        assert last.usage.new_tokens == new_tokens
        assert last.usage.prompt_tokens == shown <= window - new_tokens
        messages.append(ChatMessage(Role.ASSISTANT, "#" * new_tokens))
