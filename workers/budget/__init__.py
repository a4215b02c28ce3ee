"""How fast an account's system may be spoken to, and whether it answers at all; shared by all workers (docs/limits.md).

`budgets` puts it together: windows of seconds to hours in Redis (`pace`, `redis_pace`; `own_pace` while Redis is away),
calendar days and months in the ledger (`calendar`), the circuit breaker in the ledger (`circuit`).
"""
