"""Lists of customers: every sort and filter, cursors that fit nothing else, exports."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from tests import profiles
from tests.webapp.api.peopled import people

HERE = "/api/v1/customers"
LATER = profiles.NOW + timedelta(days=1)


@pytest.fixture
def filled(shop: Any, here: Any) -> Any:
    """Six profiles, two of them alike in all that is sorted by, two without an order."""
    rows = [
        {"sort_name": "adams", "total_spent": 100, "orders_count": 1, "last_order_at": profiles.NOW, "tags": ["VIP"]},
        {"sort_name": "brown", "total_spent": 500, "orders_count": 3, "last_order_at": LATER, "country": "FR"},
        {"sort_name": "brown", "total_spent": 500, "orders_count": 3, "last_order_at": LATER, "has_account": True},
        {"sort_name": "cole", "rfm_group": "prospects", "saved_at": LATER, "tier": "gold"},
        {"sort_name": "", "email_consent": "subscribed", "created_at": LATER},
        {"sort_name": "davis", "total_spent": 900, "orders_count": 9, "last_order_at": profiles.NOW},
    ]
    with here.database.write() as db:
        told = [profiles.row(shop.id, f"p{number}", **row) for number, row in enumerate(rows)]
        profiles.add(db, shop.id, *told)
    return shop


def walk(api: Any, query: str) -> list[str]:
    """The ids of all pages, two a page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = api.get(f"{HERE}?limit=2&{query}{cursor}").json
        found += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            return found
        assert len(page["data"]) == 2
        cursor = f"&cursor={page['next_cursor']}"


class TestSorts:
    @pytest.mark.parametrize(
        ("sort", "ids"),
        [
            ("updated", "p0 p1 p2 p4 p5 p3"),
            ("-updated", "p3 p5 p4 p2 p1 p0"),
            ("created", "p0 p1 p2 p3 p5 p4"),
            ("name", "p4 p0 p1 p2 p3 p5"),
            ("-total_spent", "p5 p2 p1 p0 p4 p3"),
            ("orders_count", "p3 p4 p0 p1 p2 p5"),
            ("last_order", "p0 p5 p1 p2 p3 p4"),
            ("-last_order", "p2 p1 p5 p0 p4 p3"),
        ],
    )
    def test_go_through_all_of_them_once(self, api: Any, filled: Any, sort: str, ids: str) -> None:
        assert walk(api, f"sort={sort}") == ids.split()


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("tag=vip", "p0"),
            ("country=FR", "p1"),
            ("has_account=true", "p2"),
            ("has_account=false&country=FR", "p1"),
            ("group=prospects", "p3"),
            ("tier=gold", "p3"),
            ("email_consent=subscribed", "p4"),
            ("min_total_spent=500", "p1 p2 p5"),
            ("min_total_spent=1&max_total_spent=500", "p0 p1 p2"),
            ("min_orders_count=4", "p5"),
            ("max_orders_count=0&sort=name", "p4 p3"),
            ("last_order_before=2026-05-18T00:00:00Z", "p0 p5"),
            ("last_order_after=2026-05-18T00:00:00Z", "p1 p2"),
            ("updated_since=2026-05-18T00:00:00Z", "p3"),
            ("q=p5", ""),
            ("segment=none", ""),
            ("email=nobody", ""),
            ("platform_id=nonsense", ""),
        ],
    )
    def test_let_through_whom_they_say(self, api: Any, filled: Any, query: str, ids: str) -> None:
        assert walk(api, query) == ids.split()

    def test_find_by_what_somebody_had(self, api: Any, shop: Any) -> None:
        made = people(shop)
        for query in ("email=BOBBY@example.org", "platform_id=shopify:33", "q=brown%20bob"):
            assert walk(api, query) == ["32"], query
        assert walk(api, f"segment={made.segment_id}") == ["31"]  # who changed since; others when it is built

    @pytest.mark.parametrize(
        "query", ["sort=age", "has_account=yes", "min_total_spent=much", "colour=red", "updated_since=7", "limit=0"]
    )
    def test_that_cannot_be_are_named(self, api: Any, query: str) -> None:
        answer = api.get(f"{HERE}?{query}")
        assert (answer.status_code, answer.json["field"]) == (400, query.partition("=")[0])


class TestCursors:
    def test_fit_one_list_of_one_shop(self, api: Any, foreign_api: Any, filled: Any) -> None:
        cursor = api.get(f"{HERE}?limit=2&sort=name").json["next_cursor"]
        assert api.get(f"{HERE}?limit=3&sort=name&cursor={cursor}").status_code == 200
        for query in ("sort=-name", "sort=name&tag=vip", "sort=updated"):
            assert api.get(f"{HERE}?{query}&cursor={cursor}").status_code == 404
        assert foreign_api.get(f"{HERE}?sort=name&cursor={cursor}").status_code == 404
        assert "adams" not in cursor


class TestExport:
    def test_has_all_of_them_as_lines_of_json(self, api: Any, shop: Any) -> None:
        people(shop)
        answer = api.get(f"{HERE}/export")
        assert answer.mimetype == "application/x-ndjson"
        rows = {row["id"]: row for row in map(json.loads, answer.text.splitlines())}
        assert rows == {row["id"]: row for row in api.get(HERE).json["data"]}

    def test_has_them_as_csv_without_formulas(self, api: Any, shop: Any) -> None:
        shop.customer("31", first_name="=1+1", phone="+4930123456", phone_e164="+4930123456")
        for answer in (api.get(f"{HERE}/export?format=csv"), api.get(f"{HERE}/export", headers={"Accept": "text/csv"})):
            (row,) = csv.DictReader(io.StringIO(answer.text))
            assert (row["id"], row["first_name"], row["phone"]) == ("31", "'=1+1", "+4930123456")
            assert json.loads(row["total_spent"]) == {"amount": 0, "currency": "EUR"}

    def test_is_narrowed_like_the_list(self, api: Any, filled: Any) -> None:
        assert [json.loads(line)["id"] for line in api.get(f"{HERE}/export?tag=vip").text.splitlines()] == ["p0"]
        assert api.get(f"{HERE}/export?email=nobody").text == ""
        assert api.get(f"{HERE}/export?limit=1").status_code == 400

    def test_goes_on_behind_a_portion(self, api: Any, shop: Any, here: Any) -> None:
        with here.database.write() as db:
            profiles.add(db, shop.id, *(profiles.row(shop.id, f"p{number:04}") for number in range(1001)))
        assert len({json.loads(line)["id"] for line in api.get(f"{HERE}/export").text.splitlines()}) == 1001
