"""`python -m benchmarks` (`make bench`): everything in one run, ratios first. `--quick` only shows that it works."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import burst, door, importing, pages, report, searchable, searching
from benchmarks.backroom import backroom
from benchmarks.processes import ROOT, UnableToMeasure
from benchmarks.report_parcels import WORLDS

RESULTS = ROOT / "benchmarks" / "results"
_LARGE, _SMALL = (
    {"products": 20_000, "customers": 5_000, "orders": 50_000},
    {"products": 60, "customers": 20, "orders": 60},
)
_BRIEF = {"seconds": 1.0, "warm_up": 0.3, "products": 30}
FULL = {"rounds": 3, "seconds": 5.0, "warm_up": 1.0, "products": 2000, "updates_s": 30.0, "searches": 1000}
QUICK = {"rounds": 1, "seconds": 1.0, "warm_up": 0.3, "products": 100, "updates_s": 2.0, "searches": 50}


def main() -> int:
    """Measure, print, write; 1 where something did not work."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started here is ended
    told: dict[str, Any] = {**report.machine(), "quick": options.quick}
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            told |= _measure(Path(folder), QUICK if options.quick else FULL)
    except UnableToMeasure as error:
        print(f"The benchmark failed: {error}", file=sys.stderr)
        return 1
    quality = _quality()
    if quality:
        told["relevance"] = quality
    print(report.markdown(told))
    print(f"Written to {report.write(told, options.results, options.name)} and latest.json beside it.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="run every part briefly")
    parser.add_argument("--name", default=f"{os.cpu_count()}-cores", help="in the name of the results file")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the results")
    return parser.parse_args()


def _measure(folder: Path, how: dict[str, Any]) -> dict[str, Any]:
    _say("The machine, the peer and the door …")
    (folder / "door").mkdir()
    told: dict[str, Any] = {
        "door": door.measure(folder / "door", rounds=how["rounds"], seconds=how["seconds"], warm_up=how["warm_up"])
    }
    factor, ratio = told["door"]["machine_factor"], told["door"]["ratios"]["door_to_naive"]
    _say(f"Machine factor {factor}; the door takes {ratio} times what the peer takes.")
    (folder / "search").mkdir()
    with backroom(folder / "search") as ours:
        _say("From delivery to searchable …")
        told["catalogue"] = searchable.fill(ours, how["products"])
        told["searchable"] = searchable.measure(ours, products=how["products"], seconds=how["updates_s"])
        told["burst"] = burst.measure(ours, products=how["products"])
        _say("Searching …")
        told["searching"] = searching.measure(ours, searches=how["searches"])
    _say("The read cache …")
    (folder / "pages").mkdir()
    told["pages"] = pages.measure(folder / "pages", **(_BRIEF if how is QUICK else {}))
    _say("The search engine …")
    told["engine"] = _engine(1_000 if how is QUICK else 43_000)
    _say("Importing a shop while deliveries come in …")
    (folder / "import").mkdir()
    told["importing"] = importing.measure(folder / "import", **(_SMALL if how is QUICK else _LARGE))
    _say("Parcels …")
    told["parcels"] = _parcels(quick=how is QUICK)
    return told


def _parcels(*, quick: bool) -> dict[str, Any]:
    """The polling policy in three worlds, and a round."""
    shipments, due = ("60", ["--parcels", "120", "--plain", "8", "--seconds", "3"]) if quick else ("4000", [])
    policy = {
        world: _printed("tracking_policy", "--seed", "31", "--shipments", shipments, "--world", world, "--json")
        for world in WORLDS
    }
    return {"policy": policy, "round": _printed("tracking_round", *due)}


def _printed(module: str, *options: str) -> dict[str, Any]:
    """What a benchmark prints as JSON, from a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *options]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        raise UnableToMeasure(f"{module}: {told.stderr.strip()[-300:]}")
    return dict(json.loads(told.stdout))


def _engine(documents: int) -> dict[str, Any]:
    """What `benchmarks/search_speed.py` prints, in a process of its own: it takes memory."""
    return _printed("search_speed", "--documents", str(documents), "--http")


def _quality() -> str:
    """The figures of judged queries, where JUDGED_DATA says where they are."""
    if not os.environ.get("JUDGED_DATA"):
        return ""
    _say("The quality of search results …")
    command = [sys.executable, "-m", "benchmarks.search_quality"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
