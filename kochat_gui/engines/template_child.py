"""The process that renders one chat template: ``python -m kochat_gui.engines.template_child``.

A template of a model's file is a stranger's program. Python cannot stop it from within, so it has
a process of its own with little time, little memory and no way to files, programs or networks;
when it oversteps, this process ends and the engine goes on without the template.

Frames as in :mod:`protocol`: ``{}`` when it is ready, then one reply to each command. First comes
``{"source": …, "values": {…}}``, then any number of ``{"messages": […], "today": …}``. Replies are
``{"text": …}`` or ``{"error": …, "is_final": …}``.
"""

import contextlib
import datetime
import faulthandler
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from kochat_gui.engines.child_process import harden, take_over_pipes
from kochat_gui.engines.jinja_sandbox import SandboxedTemplate
from kochat_gui.engines.protocol import MAX_COMMAND_BYTES, frame, parse, read_frame
from kochat_gui.engines.template_limits import LIMIT_S, MAX_MEMORY_BYTES, TemplateFailedError

if sys.platform != "win32":
    import resource

_FORBIDDEN = (
    "ctypes.", "ensurepip.", "fcntl.", "ftplib.", "glob.", "http.", "import", "mmap.", "open",
    "os.", "pathlib.", "pty.", "shutil.", "signal.", "socket.", "sqlite3.", "subprocess.",
    "tempfile.", "urllib.", "webbrowser.", "winreg.",
)  # fmt: skip
"""Beginnings of audit events (PEP 578) of which no template has any need."""

_EVERYTHING = (
    "{{ strftime_now('%Y') }}{{ 'a\\n' | wordwrap | striptags | urlize | urlencode | tojson }}"
    "{{ [1] | pprint }}{{ lipsum(n=1) }}{{ 1 | filesizeformat }}{{ {} | xmlattr }}"
)
"""Uses every filter and function that imports something."""


def main() -> None:
    """Entry point of the process."""
    harden()
    commands, replies = take_over_pipes()
    with Path(os.devnull).open("w", encoding="utf-8") as nothing:
        _warm_up()
        _send(replies, {})
        content = read_frame(commands, MAX_COMMAND_BYTES)
        if content is not None:
            _limit_memory()
            sys.addaudithook(_refuse_dangers)
            _serve(commands, replies, parse(content), nothing)


def _warm_up() -> None:
    """Let Jinja import what it imports late: no file can be opened any more then."""
    SandboxedTemplate(_EVERYTHING, {}).render([], datetime.date(2000, 1, 1))
    with contextlib.suppress(TemplateFailedError):
        SandboxedTemplate("{{ nothing.at.all }}", {}).render([], datetime.date(2000, 1, 1))


def _serve(commands: BinaryIO, replies: BinaryIO, first: dict[str, Any], nothing: Any) -> None:
    with _limited_time(nothing):
        template = _compiled(first, replies)
    while template is not None and (content := read_frame(commands, MAX_COMMAND_BYTES)):
        command = parse(content)
        today = datetime.date.fromisoformat(command["today"])
        with _limited_time(nothing):
            try:
                reply: dict[str, Any] = {"text": template.render(command["messages"], today)}
            except TemplateFailedError as error:
                reply = {"error": str(error), "is_final": False}
            except MemoryError:
                reply = {"error": "too much memory", "is_final": True}
            _send(replies, reply)


def _compiled(first: dict[str, Any], replies: BinaryIO) -> SandboxedTemplate | None:
    try:
        template = SandboxedTemplate(first["source"], first["values"])
    except TemplateFailedError as error:
        _send(replies, {"error": str(error), "is_final": True})
        return None
    except MemoryError:
        _send(replies, {"error": "too much memory", "is_final": True})
        return None
    _send(replies, {"text": ""})
    return template


@contextmanager
def _limited_time(nothing: Any) -> Iterator[None]:
    """End the process when this takes too long; also within native code that keeps the GIL."""
    faulthandler.dump_traceback_later(LIMIT_S, exit=True, file=nothing)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _limit_memory() -> None:
    """As far as the system can; elsewhere the engine looks at how much is used."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + MAX_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _refuse_dangers(event: str, _arguments: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not for templates")


def _send(replies: BinaryIO, plain: dict[str, Any]) -> None:
    content = memoryview(frame(plain, MAX_COMMAND_BYTES))
    while content:
        content = content[replies.write(content) :]


if __name__ == "__main__":
    main()
