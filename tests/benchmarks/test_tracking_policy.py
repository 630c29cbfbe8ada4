"""The product's own polling policy in a small world; the goals hold with room, so that chance breaks no build."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks import tracking_policy, tracking_watch, tracking_world
from benchmarks.processes import ROOT
from commerce.rules.polling import next_check

LEVELS = {"economy": (10.3, 1.9), "balanced": (13.0, 1.25), "fast": (21.0, 0.92)}


def run(*options: str) -> dict[str, Any]:
    command = [sys.executable, "benchmarks/tracking_policy.py", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout)


class TestGoals:
    def test_are_met_in_the_normal_world(self) -> None:
        for level, figures in run("--seed", "21", "--shipments", "800")["levels"].items():
            calls, hours = LEVELS[level]
            assert figures["calls"] <= calls
            assert figures["mean_h"] <= hours * 1.04  # the spread of so few shipments
            assert figures["p95_h"] <= 3.4
            assert figures["ofd_before_delivery"] >= 0.955
            assert figures["missed"] == 0
            assert figures["calls_to_frontier"] <= 1.15

    @pytest.mark.parametrize("options", [("--world", "peak"), ("--world", "wrong-zone"), ("--zone-off", "8")])
    def test_are_no_worse_than_plain_tables_elsewhere(self, options: tuple[str, ...]) -> None:
        told = run("--seed", "22", "--shipments", "400", "--level", "balanced", *options)
        ratios = told["levels"]["balanced"]["to_peer"]
        assert ratios["calls"] <= 1.08
        assert ratios["mean_h"] <= 1.05


class TestShips:
    def test_are_read_from_a_file(self, tmp_path: Path) -> None:
        ship = {
            "svc": 0,
            "created": 10.0,
            "ev": [[18.5, 1, 18.0], [56.1, 4, 56.0], [61.1, 8, 61.0]],
            "edds": [[18.5, 2]],
        }
        file = tmp_path / "ships.json"
        file.write_text(json.dumps([ship] * 3))
        told = run("--ships", str(file), "--level", "fast")
        figures = told["levels"]["fast"]
        assert told["shipments"] == 3
        assert (figures["missed"], figures["ofd_before_delivery"]) == (0, 1)
        assert 3 <= figures["calls"] < 30

    def test_are_the_same_for_the_same_seed(self) -> None:
        assert tracking_world.World(4).ships(20) == tracking_world.World(4).ships(20)
        assert tracking_world.World(4).ships(20) != tracking_world.World(5).ships(20)


class TestPrice:
    def test_walks_along_the_frontier(self) -> None:
        ships = tracking_world.World(8).ships(250)
        watches = [tracking_watch.Watch(ship, str(index)) for index, ship in enumerate(ships)]
        found = []
        for price in (0.4, 1.0, 2.0, 4.0, 12.0):
            figures = tracking_watch.simulate(
                lambda known, now, price=price: next_check(known, now, "balanced", price=price), watches
            )
            found.append((figures["calls"], figures["mean_h"]))
        for (calls, hours), (fewer, later) in pairwise(found):
            assert fewer < calls
            assert later > hours


class TestFrontier:
    def test_is_the_programmes_at_its_points_and_between(self) -> None:
        assert tracking_policy.frontier_calls(1.12) == pytest.approx(13.3)
        assert 11.6 < tracking_policy.frontier_calls(1.2) < 13.3
        assert tracking_policy.frontier_calls(0.3) > 28.4
        assert tracking_policy.frontier_calls(4.0) < 8.1
