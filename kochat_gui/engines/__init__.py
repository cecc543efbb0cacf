"""Engines run models. Imports ``core`` only; no Qt, no storage, no settings.

``llama_cpp`` is imported in ``llama_cpp_engine`` alone; the registry loads engine modules by name,
and only the engine's child process (``child``) asks it to.
"""
