"""`python benchmarks/tracking_policy.py --seed 7 --shipments 2000`: what polling carriers costs and how late it tells.

Drives commerce/rules/polling.py through a simulated world of parcels (tracking_world.py), beside it a poller by plain
clock tables (peers/clock_tables.py) in the very same world. A milestone's delay is the time from when the carrier shows
it until the first check after that. `--ships FILE`: shipments as JSON, as tracking_world.read describes them.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

if not __package__:
    # Started as a file: the parts are found from the root of the repository, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import tracking_world as worlds
from benchmarks.peers.clock_tables import ClockTables
from benchmarks.tracking_watch import Watch, simulate
from commerce.rules.polling import Known, next_check

LEVELS = ("economy", "balanced", "fast")
_PEAK = {"right": (0.55, 0.65, 0.45, 0.25), "late": 0.4, "shift": 1.5}
_PERFECT = {"right": (1, 1, 1, 1), "estimated": 1.0}
WORLDS = {
    "normal": {},
    "peak": _PEAK,
    "wrong-zone": {},
    "no-estimate": {"estimated": 0.0},
    "perfect-estimate": _PERFECT,
}
# Calls per shipment and mean hours of delay of an exact dynamic programme over half hours that knows how likely each
# event is at each moment, as the plain tables know it (docs/explanation/polling.md).
FRONTIER = (
    (8.1, 2.81),
    (8.9, 2.26),
    (10.3, 1.66),
    (11.6, 1.37),
    (13.3, 1.12),
    (16.2, 0.88),
    (21.2, 0.64),
    (28.4, 0.47),
)


def main() -> int:
    """Simulate and print."""
    options = _options()
    ships = _ships(options)
    told = {
        "world": options.world,
        "seed": options.seed,
        "shipments": len(ships),
        "levels": {level: _compared(ships, level, options) for level in options.level or LEVELS},
    }
    print(json.dumps(told, indent=2) if options.json else _table(told))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shipments", type=int, default=2000)
    parser.add_argument("--world", choices=WORLDS, default="normal")
    parser.add_argument("--zone-off", type=float, help="the policy takes clocks to be so many hours ahead of the truth")
    parser.add_argument("--ships", type=Path, help="shipments as JSON instead of drawn ones")
    parser.add_argument("--level", choices=LEVELS, action="append", help="of one or more levels only")
    parser.add_argument("--price", type=float, default=1.0, help="of a call, for the product's policy")
    parser.add_argument("--services", action="store_true", help="the policy knows the carrier's service")
    parser.add_argument("--push-lost", type=float, help="the carrier pushes, and this share of its calls is lost")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _ships(options: argparse.Namespace) -> list[worlds.Ship]:
    if options.ships:
        return worlds.read(json.loads(options.ships.read_text()))[: options.shipments or None]
    return worlds.World(options.seed, **WORLDS[options.world]).ships(options.shipments)


def _compared(ships: Sequence[worlds.Ship], level: str, options: argparse.Namespace) -> dict[str, float | dict]:
    def ours(known: Known, now: datetime) -> datetime | None:
        return next_check(known, now, level, price=options.price)

    lost = options.push_lost
    off = "mixed" if options.world == "wrong-zone" and options.zone_off is None else options.zone_off
    watches = [
        Watch(ship, f"{options.seed}|{index}", off=off, service=options.services, pushed=lost is not None)
        for index, ship in enumerate(ships)
    ]
    figures = simulate(ours, watches, push_lost=lost, seed=options.seed)
    peer = simulate(ClockTables(level, options.seed), watches, push_lost=lost, seed=options.seed)
    ratios = {name: _ratio(figures[name], peer[name]) for name in ("calls", "mean_h", "p95_h")}
    frontier = _ratio(figures["calls"], frontier_calls(figures["mean_h"]))
    return {**figures, "calls_to_frontier": frontier, "peer": peer, "to_peer": ratios}


def _ratio(one: float, other: float) -> float:
    return round(one / other, 3) if other else math.nan


def frontier_calls(mean_h: float) -> float:
    """The calls at which the dynamic programme has that mean delay, between and beyond its points by logarithms."""
    points = [(math.log(calls), math.log(hours)) for calls, hours in FRONTIER]
    wanted = math.log(max(mean_h, 1e-3))
    pairs = list(pairwise(points))
    one, other = next((pair for pair in pairs if pair[1][1] <= wanted), pairs[-1])
    return math.exp(one[0] + (other[0] - one[0]) * (wanted - one[1]) / (other[1] - one[1]))


def _table(told: dict) -> str:
    lines = [f"{told['shipments']} shipments, seed {told['seed']}, {told['world']} world", ""]
    lines.append(f"{'':22}{'calls':>8}{'mean h':>8}{'p95 h':>8}{'out in time':>13}{'frontier':>10}")
    for level, row in told["levels"].items():
        for name, figures in ((level, row), ("  plain clock tables", row["peer"])):
            frontier = _ratio(figures["calls"], frontier_calls(figures["mean_h"]))
            lines.append(
                f"{name:22}{figures['calls']:8.2f}{figures['mean_h']:8.2f}{figures['p95_h']:8.2f}"
                f"{figures['ofd_before_delivery']:13.1%}{frontier:10.2f}"
            )
        ratios = row["to_peer"]
        lines.append(f"{'  ratio':22}{ratios['calls']:8.2f}{ratios['mean_h']:8.2f}{ratios['p95_h']:8.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
