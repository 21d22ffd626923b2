"""The database: tables, sessions and the statements that must be atomic."""
