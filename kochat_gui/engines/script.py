"""Scripts of the scripted engine: a JSON file, read strictly.

::

    {
      "format": "kochat-script", "version": 1,
      "name": "Demo",                       model name; optional
      "context_window": 4096,               tokens; the load options may lower it; optional
      "token_bytes": 4,                     UTF-8 bytes per token, 1–16; optional
      "prompt_tokens_per_second": 0,        0: at once; optional
      "tokens_per_second": 0,               0: as fast as possible; optional
      "load": {                             optional
        "seconds": 0.5,
        "fault": FAULT                      half-way
      },
      "answers": [                          the first whose "when" is in the last user message
        {"when": "표", "text": "…"},
        ANSWER …
      ],
      "default": ANSWER                     for all other messages
    }

    ANSWER: {
      "text": "안녕. {message} {seed}",    with the last user message and the seed; {adapters} are
                                          the names and scales of those in use
      "blocks": ["## …", "- …"],            instead of "text": Markdown blocks, repeated up to
      "characters": 12000,                  this length
      "tokens_per_second": 20,              overrides the script's; optional
      "fault": FAULT,
      "fault_at": "prompt" or "answer",     while reading the prompt, or half-way; default "answer"
    }

    FAULT: {"kind": "error"}                an error for the person
           {"kind": "bug"}                  an exception
           {"kind": "memory"}               the allocation fails
           {"kind": "signal", "name": "SIGSEGV"}
           {"kind": "exit", "code": 3}
           {"kind": "stall", "seconds": 30} a cancel ends it
           {"kind": "hang"}                 for ever, whatever is asked
"""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import ModelDamagedError, ModelMissingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

_MAX_SCRIPT_BYTES = 2**24
_MAX_ANSWER_CHARACTERS = 10_000_000
_FAULT_KINDS = frozenset({"error", "bug", "memory", "signal", "exit", "stall", "hang"})
_FAULT_PLACES = frozenset({"prompt", "answer"})


