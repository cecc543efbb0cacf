"""Scripts for the scripted engine, written where a test wants them."""

import json
from pathlib import Path
from typing import Any

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams
from kochat_gui.core.models import ModelFormat, ModelSpec

ANSWER = "안녕하세요. 저는 **각본(script)**대로 말해요. 👨‍👩‍👧 좋은 하루 되세요."


def script_spec(folder: Path, name: str = "script", **script: Any) -> ModelSpec:
    """Write a script and describe it as a model; ``ANSWER`` is its answer unless it has another."""
    plain = {"format": "kochat-script", "version": 1, "default": {"text": ANSWER}, **script}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    return ModelSpec(str(path), name, path, ModelFormat.SCRIPT, None, path.stat().st_size)


def question(text: str, *, answer_prefix: str = "", **sampling: Any) -> GenerationRequest:
    """A request with one user message."""
    return GenerationRequest(
        (ChatMessage(Role.USER, text),),
        sampling=SamplingParams(**sampling),
        answer_prefix=answer_prefix,
    )
