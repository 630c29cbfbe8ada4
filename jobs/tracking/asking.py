"""Asking carriers: many at a time, each carrier only so many at once, and none more often than it allows."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from time import sleep
from typing import Any

import structlog

from integrations import registry
from integrations.carrier_api import AWAY, GARBLED, Answer, Answers, Asked, Problem
from integrations.carriers.pace import Pace
from integrations.carriers.turns import taking
from integrations.errors import OutsideError
from jobs.job import utc_now
from jobs.process import Process
from jobs.tracking.accounts import Way, at_carrier

MOST_THREADS = 64

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Parcels that one call asks for: their rows, by number, of one shop and carrier."""

    carrier: str
    way: Way
    rows: dict[str, Any] = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A portion and what came of it."""

    portion: Portion
    answers: Answers


class Asking:
    """Threads that ask. One for each round; `close` waits for those that are under way."""

    def __init__(self, process: Process, *, threads: int) -> None:
        self._process = process
        self._pool = ThreadPoolExecutor(max(1, min(threads, MOST_THREADS)), thread_name_prefix="carrier")
        self._under_way: dict[Future[Answered], str] = {}
        self._tokens = registry.carrier_tokens(process.settings, process.vault)
        self._pace = Pace(process.settings.redis_url)

    def send(self, portion: Portion) -> None:
        """Ask for a portion as soon as a thread is free."""
        self._under_way[self._pool.submit(self._ask, portion)] = portion.carrier

    def under_way(self, carrier: str | None = None) -> int:
        """How many portions are being asked for."""
        if carrier is None:
            return len(self._under_way)
        return sum(1 for other in self._under_way.values() if other == carrier)

    def answered(self, seconds: float) -> list[Answered]:
        """Portions that were answered; waits for the first of them for so long."""
        if not self._under_way:
            sleep(seconds)
        done, _ = wait(self._under_way, timeout=seconds, return_when="FIRST_COMPLETED")
        for each in done:
            del self._under_way[each]
        return [each.result() for each in done]

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, portion: Portion) -> Answered:
        way = portion.way
        asked = [_asked(row) for row in portion.rows.values()]
        turn = partial(self._pace.wait, way.account.key, way.short_limits, until=portion.until)
        try:
            account = at_carrier(way.account, self._process.settings)
            tracker = registry.tracker(account, self._process.settings, self._tokens)
            with taking(turn):
                return Answered(portion=portion, answers=tracker.track(asked, now=utc_now()))
        except OutsideError as error:
            return Answered(portion=portion, answers=_all(portion, Problem(kind=AWAY, message=str(error))))
        except Exception as error:  # noqa: BLE001 - whatever one answer does, the others are heard
            _log.exception("carrier.broke", carrier=way.about.name, numbers=len(asked))
            message = f"Backroom broke on the answer ({type(error).__name__}); its log says more."
            return Answered(portion=portion, answers=_all(portion, Problem(kind=GARBLED, message=message)))


def _all(portion: Portion, problem: Problem) -> Answers:
    return Answers(answers=tuple(Answer(number=number, problem=problem) for number in portion.rows), calls=0)


def _asked(row: Any) -> Asked:
    return Asked(
        number=row.number,
        carrier=row.carrier,
        country=row.to_country,
        postcode=row.to_postcode,
        zone=row.to_zone,
        origin_country=row.from_country,
        origin_zone=row.from_zone,
        shipped_on=(row.shipped_at or row.created_at).date(),
    )


def portions(rows: Sequence[Any], way: Way, carrier: str, *, until: float) -> list[Portion]:
    """Rows in portions of as many as one call asks for."""
    size = max(1, way.about.batch)
    return [
        Portion(carrier=carrier, way=way, rows={row.number: row for row in rows[start : start + size]}, until=until)
        for start in range(0, len(rows), size)
    ]
