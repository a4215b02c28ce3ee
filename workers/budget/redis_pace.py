"""The pace in Redis, by Redis' own clock; the windows are the `limits` library's moving windows."""

from __future__ import annotations

from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from adapters.manifest import Window
from workers.budget.pace import KEPT, YOUNG, Gap, Look, item_of
from workers.queue.wire import Server

_NOW = "local t = redis.call('TIME') local now = t[1] + t[2] / 1000000\n"
_LOOK = (
    _NOW
    + """
local h = redis.call('HMGET', KEYS[1], 'until', 'back', 'begun', 'made', 'busy')
return {tostring((h[1] or now) - now), tostring((h[2] or now) - now), h[3] or '0', h[4] or '0', h[5] or '0'}
"""
)
_BLOCK = (
    _NOW
    + """
local ends = math.max(now + ARGV[1], tonumber(redis.call('HGET', KEYS[1], 'until') or 0))
redis.call('HSET', KEYS[1], 'until', ends)
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""
)
_PLACE = (
    _NOW
    + """
local first, step = now + ARGV[2], tonumber(ARGV[3])
local period, spread = tonumber(ARGV[4]), tonumber(ARGV[5])
local at = math.max(first, tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0))
if period > 0 and (at - first) % period >= spread - step / 2 then at = at - (at - first) % period + period end
redis.call('HSET', KEYS[1], ARGV[1], at + step)
redis.call('EXPIRE', KEYS[1], ARGV[6])
return tostring(at - now)
"""
)
_SIT = (
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[3]))
return 1
"""
)
_STAND = """
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBYFLOAT', KEYS[1], 'busy', ARGV[2])
redis.call('HINCRBY', KEYS[1], 'made', 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""
_BEGAN = """
if redis.call('HINCRBY', KEYS[1], 'begun', 1) > tonumber(ARGV[1]) then
  for _, name in ipairs({'begun', 'made'}) do
    redis.call('HSET', KEYS[1], name, math.floor((redis.call('HGET', KEYS[1], name) or 0) / 2))
  end
  redis.call('HSET', KEYS[1], 'busy', (redis.call('HGET', KEYS[1], 'busy') or 0) / 2)
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


class _ItsOwnClock(RedisStorage):
    """The library's moving windows, which go by the clock of whoever asks; of hosts five minutes apart, the one behind
    would be kept waiting for ten by calls that have not happened yet."""

    def __init__(self, server: Server) -> None:
        super().__init__("redis://", connection_pool=server.connection_pool, key_prefix="billhook:calls")
        self._server = server

    def now(self) -> float:
        """Redis' clock (seconds since 1970)."""
        seconds, millionths = self._server.time()
        return float(seconds + millionths / 1e6)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """As in the library, but for whose time it is."""
        return bool(self.lua_acquire_moving_window([self.prefixed_key(key)], [self.now(), limit, expiry, amount]))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """As in the library, but for whose time it is."""
        now = self.now()
        window = self.lua_moving_window([self.prefixed_key(key)], [now - expiry, limit])
        return (float(window[0]), int(window[1])) if window else (now, 0)


class RedisPace:
    """Every method raises redis' errors when Redis is away."""

    def __init__(self, server: Server) -> None:
        self._storage = _ItsOwnClock(server)
        self._windows = MovingWindowRateLimiter(self._storage)
        self._look, self._block, self._place, self._sit, self._stand, self._began = (
            server.register_script(script) for script in (_LOOK, _BLOCK, _PLACE, _SIT, _STAND, _BEGAN)
        )

    def look(self, account_id: int) -> Look:
        told = self._look(keys=[_pace(account_id)])
        blocked, behind, begun, made, busy = (float(value) for value in told)
        return Look(max(0.0, blocked), max(0.0, behind), made / begun if begun else 0.0, busy / made if made else 0.0)

    def block(self, account_id: int, seconds: float) -> None:
        self._block(keys=[_pace(account_id)], args=[seconds, KEPT + int(seconds)])

    def hit(self, account_id: int, window: Window, calls: int) -> float:
        item = item_of(window, window.calls)
        if self._windows.hit(item, str(account_id), cost=calls):
            return 0.0
        return max(0.01, self._windows.get_window_stats(item, str(account_id)).reset_time - self._storage.now())

    def free(self, account_id: int, window: Window) -> int:
        return self._windows.get_window_stats(item_of(window, window.calls), str(account_id)).remaining

    def place(self, account_id: int, lane: str, gap: Gap) -> float:
        args = [lane, gap.base, gap.step, gap.period, gap.spread, KEPT]
        return float(self._place(keys=[_pace(account_id)], args=args))

    def sit(self, account_id: int, owner: str, seats: int, hold: float) -> bool:
        return bool(self._sit(keys=[_seats(account_id)], args=[owner, seats, hold]))

    def stand(self, account_id: int, owner: str, seconds: float) -> None:
        self._stand(keys=[_pace(account_id), _seats(account_id)], args=[owner, seconds, KEPT])

    def began(self, account_id: int) -> None:
        self._began(keys=[_pace(account_id)], args=[YOUNG, KEPT])


def _pace(account_id: int) -> str:
    return f"billhook:pace:{account_id}"


def _seats(account_id: int) -> str:
    return f"billhook:seats:{account_id}"
