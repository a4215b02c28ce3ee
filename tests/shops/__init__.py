"""Clients of the shops."""
