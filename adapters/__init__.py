"""The mouths: one file per invoicing system, and the clients of the shops."""
