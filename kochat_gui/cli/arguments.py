"""The commands and options of ``kochat``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from kochat_gui.cli.adapter_argument import adapter_argument
from kochat_gui.cli.exchange_arguments import add_exchange
from kochat_gui.cli.parser import Parser, ShowVersion, number, required, row_number, text
from kochat_gui.cli.search_arguments import add_search_arguments
from kochat_gui.core.i18n import translate


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
        "--version", action=ShowVersion, help=translate("CliHelp", "show the version and leave")
    )
    commands = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        title=translate("CliHelp", "commands"),
        parser_class=Parser,
    )
    _add_ask(commands)
    _add_models(commands)
    _add_tokenize(commands)
    _add_prompt(commands)
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
    _add_text(ask, translate("CliHelp", "the question; - reads the standard input"))
    _add_model(ask)
    # A default here would overwrite what stood before the command.
    ask.add_argument(
        "--engine",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help=translate("CliHelp", "engine to run the model with"),
    )
    _add_level(ask)
    _add_prompt_options(ask)
    ask.add_argument(
        "--preset", metavar="NAME", help=translate("CliHelp", "sampling as a model's card has it")
    )
    ask.add_argument(
        "--adapter",
        metavar="PATH[:SCALE]",
        action="append",
        default=[],
        type=adapter_argument,
        help=translate("CliHelp", "LoRA adapter and its scale from 0 to 4; may be repeated"),
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
    for option, metavar, kind, what in rows:
        ask.add_argument(option, metavar=metavar, type=number(kind, option), help=what)


def _add_model(parser: Parser) -> None:
    parser.add_argument(
        "--model",
        metavar="REF",
        help=translate("CliHelp", "a name from the list, or the path of a model file or folder"),
    )


def _add_prompt_options(parser: Parser) -> None:
    parser.add_argument("--template", metavar="NAME", help=translate("CliHelp", "chat template"))
    parser.add_argument(
        "--system",
        metavar="TEXT",
        default="",
        type=text("--system"),
        help=translate("CliHelp", "system prompt"),
    )


def _add_models(commands: "argparse._SubParsersAction[Parser]") -> None:
    models = commands.add_parser("models", help=translate("CliHelp", "models on this computer"))
    names = "list, show, add, convert, quantize, estimate"
    models.set_defaults(action=None, checks=[required("action", names)])
    actions = models.add_subparsers(dest="action", metavar="COMMAND", parser_class=Parser)
    _add_json(actions.add_parser("list", help=translate("CliHelp", "list all models")))
    show = actions.add_parser("show", help=translate("CliHelp", "show one model and its levels"))
    _add_reference(show)
    _add_json(show)
    add = actions.add_parser("add", help=translate("CliHelp", "put a model on the list"))
    add.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        type=Path,
        help=translate("CliHelp", "model file or folder; it stays where it is"),
    )
    add.set_defaults(checks=[required("path", "PATH")])
    _add_convert(actions)
    _add_quantize(actions)
    _add_estimate(actions)


def _add_convert(actions: "argparse._SubParsersAction[Parser]") -> None:
    convert = actions.add_parser(
        "convert", help=translate("CliHelp", "make a GGUF file of a model in another format")
    )
    _add_source(convert)
    _add_level(convert)
    convert.add_argument(
        "--tokenizer",
        metavar="FOLDER",
        type=Path,
        help=translate("CliHelp", "with the tokenizer.json that a GGML file was trained with"),
    )
    _add_target(convert)


def _add_quantize(actions: "argparse._SubParsersAction[Parser]") -> None:
    quantize = actions.add_parser(
        "quantize", help=translate("CliHelp", "make a smaller GGUF file of a model")
    )
    _add_source(quantize)
    _add_level(quantize)
    quantize.set_defaults(
        checks=[required("source", "SRC"), required("quant", "--quant")], tokenizer=None
    )
    _add_target(quantize)


def _add_estimate(actions: "argparse._SubParsersAction[Parser]") -> None:
    estimate = actions.add_parser(
        "estimate",
        help=translate("CliHelp", "tell file size and memory of a model before making anything"),
    )
    _add_reference(estimate)
    _add_level(estimate)
    estimate.add_argument(
        "--context",
        metavar="N",
        type=number(int, "--context"),
        help=translate("CliHelp", "context length in tokens"),
    )
    _add_json(estimate)


def _add_reference(parser: Parser) -> None:
    parser.add_argument(
        "model", metavar="REF", nargs="?", help=translate("CliHelp", "name or path")
    )
    parser.set_defaults(checks=[required("model", "REF")])


def _add_source(parser: Parser) -> None:
    parser.add_argument(
        "source", metavar="SRC", nargs="?", help=translate("CliHelp", "name or path")
    )
    parser.set_defaults(checks=[required("source", "SRC")])


def _add_level(parser: Parser) -> None:
    parser.add_argument(
        "--quant", metavar="NAME", help=translate("CliHelp", "quantization level, such as q4_k_m")
    )


def _add_target(parser: Parser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help=translate("CliHelp", "file or folder to make it in; the models folder if not given"),
    )


def _add_tokenize(commands: "argparse._SubParsersAction[Parser]") -> None:
    tokenize = commands.add_parser(
        "tokenize", help=translate("CliHelp", "show how a model splits a text into tokens")
    )
    _add_text(tokenize, translate("CliHelp", "the text; - reads the standard input"))
    _add_model(tokenize)
    _add_json(tokenize)


def _add_prompt(commands: "argparse._SubParsersAction[Parser]") -> None:
    prompt = commands.add_parser(
        "prompt", help=translate("CliHelp", "show exactly what is sent to a model")
    )
    _add_text(prompt, translate("CliHelp", "the question; - reads the standard input"))
    _add_model(prompt)
    _add_prompt_options(prompt)
    _add_json(prompt)


def _add_text(parser: Parser, what: str) -> None:
    parser.set_defaults(checks=[required("text", "TEXT")])
    parser.add_argument("text", metavar="TEXT", nargs="?", type=text("TEXT"), help=what)


def _add_history(commands: "argparse._SubParsersAction[Parser]") -> None:
    history = commands.add_parser("history", help=translate("CliHelp", "kept conversations"))
    history.set_defaults(
        action=None,
        checks=[
            required("action", "list, show, search, export, import, backup, check, restore"),
        ],
    )
    actions = history.add_subparsers(dest="action", metavar="COMMAND", parser_class=Parser)
    _add_json(actions.add_parser("list", help=translate("CliHelp", "list, newest first")))
    show = actions.add_parser("show", help=translate("CliHelp", "show one conversation"))
    show.add_argument(
        "conversation",
        metavar="ID",
        nargs="?",
        type=row_number("ID"),
        help=translate("CliHelp", "number from the list"),
    )
    show.set_defaults(checks=[required("conversation", "ID")])
    _add_json(show)
    search = actions.add_parser(
        "search", help=translate("CliHelp", "find messages and titles, newest first")
    )
    add_search_arguments(search)
    _add_json(search)
    add_exchange(actions)
    _add_json(actions.add_parser("backup", help=translate("CliHelp", "copy all conversations now")))
    _add_json(
        actions.add_parser("check", help=translate("CliHelp", "look for damage in all of them"))
    )
    restore = actions.add_parser(
        "restore",
        help=translate("CliHelp", "list the backups, or put one in the place of the conversations"),
    )
    restore.add_argument(
        "backup",
        metavar="BACKUP",
        nargs="?",
        help=translate("CliHelp", "newest, a name from the list, or a path"),
    )
    _add_json(restore)


def _add_json(parser: Parser) -> None:
    parser.add_argument(
        "--json", action="store_true", help=translate("CliHelp", "print JSON for programs")
    )
