"""``python -m kochat_gui`` and the ``kochat`` command."""

import sys

from kochat_gui.app import run


def main() -> int:
    """Run KoChat with the process's arguments; returns the exit code."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
