"""The exception tree.

::

    KoChatError
    ├── Cancelled                    the user stopped it; never shown as an error
    └── UserFacingError              something the user can understand and act on
        ├── UsageError               wrong arguments
        ├── ModelError
        │   ├── ModelMissingError
        │   ├── ModelDamagedError
        │   ├── ModelUnsupportedError
        │   │   └── AdapterGivenError
        │   └── MemoryShortError     asked before loading, or the allocation failed
        ├── EngineError
        │   ├── EngineMissingError   a library is not installed
        │   ├── EngineCrashedError   the child process ended
        │   └── EngineHungError      the child process stopped answering
        ├── PromptTooLongError
        ├── ExchangeError            a file that conversations are exported to or imported from
        │   ├── FileThereError       it exists and may not be replaced
        │   ├── ImportUnknownError   no format that this program reads
        │   └── ImportRefusedError   damaged, too large or too new
        └── StorageError
            ├── DiskFullError
            ├── ReadOnlyError
            ├── DatabaseDamagedError
            ├── DatabaseNewerError
            └── ProfileBusyError     another KoChat uses this profile

Everything that is not a ``KoChatError`` is a bug: it goes to the log and the crash report.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from kochat_gui.core.i18n import TextKey

Plain = dict[str, Any]
_SENTENCE_ENDS = (".", "?", "!", "…")


class KoChatError(Exception):
    """Base of everything KoChat raises on purpose."""


class Cancelled(KoChatError):
    """The work was stopped because the user asked for it."""


class UserFacingError(KoChatError):
    """What happened, what was kept, and what to do, as text to translate.

    ``summary``, ``kept`` and ``advice`` share ``values`` for their placeholders. Values are plain
    text: whoever shows them must not read them as markup.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        summary: TextKey,
        *,
        kept: TextKey | None = None,
        advice: TextKey | None = None,
        **values: object,
    ) -> None:
        english = {k: v.source if isinstance(v, TextKey) else v for k, v in values.items()}
        super().__init__(summary.source.format_map(_Lenient(english)))
        self.summary = summary
        self.kept = kept
        self.advice = advice
        self.values = values
        self.notice_id = ""
        """Of the one notice that tells this, wherever it is met; empty: each place has its own."""

    def lines(self) -> list[str]:
        """The translated sentences: what happened, what is safe, what to do."""
        keys = (self.summary, self.kept, self.advice)
        return [key.text(**self.values) for key in keys if key is not None]

    def text(self) -> str:
        """All sentences as one paragraph."""
        *before, last = self.lines()
        # A reason or a path that was filled in at the end of a sentence brings no full stop.
        ended = (line if line.endswith(_SENTENCE_ENDS) else f"{line}." for line in before)
        return " ".join([*ended, last])

    def to_plain(self) -> Plain:
        """Plain data for crossing a process border; see :func:`error_from_plain`."""
        return {
            "code": self.code,
            "summary": list(self.summary),
            "kept": list(self.kept) if self.kept else None,
            "advice": list(self.advice) if self.advice else None,
            "values": {
                name: {"key": list(value)} if isinstance(value, TextKey) else str(value)
                for name, value in self.values.items()
            },
        }


class _Lenient(dict[str, object]):
    """For the English text in logs: particles and missing values must not fail there."""

    def __missing__(self, key: str) -> object:
        return "{" + key + "}"


class UsageError(UserFacingError):
    """Wrong arguments."""

    code = "usage"
    exit_code = 2


class ModelError(UserFacingError):
    """Something about a model's files."""

    code = "model"


class ModelMissingError(ModelError):
    """No such model or file."""

    code = "model_missing"


class ModelDamagedError(ModelError):
    """The file is truncated, mismatched or not what it says."""

    code = "model_damaged"


class ModelUnsupportedError(ModelError):
    """A sound file that this program cannot use."""

    code = "model_unsupported"


class AdapterGivenError(ModelUnsupportedError):
    """An adapter where a model was expected: it is added to its model instead."""

    code = "adapter"


class MemoryShortError(ModelError):
    """The model needs more memory than there is."""

    code = "memory_short"


class EngineError(UserFacingError):
    """The engine could not do what it was asked."""

    code = "engine"


class EngineMissingError(EngineError):
    """The engine's library is not installed."""

    code = "engine_missing"


class EngineCrashedError(EngineError):
    """The engine's process ended unexpectedly."""

    code = "engine_crashed"


class EngineHungError(EngineError):
    """The engine's process stopped answering and was ended."""

    code = "engine_hung"


class PromptTooLongError(UserFacingError):
    """The newest message alone does not fit the context window."""

    code = "prompt_too_long"


class ExchangeError(UserFacingError):
    """A file that conversations are exported to or imported from."""

    code = "exchange"


class FileThereError(ExchangeError):
    """A file of that name exists and may not be replaced."""

    code = "file_there"


class ImportUnknownError(ExchangeError):
    """No format that this program reads."""

    code = "import_unknown"


class ImportRefusedError(ExchangeError):
    """A file of a known format that is damaged, too large or too new."""

    code = "import_refused"


class StorageError(UserFacingError):
    """The database or its disk."""

    code = "storage"


class DiskFullError(StorageError):
    """No room left."""

    code = "disk_full"


class ReadOnlyError(StorageError):
    """The profile cannot be written."""

    code = "read_only"


class DatabaseDamagedError(StorageError):
    """The database cannot be read as it is."""

    code = "database_damaged"


class DatabaseNewerError(StorageError):
    """A newer KoChat wrote this database."""

    code = "database_newer"


class ProfileBusyError(StorageError):
    """Another KoChat has this profile open."""

    code = "profile_busy"


def _all_classes(base: type[UserFacingError]) -> list[type[UserFacingError]]:
    return [base, *(found for sub in base.__subclasses__() for found in _all_classes(sub))]


_BY_CODE = {cls.code: cls for cls in _all_classes(UserFacingError)}


def error_from_plain(plain: Mapping[str, Any]) -> UserFacingError:
    """Rebuild an error that came from a child process; raises ``ValueError`` on malformed data."""
    try:
        values = {
            str(name): _key(value["key"]) if isinstance(value, dict) else str(value)
            for name, value in plain["values"].items()
        }
        cls = _BY_CODE[plain["code"]]
        summary = _key(plain["summary"])
        kept = _key(plain["kept"]) if plain["kept"] else None
        advice = _key(plain["advice"]) if plain["advice"] else None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("malformed error frame") from error
    if not all(
        name.isidentifier() and name not in {"summary", "kept", "advice"} for name in values
    ):
        raise ValueError("malformed error values")
    return cls(summary, kept=kept, advice=advice, **values)


def _key(pair: object) -> TextKey:
    match pair:
        case [str(context), str(source)]:
            return TextKey(context, source)
    raise ValueError("malformed text key")
