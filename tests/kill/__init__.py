"""The kill test: real processes, a real Valkey, a simulator over HTTP, and faults at the worst moments."""
