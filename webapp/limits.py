"""How often somebody may try, and how many of us may wait for strangers.

Attempts are counted in Redis by the minute; where Redis is gone, nobody is held up.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore

from flask import request
from redis.exceptions import RedisError

from commerce.vault import digest
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts

PER_CLIENT, PER_SUBJECT = 20, 10  # attempts in a minute
# Threads of a process that may wait for strangers' stores at a time: a store that answers a byte at a time holds them
# for long, and the doors for webhooks need the others.
WAITING = 4
_KEPT = 120

_places = BoundedSemaphore(WAITING)


def attempt(what: str, subject: str = "", *, each: int = PER_CLIENT) -> None:
    """Count an attempt of this client and, where something is named that has to be spared, one at that.

    A client has `each` of them in a minute.
    Raises Problem 429 where there were too many this minute.
    """
    if not parts().settings.rate_limits:
        return
    limits = {f"client:{digest(request.remote_addr or '')}": each}
    if subject:
        limits[f"subject:{digest(subject)}"] = PER_SUBJECT
    minute = int(time.time() // 60)
    counted: list[int] = []
    with suppress(RedisError, OSError), parts().queues.redis.pipeline() as asked:
        for key in limits:
            asked.incr(f"backroom:attempts:{what}:{key}:{minute}")
            asked.expire(f"backroom:attempts:{what}:{key}:{minute}", _KEPT)
        counted = asked.execute()[::2]
    if counted and any(number > most for number, most in zip(counted, limits.values(), strict=True)):
        raise Problem(429, _("Too many attempts"), _("Wait a minute, then try again."), retry_after=60)


@contextmanager
def one_of_few() -> Iterator[None]:
    """Take one of the places for waiting for a stranger's store. Raises Problem 503 where all of them are taken."""
    if not _places.acquire(blocking=False):
        raise Problem(503, _("Many stores are being connected"), _("Try again in a minute."), retry_after=60)
    try:
        yield
    finally:
        _places.release()
