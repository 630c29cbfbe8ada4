"""What templates may read is what the documentation says."""

import re
from pathlib import Path
from typing import Any

import orjson

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import KINDS
from integrations.channels import liquids, postal, samples

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/notifications-templates.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


class TestTheContext:
    def test_is_documented_name_by_name(self) -> None:
        page = {row[0]: row[2] for row in rows() if len(row) == 3}
        found: dict[str, Any] = {"brand": Brand().shown()}
        for kind in KINDS:
            found |= samples.sample_context(kind, "de")
        documented = {name for cell in page for name in re.findall(r"`([a-z_]+)`", cell)}
        assert found.keys() | {"language"} == documented
        for name, node in found.items():
            if isinstance(node, dict) and name not in ("unsubscribe_url", "preferences_url"):
                told = set(re.findall(r"`([a-z_]+)(?:\[\])?`", page[f"`{name}`"]))
                inner = {key for item in node.get("items", []) + node.get("best_sellers", []) for key in item}
                assert told == set(node) | inner, name
        line, address = found["order"]["lines"][0], found["order"]["delivery"]
        assert set(line) <= set(re.findall(r"`([a-z_]+)`", page["`order.lines[]`"]))
        assert set(address) == set(re.findall(r"`([a-z_]+)`", page["`order.delivery` `order.billing`"]))

    def test_has_the_objects_of_its_kind(self) -> None:
        for kind in KINDS.values():
            for context in samples.all_contexts(kind.name).values():
                assert context.keys() - {"tracking_url"} == set(kind.objects)

    def test_is_plain_json(self) -> None:
        for kind in KINDS:
            for context in samples.all_contexts(kind).values():
                assert orjson.loads(orjson.dumps(context)) == context

    def test_has_filters_that_are_documented(self) -> None:
        own = {"money", "day", "moment", "number"}
        told = set(re.findall(r"\\\| (\w+) \}\}`", PAGE.read_text()))
        assert told == own
        assert own <= set(liquids.environment(is_html=True, is_strict=False).filters)


class TestAnAddress:
    def test_is_written_as_it_is_where_it_goes(self) -> None:
        known = {"first_name": "A", "last_name": "B", "address1": "1 Road", "city": "Town", "postcode": "P1"}
        lines = {
            "US": ["A B", "1 Road", "Town NY P1", "United States"],
            "DE": ["A B", "1 Road", "P1 Town", "Germany"],
            "GB": ["A B", "1 Road", "Town", "P1", "United Kingdom"],
            "JP": ["〒P1", "NYTown", "1 Road", "B A", "Japan"],
            "XX": ["A B", "1 Road", "P1 Town", "XX"],
        }
        for country, expected in lines.items():
            there = known | {"country": country, "province": "NY" if country in ("US", "JP") else ""}
            assert postal.lines_of(there, language="en") == expected

    def test_of_which_nothing_is_known_has_no_lines(self) -> None:
        assert postal.lines_of({"country": "DE", "first_name": "A"}, language="de") == []
        assert postal.lines_of({}, language="de") == []
