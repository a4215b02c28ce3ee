"""The demo is a promise of the README: it runs here as a user would run it."""
