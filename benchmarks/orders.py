"""Orders: how soon the confirmation is at the mail server, and steps a second against one RQ job for each step.

python -m benchmarks.orders [--seconds 30 --burst 2000 --peers 300]
"""

import argparse
import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.backroom import Backroom, backroom
from benchmarks.figures import spread
from benchmarks.peers import one_by_one
from benchmarks.processes import ROOT, UnableToMeasure, environment, free_port, running, valkey, wait_until
from benchmarks.wire import Wire, post

PER_SECOND = 20
GOALS = {"p99_ms": 2000.0, "ratio": 10.0}
_PRODUCTS, _WORKERS = 20, 2
_OPEN = "SELECT count(*) FROM order_steps WHERE state NOT IN ('done', 'skipped', 'failed', 'unsure')"


def measure(folder: Path, *, seconds: float = 30, burst: int = 2000, peers: int = 300) -> dict[str, Any]:
    """Both. Raises UnableToMeasure."""
    with _sink(folder) as (port, notes):
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{port}", "ALLOW_PRIVATE_HOSTS": "1"}
        with backroom(folder, settings=settings) as ours:
            shop = _custom_shop(ours, settings)
            lag = _lag(ours, shop, notes, seconds)
            told = {"confirmation_ms": lag, **_burst(ours, shop, burst)}
        told |= {f"plain_{worker}": _plain(folder, port, worker, peers) for worker in ("Worker", "SimpleWorker")}
    told["ratios"] = {
        name: round(told["steps_per_s"] / told[f"plain_{name}"], 1) for name in ("Worker", "SimpleWorker")
    }
    return told


@contextmanager
def _sink(folder: Path) -> Iterator[tuple[int, Path]]:
    port, notes = free_port(), folder / "mails.txt"
    notes.touch()
    command = [sys.executable, "-m", "benchmarks.peers.mail_sink", str(port), str(notes)]
    with running(command, env=environment({}), log=folder / "sink.log"):
        yield port, notes


def _custom_shop(ours: Backroom, settings: dict[str, str]) -> dict[str, str]:
    """A shop whose mails and stock are ours, with something to sell."""
    env = environment({"PORT": str(ours.port), "VAR_DIR": str(ours.var_dir), "DEMO": "0", **settings})
    command = [sys.executable, "-m", "flask", "--app", "webapp.app", "shops", "add-custom", "orders"]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if told.returncode:
        raise UnableToMeasure(f"the shop could not be added: {told.stderr.strip()[-300:]}")
    shop: dict[str, str] = json.loads(told.stdout)
    wire = Wire(ours.port)
    for number in range(1, _PRODUCTS + 1):
        _tell(
            wire,
            shop,
            "product.saved",
            {"id": str(number), "title": f"Lamp {number}", "price": "10.00", "stock": 10**6},
        )
    wire.close()
    wait_until(ours.is_idle, "applying the products")
    return shop


def _tell(wire: Wire, shop: dict[str, str], topic: str, data: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat()
    body = json.dumps({"type": topic, "timestamp": now, "data": data}).encode()
    key, at = f"msg_{uuid4().hex}", str(int(time.time()))
    secret = base64.b64decode(shop["webhook_secret"].removeprefix("whsec_"))
    made = base64.b64encode(hmac.digest(secret, f"{key}.{at}.".encode() + body, hashlib.sha256)).decode()
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": key,
        "Webhook-Timestamp": at,
        "Webhook-Signature": f"v1,{made}",
    }
    status, answer = wire.ask(post(f"/webhooks/custom/{shop['shop_key']}", headers, body))
    if status >= 300:
        raise UnableToMeasure(f"an order was not taken: {status} {answer[:200]!r}")


