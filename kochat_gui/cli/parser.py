"""An argument parser whose errors and help are in the program's language."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeVar

from kochat_gui.cli import output
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.storage.folders import clean_name

N = TypeVar("N")
_HIGHEST_ROW = (1 << 63) - 1

_HEADINGS = {
    "options": QT_TRANSLATE_NOOP("CliHelp", "options"),
    "positional arguments": QT_TRANSLATE_NOOP("CliHelp", "arguments"),
}


class _HelpFormatter(argparse.HelpFormatter):
    """Headings in the program's language."""

    def start_section(self, heading: str | None) -> None:
        known = _HEADINGS.get(heading or "")
        super().start_section(known.text() if known else heading)

    def add_usage(
        self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        if prefix is None:
            prefix = translate("CliHelp", "usage: ")
        super().add_usage(usage, actions, groups, prefix)


class ShowVersion(argparse.Action):
    """``--version``; the version is looked up only when asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"nargs": 0}
        super().__init__(*args, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        # It takes longer to load than the rest of this module.
        import importlib.metadata

        try:
            version = importlib.metadata.version("kochat")
        except importlib.metadata.PackageNotFoundError:
            version = translate("Cli", "(run from its source, not installed)")
        output.write_line(f"KoChat {version}")
        parser.exit()


class Parser(argparse.ArgumentParser):
    """An argument parser whose every error is one translated line and exit code 2.

    argparse's own messages are English: positionals are therefore declared optional and checked
    by :func:`required`, and what argparse still raises is worded anew here.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {
            "add_help": False,
            "allow_abbrev": False,
            "exit_on_error": False,
            "formatter_class": _HelpFormatter,
        }
        super().__init__(*args, **kwargs)
        self.add_argument(
            "-h", "--help", action="help", help=translate("CliHelp", "show this help and leave")
        )

    def parse_args(self, args: Iterable[str] | None = None, namespace: Any = None) -> Any:
        """Parse; prints one line and exits with 2 when the arguments are wrong."""
        output.use_utf8()
        try:
            found, unknown = self.parse_known_args(list(args) if args is not None else None)
            _refuse(unknown)
            for check in getattr(found, "checks", ()):
                check(found)
        except UsageError as error:
            self.error(error.text())
        except argparse.ArgumentError as error:
            self.error(_worded_anew(error).text())
        except OSError as error:
            # What the arguments asked for, help or the version, has no reader.
            self.exit(output.unwritten(error))
        return found

    def print_help(self, file: Any = None) -> None:
        """Write the help; unlike argparse, fail where that cannot be done."""
        output.write(self.format_help(), file)

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with 2."""
        output.write_error(message)
        self.exit(UsageError.exit_code)


_SEE_HELP = QT_TRANSLATE_NOOP("Cli", "See kochat --help.")


def _worded_anew(error: argparse.ArgumentError) -> UsageError:
    name = error.argument_name or ""
    if name.startswith("-"):
        return UsageError(
            QT_TRANSLATE_NOOP("Cli", "{option} was given the wrong number of values."),
            advice=_SEE_HELP,
            option=name,
        )
    return UsageError(QT_TRANSLATE_NOOP("Cli", "There is no such command."), advice=_SEE_HELP)


def _refuse(unknown: Sequence[str]) -> None:
    if unknown:
        raise UsageError(
            QT_TRANSLATE_NOOP("Cli", "There is no argument {argument}."),
            advice=_SEE_HELP,
            argument=unknown[0],
        )


def required(name: str, metavar: str) -> Callable[[argparse.Namespace], None]:
    """A check that the positional argument ``name`` was given."""

    def check(found: argparse.Namespace) -> None:
        if getattr(found, name) is None:
            raise UsageError(
                QT_TRANSLATE_NOOP("Cli", "{argument} is missing."),
                advice=_SEE_HELP,
                argument=metavar,
            )

    return check


def row_number(option: str) -> Callable[[str], int]:
    """A converter for the number of a conversation or message; none is larger than SQLite's."""
    plain = number(int, option)

    def convert(value: str) -> int:
        found = plain(value)
        if not 0 <= found <= _HIGHEST_ROW:
            raise UsageError(
                QT_TRANSLATE_NOOP("Cli", "There is nothing with the number {value}."), value=value
            )
        return found

    return convert


def text(option: str) -> Callable[[str], str]:
    """A converter for a text, which would be another one if bytes of it were replaced."""

    def convert(value: str) -> str:
        try:
            # What the locale's encoding has not is read as UTF-8, as it is when it is written.
            return value.encode("utf-8", "surrogateescape").decode()
        except UnicodeError:
            raise UsageError(
                QT_TRANSLATE_NOOP("Cli", "{option} is no text in UTF-8."),
                advice=QT_TRANSLATE_NOOP("Cli", "Use a terminal that is set to UTF-8."),
                option=option,
            ) from None

    return convert


def name(option: str) -> Callable[[str], str]:
    """A converter for the name of a folder or tag, as it is stored: NFC, on one line."""
    plain = text(option)
    return lambda value: clean_name(plain(value))


def number(kind: Callable[[str], N], option: str) -> Callable[[str], N]:
    """A converter for ``option`` that words its own error."""

    def convert(text: str) -> N:
        try:
            return kind(text)
        except ValueError:
            raise UsageError(
                QT_TRANSLATE_NOOP("Cli", "{option} needs a number, not “{value}”."),
                option=option,
                value=text,
            ) from None

    return convert


def positive(option: str) -> Callable[[str], int]:
    """A converter for ``option``, which counts something."""

    def convert(text: str) -> int:
        value = number(int, option)(text)
        if value < 1:
            raise UsageError(
                QT_TRANSLATE_NOOP("Cli", "{option} needs a number from 1 on, not “{value}”."),
                option=option,
                value=text,
            )
        return value

    return convert
