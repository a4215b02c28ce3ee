"""Deciding and drafting in detail: what an order owes, to the cent (documents.md)."""
