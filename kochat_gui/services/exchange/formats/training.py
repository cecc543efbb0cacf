"""Conversations as training data: what is shown, as the formats' customs want it.

A turn is a question with its answer. Left out are turns whose answer is empty, failed, stopped,
interrupted or cut off by the token limit, and turns of which a message is excluded: a model would
learn to say that. So are questions without an answer. Branches that are not shown are no data: the
shown path is the one that a person chose. Edited answers are data; that is why they were edited.
"""

import json
from collections.abc import Iterator

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MessageState, Role
from kochat_gui.core.states import FinishReason

Pair = tuple[str, str]


def sharegpt_line(conversation: ArchivedConversation) -> str | None:
    """One JSON line, or None when no turn is left.

    ``{"conversations": [{"from": "system"|"human"|"gpt", "value": …}, …]}``: the system prompt
    first if there is one, then human and gpt in turn, a gpt last.
    """
    turns = list(_turns(conversation))
    if not turns:
        return None
    told = [("system", prompt)] if (prompt := _system_prompt(conversation)) else []
    for question, answer in turns:
        told += [("human", question), ("gpt", answer)]
    return _line({"conversations": [{"from": sender, "value": text} for sender, text in told]})


def instruction_line(conversation: ArchivedConversation) -> str | None:
    """One JSON line, or None when no turn is left.

    Alpaca's ``instruction``, ``input`` and ``output`` hold the last turn (``input`` is empty: a
    chat has no separate input); ``system`` and ``history``, pairs of question and answer before
    it, are what LLaMA-Factory and others added for chats. One line a conversation, so that no
    answer is trained on twice.
    """
    turns = list(_turns(conversation))
    if not turns:
        return None
    *history, (question, answer) = turns
    return _line(
        {
            "instruction": question,
            "input": "",
            "output": answer,
            "system": _system_prompt(conversation),
            "history": [list(pair) for pair in history],
        }
    )


def _turns(conversation: ArchivedConversation) -> Iterator[Pair]:
    question: ArchivedMessage | None = None
    for message in conversation.path:
        if message.role is Role.USER:
            question = message
        elif message.role is Role.ASSISTANT:
            if question is not None and _teaches(question) and _teaches(message):
                yield question.text, message.text
            question = None


def _teaches(message: ArchivedMessage) -> bool:
    return (
        bool(message.text.strip())
        and not message.is_excluded
        and message.state is MessageState.DONE
        and message.finish_reason is not FinishReason.LENGTH
    )


def _system_prompt(conversation: ArchivedConversation) -> str:
    """The conversation's own, one that stands in it, or the one its answers were made with."""
    if conversation.settings.system_prompt.strip():
        return conversation.settings.system_prompt
    for message in conversation.path:
        if message.role is Role.SYSTEM and _teaches(message):
            return message.text
    for message in reversed(conversation.path):
        if message.made_by is not None and message.made_by.system_prompt.strip():
            return message.made_by.system_prompt
    return ""


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
