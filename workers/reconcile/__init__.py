"""Comparing three books: what the shops' orders owe, what the ledger knows, and what the invoicing systems have."""
