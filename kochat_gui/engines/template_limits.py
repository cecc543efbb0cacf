"""What a chat template out of a model's file may use up, and what happens when it does more."""

LIMIT_S = 2.0
"""For each rendering, and for compiling the template."""
MAX_MEMORY_BYTES = 256 * 2**20
"""More than its process needs without a template."""
MAX_OUTPUT_CHARS = 1 << 20
"""Output beyond what the messages themselves contain."""


class TemplateFailedError(Exception):
    """The template is broken, refused the messages, or used up what it may use."""
