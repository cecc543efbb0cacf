"""The chat itself: messages, Markdown, the composer, and what connects them to the services."""
