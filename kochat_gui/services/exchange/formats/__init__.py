"""Conversations written as Markdown, HTML, plain text, PDF, JSON and training data."""
