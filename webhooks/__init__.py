"""The shop's door: deliveries come in here, are checked, written down and answered."""
