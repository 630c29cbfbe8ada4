"""The measure itself, and that the command runs on judged data of the described shape."""

import json
import random

import pytest

from benchmarks.relevance import half_typed, main, mistyped, ndcg


class TestNdcg:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [(["a", "b"], 1.0), ([], 0.0), (["x", "y"], 0.0), (["x", "a", "b"], 0.6590), (["b", "a"], 0.7967)],
    )
    def test_is_one_only_for_the_best_order(self, found, expected):
        assert ndcg(found, {"a": 3, "b": 1, "c": 0}, highest=3) == pytest.approx(expected, abs=1e-4)

    def test_is_nothing_where_nothing_is_relevant(self):
        assert ndcg(["a"], {"a": 0}, highest=3) is None


class TestVariants:
    def test_differ_by_one_letter_or_lack_some(self):
        assert mistyped("red shoe", random.Random(1)) is None
        assert all(abs(len(mistyped("camera bag", random.Random(seed))) - 10) <= 1 for seed in range(9))
        assert (half_typed("camera tripod"), half_typed("tv")) == ("camera trip", None)


class TestMain:
    def test_prints_a_table(self, tmp_path, capsys):
        rows = [{"id": "1", "title": "Red lamp", "sku": "L1", "price": 100, "color": "Red", "attrs": {"watt": "5"}}]
        (tmp_path / "p.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        (tmp_path / "q.json").write_text(json.dumps({"maxrel": 3, "qrels": {"red lamp": {"1": 3}}}))
        assert main([str(tmp_path / "p.jsonl"), str(tmp_path / "q.json")]) == 0
        assert "as written                   1   1.0000" in capsys.readouterr().out

    def test_says_what_is_missing(self, tmp_path, capsys):
        assert main([str(tmp_path / "p"), str(tmp_path / "q")]) == 2
        assert "set JUDGED_DATA" in capsys.readouterr().err
