"""What went wrong with an engine's process, in words for the person at the window."""

import signal
from enum import Enum

from kochat_gui.core.errors import EngineCrashedError, EngineError, EngineHungError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.system_errors import reason_of
from kochat_gui.services.engine_process import ProcessExit


class Phase(Enum):
    """What the engine was doing."""

    LOADING = "loading"
    READING = "reading"
    """The prompt, or text to count."""
    ANSWERING = "answering"
    IDLE = "idle"


_MEMORY = QT_TRANSLATE_NOOP(
    "EngineHost", "The system ended the engine, probably because memory ran out."
)
_FAULT = QT_TRANSLATE_NOOP("EngineHost", "A fault in the engine's library ended it ({cause}).")
_ABORT = QT_TRANSLATE_NOOP(
    "EngineHost", "The engine's library met a state it cannot handle and ended itself ({cause})."
)
_ILLEGAL = QT_TRANSLATE_NOOP(
    "EngineHost", "The engine's library needs a newer processor than this one ({cause})."
)
_EXIT = QT_TRANSLATE_NOOP("EngineHost", "The engine ended unexpectedly ({cause}).")
_GARBAGE = QT_TRANSLATE_NOOP(
    "EngineHost", "The engine sent data that makes no sense and was ended."
)
_BUG = QT_TRANSLATE_NOOP("EngineHost", "An error in the program stopped the engine ({cause}).")
_NOT_STARTED = QT_TRANSLATE_NOOP("EngineHost", "The engine could not be started ({cause}).")

_SILENT = QT_TRANSLATE_NOOP(
    "EngineHost", "The engine has not answered for {seconds} seconds and was ended."
)
_STALLED = {
    Phase.LOADING: QT_TRANSLATE_NOOP(
        "EngineHost", "Loading the model got stuck for {seconds} seconds and was ended."
    ),
    Phase.READING: QT_TRANSLATE_NOOP(
        "EngineHost", "Reading the message got stuck for {seconds} seconds and was ended."
    ),
    Phase.ANSWERING: QT_TRANSLATE_NOOP(
        "EngineHost", "The answer got stuck for {seconds} seconds and was ended."
    ),
}

_ALL_SAFE = QT_TRANSLATE_NOOP("EngineHost", "Your conversations are safe.")
_ANSWER_KEPT = QT_TRANSLATE_NOOP("EngineHost", "The answer so far is kept.")
_KEPT = {Phase.ANSWERING: _ANSWER_KEPT}

_TRY_AGAIN = QT_TRANSLATE_NOOP(
    "EngineHost",
    "Try again; the model is loaded anew. If it keeps happening, choose another model.",
)
_USE_LESS = QT_TRANSLATE_NOOP(
    "EngineHost",
    "Close other programs, or choose a lighter quantization or a shorter context length.",
)

# Exit codes of Windows (NTSTATUS) that mean the same as a signal elsewhere.
_WINDOWS_SIGNALS = {
    0xC0000005: "SIGSEGV",
    0xC0000017: "SIGKILL",
    0xC000001D: "SIGILL",
    0xC0000409: "SIGABRT",
}


def crash_error(ended: ProcessExit, phase: Phase) -> EngineCrashedError:
    """The error for a child that ended, with the cause named as well as it can be known."""
    name = _signal_name(ended.returncode)
    if ended.bad_frame:
        summary, advice, cause = _GARBAGE, _TRY_AGAIN, ended.bad_frame
    elif name == "SIGKILL":
        summary, advice, cause = _MEMORY, _USE_LESS, name
    elif name in {"SIGSEGV", "SIGBUS", "SIGFPE"}:
        summary, advice, cause = _FAULT, _TRY_AGAIN, name
    elif name == "SIGABRT":
        summary, advice, cause = _ABORT, _TRY_AGAIN, name
    elif name == "SIGILL":
        summary, advice, cause = _ILLEGAL, _TRY_AGAIN, name
    else:
        summary, advice, cause = _EXIT, _TRY_AGAIN, name or f"exit code {ended.returncode}"
    return _crash(summary, phase, advice, cause, ended.stderr_tail)


def bug_error(traceback: str, phase: Phase) -> EngineCrashedError:
    """The error for an exception in the child that nobody expected."""
    last_line = traceback.strip().rpartition("\n")[2]
    return _crash(_BUG, phase, _TRY_AGAIN, last_line.partition(":")[0], traceback)


def start_error(problem: OSError) -> EngineCrashedError:
    """The error for a child that the system would not start."""
    cause = reason_of(problem)
    return _crash(_NOT_STARTED, Phase.LOADING, _TRY_AGAIN, cause, "")


def nonsense_error(what: str, phase: Phase) -> EngineCrashedError:
    """The error for replies that are sound one by one but cannot follow each other."""
    return _crash(_GARBAGE, phase, _TRY_AGAIN, what, "")


def silent_error(seconds: float, phase: Phase) -> EngineHungError:
    """The error for a child without a sign of life."""
    return EngineHungError(
        _SILENT,
        kept=_KEPT.get(phase, _ALL_SAFE),
        advice=_TRY_AGAIN,
        seconds=round(seconds),
    )


def stalled_error(seconds: float, phase: Phase) -> EngineHungError:
    """The error for a child that lives but does not get on."""
    return EngineHungError(
        _STALLED.get(phase, _SILENT),
        kept=_KEPT.get(phase, _ALL_SAFE),
        advice=_TRY_AGAIN,
        seconds=round(seconds),
    )


def nothing_loaded_error() -> EngineError:
    """The error for a request without a model."""
    return EngineError(
        QT_TRANSLATE_NOOP("EngineHost", "No model is loaded."),
        advice=QT_TRANSLATE_NOOP("EngineHost", "Choose a model first."),
    )


def _crash(
    summary: TextKey, phase: Phase, advice: TextKey, cause: TextKey | str, details: str
) -> EngineCrashedError:
    return EngineCrashedError(
        summary,
        kept=_KEPT.get(phase, _ALL_SAFE),
        advice=advice,
        cause=cause,
        details=details,
    )


def _signal_name(returncode: int) -> str:
    if returncode < 0:
        try:
            return signal.Signals(-returncode).name
        except ValueError:
            return f"signal {-returncode}"
    return _WINDOWS_SIGNALS.get(returncode, "")
