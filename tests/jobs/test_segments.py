"""Segments are worked out in the background, in steps that may end anywhere; the clock moves who is in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.segments.written import parse
from commerce.tables import segments
from commerce.tables.people.happenings import happenings
from commerce.tables.people.profiles import profiles
from commerce.tables.segments import segment_members
from jobs import queues
from jobs import segments as jobs_segments
from jobs.job import Lease, lease
from jobs.segments import LEASE, build_segments, build_some, rank_customers, wake_ranking
from jobs.sweep import sweep
from tests import profiles as rows
from tests.conftest import Backroom
from tests.stored import row
from tests.stored import rows as stored

NOW = datetime.now(UTC).replace(microsecond=0)
RICH = {"field": "total_spent", "operator": "at_least", "value": 1000}


@pytest.fixture
def shop_id(backroom: Backroom) -> int:
    return backroom.shops.shopify("one.example").id


def add(backroom: Backroom, shop_id: int, name: str, *conditions: dict[str, Any]) -> str:
    with backroom.process.database.write() as db:
        rules = parse({"all": list(conditions)})
        return segments.add(db, shop_id=shop_id, name=name, rules=rules, now=NOW).id


def inside(backroom: Backroom, segment_id: str) -> list[str]:
    return [each.profile_id for each in stored(backroom.process.database, segment_members, segment_id=segment_id)]


class TestBuildSegments:
    def test_finds_who_is_in_and_tells_nobody(self, backroom: Backroom, shop_id: int) -> None:
        with backroom.process.database.write() as db:
            rows.add(db, shop_id, *(rows.row(shop_id, str(at), total_spent=at * 500) for at in range(5)))
        rich = add(backroom, shop_id, "Rich", RICH)
        inner = add(backroom, shop_id, "A rich one", {"field": "segment", "operator": "in", "value": rich})
        build_segments(shop_id=shop_id)
        assert inside(backroom, rich) == inside(backroom, inner) == ["2", "3", "4"]
        found = row(backroom.process.database, segments.segments, id=rich)
        assert (found.members_count, found.built_at is not None) == (3, True)
        assert stored(backroom.process.database, happenings) == []

    def test_goes_on_where_it_was_killed(
        self, backroom: Backroom, shop_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs_segments, "CHUNK", 2)
        with backroom.process.database.write() as db:
            rows.add(db, shop_id, *(rows.row(shop_id, str(at), total_spent=5000) for at in range(5)))
        rich = add(backroom, shop_id, "Rich", RICH)
        with lease(shop_id=shop_id, kind=LEASE) as held:
            assert isinstance(held, Lease)
            assert build_some(backroom.process, held) == 2
        begun = row(backroom.process.database, segments.segments, id=rich)
        assert (begun.looked_at, begun.last_id, begun.built_at, inside(backroom, rich)) == (2, "1", None, ["0", "1"])
        build_segments(shop_id=shop_id)
        ended = row(backroom.process.database, segments.segments, id=rich)
        assert (ended.members_count, ended.last_id, ended.built_at is None) == (5, "", False)

    def test_is_found_by_the_sweep(self, backroom: Backroom, shop_id: int) -> None:
        rich = add(backroom, shop_id, "Rich", RICH)
        sweep()
        backroom.work()
        assert row(backroom.process.database, segments.segments, id=rich).built_at is not None

    def test_leaves_what_it_cannot_read(self, backroom: Backroom, shop_id: int) -> None:
        rich = add(backroom, shop_id, "Rich", RICH)
        with backroom.process.database.write() as db:
            db.execute(segments.segments.update().values(rules={"unknown": 1}))
        build_segments(shop_id=shop_id)
        assert row(backroom.process.database, segments.segments, id=rich).built_at is not None


class TestRankCustomers:
    def test_follows_the_clock_and_rfm(self, backroom: Backroom, shop_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs_segments, "RANKED", 7)
        monkeypatch.setattr(jobs_segments, "CHUNK", 7)
        with backroom.process.database.write() as db:
            for at in range(30):
                bought = {"orders_count": 1 + at // 10, "total_spent": at * 100}
                told = bought | {"last_order_at": NOW - timedelta(days=29 - at), "created_at": NOW}
                rows.add(db, shop_id, rows.row(shop_id, f"{at:02}", **told))
        recent = add(backroom, shop_id, "Recent", {"field": "last_order", "operator": "within_last", "value": 3})
        best = add(backroom, shop_id, "Best", {"field": "rfm_group", "operator": "is", "value": "champions"})
        inner = add(backroom, shop_id, "Both", {"field": "segment", "operator": "in", "value": best})
        rich = add(backroom, shop_id, "Rich", RICH)
        build_segments(shop_id=shop_id)
        assert inside(backroom, recent) == ["27", "28", "29"]
        assert inside(backroom, best) == inside(backroom, inner) == []
        before = inside(backroom, rich)
        monkeypatch.setattr(jobs_segments, "utc_now", lambda: NOW + timedelta(days=2))
        rank_customers(shop_id=shop_id)
        assert inside(backroom, recent) == ["28", "29"]
        champions = [each.id for each in stored(backroom.process.database, profiles) if each.rfm_group == "champions"]
        assert champions == inside(backroom, best) == inside(backroom, inner) == ["24", "25", "26", "27", "28", "29"]
        assert inside(backroom, rich) == before
        told_of = [(each.kind, each.member_id) for each in stored(backroom.process.database, happenings)]
        assert told_of.count(("segment.entered", "29")) == 2
        assert ("segment.left", "27") in told_of
        rank_customers(shop_id=shop_id)
        assert len(stored(backroom.process.database, happenings)) == len(told_of)

    def test_is_woken_for_every_shop(self, backroom: Backroom, shop_id: int) -> None:
        with backroom.process.database.write() as db:
            rows.add(db, shop_id, rows.row(shop_id, "1"))
        wake_ranking()
        assert backroom.process.queues.depths()[queues.BULK] == 1
        backroom.work()
        assert row(backroom.process.database, profiles, id="1").rfm_group == "prospects"
