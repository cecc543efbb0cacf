"""SQLite: connection, migrations, conversations. Imports ``core`` only; no Qt."""
