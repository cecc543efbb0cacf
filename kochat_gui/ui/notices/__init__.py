"""Notices drawn above the chat, and the short offer to undo."""
