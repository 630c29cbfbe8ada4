"""Segments as they are stored: kept without circles, worked out in steps, listed page by page."""

from datetime import timedelta
from typing import Any

import pytest

from commerce.rules.segments.conditions import Rules
from commerce.rules.segments.written import parse
from commerce.tables import rfm, segment_lists, segment_members, segments
from commerce.tables.people.profiles import profiles
from commerce.tables.segments import Segment, UnableToSaveSegment
from tests import profiles as rows
from tests.conftest import Backroom
from tests.profiles import NOW
from tests.stored import rows as stored


def asking(field: str, operator: str, value: Any = None) -> Rules:
    told = {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    return parse({"all": [told]})


RICH = asking("total_spent", "at_least", 1000)


@pytest.fixture
def shop_id(backroom: Backroom) -> int:
    return backroom.shops.shopify("one.example").id


def add(backroom: Backroom, shop_id: int, name: str, rules: Rules) -> Segment:
    with backroom.process.database.write() as db:
        return segments.add(db, shop_id=shop_id, name=name, rules=rules, now=NOW)


def people(backroom: Backroom, shop_id: int, *spent: int, **told: Any) -> None:
    """Profiles 1, 2, … who spent so much."""
    with backroom.process.database.write() as db:
        rows.add(
            db, shop_id, *(rows.row(shop_id, str(at), total_spent=each, **told) for at, each in enumerate(spent, 1))
        )


class TestSave:
    def test_keeps_rules_as_they_were_told(self, backroom: Backroom, shop_id: int) -> None:
        added = add(backroom, shop_id, "Rich", RICH)
        assert (added.rules, added.uses_time, added.built_at) == (RICH, False, None)
        other = backroom.shops.shopify("two.example").id
        with backroom.process.database.read() as db:
            assert segments.one(db, shop_id=other, segment_id=added.id) is None
            assert segments.all_of(db, shop_id=other) == []

    def test_works_out_anew_what_changed_and_who_asks_it(self, backroom: Backroom, shop_id: int) -> None:
        rich = add(backroom, shop_id, "Rich", RICH)
        inside = add(backroom, shop_id, "Inside", asking("segment", "in", rich.id))
        apart = add(backroom, shop_id, "Apart", RICH)
        with backroom.process.database.write() as db:
            for each in (rich, inside, apart):
                segment_members.finish(db, shop_id=shop_id, segment_id=each.id, now=NOW)
            segments.save(db, shop_id=shop_id, segment_id=rich.id, name="Richest", rules=RICH, now=NOW)
            assert segments.next_unbuilt(db, shop_id=shop_id) is None
            anew = asking("last_order", "within_last", 9)
            segments.save(db, shop_id=shop_id, segment_id=rich.id, name="Richest", rules=anew, now=NOW)
            unbuilt = {each.name for each in segments.all_of(db, shop_id=shop_id) if each.built_at is None}
            assert unbuilt == {"Richest", "Inside"}
            following = segments.next_unbuilt(db, shop_id=shop_id)
            assert following is not None
            assert (following.name, following.uses_time) == ("Richest", True)
            assert segments.shops_unbuilt(db) == {shop_id}

    def test_refuses_circles_and_segments_that_are_not_there(self, backroom: Backroom, shop_id: int) -> None:
        rich = add(backroom, shop_id, "Rich", RICH)
        inside = add(backroom, shop_id, "Inside", asking("segment", "in", rich.id))
        circle = asking("segment", "not_in", inside.id)
        with backroom.process.database.write() as db:
            with pytest.raises(UnableToSaveSegment, match="cannot ask itself"):
                segments.save(db, shop_id=shop_id, segment_id=rich.id, name="Rich", rules=circle, now=NOW)
            with pytest.raises(UnableToSaveSegment, match="no such segment"):
                segments.add(db, shop_id=shop_id, name="X", rules=asking("segment", "in", "s_gone"), now=NOW)
            with pytest.raises(UnableToSaveSegment, match="Inside ask this segment"):
                segments.remove(db, shop_id=shop_id, segment_id=rich.id)
            assert segments.remove(db, shop_id=shop_id, segment_id=inside.id)
            assert segments.remove(db, shop_id=shop_id, segment_id=rich.id)
            assert not segments.remove(db, shop_id=shop_id, segment_id=rich.id)

    def test_has_an_end(self, backroom: Backroom, shop_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(segments, "MOST", 1)
        add(backroom, shop_id, "Rich", RICH)
        with pytest.raises(UnableToSaveSegment, match="at most 1 segments"):
            add(backroom, shop_id, "Rich", RICH)

    def test_leaves_rules_of_another_version_alone(self, backroom: Backroom, shop_id: int) -> None:
        rich = add(backroom, shop_id, "Rich", RICH)
        with backroom.process.database.write() as db:
            db.execute(segments.segments.update().values(rules={"maybe": []}))
            found = segments.next_unbuilt(db, shop_id=shop_id)
            assert found is not None
            assert (found.id, found.rules) == (rich.id, None)


class TestWorkOut:
    def test_goes_on_where_it_stopped(self, backroom: Backroom, shop_id: int) -> None:
        people(backroom, shop_id, 1000, 0, 2000, 3000, 0)
        rich = add(backroom, shop_id, "Rich", RICH)
        with backroom.process.database.write() as db:
            keys: dict[str, Any] = {"shop_id": shop_id, "segment_id": rich.id, "rules": RICH, "now": NOW}
            assert segment_members.work_out(db, after="", limit=2, **keys) == (["1"], [], "2")
            assert segment_members.work_out(db, after="2", limit=3, **keys) == (["3", "4"], [], None)
            assert segment_members.work_out(db, after="", limit=9, **keys) == ([], [], None)
            rows.change(db, shop_id, "3", total_spent=0)
            rows.change(db, shop_id, "5", total_spent=5000)
            db.execute(profiles.delete().where(profiles.c.id == "4"))
            assert segment_members.work_out(db, after="", limit=9, **keys) == (["5"], ["3", "4"], None)
            counted = segments.one(db, shop_id=shop_id, segment_id=rich.id)
            assert counted is not None
            assert counted.members_count == 2


class TestCount:
    def test_tells_how_many_and_shows_some(self, backroom: Backroom, shop_id: int) -> None:
        people(backroom, shop_id, *[2000] * 7, *[0] * 3)
        people(backroom, backroom.shops.shopify("two.example").id, 9000)
        with backroom.process.database.read() as db:
            found = segment_lists.count(db, shop_id=shop_id, rules=RICH, now=NOW)
            assert (found.matching, len(found.sample)) == (7, 5)
            assert {row.total_spent for row in found.sample} == {2000}
            nobody = segment_lists.count(db, shop_id=shop_id, rules=asking("points", "is", 9), now=NOW)
            assert (nobody.matching, nobody.sample) == (0, ())
            assert segment_lists.everybody(db, shop_id=shop_id) == 10


class TestPage:
    @pytest.mark.parametrize("sort", segment_lists.SORTS)
    @pytest.mark.parametrize("descending", [False, True])
    def test_goes_through_all_once(self, backroom: Backroom, shop_id: int, sort: str, descending: bool) -> None:
        with backroom.process.database.write() as db:
            told = [
                {"sort_name": "b", "total_spent": 5000, "orders_count": 1, "last_order_at": NOW},
                {"sort_name": "a", "total_spent": 5000, "orders_count": 3, "last_order_at": NOW - timedelta(days=9)},
                {"sort_name": "c", "total_spent": 1000, "created_at": NOW - timedelta(hours=1), "points": 7},
                {"sort_name": "c", "total_spent": 1000},
            ]
            rows.add(db, shop_id, *(rows.row(shop_id, str(at), **each) for at, each in enumerate(told)))
            rows.add(db, shop_id, rows.row(shop_id, "poor"))
            rich = segments.add(db, shop_id=shop_id, name="Rich", rules=RICH, now=NOW)
            keys: dict[str, Any] = {"shop_id": shop_id, "now": NOW, "rules": RICH}
            segment_members.work_out(db, segment_id=rich.id, after="", limit=9, **keys)
            seen: list[str] = []
            after = None
            sorting: dict[str, Any] = {"sort": sort, "descending": descending, "limit": 1}
            while found := segment_lists.page(db, shop_id=shop_id, segment_id=rich.id, after=after, **sorting):
                (row,) = found
                assert segment_lists.matching(db, after=after, **keys, **sorting)[0].id == row.id
                assert row.entered_at == NOW
                seen.append(row.id)
                after = segment_lists.cursor(row)
        assert sorted(seen) == ["0", "1", "2", "3"]
        first = {"name": "1", "last_order": "2", "total_spent": "2", "created": "2"}
        if not descending and sort in first:
            assert seen[0] == first[sort]


class TestRfm:
    def test_says_nothing_where_few_ordered(self, backroom: Backroom, shop_id: int) -> None:
        people(backroom, shop_id, *[1000] * 24, orders_count=1, last_order_at=NOW)
        with backroom.process.database.write() as db:
            rows.add(db, shop_id, rows.row(shop_id, "new"))
            assert rfm.begins(db, shop_id=shop_id) is None
            changed, _ = rfm.place(db, shop_id=shop_id, begins=None, after="", limit=99, now=NOW)
            assert changed == 1
        assert {each.rfm_group for each in stored(backroom.process.database, profiles)} == {"", "prospects"}

    def test_bumps_who_changed_group_and_nobody_else(self, backroom: Backroom, shop_id: int) -> None:
        later = NOW + timedelta(days=1)
        with backroom.process.database.write() as db:
            for at in range(40):
                told = {"orders_count": 1 + at // 8, "total_spent": at * 100, "last_order_at": NOW - timedelta(days=at)}
                rows.add(db, shop_id, rows.row(shop_id, f"{at:02}", **told))
            begins = rfm.begins(db, shop_id=shop_id)
            assert rfm.place(db, shop_id=shop_id, begins=begins, after="", limit=30, now=NOW) == (30, "29")
            assert rfm.place(db, shop_id=shop_id, begins=begins, after="29", limit=30, now=NOW) == (10, None)
            assert rfm.place(db, shop_id=shop_id, begins=begins, after="", limit=99, now=later) == (0, None)
            rows.change(db, shop_id, "00", total_spent=100_000, orders_count=99)
            begins = rfm.begins(db, shop_id=shop_id)
            rfm.place(db, shop_id=shop_id, begins=begins, after="", limit=99, now=later)
            matrix, groups = rfm.matrix(db, shop_id=shop_id), rfm.groups(db, shop_id=shop_id)
        found = {each.id: each for each in stored(backroom.process.database, profiles)}
        assert (found["00"].rfm_group, found["00"].version, found["00"].saved_at) == ("champions", 3, later)
        assert found["39"].rfm_group == "previously_loyal"
        assert {each.version for key, each in found.items() if each.saved_at == NOW} == {2}
        assert sum(cell.customers for cell in matrix) == 40
        assert len(matrix) == 25
        assert sum(cell.spent for cell in matrix) == sum(each.total_spent for each in found.values())
        assert groups["champions"] == (1, 100_000)
        assert groups["prospects"] == (0, 0)
