"""Runs in plain words."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commerce.tables import syncs
from commerce.tables.columns import AT_ONCE
from integrations import registry
from integrations.shop_api import Access
from webapp.stores import runs
from webapp.stores.runs import found_words, progress, runs_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PUT_RIGHT = "All of it was put right."
COUNTED = {"categories": 10, "products": 1000, "variations": 2000, "customers": 90, "orders": 900}


@dataclass(kw_only=True)
class Row:
    id: int = 1
    kind: str = syncs.IMPORT
    state: str = syncs.RUNNING
    listing: int = 1
    place: str = "x"
    done: int = 500
    totals: dict[str, int] = field(default_factory=lambda: {"shop": 1, **COUNTED})
    found: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    calls: int = 9
    error: str = ""
    due_at: datetime = AT_ONCE
    started_at: datetime = NOW - timedelta(seconds=50)
    finished_at: datetime | None = None


class TestFound:
    @pytest.mark.parametrize(
        ("found", "words"),
        [
            ({}, "Nothing differed."),
            ({"product.stale": 0}, "Nothing differed."),
            ({"product.missing": 1}, "1 product was missing. It was put right."),
            (
                {"product.missing": 3, "product.stale": 1, "product.surplus": 2},
                "3 products were missing, 1 was out of date, 2 were here but not at the shop any more. " + PUT_RIGHT,
            ),
            (
                {"order.stale": 1200, "category.surplus": 1},
                "1 category was here but not at the shop any more. 1,200 orders were out of date. " + PUT_RIGHT,
            ),
            ({"inventory.stale": 2}, "2 stock levels were out of date. All of it was put right."),
            ({"shop.stale": 1}, "The shop's own details were out of date. It was put right."),
        ],
    )
    def test_is_told_by_kind(self, found: dict[str, int], words: str) -> None:
        assert found_words(found) == words


class TestProgress:
    def test_knows_the_time_left_once_everything_is_counted(self) -> None:
        going = progress(Row(), "woocommerce", NOW)
        assert (going.done, going.total, going.rate, going.left) == (500, 4000, 10.0, 350.0)
        assert going.now_at == "looks at products, 1,000 in all"

    def test_does_not_guess_before(self) -> None:
        going = progress(Row(totals={"shop": 1, "products": 1000}), "woocommerce", NOW)
        assert (going.total, going.left, going.rate) == (None, None, 10.0)

    def test_takes_the_counts_of_the_last_run_through_everything(self) -> None:
        row = Row(kind=syncs.COMPARE, totals={"shop": 1, "products": 1100})
        assert progress(row, "woocommerce", NOW, COUNTED).total == 4100
        changes = Row(kind=syncs.CHANGES, totals={"shop": 1})
        assert progress(changes, "woocommerce", NOW, COUNTED).total is None

    def test_is_never_more_than_all(self) -> None:
        going = progress(Row(done=4100), "woocommerce", NOW)
        assert (going.total, going.left) == (4100, 0.0)

    def test_says_what_is_done_at_present(self) -> None:
        assert progress(Row(listing=0, place="", totals={}), "shopify", NOW).now_at == "about to begin"
        assert "does not have any more" in progress(Row(listing=5), "woocommerce", NOW).now_at
        assert progress(Row(listing=1), "another", NOW).now_at == "under way"

    def test_that_waits_has_no_time_left(self) -> None:
        going = progress(Row(due_at=NOW + timedelta(minutes=1), error="Busy."), "woocommerce", NOW)
        assert (going.left, going.waits_until, going.error) == (None, NOW + timedelta(minutes=1), "Busy.")

    def test_has_no_rate_at_once(self) -> None:
        going = progress(Row(started_at=NOW - timedelta(seconds=1)), "woocommerce", NOW)
        assert (going.rate, going.left) == (None, None)


class TestRuns:
    def test_that_failed_are_told_until_one_succeeds(self) -> None:
        failed = Row(id=3, kind=syncs.CHANGES, state=syncs.FAILED, error="500.", finished_at=NOW)
        done = Row(id=2, kind=syncs.CHANGES, state=syncs.DONE, finished_at=NOW)
        assert [one.error for one in runs_of([failed, done], "shopify", NOW).failed] == ["500."]
        done.id = 4
        assert not runs_of([done, failed], "shopify", NOW).failed
        again = Row(id=5, kind=syncs.CHANGES)
        assert not runs_of([again, failed], "shopify", NOW).failed

    def test_that_wait_stand_behind_the_oldest(self) -> None:
        found = runs_of([Row(id=7, kind=syncs.COMPARE), Row(id=6, kind=syncs.IMPORT)], "shopify", NOW)
        assert found.going is not None
        assert found.going.kind == syncs.IMPORT
        assert found.behind == ["Comparison of everything"]

    def test_healed_is_the_last_that_put_something_right(self) -> None:
        told = {"state": syncs.DONE, "finished_at": NOW - timedelta(hours=3)}
        compare = Row(id=1, kind=syncs.COMPARE, found={"product.stale": 2}, **told)  # type: ignore[arg-type]
        changes = Row(id=2, kind=syncs.CHANGES, **told)  # type: ignore[arg-type]
        found = runs_of([changes, compare], "shopify", NOW).healed
        assert found is not None
        assert (found.kind, found.healed) == (syncs.COMPARE, 2)
        assert runs_of([changes, compare], "shopify", NOW + timedelta(days=2)).healed is None


class TestListings:
    @pytest.mark.parametrize(("platform", "changes"), list(runs.LISTINGS))
    def test_are_those_of_the_platforms(self, platform: str, changes: bool) -> None:
        secrets = {"access_token": "x", "consumer_key": "ck_x", "consumer_secret": "cs_x"}
        pace: Any = None
        access = Access(
            domain="https://shop.example",
            credentials=secrets,
            currency="EUR",
            folder=Path("nowhere"),
            pace=pace,
            counted=lambda _: None,
        )
        api = registry.shop_api(platform, access)
        assert api is not None
        names = tuple(listing.name for listing in api.listings(changes=changes))
        assert runs.LISTINGS[platform, changes] == names
