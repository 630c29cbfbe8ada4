"""How much somebody may ask for: a bucket for each, in Redis, that fills up steadily. One round trip."""

from dataclasses import dataclass
from typing import Any

from redis.commands.core import Script
from redis.exceptions import NoScriptError

from integrations.cache.client import Client

# "Generic cell rate algorithm": what is kept is the moment at which the bucket is full again.
# KEYS: bucket. ARGV: microseconds until one comes back, how many it holds, how many are wanted.
# Gives {1 or 0, how many are left, milliseconds until it is full, milliseconds to wait}.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local each, most, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local later = full + each * wanted
local taken = 0
if later - now <= each * most then
  taken, full = 1, later
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
end
local wait = 0
if taken == 0 then wait = math.ceil((later - now - each * most) / 1000) end
return {taken, math.floor(most - (full - now) / each), math.ceil((full - now) / 1000), wait}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many a second, and so many that may be saved up."""

    per_second: int
    saved_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whether it was there, how many are `left`, when all are back and, where it was not there, how long to wait."""

    is_there: bool
    left: int
    full_in_ms: int
    wait_ms: int


class Rates:
    """Safe to share among threads. Everything raises Transient, soon, while Redis is away."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._script: Script = client.redis.register_script(TAKE)

    def take(self, name: str, rate: Rate, *, units: int = 1) -> Taken:
        """Take from the bucket of this name."""
        arguments = [1_000_000 // rate.per_second, rate.saved_up, units]
        told = self._run(f"backroom:rate:{name}", arguments)
        return Taken(is_there=bool(told[0]), left=int(told[1]), full_in_ms=int(told[2]), wait_ms=int(told[3]))

    def _run(self, key: str, arguments: list[int]) -> Any:
        try:
            return self._client.quickly("EVALSHA", self._script.sha, 1, key, *arguments)
        except NoScriptError:  # a server that was started again
            with self._client.reached():
                return self._script([key], arguments)
