"""Pure values and rules of KoChat. Imports nothing but the standard library."""
