"""How fast each shop's API may be asked: a bucket of points in Redis, shared by all workers.

While Redis is away nobody waits; the API itself says no where it is asked too often.
"""

import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from integrations.errors import RateLimited

LONGEST_WAIT = 10.0  # seconds that a job waits; for longer than that it comes again later
_KEPT_SECONDS = 600

# KEYS: the bucket. ARGV: cost. Gives the seconds to wait, "0" where the points were taken.
_TAKE = """
local told = redis.call('HMGET', KEYS[1], 'points', 'at', 'rate', 'capacity')
if not told[1] then return '0' end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
local rate, capacity = tonumber(told[3]), tonumber(told[4])
local points = math.min(capacity, tonumber(told[1]) + math.max(0, now - tonumber(told[2])) * rate)
local cost = math.min(tonumber(ARGV[1]), capacity)
if points < cost then return tostring((cost - points) / rate) end
redis.call('HSET', KEYS[1], 'points', tostring(points - cost), 'at', tostring(now))
return '0'
"""
# KEYS: the bucket. ARGV: points left, rate, capacity, seconds to keep it.
_TOLD = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
redis.call('HSET', KEYS[1], 'points', ARGV[1], 'at', tostring(now), 'rate', ARGV[2], 'capacity', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return '0'
"""


class SharedPace:
    """The pace of one shop's API (integrations.shop_api.Pace)."""

    def __init__(self, redis: Redis, shop_id: int) -> None:
        self._redis, self._key = redis, f"backroom:pace:{shop_id}"

    def wait(self, cost: float) -> None:
        """Wait until a call of that cost may be made. Raises RateLimited where that takes too long."""
        until = time.monotonic() + LONGEST_WAIT
        while (seconds := self._take(cost)) > 0:
            if time.monotonic() + seconds > until:
                raise RateLimited("The shop's API is asked as often as it allows.", retry_after=seconds)
            time.sleep(seconds)

    def told(self, *, available: float, restored_per_second: float, capacity: float) -> None:
        """What the API said after a call."""
        if restored_per_second > 0:
            self._run(_TOLD, available, restored_per_second, capacity, _KEPT_SECONDS)

    def _take(self, cost: float) -> float:
        return float(self._run(_TAKE, cost) or 0)

    def _run(self, script: str, *arguments: float) -> Any:
        try:
            return self._redis.eval(script, 1, self._key, *[str(argument) for argument in arguments])
        except (RedisError, OSError):
            return None
