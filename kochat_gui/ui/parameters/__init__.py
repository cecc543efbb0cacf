"""The panel of what a conversation keeps of its own."""
