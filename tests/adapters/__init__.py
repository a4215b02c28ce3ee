"""Adapters: the contract, goldens, and the one place that talks."""
