"""Our words beside those of others: every one of ours has its counterpart, or is left out on purpose."""

import csv
from pathlib import Path

import pytest

from commerce.rules.tracking import STATUSES
from integrations.carriers import words
from integrations.carriers.karrio import long_tail

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers/status_map.csv"
# FulfillmentEventStatus, version 2026-10.
SHOPIFY = {
    "ATTEMPTED_DELIVERY",
    "CARRIER_PICKED_UP",
    "CONFIRMED",
    "DELAYED",
    "DELIVERED",
    "FAILURE",
    "IN_TRANSIT",
    "LABEL_PRINTED",
    "LABEL_PURCHASED",
    "OUT_FOR_DELIVERY",
    "READY_FOR_PICKUP",
}
TABLES = {
    "shopify": words.SHOPIFY_TO_US,
    "aftership": words.AFTERSHIP_TO_US,
    "17track": words.SEVENTEENTRACK_TO_US,
    "easypost": words.EASYPOST_TO_US,
    "karrio": words.KARRIO_TO_US,
}


class TestOurWords:
    @pytest.mark.parametrize("status", STATUSES)
    def test_have_one_of_shopifys_or_must_not_be_written(self, status: str) -> None:
        assert status in words._TO_SHOPIFY
        assert words.to_shopify(status) in SHOPIFY | {None}

    def test_are_not_written_where_shopifys_would_say_something_else(self) -> None:
        assert [status for status in STATUSES if words.to_shopify(status) is None] == ["not_found", "expired"]
        assert words.to_shopify("teleported") is None

    @pytest.mark.parametrize("status", STATUSES)
    def test_have_one_of_schema_orgs(self, status: str) -> None:
        assert words.to_schema_org(status).startswith("https://schema.org/Order")
        assert words.to_schema_org("teleported") == ""

    @pytest.mark.parametrize("status", STATUSES)
    def test_are_each_said_by_somebody(self, status: str) -> None:
        assert any(status in table.values() for table in TABLES.values())

    @pytest.mark.parametrize("status", [status for status in STATUSES if words.to_shopify(status)])
    def test_come_back_from_shopify_as_nearly_what_they_were(self, status: str) -> None:
        back = words.SHOPIFY_TO_US[words.to_shopify(status) or ""]
        coarser = {"customs": "in_transit", "returning": "exception", "returned": "exception", "cancelled": "exception"}
        assert back == coarser.get(status, status)


class TestTheirWords:
    @pytest.mark.parametrize("name", TABLES)
    def test_mean_one_of_ours(self, name: str) -> None:
        assert set(TABLES[name].values()) <= {*STATUSES, ""}

    def test_of_shopify_are_all_known(self) -> None:
        assert set(words.SHOPIFY_TO_US) >= SHOPIFY

    def test_of_karrio_are_those_that_its_tail_reads(self) -> None:
        assert words.KARRIO_TO_US == long_tail.STATUSES

    def test_are_read_by_the_closer_one_first(self) -> None:
        table = words.AFTERSHIP_TO_US
        assert words.by_closest(table, "InTransit", "InTransit_002") == "picked_up"
        assert words.by_closest(table, "InTransit", "InTransit_003") == "in_transit"
        assert words.by_closest(table, "Teleported", "") == ""

    @pytest.mark.skipif(not SHARED.exists(), reason="the joined table is not here")
    def test_agree_with_the_joined_table(self) -> None:
        with SHARED.open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                told = words.to_shopify(row["ours"])
                listed = row["shopify_admin_FulfillmentEventStatus"]
                assert (told or "none") in listed or row["ours"] == "not_found"
