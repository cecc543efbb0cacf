"""The dialog of backups, and what it does."""