class _Mistake(ValueError):
    """The script is not as the format wants it; the text names the place."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong on purpose."""

    kind: str
    signal_name: str = ""
    exit_code: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What is said to messages that contain ``when``."""

    when: str
    text: str
    tokens_per_second: float | None = None
    fault: Fault | None = None
    fault_at: str = "answer"


@dataclass(frozen=True)
class Script:
    """A whole script."""

    default: Answer
    answers: tuple[Answer, ...] = ()
    name: str = ""
    context_window: int = 0
    """0: what the load options say."""
    token_bytes: int = 4
    prompt_tokens_per_second: float = 0.0
    tokens_per_second: float = 0.0
    load_seconds: float = 0.0
    load_fault: Fault | None = None

    def answer_to(self, message: str) -> Answer:
        """The first answer that fits ``message``, else the default."""
        for answer in self.answers:
            if answer.when in message:
                return answer
        return self.default


def read_script(path: Path) -> Script:
    """Read a script; raises ``ModelMissingError`` or ``ModelDamagedError``."""
    try:
        with open_regular(path) as file:
            content = file.read(_MAX_SCRIPT_BYTES)  # a longer one is cut off and so damaged
    except OSError as error:
        raise ModelMissingError(
            QT_TRANSLATE_NOOP("ScriptedEngine", "The script {file} cannot be read."),
            advice=QT_TRANSLATE_NOOP("ScriptedEngine", "Check that it is still where it was."),
            file=path.name,
        ) from error
    try:
        return _script(_Fields(json.loads(content), "script"))
    except (ValueError, RecursionError) as error:
        raise ModelDamagedError(
            QT_TRANSLATE_NOOP("ScriptedEngine", "The script {file} has a mistake ({problem})."),
            advice=QT_TRANSLATE_NOOP("ScriptedEngine", "Correct it, or choose another model."),
            file=path.name,
            problem=str(error)[:200],
        ) from error


class _Fields:
    """Typed access to one JSON object; raises ``_Mistake``."""

    def __init__(self, plain: object, where: str) -> None:
        if not isinstance(plain, Mapping):
            raise _Mistake(f"{where} is not an object")
        self._plain: Mapping[str, Any] = plain
        self._where = where
        self._known: set[str] = set()

    def has(self, name: str) -> bool:
        self._known.add(name)
        return name in self._plain

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise _Mistake(f"{self._where}.{name} is not a string")
        return value

    def number(self, name: str, default: float | None, low: float, high: float) -> float:
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Mistake(f"{self._where}.{name} is not a number")
        if not low <= value <= high:
            raise _Mistake(f"{self._where}.{name} is not within {low:g}–{high:g}")
        return value

    def list(self, name: str) -> list[Any]:
        value = self._get(name, [])
        if not isinstance(value, list):
            raise _Mistake(f"{self._where}.{name} is not a list")
        return value

    def fields(self, name: str) -> "_Fields":
        return _Fields(self._get(name, {}), f"{self._where}.{name}")

    def finish(self) -> None:
        """Refuse names that nobody asked for: they are typing mistakes."""
        for name in self._plain:
            if name not in self._known:
                raise _Mistake(f"{self._where}.{name} is not known")

    def _get(self, name: str, default: object) -> object:
        self._known.add(name)
        if name not in self._plain and default is None:
            raise _Mistake(f"{self._where}.{name} is missing")
        return self._plain.get(name, default)


def _script(fields: _Fields) -> Script:
    if fields.text("format") != "kochat-script" or fields.number("version", None, 1, 1) != 1:
        raise _Mistake("not a kochat-script of version 1")
    load = fields.fields("load")
    answers = tuple(
        _answer(_Fields(plain, f"answers[{index}]"), is_default=False)
        for index, plain in enumerate(fields.list("answers"))
    )
    script = Script(
        default=_answer(fields.fields("default"), is_default=True),
        answers=answers,
        name=fields.text("name", ""),
        context_window=int(fields.number("context_window", 0, 0, 2**31)),
        token_bytes=int(fields.number("token_bytes", 4, 1, 16)),
        prompt_tokens_per_second=fields.number("prompt_tokens_per_second", 0, 0, 1e9),
        tokens_per_second=fields.number("tokens_per_second", 0, 0, 1e9),
        load_seconds=load.number("seconds", 0, 0, 86_400),
        load_fault=_fault(load),
    )
    load.finish()
    fields.finish()
    return script


def _answer(fields: _Fields, *, is_default: bool) -> Answer:
    when = "" if is_default else fields.text("when")
    text = _text(fields)
    speed = (
        fields.number("tokens_per_second", 0, 0, 1e9) if fields.has("tokens_per_second") else None
    )
    fault_at = fields.text("fault_at", "answer")
    if fault_at not in _FAULT_PLACES:
        raise _Mistake(f"no such fault_at: {fault_at}")
    answer = Answer(when, text, speed, _fault(fields), fault_at)
    fields.finish()
    return answer


def _text(fields: _Fields) -> str:
    if not fields.has("blocks"):
        return fields.text("text")
    blocks = fields.list("blocks")
    length = int(fields.number("characters", 2000, 1, _MAX_ANSWER_CHARACTERS))
    if not blocks or not all(isinstance(block, str) and block for block in blocks):
        raise _Mistake("blocks is not a list of strings")
    parts: list[str] = []
    total = 0
    while total < length:
        block = blocks[len(parts) % len(blocks)]
        parts.append(block)
        total += len(block) + 2
    return "\n\n".join(parts)[:length]


def _fault(fields: _Fields) -> Fault | None:
    if not fields.has("fault"):
        return None
    fault = fields.fields("fault")
    kind = fault.text("kind")
    if kind not in _FAULT_KINDS:
        raise _Mistake(f"no such fault: {kind}")
    name = fault.text("name", "SIGKILL")
    if name not in signal.Signals.__members__:
        raise _Mistake(f"no such signal: {name}")
    made = Fault(
        kind,
        name,
        int(fault.number("code", 1, 0, 255)),
        fault.number("seconds", 0, 0, 86_400),
    )
    fault.finish()
    return made
