"""The benchmarks run from end to end; how fast anything is, no test says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import histogram, payloads
from benchmarks.figures import percentile
from benchmarks.processes import ROOT


@pytest.mark.slow
def test_quick_run_measures_every_part_and_writes_its_results(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--name", "test", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Benchmarks")
    told = json.loads((tmp_path / "latest.json").read_text())
    assert told["door"]["machine_factor"] > 0
    assert set(told["door"]["targets"]) == {"plain", "naive", "door", "door_working"}
    assert told["searchable"]["watched"] == 10
    assert told["importing"]["effects_but_index"] == 0
    assert told["searching"]["plain_ms"]["p50"] > 0
    assert told["burst"]["products"] == 100
    assert told["pages"]["cold_loads"] == {"clients": 200, "made": 1}
    assert told["engine"]["embedded"]["documents"] == 1000
    (report,) = tmp_path.glob("*-test.md")
    assert report.read_text().strip() in done.stdout


class TestPayloads:
    def test_order_is_a_json_body_of_the_promised_size_with_its_own_id(self) -> None:
        first, second = (payloads.order_body(payloads.order_template(), number) for number in (1, 2))
        assert abs(len(first) - payloads.ORDER_BYTES) < 100
        assert json.loads(first)["id"] + 1 == json.loads(second)["id"]


class TestHistogram:
    METRICS = (
        'backroom_lag_seconds_bucket{le="0.05"} 3.0\n'
        'backroom_lag_seconds_bucket{le="0.1"} 9.0\n'
        'backroom_lag_seconds_bucket{le="+Inf"} 10.0\n'
    )

    def test_gives_the_bound_below_which_the_share_lies(self) -> None:
        lags = histogram.read(self.METRICS)
        assert histogram.upper_bound(lags, 0.5) == 0.1
        assert histogram.upper_bound(lags, 0.99) == float("inf")

    def test_counts_only_what_was_added_between_two_readings(self) -> None:
        before = {0.05: 3, 0.1: 3, float("inf"): 3}
        added = histogram.difference(before, histogram.read(self.METRICS))
        assert added == {0.05: 0, 0.1: 6, float("inf"): 7}


def test_percentile_takes_the_value_at_that_place() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([1], 0.99) == 1
