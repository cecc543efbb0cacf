"""Composition root: reads the arguments, opens the window or runs a command."""

import contextlib
import gc
import logging
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kochat_gui.cli import output
from kochat_gui.cli.display import require_display
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import install_catalogue, language_from_environment, read_catalogue
from kochat_gui.core.resources import translation_file
from kochat_gui.core.user_path import with_home
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.paths import profile_paths

_UNSEEN_PLATFORMS = frozenset({"minimal", "offscreen"})
"""Of Qt: a window there would wait for ever to be closed."""
_log = logging.getLogger(__name__)


def run(argv: Sequence[str]) -> int:
    """Run the command in ``argv``, or open the window when there is none; returns the exit code."""
    output.open_closed_streams()
    install_language(language_from_environment(os.environ))
    # The window does without what reads arguments, and opens sooner.
    if not argv:
        return _open_window(_profile(None), None)
    from kochat_gui.cli.arguments import build_parser

    args = build_parser().parse_args(argv)
    args.profile = _profile(args.profile)
    if args.command is None:
        return _open_window(args.profile, args.engine)
    from kochat_gui.cli.main import run as run_command

    gc.enable()
    return run_command(args)


def _profile(chosen: str | None) -> Path | None:
    profile = chosen or os.environ.get("KOCHAT_PROFILE")
    return with_home(Path(profile)) if profile else None


def install_language(language: str) -> None:
    """Make ``language`` (``ko`` or ``en``) the program's; English is what the sources say."""
    if language == "en":
        install_catalogue({})
        return
    try:
        install_catalogue(read_catalogue(translation_file(language)))
    except (OSError, ValueError):
        _log.exception("the translation could not be read; going on in English")


def _open_window(profile: Path | None, engine: str | None) -> int:
    try:
        require_display(os.environ)
    except UserFacingError as error:
        output.write_error(error.text())
        return error.exit_code
    try:
        # Beside the loading of the window: the disk is waited for, and after a sudden end the
        # whole database is read.
        with ThreadPoolExecutor(1, "opening") as thread:
            opening = thread.submit(build_services, profile_paths(profile), engine)
            try:
                # Commands must not load Qt, and work where it cannot be loaded.
                from kochat_gui.ui.start import run_window
            except BaseException:
                opening.result().close()
                raise
        services = opening.result()
    except UserFacingError as error:
        _tell(error)
        return error.exit_code
    language = _chosen_language(services)
    if language != language_from_environment(os.environ):
        install_language(language)
    return run_window(services)


def _tell(error: UserFacingError) -> None:
    """On the standard error, and in a window where nobody may be reading that."""
    output.write_error(error.text())
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.stderr.isatty() and platform not in _UNSEEN_PLATFORMS:
        with contextlib.suppress(ImportError):  # Qt cannot be loaded either
            from kochat_gui.ui.start_message import show_start_error

            show_start_error(error)


def _chosen_language(services: Services) -> str:
    """The language of the settings, once a person has chosen one; else that of the locale."""
    is_chosen = services.settings.is_set("ui.language")
    chosen = services.settings.get("ui.language") if is_chosen else None
    return chosen or language_from_environment(os.environ)
