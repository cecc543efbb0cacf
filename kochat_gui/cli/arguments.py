"""The arguments of ``kochat``, and their errors and help in the program's language."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from kochat_gui.cli import output
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate

N = TypeVar("N")

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


class _ShowVersion(argparse.Action):
    """``--version``; the version is looked up only when asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"nargs": 0}
        super().__init__(*args, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        # It takes longer to load than the rest of this module.
        import importlib.metadata  # noqa: PLC0415

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
        return found

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with 2."""
        self.exit(UsageError.exit_code, f"kochat: {message}\n")


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


def build_parser() -> argparse.ArgumentParser:
    """Every command and option; the language must be installed before."""
    parser = Parser(
        prog="kochat",
        description=translate(
            "CliHelp",
            "Chat with Korean language models on this computer. Without a command, the window "
            "opens.",
        ),
    )
    parser.set_defaults(command=None, engine=None)
    parser.add_argument(
        "--profile",
        metavar="DIR",
        type=Path,
        help=translate(
            "CliHelp", "keep all data, settings and caches in this folder (or KOCHAT_PROFILE)"
        ),
    )
    parser.add_argument(
        "--engine",
        metavar="NAME",
        help=translate("CliHelp", "engine to run models with; chosen by itself when not given"),
    )
    parser.add_argument(
        "--version", action=_ShowVersion, help=translate("CliHelp", "show the version and leave")
    )
    commands = parser.add_subparsers(
        dest="command", metavar="", title=translate("CliHelp", "commands"), parser_class=Parser
    )
    _add_ask(commands)
    _add_models(commands)
    _add_history(commands)
    commands.add_parser(
        "doctor",
        help=translate("CliHelp", "show what is installed, what is missing and how to get it"),
    )
    return parser


def _add_ask(commands: "argparse._SubParsersAction[Parser]") -> None:
    ask = commands.add_parser(
        "ask",
        help=translate("CliHelp", "ask one question; the answer goes to the standard output"),
        description=translate(
            "CliHelp", "Ask one question. Question and answer are not kept in the history."
        ),
    )
    ask.set_defaults(checks=[required("text", "TEXT")])
    ask.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        help=translate("CliHelp", "the question; - reads the standard input"),
    )
    ask.add_argument(
        "--model",
        metavar="REF",
        help=translate("CliHelp", "a name from the list, a GGUF file or a safetensors folder"),
    )
    # A default here would overwrite what stood before the command.
    ask.add_argument(
        "--engine",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help=translate("CliHelp", "engine to run the model with"),
    )
    ask.add_argument(
        "--quant", metavar="NAME", help=translate("CliHelp", "quantization level, such as q4_0")
    )
    ask.add_argument("--template", metavar="NAME", help=translate("CliHelp", "chat template"))
    ask.add_argument(
        "--system", metavar="TEXT", default="", help=translate("CliHelp", "system prompt")
    )
    _add_sampling(ask)
    _add_json(ask)


def _add_sampling(ask: Parser) -> None:
    rows: tuple[tuple[str, str, Callable[[str], object], str], ...] = (
        ("--temperature", "T", float, translate("CliHelp", "0 to 2; 0 always takes the likeliest")),
        ("--top-k", "K", int, translate("CliHelp", "choose among K tokens; 0 is off")),
        ("--top-p", "P", float, translate("CliHelp", "choose within this probability; 1 is off")),
        ("--seed", "N", int, translate("CliHelp", "the same seed gives the same answer")),
        ("--max-new-tokens", "N", int, translate("CliHelp", "longest answer, in tokens")),
    )
    for option, metavar, kind, text in rows:
        ask.add_argument(option, metavar=metavar, type=number(kind, option), help=text)


def _add_models(commands: "argparse._SubParsersAction[Parser]") -> None:
    models = commands.add_parser("models", help=translate("CliHelp", "models on this computer"))
    models.set_defaults(action=None, checks=[required("action", "list, show")])
    actions = models.add_subparsers(dest="action", metavar="", parser_class=Parser)
    _add_json(actions.add_parser("list", help=translate("CliHelp", "list all models")))
    show = actions.add_parser("show", help=translate("CliHelp", "show one model and its levels"))
    show.add_argument("model", metavar="REF", nargs="?", help=translate("CliHelp", "name or path"))
    show.set_defaults(checks=[required("model", "REF")])
    _add_json(show)


def _add_history(commands: "argparse._SubParsersAction[Parser]") -> None:
    history = commands.add_parser("history", help=translate("CliHelp", "kept conversations"))
    history.set_defaults(action=None, checks=[required("action", "list, show")])
    actions = history.add_subparsers(dest="action", metavar="", parser_class=Parser)
    _add_json(actions.add_parser("list", help=translate("CliHelp", "list, newest first")))
    show = actions.add_parser("show", help=translate("CliHelp", "show one conversation"))
    show.add_argument(
        "conversation",
        metavar="ID",
        nargs="?",
        type=number(int, "ID"),
        help=translate("CliHelp", "number from the list"),
    )
    show.set_defaults(checks=[required("conversation", "ID")])
    _add_json(show)


def _add_json(parser: Parser) -> None:
    parser.add_argument(
        "--json", action="store_true", help=translate("CliHelp", "print JSON for programs")
    )
