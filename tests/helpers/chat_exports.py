"""Small exports in the shape of other programs, for what reads them through the window."""

import json
from pathlib import Path
from typing import Any


def chatgpt_export(path: Path, *titles: str, images: int = 0) -> Path:
    """Write one conversation of two messages for each title; the first question has images."""
    conversations = [_conversation(number, title, images) for number, title in enumerate(titles)]
    path.write_text(json.dumps(conversations, ensure_ascii=False), encoding="utf-8")
    return path


def _conversation(number: int, title: str, images: int) -> dict[str, Any]:
    begun = 1_700_000_000.0 + number
    parts: list[Any] = [f"{title}에 관해 알려 줘"]
    parts += [{"content_type": "image_asset_pointer"}] * images
    return {
        "title": title,
        "create_time": begun,
        "update_time": begun + 10,
        "current_node": "answer",
        "mapping": {
            "root": {"id": "root", "message": None, "parent": None, "children": ["question"]},
            "question": _node("question", "root", ["answer"], "user", parts, begun),
            "answer": _node("answer", "question", [], "assistant", ["네, 좋아요."], begun + 5),
        },
    }


def _node(
    name: str, parent: str, children: list[str], role: str, parts: list[Any], time: float
) -> dict[str, Any]:
    kind = "text" if all(isinstance(part, str) for part in parts) else "multimodal_text"
    message = {
        "id": name,
        "author": {"role": role},
        "create_time": time,
        "content": {"content_type": kind, "parts": parts},
        "status": "finished_successfully",
    }
    return {"id": name, "message": message, "parent": parent, "children": children}
