"""How long the dashboard's pages take on the server, for a shop with many orders and deliveries, in PostgreSQL.

python -m benchmarks.dashboard [--orders 100000 --events 1000000]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from benchmarks import crowd, crowd_work, reading
from benchmarks.backroom import Backroom, backroom
from benchmarks.customers import postgresql, shop_of
from benchmarks.door import REFERENCE
from benchmarks.figures import percentile
from benchmarks.processes import ROOT, UnableToMeasure, environment, peer
from benchmarks.wire import get
from commerce.database import Database

GOALS = {"p95_ms": 40}
_PAGES = (
    *("", "events", "events?state=failed", "events?topic=orders/create", "products", "stock", "orders"),
    *("orders?sort=most", "orders?payment=paid&status=completed", "orders?q=%2377", "orders?q=shopper+19"),
    *("orders/steps", "orders/settings", "figures", "parcels", "parcels/all", "parcels/all?status=exception"),
    *("carriers", "customers", "customers?sort=name", "customers?sort=spent", "customers?q=shopper+19"),
    *("customers?country=AT&account=yes", "customers/groups", "segments", "loyalty", "notifications"),
    *("notifications/log", "notifications/suppressed", "webhooks-out", "webhooks-out/log", "searches", "search"),
    *("search/settings", "search/words", "search/rules", "cache", "connection", "keys", "team", "audit", "account"),
    *("privacy", "load", "operator", "operator/jobs", "operator/history", "operator/schedule"),
)
_NEXT = re.compile(r'href="([^"]+)" rel="next"')
_DEEP = 20  # pages that are walked before one is measured far back


def measure(folder: Path, *, orders: int, events: int, times: int, seconds: float = 3.0) -> dict[str, Any]:
    """All figures. The machine factor is a plain view's rate against the reference."""
    told: dict[str, Any] = {"orders": orders, "events": events, "goals": GOALS}
    with postgresql(folder) as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        settings = {"RATE_LIMITS": "off", "WEB_CONCURRENCY": "2", "DATABASE_URL": url}
        with backroom(folder, settings=settings) as ours:
            database = Database(url)
            shop = shop_of(database, ours)
            database.dispose()
            now, began = datetime.now(UTC), time.perf_counter()
            crowd.fill(address, shop_id=shop.id, customers=max(10, orders // 3), orders=orders, now=now)
            crowd_work.fill(address, shop_id=shop.id, events=events, products=max(10, orders // 5), now=now)
            told["filled_s"] = round(time.perf_counter() - began, 1)
            browser = _signed_in(ours, settings)
            told["pages_ms"] = {path or "home": _page(browser, ours, path, times) for path in _PAGES}
            told["far_back_ms"] = {path: _far_back(browser, ours, path, times) for path in ("orders", "customers")}
    with peer("plain", folder, {}) as (port, _):
        plain = reading.closed_loop(port, [get("/ok")], seconds=seconds, warm_up=1.0)
    told["machine_factor"] = round(plain["per_s"] / REFERENCE, 3)
    slow = {path: figures["p95"] for path, figures in told["pages_ms"].items() if figures["p95"] > GOALS["p95_ms"]}
    told["over_the_goal"] = slow
    return told


def _signed_in(ours: Backroom, settings: dict[str, str]) -> requests.Session:
    env = environment({"PORT": str(ours.port), "VAR_DIR": str(ours.var_dir)} | settings)
    command = [sys.executable, "-m", "flask", "--app", "webapp.app", "sign-in"]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    link = re.search(r"https?://\S*(/sign-in/\S+)", told.stdout)
    if link is None:
        raise UnableToMeasure(f"no link to sign in with: {told.stderr.strip()[-300:]}")
    browser = requests.Session()
    _ask(browser, f"http://127.0.0.1:{ours.port}{link[1]}")
    return browser


def _page(browser: requests.Session, ours: Backroom, path: str, times: int) -> dict[str, float]:
    """Milliseconds of a page that was shown a few times before, as of all after the first of the day."""
    address = f"http://127.0.0.1:{ours.port}/dashboard/{path}"
    for _ in range(3):
        _ask(browser, address)
    taken, size = [], 0
    for _ in range(times):
        began = time.perf_counter()
        size = len(_ask(browser, address))
        taken.append((time.perf_counter() - began) * 1000)
    return {name: round(percentile(taken, share), 1) for name, share in (("p50", 0.5), ("p95", 0.95))} | {"bytes": size}


def _far_back(browser: requests.Session, ours: Backroom, path: str, times: int) -> dict[str, float]:
    for _ in range(_DEEP):
        html = _ask(browser, f"http://127.0.0.1:{ours.port}/dashboard/{path}")
        following = _NEXT.search(html)
        if following is None:
            break
        path = following[1].replace("&amp;", "&").removeprefix("/dashboard/")
    return _page(browser, ours, path, times)


def _ask(browser: requests.Session, address: str) -> str:
    answer = browser.get(address, timeout=60)
    if answer.status_code != 200 or "/sign-in" in answer.url:
        raise UnableToMeasure(f"{address} answered {answer.status_code}: {answer.text[:200]!r}")
    return answer.text


def main() -> int:
    """Measure and print as JSON; 1 where something did not work."""
    options = argparse.ArgumentParser(description="The dashboard's pages of a large shop.")
    options.add_argument("--orders", type=int, default=100_000)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=60)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            told = measure(Path(folder), orders=asked.orders, events=asked.events, times=asked.times)
        except UnableToMeasure as error:
            print(f"The benchmark failed: {error}", file=sys.stderr)
            return 1
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
