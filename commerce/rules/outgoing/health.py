"""How an endpoint is: when it is left alone for a while, when its merchant is warned, when it is switched off.

An endpoint that failed BREAKS_AFTER times in a row rests: what is for it waits, and one dispatch at a time tries
whether it is back. One that took nothing for LIMIT_TIME, over at least LIMIT_TRIES tries, is switched off.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from commerce.rules.outgoing.tries import GONE, is_success

# ACTIVE: it is told. PAUSED: the merchant stopped it for now, what is for it is kept. OFF: it failed for too long; what
# is for it is kept as well. DISABLED: it is told nothing, and nothing is kept.
ACTIVE, PAUSED, OFF, DISABLED = "active", "paused", "off", "disabled"
STATES = (ACTIVE, PAUSED, OFF, DISABLED)
KEEPS = (PAUSED, OFF)

LIMIT_TRIES, LIMIT_TIME = 30, timedelta(days=3)
WARNS_AT = (50, 70, 90)  # per cent of the limit
BREAKS_AFTER = 5
_FIRST_REST, _LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of how an endpoint is. `failures`: in a row, since `failing_since`. `warned`: the last per cent of
    the limit that its merchant was told. `rests_until`: it is left alone until then."""

    failures: int = 0
    failing_since: datetime | None = None
    warned: int = 0
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from a try. `warning`: the per cent of the limit that is reached now, 0 where nobody has to be
    told. `ends`: the state that it is switched to (OFF, DISABLED), "" where it goes on."""

    health: Health
    warning: int = 0
    ends: str = ""


HEALTHY = Health()


def after(health: Health, status: int | None, *, now: datetime) -> Verdict:
    """How an endpoint is after a try that was answered so; None: it was not answered."""
    if is_success(status):
        return Verdict(health=HEALTHY)
    failures, since = health.failures + 1, health.failing_since or now
    failed = replace(health, failures=failures, failing_since=since, rests_until=_rests_until(failures, now))
    if status == GONE:
        return Verdict(health=failed, ends=DISABLED)
    share = used_up(failed, now=now)
    if share >= 100:
        return Verdict(health=failed, ends=OFF)
    reached = max((level for level in WARNS_AT if level <= share), default=0)
    if reached > health.warned:
        return Verdict(health=replace(failed, warned=reached), warning=reached)
    return Verdict(health=failed)


def used_up(health: Health, *, now: datetime) -> int:
    """How much of the failure limit is used up, in per cent: whichever of tries and time is further from its end."""
    if not health.failures or health.failing_since is None:
        return 0
    in_tries = health.failures * 100 // LIMIT_TRIES
    in_time = max(timedelta(0), now - health.failing_since) * 100 // LIMIT_TIME
    return min(in_tries, in_time)


def _rests_until(failures: int, now: datetime) -> datetime | None:
    """30 seconds after the fifth failure in a row, twice as long after each further one, ten minutes at most."""
    if failures < BREAKS_AFTER:
        return None
    rest = _FIRST_REST
    for _ in range(min(failures - BREAKS_AFTER, 10)):
        rest = min(rest * 2, _LONGEST_REST)
    return now + rest


def at_once(health: Health, *, now: datetime, usually: int) -> int:
    """How many dispatches may be under way to it: none while it rests, one that tries whether it is back, or as
    many as `usually`."""
    if health.failures < BREAKS_AFTER:
        return usually
    return 0 if health.rests_until is not None and health.rests_until > now else 1
