"""Clients of the shop platforms: reading orders and refunds, writing numbers back."""
