"""Searches and clicks, counted in memory and written every few seconds: no search ever waits for its own log.

What is counted in the last moment before a process is killed is lost; one that ends writes it first.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock

import structlog
from flask import Flask, current_app

from commerce.database import REFUSED, UNREACHABLE, Database
from commerce.rules.searches import LAST_POSITION, OTHERS, counted_as
from commerce.tables import clicks, searches
from commerce.tables.clicks import Click
from commerce.tables.searches import Key, Place, PlaceKey, Tally
from webapp.regularly import Regularly

PAUSE = 3.0  # seconds between two times of writing
MOST_KEYS = 5_000  # queries of all shops held at a time; what is more is counted without its words
MOST_EVENTS = 5_000  # clicks, carts and orders held at a time; what is more is left out
_PATIENCE = 1.0  # seconds of waiting for a turn to write; then it is tried again after the next pause

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Counted:
    """What was counted since the last time of writing."""

    queries: dict[Key, Tally] = field(default_factory=dict)
    shown: dict[tuple[int, date, int, int], int] = field(default_factory=dict)
    clicks: list[Click] = field(default_factory=list)
    carts: set[tuple[int, str]] = field(default_factory=set)
    orders: dict[tuple[int, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.queries or self.shown or self.clicks or self.carts or self.orders)

    def events(self) -> int:
        return len(self.clicks) + len(self.carts) + len(self.orders)


class SearchLog:
    """Counts for one process; safe to share among threads, and to carry over a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._counted = _Counted()
        self._regularly = Regularly(self.write, pause=PAUSE, name="search-log")

    def asked(self, shop_id: int, query: str, *, found: int, shown: int = 0) -> None:
        """Count a search: how many products it found, and how many of them were shown. Without words it is none."""
        if not query.strip():
            return
        day = _today()
        key = (shop_id, day, counted_as(query))
        tally = Tally(asked=1, empty=int(not found), found=found)
        with self._lock:
            self._regularly.begin()
            counted = self._counted
            if key not in counted.queries and len(counted.queries) >= MOST_KEYS:
                key = (shop_id, day, OTHERS)
            counted.queries.setdefault(key, Tally()).add(tally)
            self._show((shop_id, day), 1, shown)

    def shown(self, shop_id: int, *, first: int, shown: int) -> None:
        """Count further pages of a search: positions from `first` on, which is 1 for the best hit."""
        with self._lock:
            self._regularly.begin()
            self._show((shop_id, _today()), first, shown)

    def _show(self, key: tuple[int, date], first: int, shown: int) -> None:
        if shown and first <= LAST_POSITION:
            span = (*key, first, min(first + shown - 1, LAST_POSITION))
            self._counted.shown[span] = self._counted.shown.get(span, 0) + 1

    def clicked(self, click: Click) -> None:
        """Count a click on a found product, once for its token."""
        with self._lock:
            self._regularly.begin()
            if self._counted.events() < MOST_EVENTS:
                self._counted.clicks.append(click)

    def carted(self, shop_id: int, token: str) -> None:
        """Count that the product of a click went into a cart."""
        with self._lock:
            self._regularly.begin()
            if self._counted.events() < MOST_EVENTS:
                self._counted.carts.add((shop_id, token))

    def ordered(self, shop_id: int, token: str, order_id: str) -> None:
        """Count an order that a click led to, once for the order."""
        with self._lock:
            self._regularly.begin()
            if self._counted.events() < MOST_EVENTS:
                self._counted.orders[shop_id, order_id] = token

    def end(self) -> None:
        """Stop writing regularly, after a last time."""
        self._regularly.end()

    def write(self) -> bool:
        """Write what was counted, in one transaction; False where the database cannot take it: it is kept, within
        bounds, for the next time. Never raises.
        """
        with self._lock:
            counted, self._counted = self._counted, _Counted()
        if not counted:
            return True
        try:
            self._store(counted)
        except UNREACHABLE as error:
            _log.warning("search_log.not_written", error=type(error).__name__)
            self._take_back(counted)
            return False
        except REFUSED as error:  # a shop that is gone by now, a value that cannot be: not worth a second try
            _log.warning("search_log.lost", error=type(error).__name__)
            return False
        return True

    def _store(self, counted: _Counted) -> None:
        day = _today()
        with self._database.write(patience=_PATIENCE) as db:
            searches.add(db, counted.queries)
            searches.add_places(db, _places(counted))
            clicks.save(db, counted.clicks, day=day)
            clicks.cart(db, counted.carts, day=day)
            for shop_id in sorted({shop_id for shop_id, _ in counted.orders}):
                told = {order: token for (shop, order), token in counted.orders.items() if shop == shop_id}
                clicks.order(db, shop_id=shop_id, orders=told, day=day)

    def _take_back(self, old: _Counted) -> None:
        with self._lock:
            now = self._counted
            for key, tally in old.queries.items():
                place = key if key in now.queries or len(now.queries) < MOST_KEYS else (key[0], key[1], OTHERS)
                now.queries.setdefault(place, Tally()).add(tally)
            for span, number in old.shown.items():
                if span in now.shown or len(now.shown) < MOST_KEYS:
                    now.shown[span] = now.shown.get(span, 0) + number
            if now.events() + old.events() <= MOST_EVENTS:
                now.clicks = [*old.clicks, *now.clicks]
                now.carts |= old.carts
                now.orders = old.orders | now.orders


def _places(counted: _Counted) -> dict[PlaceKey, Place]:
    places: dict[PlaceKey, Place] = {}
    for (shop_id, day, first, last), number in counted.shown.items():
        for position in range(first, last + 1):
            places.setdefault((shop_id, day, position), Place()).shown += number
    return places


def _today() -> date:
    return datetime.now(UTC).date()


def end(app: Flask) -> None:
    """Stop the log of an application, if it has one, after it is written a last time."""
    if "search_log" in app.extensions:
        app.extensions["search_log"].end()


def search_log() -> SearchLog:
    """The log of the application that answers the present request."""
    return of(current_app)


def of(app: Flask) -> SearchLog:
    """The log of an application, made when it is first asked for."""
    kept = app.extensions
    if "search_log" not in kept:
        kept.setdefault("search_log", SearchLog(kept["backroom"].database))
    return kept["search_log"]  # type: ignore[no-any-return]
