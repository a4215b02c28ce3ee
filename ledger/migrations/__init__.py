"""The schema's history, run by ledger.migrate."""
