"""Bulk replays and replaced keys in a running house of real processes."""
