"""Tests of the door: real captured requests, a real SQLite file, a real gunicorn, a real Valkey."""
