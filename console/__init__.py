"""The operator's door: pages, JSON API and command line."""
