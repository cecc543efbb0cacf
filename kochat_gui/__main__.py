"""``python -m kochat_gui`` and the ``kochat`` command."""

import gc
import sys

EXIT_STOPPED = 130
"""What a shell reports for a program that Ctrl+C ended."""


def main() -> int:
    """Run KoChat with the process's arguments; returns the exit code."""
    # Loading makes no garbage, and looking for it would take a fifth of the time.
    gc.disable()
    try:
        from kochat_gui.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return EXIT_STOPPED


if __name__ == "__main__":
    sys.exit(main())
