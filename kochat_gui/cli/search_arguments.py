"""Arguments of ``kochat history search``."""

from collections.abc import Callable
from datetime import date

from kochat_gui.cli.parser import Parser, name, positive, required, text
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate

PAGE = 50


def add_search_arguments(search: Parser) -> None:
    """What is looked for, and where."""
    search.set_defaults(checks=[required("query", "QUERY")])
    search.add_argument(
        "query",
        metavar="QUERY",
        nargs="?",
        type=text("QUERY"),
        help=translate("CliHelp", 'words that a message holds; "exact phrases" in quotes'),
    )
    for option, kind, about in (
        ("--model", text, translate("CliHelp", "answers of the model with this name")),
        ("--folder", name, translate("CliHelp", "conversations in this folder")),
        ("--tag", name, translate("CliHelp", "conversations with this tag")),
    ):
        search.add_argument(option, metavar="NAME", type=kind(option), help=about)
    search.add_argument(
        "--role",
        metavar="ROLE",
        type=_role,
        help=translate("CliHelp", "messages of user, assistant or system"),
    )
    search.add_argument(
        "--since",
        metavar="DATE",
        type=_day("--since"),
        help=translate("CliHelp", "first day, such as 2026-01-31"),
    )
    search.add_argument(
        "--until", metavar="DATE", type=_day("--until"), help=translate("CliHelp", "last day")
    )
    search.add_argument(
        "--limit",
        metavar="N",
        type=positive("--limit"),
        default=PAGE,
        help=translate("CliHelp", "how many hits are shown, the newest; 50 if not given"),
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise UsageError(
            QT_TRANSLATE_NOOP("Cli", "--role needs user, assistant or system, not “{value}”."),
            value=text,
        ) from None


def _day(option: str) -> Callable[[str], date]:
    def convert(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UsageError(
                QT_TRANSLATE_NOOP(
                    "Cli", "{option} needs a date such as 2026-01-31, not “{value}”."
                ),
                option=option,
                value=text,
            ) from None

    return convert
