"""The measures themselves, and that the commands run on judged data of the described shape."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import catalogue, quality, speed
from benchmarks.judged import fill, judgments, products
from benchmarks.judging import Marks, half_typed, mistyped, ndcg
from commerce.rules.search_settings import USUAL
from integrations.search.embedded import vectors
from integrations.search.embedded.engine import EmbeddedEngine

ROOT = Path(__file__).parents[3]
JUDGED = ROOT.parent / "shared" / "data" / "search"


class TestNdcg:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [(["a", "b"], 1.0), ([], 0.0), (["x", "y"], 0.0), (["x", "a", "b"], 0.6590), (["b", "a"], 0.7967)],
    )
    def test_is_one_only_for_the_best_order(self, found, expected):
        assert ndcg(found, {"a": 3, "b": 1, "c": 0}, gain=lambda grade: grade / 3) == pytest.approx(expected, abs=1e-4)

    def test_is_nothing_where_nothing_is_relevant(self):
        assert ndcg(["a"], {"a": 0}, gain=float) is None


class TestMarks:
    def test_tell_what_was_found_and_what_of_it_was_judged(self):
        marks = Marks(3)
        marks.add(["x", "a"], {"a": 3, "b": 2})
        marks.add([], {"a": 3})
        told = {name: marks.mean(name) for name in ("cond", "recall", "zero", "judged", "p1")}
        assert told == {"cond": pytest.approx(0.3519, abs=1e-4), "recall": 0.25, "zero": 0.5, "judged": 0.05, "p1": 0.0}


class TestVariants:
    def test_differ_by_one_letter_or_lack_some(self):
        assert mistyped("red shoe", random.Random(1)) is None
        assert all(abs(len(mistyped("camera bag", random.Random(seed))) - 10) <= 1 for seed in range(9))
        assert [half_typed(each) for each in ("camera tripod", "red shoes", "tv", "")] == [
            "camera trip",
            "red sho",
            None,
            None,
        ]


class TestMain:
    @pytest.mark.parametrize("how", [["benchmarks/search_quality.py"], ["-m", "benchmarks.search_quality"]])
    def test_prints_json_however_it_is_started(self, tmp_path, how):
        rows = [
            {"id": "1", "title": "Red lamp", "sku": "L1", "price": 100, "color": "Red", "attrs": {"watt": "5"}},
            {"id": 2, "title": "Reading chair", "description": "Soft", "price": "12.0", "attributes": "wood: oak"},
        ]
        (tmp_path / "p.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        (tmp_path / "q.json").write_text(json.dumps({"maxrel": 3, "qrels": {"reading chair": {"2": 3}}}))
        files = ["--docs", str(tmp_path / "p.jsonl"), "--queries", str(tmp_path / "q.json")]
        told = json.loads(subprocess.check_output([sys.executable, *how, *files], cwd=ROOT))
        assert (told["ndcg@10"], told["zero"], told["typo_zero"], told["documents"]) == (1.0, 0.0, 0.0, 2)
        assert {"ndcg_exp@10", "cond", "recall", "judged", "p1", "typo_ndcg", "typo_drop", "prefix_ndcg"} <= set(told)

    def test_says_what_is_missing(self, tmp_path, capsys):
        assert quality.main(["--docs", str(tmp_path / "p"), "--queries", str(tmp_path / "q")]) == 2
        assert "set JUDGED_DATA" in capsys.readouterr().err


@pytest.mark.skipif(not JUDGED.is_dir(), reason="no judged queries beside the checkout")
class TestJudgedQueries:
    """What a change of the ranking must not fall below; the figures move by half a hundredth with the order of ties."""

    def test_are_answered_well_also_mistyped_and_half_typed(self, tmp_path):
        docs, queries = JUDGED / "icecat_products.jsonl.gz", JUDGED / "icecat_queries_tune.json"
        engine, judged, settings = EmbeddedEngine(tmp_path), judgments(queries), replace(USUAL, vectors=False)
        fill(engine, quality.INDEX, products(docs), settings)
        told = quality.marked(engine, judged, settings)
        assert told["ndcg@10"] > 0.75, told
        assert told["zero"] == 0, told
        assert told["typo_drop"] < 0.04, told
        assert told["typo_zero"] <= 0.005, told
        assert told["prefix_ndcg"] > 0.55, told


class TestSpeed:
    def test_makes_the_same_catalogue_every_time(self):
        some = list(catalogue.documents(50))
        assert some == list(catalogue.documents(50))
        assert 380 < sum(map(catalogue.text_bytes, some)) / len(some) < 520
        assert catalogue.queries(9) == catalogue.queries(9)

    @pytest.mark.slow
    def test_prints_figures_of_all_engines(self, capsys):
        assert speed.main(["--documents", "600", "--seconds", "0.3"]) == 0
        printed = capsys.readouterr()
        told = json.loads(printed.out)
        assert told["embedded"]["documents"] == 600
        assert told["embedded"]["search_ms"]["p50"] > 0
        assert "narrowed_ms" in told["fts5"]
        assert "fts5" in printed.err


@pytest.mark.skipif(not vectors.model_name(), reason="the extra of requirements-vectors.txt is not installed")
class TestVectors:
    def test_are_alike_for_what_means_the_same(self):
        sofa, couch, drill = (vectors.of_query(text) for text in ("sofa", "couch", "cordless drill"))
        assert sofa @ couch > sofa @ drill

    def test_come_back_from_whole_numbers_nearly_as_they_were(self):
        packed = vectors.of_documents(["Leather sofa for three", ""])
        likeness = vectors.likeness(vectors.of_query("Leather sofa for three"), list(zip(*packed, strict=True)))
        assert likeness[0] > 0.999
        assert likeness[1] == 0
