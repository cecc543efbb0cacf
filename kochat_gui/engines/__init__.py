"""Engines run models. Imports ``core`` only; no Qt, no storage, no settings.

``llama_cpp`` is imported in the modules ``llama_cpp_*`` alone, torch and its libraries in some of
``transformers_*`` (not in ``errors``, ``folder`` and ``memory``, which the program asks,
too). The registry loads engine modules by name, and only the engine's child process (``child``)
asks it to.
"""
