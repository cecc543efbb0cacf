"""How far something is, on one line of a terminal that is taken away again."""

import sys

from kochat_gui.cli import output
from kochat_gui.core.i18n import translate


def show_progress(what: str, share: float) -> None:
    """Show how far ``what`` is; nothing unless the standard error is a terminal.

    ``share``: 0-1; at 1 the line is taken away, so that only results stay.
    """
    if not sys.stderr.isatty():
        return
    line = ""
    if share < 1:
        text = translate("Cli", "{what}: {percent}%")
        line = text.format(what=output.without_controls(what), percent=round(share * 100))
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()
