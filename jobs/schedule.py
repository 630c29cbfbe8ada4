"""What happens by the clock: one line each."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.alarms import EVERY, watch_indexes
from jobs.connections import keep_alive
from jobs.digests import EVERY as EVERY_DIGEST
from jobs.digests import write_digests
from jobs.figures import EVERY as EVERY_FIGURES
from jobs.figures import count_figures
from jobs.loyalty import EVERY as EVERY_POINTS
from jobs.loyalty import wake_points
from jobs.people import build_people
from jobs.recommendations import count_companions
from jobs.retention import EVERY as EVERY_RETENTION
from jobs.retention import end_retention
from jobs.searches import forget_searches
from jobs.segments import EVERY as EVERY_RANKING
from jobs.segments import wake_ranking
from jobs.shipments import EVERY as EVERY_PARCELS
from jobs.shipments import wake_parcels
from jobs.sweep import forget, sweep
from jobs.walks import begin_walks


@dataclass(frozen=True, slots=True, kw_only=True)
class Regularly:
    """A job that runs every so many seconds; one that waits for longer than `ttl` seconds is dropped.

    `always`: also while its queue is paused, from another one: other queues' work depends on it.
    """

    run: Callable[[], None]
    seconds: int
    ttl: int
    always: bool = False


SCHEDULE = (
    Regularly(run=sweep, seconds=2, ttl=4, always=True),
    Regularly(run=begin_walks, seconds=15, ttl=60),
    Regularly(run=keep_alive, seconds=3600, ttl=1800),
    Regularly(run=watch_indexes, seconds=EVERY, ttl=100),
    Regularly(run=wake_parcels, seconds=EVERY_PARCELS, ttl=60),
    Regularly(run=wake_points, seconds=EVERY_POINTS, ttl=60),
    Regularly(run=write_digests, seconds=EVERY_DIGEST, ttl=250),
    Regularly(run=forget, seconds=3600, ttl=1800),
    Regularly(run=forget_searches, seconds=3600, ttl=1800),
    Regularly(run=end_retention, seconds=EVERY_RETENTION, ttl=300),
    Regularly(run=count_figures, seconds=EVERY_FIGURES, ttl=50),
    Regularly(run=build_people, seconds=60, ttl=50),
    Regularly(run=count_companions, seconds=600, ttl=300),
    Regularly(run=wake_ranking, seconds=EVERY_RANKING, ttl=1800),
)
