"""Models on disk: header readers, conversion, quantization, memory. Imports ``core``; no Qt."""