def _order(number: int) -> dict[str, Any]:
    """Paid at once: seven steps, two of them mails."""
    now = datetime.now(UTC).isoformat()
    return {
        "id": str(number),
        "currency": "EUR",
        "total": "30.00",
        "email": f"s{number}@example.org",
        "lines": [
            {
                "id": str(place),
                "product_id": str((number + place) % _PRODUCTS + 1),
                "quantity": 1,
                "price": "10.00",
                "title": "Lamp",
            }
            for place in range(3)
        ],
        "placed_at": now,
        "paid_at": now,
        "updated_at": now,
    }


def _lag(ours: Backroom, shop: dict[str, str], notes: Path, seconds: float) -> dict[str, float]:
    """From the delivery's first byte to the confirmation at the mail server, at a fixed rate; milliseconds."""
    sent: dict[str, float] = {}
    wire, began = Wire(ours.port), time.time()
    for place in range(round(PER_SECOND * seconds)):
        time.sleep(max(0.0, began + place / PER_SECOND - time.time()))
        number = 1_000_000 + place
        sent[f"s{number}@example.org"] = time.time()
        _tell(wire, shop, "order.saved", _order(number))
    wire.close()
    wait_until(lambda: len(_arrived(notes).keys() & sent.keys()) == len(sent), "the confirmations' arrival")
    arrived = _arrived(notes)
    return spread([(arrived[who] - at) * 1000 for who, at in sent.items()])


def _arrived(notes: Path) -> dict[str, float]:
    """When the first mail to each was taken."""
    found: dict[str, float] = {}
    for line in notes.read_text().splitlines():
        at, _, who = line.partition(" ")
        found.setdefault(who, float(at))
    return found


def _burst(ours: Backroom, shop: dict[str, str], orders: int) -> dict[str, float]:
    """Steps a second of a burst, applying its deliveries included; the workers begin once all have come in."""
    before = ours.count("SELECT count(*) FROM order_steps")
    ours.pause()

    def send(numbers: range) -> None:
        wire = Wire(ours.port)
        for number in numbers:
            _tell(wire, shop, "order.saved", _order(number))
        wire.close()

    threads = [threading.Thread(target=send, args=(range(1 + part, orders + 1, 4),)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ours.resume()
    began = time.monotonic()
    wait_until(
        lambda: ours.count("SELECT count(*) FROM inbox WHERE state = 'waiting'") == 0 and ours.count(_OPEN) == 0,
        "all steps of the burst",
        seconds=600,
    )
    took = time.monotonic() - began
    done = ours.count("SELECT count(*) FROM order_steps") - before
    return {"orders": orders, "steps": done, "seconds": round(took, 2), "steps_per_s": round(done / took, 1)}


def _plain(folder: Path, mail_port: int, worker: str, orders: int) -> float:
    """Steps a second of the peer, its jobs all in the queue beforehand."""
    place = folder / worker
    place.mkdir()
    database = str(place / "steps.db")
    one_by_one.prepare(database)
    with valkey(place) as redis_url:
        jobs = one_by_one.enqueue(redis_url, database, mail_port, orders)
        command = [sys.executable, "-m", "benchmarks.peers.one_by_one", worker, redis_url]
        began = time.monotonic()
        workers = [subprocess.Popen(command, cwd=ROOT, env=environment({})) for _ in range(_WORKERS)]
        for one in workers:
            if one.wait():
                raise UnableToMeasure("a worker of the peer ended with an error")
        took = time.monotonic() - began
    done = one_by_one.connect(database).execute("SELECT count(*) FROM steps").fetchone()[0]
    if done != jobs:
        raise UnableToMeasure(f"the peer did {done} of {jobs} steps")
    return float(round(jobs / took, 1))


def main() -> int:
    """Measure and print JSON; 1 where something did not work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orders", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--burst", type=int, default=2000)
    parser.add_argument("--peers", type=int, default=300)
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            told = measure(Path(folder), **vars(options))
    except UnableToMeasure as error:
        sys.stderr.write(f"The benchmark failed: {error}\n")
        return 1
    sys.stdout.write(json.dumps(told | {"goals": GOALS}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
