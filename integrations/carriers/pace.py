"""How often carriers are called within a minute, over all workers: in Redis, one step before each call.

Without Redis nobody knows what the others do, so a carrier that has such a limit is not called meanwhile.
"""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from integrations.carriers.turns import HeldBack

_MARGIN, _LATER = 1.05, 0.25  # windows are taken for longer than they are: a call arrives later than it leaves (s)

# A bucket for each window ("generic cell rate algorithm"): takes one call from each, or tells how long to wait.
# KEYS: buckets. ARGV: for each its microseconds per call, and those that may be saved up. Gives microseconds to wait,
# or 0: taken.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local full = {}
local wait = 0
for number, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or '0')
  if at < now then at = now end
  at = at + ARGV[2 * number - 1]
  full[number] = at
  wait = math.max(wait, at - now - ARGV[2 * number])
end
if wait > 0 then return math.ceil(wait) end
for number, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', full[number]), 'PX', math.ceil((full[number] - now) / 1000) + 1000)
end
return 0
"""


class Pace:
    """Takes turns at carriers. Safe to share among threads."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url

    @cached_property
    def _take(self) -> Any:
        redis = Redis.from_url(self._url, socket_timeout=1.0, retry=Retry(NoBackoff(), 0))
        return redis.register_script(_TAKE)

    def wait(self, key: str, limits: Sequence[tuple[int, int]], *, until: float) -> None:
        """Wait for this account's turn under all its limits (calls, seconds), and take it.

        Raises HeldBack where that would be after `until` (time.monotonic), and where Redis is away.
        """
        if not limits:
            return
        keys = [f"backroom:carrier:{{{key}}}:{seconds}" for _, seconds in limits]
        arguments = [number for calls, seconds in limits for number in _bucket(calls, seconds)]
        while True:
            try:
                micros = int(self._take(keys, arguments))
            except (RedisError, OSError) as error:
                why = f"Redis is away ({type(error).__name__}): nobody knows how often it was asked."
                raise HeldBack(why, retry_after=60.0) from None
            if micros == 0:
                return
            seconds = micros / 1e6
            if time.monotonic() + seconds > until:
                raise HeldBack("Its turn comes later.", retry_after=max(1.0, seconds))
            time.sleep(min(seconds, 1.0))


def _bucket(calls: int, seconds: int) -> tuple[int, int]:
    """Microseconds in which one call comes back, and those of calls that may be made at once."""
    burst = max(1, calls // 5)
    interval = round((seconds * _MARGIN + _LATER) * 1e6 / (calls - burst + 1))
    return interval, interval * burst
