"""Ten thousand parcels due at once: how long, with how many calls and how much memory, and never over a quota.

    python benchmarks/tracking_round.py [--parcels N] [--seconds S]

Carriers answer in 200 ms, two of a hundred calls fail. First with quotas that do not bind, beside the plain loop that
asks for one parcel after another (500 of them, scaled); then with the carriers' real ones, to show that they are kept.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.processes import ROOT, UnableToMeasure, environment, valkey
from benchmarks.tracking_parcels import SHARES, due, quotas_of, stocked

DELAY, ERRORS = 0.2, 0.02
PLAIN = 500
GOALS = {"faster": 10.0, "memory_mb": 250.0}
_MARGIN = 0.05  # seconds by which a call may arrive closer to the one before than it left


def measure(folder: Path, *, parcels: int, plain: int, seconds: float) -> dict[str, Any]:
    """All figures; see the module."""
    loose = dict.fromkeys(SHARES, ((10_000_000, 86_400),))
    told: dict[str, Any] = {"parcels": parcels, "delay_ms": DELAY * 1000, "errors": ERRORS}
    told["round"] = _run(folder / "round", parcels, loose, mode="round", seconds=3600)
    told["plain"] = _run(folder / "plain", plain, loose, mode="plain", seconds=3600)
    scaled = told["plain"]["seconds"] * parcels / plain
    told["plain"]["scaled_s"] = round(scaled, 1)
    told["faster"] = round(scaled / told["round"]["seconds"], 1)
    real = {name: quotas_of(name) for name in SHARES}
    told["real_quotas"] = _run(folder / "real", parcels, real, mode="round", seconds=seconds)
    told["real_quotas"]["most"] = told["real_quotas"].pop("windows")
    told["goals"] = GOALS
    return told


def _run(
    folder: Path, parcels: int, quotas: Mapping[str, tuple[tuple[int, int], ...]], *, mode: str, seconds: float
) -> dict[str, Any]:
    """One process that asks, and what the carriers saw of it."""
    folder.mkdir(parents=True)
    with valkey(folder) as redis_url, _carriers() as (url, ended):
        settings = {"VAR_DIR": str(folder), "REDIS_URL": redis_url, "CARRIERS_ORIGIN": url, "ALLOW_PRIVATE_HOSTS": "1"}
        environ = environment(settings | {"LOG_LEVEL": "error"})
        shop_id = stocked(environ, quotas)
        due(environ, shop_id, parcels, behind=timedelta(minutes=10))
        command = [sys.executable, "-m", "benchmarks.tracking_asker", mode, str(shop_id), str(seconds)]
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnableToMeasure(f"asking broke: {done.stderr.strip().splitlines()[-1:]}")
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        told["process_s"] = round(time.monotonic() - began, 1)
        seen = ended()
    told["calls_seen"] = sum(len(times) for path, times in seen["times"].items() if "token" not in path)
    told["token_calls"] = seen["tokens"]
    told["windows"] = {name: _most(seen["times"], name, limits) for name, limits in quotas.items()}
    over = [f"{name}: {each}" for name, found in told["windows"].items() for each in found if each["most"] > each["of"]]
    if over:
        raise UnableToMeasure(f"over quota: {over}")
    return told


PATHS = {"ups": "/api/track/", "fedex": "/track/v1/", "usps": "/tracking/", "dhl": "/track/shipments"}


def _most(times: Mapping[str, list[float]], carrier: str, limits: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    """The fullest window of each length, and what it may hold."""
    calls = sorted(at for path, found in times.items() if path.startswith(PATHS[carrier]) for at in found)
    return [
        {"seconds": seconds, "of": allowed, "most": _fullest(calls, seconds - _MARGIN)} for allowed, seconds in limits
    ]


def _fullest(calls: list[float], seconds: float) -> int:
    most = first = 0
    for last, at in enumerate(calls):
        while at - calls[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextmanager
def _carriers() -> Iterator[tuple[str, Any]]:
    """The stand-in as a process of its own; gives its address, and what ends it and tells what it saw."""
    command = [sys.executable, "-m", "benchmarks.peers.carriers", "--delay", str(DELAY), "--errors", str(ERRORS)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise UnableToMeasure("the stand-in for carriers does not start")
        yield json.loads(line)["url"], lambda: json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    finally:
        process.kill()
        process.wait()


def main() -> int:
    """Measure and print as JSON; 1 where something did not work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=10_000)
    parser.add_argument("--plain", type=int, default=PLAIN, help="parcels that the plain loop asks for")
    parser.add_argument("--seconds", type=float, default=60.0, help="for the round with real quotas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            told = measure(Path(folder), parcels=options.parcels, plain=options.plain, seconds=options.seconds)
        except UnableToMeasure as error:
            print(f"The benchmark failed: {error}", file=sys.stderr)
            return 1
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
