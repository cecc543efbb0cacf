"""Runs a command; every error becomes one line on the standard error and an exit code."""

import argparse
import logging
import signal
from collections.abc import Callable

from kochat_gui.cli import (
    ask,
    backups,
    doctor,
    exporting,
    history,
    history_search,
    importing,
    model_files,
    models,
    output,
    tokens,
)
from kochat_gui.cli.arguments import build_parser
from kochat_gui.core.errors import Cancelled, UserFacingError
from kochat_gui.services.crash_reports import write_report
from kochat_gui.storage.paths import ProfilePaths, profile_paths

__all__ = ["build_parser", "run"]

# What a shell reports for a program that a signal ended.
EXIT_STOPPED = 128 + signal.SIGINT

Command = Callable[[argparse.Namespace, ProfilePaths], int]

_MODEL_COMMANDS: dict[str, Command] = {
    "list": models.show_list,
    "show": models.show,
    "add": models.add,
    "convert": model_files.run,
    "quantize": model_files.run,
    "estimate": models.estimate,
}

_HISTORY_COMMANDS: dict[str, Command] = {
    "list": history.run,
    "show": history.run,
    "search": history_search.run,
    "export": exporting.run,
    "import": importing.run,
    "backup": backups.make,
    "check": backups.check,
    "restore": backups.put_back,
}

_COMMANDS: dict[str, Command] = {
    "ask": ask.run,
    "models": lambda args, paths: _MODEL_COMMANDS[args.action](args, paths),
    "tokenize": tokens.tokenize,
    "prompt": tokens.prompt,
    "history": lambda args, paths: _HISTORY_COMMANDS[args.action](args, paths),
    "doctor": lambda _, paths: doctor.run(paths),
}


def run(args: argparse.Namespace) -> int:
    """Run ``args.command``, one of ``_COMMANDS``; returns the exit code and never raises."""
    output.use_utf8()
    paths = profile_paths(args.profile)
    # Without any handler Python writes warnings, with what the engine said last, to our stderr.
    silent = logging.NullHandler()
    logging.getLogger().addHandler(silent)
    try:
        code = _COMMANDS[args.command](args, paths)
        output.flush()
    except UserFacingError as error:
        output.write_error(error.text())
        return error.exit_code
    except (Cancelled, KeyboardInterrupt):
        output.end_line()
        return EXIT_STOPPED
    except OSError as error:
        return output.unwritten(error)
    except Exception as error:  # noqa: BLE001 - a bug of ours, of which a traceback helps nobody
        output.write_error(write_report(paths.crash_dir, error))
        return output.EXIT_FAILED
    finally:
        logging.getLogger().removeHandler(silent)
    return code
