"""What the notices of exports and imports offer."""

SHOW_FOLDER = "show-folder:"
"""The folder follows."""
UNDO_IMPORT = "undo-import"
