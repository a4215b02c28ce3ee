"""The desk: retries, leases, process, clock."""
