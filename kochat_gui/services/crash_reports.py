"""Nothing dies silently: exception hooks, the log file, and reports of crashes.

Neither holds what people wrote: of an exception only the kind and the places in the code are
written, and its message only for kinds whose messages come from the system or name code.
"""

import faulthandler
import logging
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from kochat_gui.core.errors import KoChatError
from kochat_gui.core.i18n import translate
from kochat_gui.services.notices import Notice, NoticeAction, NoticeCenter, Severity

_log = logging.getLogger(__name__)

LOG_BYTES = 1 << 20
LOG_FILES_KEPT = 3
OPEN_LOG_ACTION = "open-log-folder"
_NATIVE_LOG = "native.log"
_TELLS_NO_TEXT = (
    OSError,
    sqlite3.Error,
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    KoChatError,
)
_LONGEST_MESSAGE = 300


def describe(error: BaseException) -> str:
    """Kind and places of ``error`` and of what caused it, without the values it was about."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n'
            for frame in traceback.extract_tb(current.__traceback__)
        )
        said = str(current)[:_LONGEST_MESSAGE] if isinstance(current, _TELLS_NO_TEXT) else "…"
        parts.append(f"{frames}{type(current).__qualname__}: {said}\n")
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "Traceback (innermost cause first):\n" + "\n".join(reversed(parts))


def write_report(folder: Path, error: BaseException) -> str:
    """Log ``error`` and describe it in a file, once per distinct traceback; what to tell of it."""
    import platform

    _log.error("uncaught exception", exc_info=error)
    path = folder / f"crash-{_digest_of(error)}.txt"
    about = f"Python {platform.python_version()}, {platform.platform()}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(about + describe(error), encoding="utf-8", errors="replace")
    except OSError as failure:
        _log.info("no crash report: %s", failure)
    message = translate(
        "CrashReports",
        "Something went wrong inside KoChat. What was stored is safe. A report without your "
        "texts is in {folder}.",
    )
    return message.format(folder=str(folder))


def _digest_of(error: BaseException) -> str:
    """The same for the same traceback."""
    import hashlib

    return hashlib.sha256(describe(error).encode("utf-8", "replace")).hexdigest()[:12]


class _Formatter(logging.Formatter):
    """Writes exceptions by :func:`describe`, one record per line otherwise."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - overrides logging.Formatter
        error = ei[1] if isinstance(ei, tuple) else None
        return describe(error) if isinstance(error, BaseException) else ""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have filled the record's cache with the full traceback.
        record.exc_text = None
        text = super().format(record)
        record.exc_text = None
        return text


class _LogFile(logging.Handler):
    """The log, opened by the first record: most runs write none, and opening takes 10 ms."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            try:
                self._file = self._opened()
            except (ImportError, OSError):
                return  # no disk or too many open files: the next record tries again
        self._file.emit(record)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _opened(self) -> logging.Handler:
        from logging.handlers import RotatingFileHandler

        handler = RotatingFileHandler(
            self._path, maxBytes=LOG_BYTES, backupCount=LOG_FILES_KEPT, encoding="utf-8"
        )
        handler.setFormatter(
            _Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
        )
        return handler


class ExceptionHooks:
    """Installed hooks and open files, until :meth:`remove`."""

    def __init__(self, log_dir: Path, crash_dir: Path, notices: NoticeCenter) -> None:
        self._crash_dir = crash_dir
        self._notices = notices
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._undo: list[Callable[[], None]] = []
        self._install_hooks()
        # The hooks alone work without a disk; files are for disks that take them.
        try:
            log_dir.mkdir(parents=True, exist_ok=True)
            crash_dir.mkdir(parents=True, exist_ok=True)
            self._open_log(log_dir / "kochat.log")
            self._tell_native_crash()
            self._watch_native_crashes()
        except OSError as error:
            _log.info("no log and crash files: %s", error)

    def remove(self) -> None:
        """Put back what was there before; a clean end leaves no crash behind."""
        while self._undo:
            self._undo.pop()()

    def report(self, error: BaseException) -> None:
        """Log ``error`` and, once per distinct traceback, write a report and post a notice."""
        digest = _digest_of(error)
        with self._lock:
            is_told = digest in self._told
            self._told.add(digest)
        if is_told:
            _log.error("uncaught exception", exc_info=error)
        else:
            self._post(f"crash-{digest}", write_report(self._crash_dir, error))

    def _install_hooks(self) -> None:
        old_hook, old_thread_hook = sys.excepthook, threading.excepthook

        def hook(
            kind: type[BaseException], error: BaseException, places: TracebackType | None
        ) -> None:
            if issubclass(kind, KeyboardInterrupt):
                old_hook(kind, error, places)
            else:
                self.report(error)

        def thread_hook(args: threading.ExceptHookArgs) -> None:
            if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
                self.report(args.exc_value)

        def restore() -> None:
            sys.excepthook, threading.excepthook = old_hook, old_thread_hook

        sys.excepthook, threading.excepthook = hook, thread_hook
        self._undo.append(restore)

    def _open_log(self, path: Path) -> None:
        handler = _LogFile(path)
        root = logging.getLogger()
        root.addHandler(handler)

        def close() -> None:
            root.removeHandler(handler)
            handler.close()

        self._undo.append(close)

    def _tell_native_crash(self) -> None:
        """The file of the run before is empty unless a native crash filled it."""
        path = self._crash_dir / _NATIVE_LOG
        if not path.exists() or path.stat().st_size == 0:
            return
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        kept = self._crash_dir / f"native-{stamp}.txt"
        path.replace(kept)
        message = translate(
            "CrashReports",
            "KoChat ended unexpectedly last time. Conversations are safe. A report without your "
            "texts is in {path}.",
        )
        self._post("native-crash", message.format(path=str(kept)))

    def _watch_native_crashes(self) -> None:
        file: TextIO = (self._crash_dir / _NATIVE_LOG).open("w", encoding="utf-8")
        was_enabled = faulthandler.is_enabled()
        faulthandler.enable(file=file, all_threads=True)

        def stop() -> None:
            faulthandler.disable()
            file.close()
            if was_enabled and sys.__stderr__ is not None:
                faulthandler.enable(file=sys.__stderr__)

        self._undo.append(stop)

    def _post(self, notice_id: str, text: str) -> None:
        action = NoticeAction(translate("CrashReports", "Open folder"), OPEN_LOG_ACTION)
        self._notices.post(Notice(notice_id, Severity.ERROR, text, (action,)))


def install_exception_hooks(
    log_dir: Path, crash_dir: Path, notices: NoticeCenter
) -> ExceptionHooks:
    """Catch what nobody caught; call it once, early. Never raises because of the disk."""
    return ExceptionHooks(log_dir, crash_dir, notices)
