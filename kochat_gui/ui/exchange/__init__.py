"""The dialogs that write conversations as files, and take over those of other programs."""
