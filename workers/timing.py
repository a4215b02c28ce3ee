"""Every waiting time of the desk, in one table with two profiles: `real`, and `fast` (1/20) for tests."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, unless the name says otherwise. Why each is what it is stands beside it.

    Nothing else in the project decides how long to wait; the `fast` profile divides every duration by `FAST`.
    """

    clock_tick: float = 3.0  # how often a clock looks for what is due
    ring_again: float = 30.0  # a rung event that has not begun is rung again after this, then doubled …
    ring_again_most: float = 900.0  # … up to this
    lease_beat: float = 5.0  # a process renews all its leases this often
    lease_sure: float = 10.0  # a write is sent only if the last renewal is younger than this
    lease_still: float = 40.0  # a clock takes a lease away after seeing its beat still this long
    lease_most: float = 180.0  # an event's deadline: no lease is renewed beyond it
    call: float = 60.0  # one deadline over connect, write and the whole answer
    watchdog: float = 30.0  # a slot this long past its event's deadline ends the process
    grace: float = 25.0  # SIGTERM: running events may finish within this
    order_held: float = 60.0  # an event waiting for its order is looked at again, should the wake-up be lost
    condition: float = 900.0  # the same for named conditions (route, account)
    reading: float = 5.0  # a shop's own reading older than the event is repeated after this
    first_retry: float = 30.0  # back-off of transient errors: this, doubled …
    retry_most: float = 12 * 3600.0  # … up to this
    verify: float = 600.0  # a document is looked up once more after this
    official: float = 60.0  # a document under way at the government's hub is asked about again after this …
    not_ready_most: float = 3600.0  # … and, like everything not ready, ever more rarely, up to this
    budget_nap: float = 1.0  # a call may wait this long in its slot for its turn in the vendor's limits
    budget_begun: float = 20.0  # the same for the further calls of work that has begun
    background: float = 900.0  # what holds nobody up, such as reconciling, waits this long in hand for such a turn
    redis_away: float = 5.0  # after Redis failed, limits are kept by each process alone for so long
    breaker_probe: float = 30.0  # a system that is down is asked again this often, by one call …
    breaker_most: float = 3600.0  # … and an event waits for it at most this long, should the wake-up be lost
    token_wait: float = 5.0  # another worker renews an account's token: wait for it in hand this long …
    token_again: float = 10.0  # … then put the event off this long, should the wake-up be lost
    token_still: float = 90.0  # a renewal seen under way this long (more than a call) is taken from its worker
    poll: float = 300.0  # each shop's own list of changes is looked at this often (UNAS bears 30 an hour)
    poll_overlap: float = 600.0  # each look begins so much before the end of the last one (woocommerce.md 5.3)
    night: float = 2 * 3600.0  # the nightly reconciliation begins so long after midnight UTC …
    night_span: float = 7 * 24 * 3600.0  # … and goes back so far
    token_rest: float = 7 * 86400.0  # tokens nobody used for so long are renewed, lest they end
    tidy: float = 300.0  # RQ's registries are compared with the ledger this often
    alarm: float = 24 * 3600.0  # whatever waits or is dead longer than this raises an alarm
    heartbeat_stale: float = 30.0  # a clock that has not beaten for this long is reported missing
    isolated_child: float = 240.0  # an event run alone in a child may take this long
    turn: float = 20.0  # a worker waits this long in its slot for another one to finish with a customer or series …
    turn_pause: float = 0.2  # … looking again this often
    settle_scale: float = 1.0  # multiplies an adapter's settle delay


#: The `fast` profile: everything 20 times sooner. Tests use it and say so; a service never does.
FAST = 20.0

REAL = Timing()
_FAST_TIMING = replace(REAL, **{f.name: getattr(REAL, f.name) / FAST for f in fields(REAL)})


def timing_of(profile: str) -> Timing:
    """The table for `real` or `fast`; anything else is a ValueError."""
    try:
        return {"real": REAL, "fast": _FAST_TIMING}[profile]
    except KeyError:
        raise ValueError(f"timing profile {profile!r}: choose real or fast") from None
