"""Cached pages: reads per second through gunicorn beside the same page from SQL and a plain Flask view; one load for
many who ask at once.

    python -m benchmarks.pages
"""

import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from benchmarks import reading, searchable
from benchmarks.backroom import Backroom, backroom
from benchmarks.door import REFERENCE
from benchmarks.processes import UnableToMeasure, peer, wait_until
from benchmarks.wire import Wire, get

PRODUCTS, CLIENTS = 300, 200
GOALS = {"per_s": 3000, "limited_per_s": 2000, "p99_ms_at_200": 5.0}


def measure(folder: Path, *, seconds: float = 5.0, warm_up: float = 1.0, products: int = PRODUCTS) -> dict[str, Any]:
    """All figures, on two web processes; the machine factor is a plain view's rate against the reference."""
    told: dict[str, Any] = {"products": products}
    (folder / "limited").mkdir()
    with backroom(folder) as ours:
        searchable.fill(ours, products)
        told["cold_loads"] = _cold(ours, products)
        messages = _messages(ours, products)
        told["cached"] = reading.closed_loop(ours.port, messages, seconds=seconds, warm_up=warm_up)
        told["not_modified"] = reading.closed_loop(
            ours.port, _conditional(messages), seconds=seconds, warm_up=warm_up, status=304
        )
        told["at_200_per_s"] = reading.open_loop(ours.port, messages, per_s=200, seconds=seconds)
        told |= _peers(folder, ours, seconds=seconds, warm_up=warm_up, products=products)
    with backroom(folder / "limited", settings={"RATE_LIMITS": "on"}) as ours:
        searchable.fill(ours, products)
        messages = _messages(ours, products)
        for message in messages:
            Wire(ours.port).ask(message)
        told["limited"] = reading.closed_loop(ours.port, messages, seconds=seconds, warm_up=warm_up)
    plain = told["plain"]["per_s"]
    told["machine_factor"] = round(plain / REFERENCE, 3)
    told["ratios"] = {
        "cached_to_plain": round(told["cached"]["per_s"] / plain, 2),
        "cached_to_sql": round(told["cached"]["per_s"] / told["sql"]["per_s"], 2),
        "limited_to_plain": round(told["limited"]["per_s"] / plain, 2),
    }
    return told


def _path(ours: Backroom, product: int) -> str:
    return f"/storefront/v1/{ours.shop['shop_key']}/products/{product}?key={ours.shop['publishable_key']}"


def _messages(ours: Backroom, products: int) -> list[bytes]:
    return [get(_path(ours, product), {"Accept-Encoding": "gzip"}) for product in range(1, products + 1)]


def _conditional(messages: list[bytes]) -> list[bytes]:
    """The same with an If-None-Match that any answer matches."""
    return [message.replace(b"Accept-Encoding", b"If-None-Match: *\r\nAccept-Encoding") for message in messages]


def _cold(ours: Backroom, products: int) -> dict[str, int]:
    """Two hundred clients ask for one page that nobody asked for yet; how often it was made."""
    message, answers = get(_path(ours, products)), []
    ready = threading.Barrier(CLIENTS)

    def ask() -> None:
        wire = Wire(ours.port)
        ready.wait()
        answers.append(wire.ask(message))
        wire.close()

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if {status for status, _ in answers} != {200} or len({body for _, body in answers}) != 1:
        raise UnableToMeasure("the clients did not all get the same page")
    counted = "SELECT coalesce(sum(number), 0) FROM tallies WHERE hour < '1971-01-01' AND name = '{}'"
    wait_until(lambda: ours.count(counted.format("pages")) >= CLIENTS, "counting the reads")
    return {"clients": CLIENTS, "made": ours.count(counted.format("pages_made"))}


def _peers(folder: Path, ours: Backroom, *, seconds: float, warm_up: float, products: int) -> dict[str, Any]:
    settings = {"PEER_SHOP": ours.shop["shop_key"], "VAR_DIR": str(ours.var_dir)}
    with peer("sql", folder, settings) as (port, _):
        messages = [get(f"/products/{product}") for product in range(1, products + 1)]
        sql = reading.closed_loop(port, messages, seconds=seconds, warm_up=warm_up)
    with peer("plain", folder, {}) as (port, _):
        plain = reading.closed_loop(port, [get("/ok")], seconds=seconds, warm_up=warm_up)
    return {"sql": sql, "plain": plain}


def main() -> int:
    """Measure and print as JSON; 1 where something did not work."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            print(json.dumps(measure(Path(folder)), indent=2))
        except UnableToMeasure as error:
            print(f"The benchmark failed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
