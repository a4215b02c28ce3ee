"""The memory: every event, order, document and connection, on SQLite or PostgreSQL."""
