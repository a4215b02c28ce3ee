"""The bell and the pool against a real Valkey."""
