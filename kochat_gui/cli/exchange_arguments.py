"""The options of ``kochat history export`` and ``import``."""

import argparse
from pathlib import Path

from kochat_gui.cli.parser import Parser, name, required, row_number
from kochat_gui.core.i18n import translate


def add_exchange(actions: "argparse._SubParsersAction[Parser]") -> None:
    """Add both commands."""
    _add_export(actions)
    _add_import(actions)


def _add_export(actions: "argparse._SubParsersAction[Parser]") -> None:
    export = actions.add_parser(
        "export", help=translate("CliHelp", "write conversations as files; all if none is named")
    )
    export.add_argument(
        "--format",
        metavar="NAME",
        help=translate(
            "CliHelp",
            "md, html, txt, pdf, json (everything, to import again), sharegpt or instruction "
            "(training data); that of the file's ending when not given",
        ),
    )
    export.add_argument(
        "--conversation",
        metavar="ID",
        nargs="+",
        type=row_number("--conversation"),
        help=translate("CliHelp", "numbers from the list"),
    )
    export.add_argument(
        "--message",
        metavar="ID",
        type=row_number("--message"),
        help=translate("CliHelp", "one message alone"),
    )
    export.add_argument(
        "--folder",
        metavar="NAME",
        type=name("--folder"),
        help=translate("CliHelp", "the conversations of a folder"),
    )
    export.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        type=Path,
        help=translate("CliHelp", "file, or folder for several conversations"),
    )
    export.add_argument(
        "--json", action="store_true", help=translate("CliHelp", "print JSON for programs")
    )
    export.set_defaults(checks=[required("output", "-o")])


def _add_import(actions: "argparse._SubParsersAction[Parser]") -> None:
    take = actions.add_parser(
        "import",
        help=translate(
            "CliHelp",
            "take over conversations of ChatGPT, Open WebUI, LM Studio, Jan, GPT4All or KoChat",
        ),
    )
    take.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        default=None,
        type=Path,
        help=translate("CliHelp", "exported files, archives, or folders with them"),
    )
    take.add_argument(
        "--json", action="store_true", help=translate("CliHelp", "print JSON for programs")
    )
    take.set_defaults(checks=[_some_paths])


def _some_paths(found: argparse.Namespace) -> None:
    found.paths = found.paths or None
    required("paths", "PATH")(found)
