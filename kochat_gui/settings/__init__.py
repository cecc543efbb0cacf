"""Every setting declared once. Imports ``core`` only; no Qt."""
