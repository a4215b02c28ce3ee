"""Tests: sentences about what Billhook promises."""
