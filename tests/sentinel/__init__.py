"""Valkey with a replica, watched by Sentinels."""
