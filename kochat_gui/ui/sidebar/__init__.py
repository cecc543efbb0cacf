"""The conversation list at the left of the window."""
