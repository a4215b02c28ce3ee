"""The clauses, by theme; importing a room adds its clauses."""
