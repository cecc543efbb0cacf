"""Windows, widgets, Qt models and delegates. Imports ``services``, ``settings`` and ``core``."""
