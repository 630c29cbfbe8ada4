"""How the queue is: asked for by every page that says whether anything is worked on."""

from dataclasses import dataclass

from redis.exceptions import RedisError

from jobs.queues import Queues


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """Jobs that wait and workers that live; both None where the queue cannot be reached."""

    depth: int | None
    workers: int | None


def queue_state(queues: Queues) -> QueueState:
    """Ask the queue how it is; it may be gone, and the page is shown all the same."""
    try:
        return QueueState(depth=sum(queues.depths().values()), workers=queues.workers())
    except (RedisError, OSError):
        return QueueState(depth=None, workers=None)
