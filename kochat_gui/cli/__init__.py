"""The command line, on the same services as the window. No Qt.

``main`` reads the arguments and turns errors into one line and an exit code; one module per
command. Nothing here stores anything: ``ask`` is for scripts, and its answers are not kept.
"""
