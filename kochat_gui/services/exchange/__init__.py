"""Conversations out of the program, and from other programs into it."""
