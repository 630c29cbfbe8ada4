"""How often somebody may try: counted in Redis by the minute; where Redis is gone, nobody is held up."""

import time
from contextlib import suppress

from flask import request
from redis.exceptions import RedisError

from commerce.vault import digest
from webapp.errors import Problem
from webapp.parts import parts

PER_CLIENT, PER_SHOP = 20, 10  # attempts in a minute
_KEPT = 120


def attempt(what: str, shop: str) -> None:
    """Count an attempt of this client, at this shop. Raises Problem 429 where there were too many this minute."""
    if not parts().settings.rate_limits:
        return
    minute = int(time.time() // 60)
    client = f"backroom:attempts:{what}:client:{digest(request.remote_addr or '')}:{minute}"
    of_shop = f"backroom:attempts:{what}:shop:{digest(shop)}:{minute}"
    counted: list[int] = []
    with suppress(RedisError, OSError), parts().queues.redis.pipeline() as asked:
        for key in (client, of_shop):
            asked.incr(key)
            asked.expire(key, _KEPT)
        counted = asked.execute()[::2]
    if counted and (counted[0] > PER_CLIENT or counted[1] > PER_SHOP):
        raise Problem(429, "Too many attempts", "Wait a minute, then try again.", retry_after=60)
