"""An older copy of the ledger put in its place: noticed, stood still for, accepted; and nothing issued twice."""
