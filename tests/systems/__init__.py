"""What every system of `ADAPTERS` must bear at the real desk, whatever its own way of saying so: one test for all."""
