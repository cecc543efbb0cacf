"""A chat template that a model's file brings along, written in Jinja: a stranger's program.

It is rendered in a process of its own (:mod:`template_process`), with limits on time and memory.
"""

import datetime
import re
from collections.abc import Callable, Sequence

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage
from kochat_gui.engines.chat_template import OWN_TEMPLATE, PartKind, PromptPart, joined
from kochat_gui.engines.template_limits import TemplateFailedError
from kochat_gui.engines.template_process import TemplateProcess

# Stand-ins for special tokens that people's text spells: private-use characters, so that no
# template changes them.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"


class JinjaTemplate:
    """The model's own template as a :class:`PromptFormat`; must be closed."""

    name = OWN_TEMPLATE
    stops: tuple[str, ...] = ()
    max_turns = 0
    trims_answer_start = True
    answer_lead = ""

    def __init__(
        self,
        source: str,
        special_tokens: Sequence[str],
        bos: str,
        eos: str,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        """``special_tokens``: spellings of the vocabulary's special tokens.

        Raises ``TemplateFailedError`` when ``source`` is not a template.
        """
        self._today = today
        self._process = TemplateProcess(source, {"bos_token": bos, "eos_token": eos})
        spellings = sorted(filter(None, special_tokens), key=len, reverse=True)
        self._spellings = spellings
        self._markers = re.compile("|".join(map(re.escape, spellings)) or r"(?!)")
        self._stand_in = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")

    def close(self) -> None:
        """End the template's process."""
        self._process.close()

    def render(self, messages: Sequence[ChatMessage], answer_prefix: str = "") -> list[PromptPart]:
        """The prompt up to where the answer begins; raises ``TemplateFailedError``."""
        safe = [ChatMessage(m.role, self._protected(m.content)) for m in _alternating(messages)]
        try:
            text = self._run(safe)
        except TemplateFailedError:
            # Some formats have no system role and refuse one.
            if safe[0].role is not Role.SYSTEM:
                raise
            text = self._run(_without_system(safe))
        return joined([*self._parts(text), PromptPart(answer_prefix)])

    def _run(self, messages: Sequence[ChatMessage]) -> str:
        plain = [{"role": m.role.value, "content": m.content} for m in messages]
        return self._process.render(plain, self._today())

    def _protected(self, content: str) -> str:
        """Put stand-ins for special tokens that the text only spells."""
        clean = content.replace(_OPEN, "").replace(_CLOSE, "")
        return self._markers.sub(lambda m: f"{_OPEN}{self._spellings.index(m[0])}{_CLOSE}", clean)

    def _parts(self, text: str) -> list[PromptPart]:
        parts: list[PromptPart] = []
        position = 0
        for match in self._markers.finditer(text):
            parts.append(PromptPart(self._restored(text[position : match.start()])))
            parts.append(PromptPart(match[0], PartKind.MARKER))
            position = match.end()
        parts.append(PromptPart(self._restored(text[position:])))
        return parts

    def _restored(self, text: str) -> str:
        return self._stand_in.sub(lambda m: self._spellings[int(m[1])], text)


def _alternating(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Messages of one role in a row become one: many templates insist on taking turns."""
    result: list[ChatMessage] = []
    for message in messages:
        if result and result[-1].role is message.role:
            text = f"{result[-1].content}\n\n{message.content}"
            result[-1] = ChatMessage(message.role, text)
        else:
            result.append(message)
    return result


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    system, first, *rest = messages
    return [ChatMessage(first.role, f"{system.content}\n\n{first.content}"), *rest]
