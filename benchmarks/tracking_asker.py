"""The process that is measured: rounds until nothing is due, or a plain loop over all parcels; prints what it took."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

from commerce.mirror import parcels
from commerce.mirror.parcels import Heard
from commerce.tables import carriers, order_tracking, tracking_scans, tracking_settings
from integrations import registry
from integrations.carrier_api import Asked
from jobs.job import utc_now
from jobs.process import Process, current
from jobs.shipments import check
from jobs.tracking.accounts import at_carrier
from jobs.tracking.rounds import Report


def main() -> None:
    """`round SHOP SECONDS` or `plain SHOP SECONDS`."""
    mode, shop_id, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    process = current(searches=False)
    work: Callable[[Process, int, float], Report] = {"round": rounds, "plain": plain}[mode]
    began, cpu = time.monotonic(), time.process_time()
    report = work(process, shop_id, seconds)
    told = asdict(report) | {
        "seconds": round(time.monotonic() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(told), flush=True)


def rounds(process: Process, shop_id: int, seconds: float) -> Report:
    """As a worker does, one after the other until nothing is due or the time is over."""
    total, until = Report(), time.monotonic() + seconds
    while time.monotonic() < until:
        report = check(process, shop_id, seconds=min(60.0, until - time.monotonic()))
        if report is None or not report.parcels:
            break
        for name in ("parcels", "calls", "errors", "milestones"):
            setattr(total, name, getattr(total, name) + getattr(report, name))
        total.left = report.left
    return total


def plain(process: Process, shop_id: int, _seconds: float) -> Report:
    """One request after another, each answer written before the next is asked for."""
    report, tokens = Report(), registry.carrier_tokens(process.settings, process.vault)
    with process.database.read() as db:
        accounts = carriers.of_shop(db, process.vault, shop_id=shop_id)
        rows = [row for name in accounts for row in _due(db, shop_id, name)]
    for row in rows:
        account = at_carrier(accounts[row.carrier], process.settings)
        tracker = registry.tracker(account, process.settings, tokens)
        told = tracker.track([Asked(number=row.number, zone=row.to_zone)], now=utc_now())
        report.parcels, report.calls = report.parcels + 1, report.calls + told.calls
        with process.database.write() as db:
            heard = [Heard(tracking_id=row.id, told=told.answers[0].told, again_at=utc_now())]
            ways = parcels.Ways(settings=tracking_settings.of_shop(db, shop_id=shop_id))
            parcels.apply(db, shop_id=shop_id, heard=heard, way=tracking_scans.POLL, ways=ways, now=utc_now())
    return report


def _due(db: object, shop_id: int, carrier: str) -> list[object]:
    return list(order_tracking.due(db, shop_id=shop_id, carrier=carrier, now=utc_now(), limit=1_000_000))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
