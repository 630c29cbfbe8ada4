"""Segments follow their customers: who changed enters and leaves, is told of it, and nobody else is touched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from commerce.database import Connection
from commerce.mirror.segments import follow
from commerce.rules.segments.written import parse
from commerce.tables import segment_members, segments, shops
from commerce.tables.people.happenings import happenings
from commerce.tables.people.profiles import profiles
from commerce.tables.segment_members import Crossing
from commerce.tables.segments import segment_members as inside
from commerce.tables.shops import Shop
from tests import profiles as rows
from tests.conftest import Backroom
from tests.profiles import NOW
from tests.stored import rows as stored

Followed = Callable[..., list[Crossing]]


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop_id = backroom.shops.shopify("one.example").id
    with backroom.process.database.read() as db:
        found = shops.by_id(db, backroom.process.vault, shop_id)
    assert found is not None
    return found


def add(db: Connection, shop: Shop, name: str, *conditions: dict[str, Any], built: bool = True) -> str:
    made = segments.add(db, shop_id=shop.id, name=name, rules=parse({"all": list(conditions)}), now=NOW)
    if built:
        segment_members.finish(db, shop_id=shop.id, segment_id=made.id, now=NOW)
    return made.id


def told(crossings: list[Crossing]) -> list[tuple[str, str, str]]:
    return [(one.name.partition(".")[2], one.profile_id, one.segment_name) for one in crossings]


RICH = {"field": "total_spent", "operator": "at_least", "value": 1000}


class TestFollow:
    def test_tells_who_enters_and_leaves(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            rich = add(db, shop, "Rich", RICH)
            rows.add(db, shop.id, *(rows.row(shop.id, key, total_spent=2000) for key in ("1", "2", "3")))
            assert told(follow(db, shop, ["2", "1", "2"], now=NOW)) == [
                ("entered", "1", "Rich"),
                ("entered", "2", "Rich"),
            ]
            assert follow(db, shop, ["1", "2"], now=NOW) == []
            rows.change(db, shop.id, "1", total_spent=0)
            assert told(follow(db, shop, ["1", "2"], now=NOW)) == [("left", "1", "Rich")]
            counted = segments.one(db, shop_id=shop.id, segment_id=rich)
            assert counted is not None
            assert counted.members_count == 1
        kinds = [
            (each.member_id, each.kind, each.detail["name"]) for each in stored(backroom.process.database, happenings)
        ]
        assert kinds == [
            ("1", "segment.entered", "Rich"),
            ("2", "segment.entered", "Rich"),
            ("1", "segment.left", "Rich"),
        ]
        assert [each.profile_id for each in stored(backroom.process.database, inside)] == ["2"]

    def test_knows_segments_that_ask_others_and_products(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            rich = add(db, shop, "Rich", RICH)
            add(db, shop, "A rich one", {"field": "segment", "operator": "in", "value": rich})
            add(db, shop, "Bought 7", {"field": "product", "operator": "bought", "value": "7", "within_last": 3})
            rows.add(db, shop.id, rows.row(shop.id, "1", total_spent=2000), rows.row(shop.id, "2"))
            rows.order(db, shop.id, "o", of="m", root="2", products=["7"], placed_at=NOW - timedelta(days=2))
            found = told(follow(db, shop, ["1", "2"], now=NOW))
            assert sorted(found) == [
                ("entered", "1", "A rich one"),
                ("entered", "1", "Rich"),
                ("entered", "2", "Bought 7"),
            ]
            assert told(follow(db, shop, ["2"], now=NOW + timedelta(days=2))) == [("left", "2", "Bought 7")]

    def test_takes_out_who_is_gone(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            add(db, shop, "Rich", RICH)
            rows.add(db, shop.id, rows.row(shop.id, "1", total_spent=2000))
            follow(db, shop, ["1"], now=NOW, silently=True)
            db.execute(profiles.delete())
            assert told(follow(db, shop, ["1"], now=NOW)) == [("left", "1", "Rich")]
        assert stored(backroom.process.database, inside) == []
        assert stored(backroom.process.database, happenings) == []

    def test_does_not_tell_of_segments_that_are_being_worked_out(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            add(db, shop, "Rich", RICH, built=False)
            rows.add(db, shop.id, rows.row(shop.id, "1", total_spent=2000))
            assert follow(db, shop, ["1"], now=NOW) == []
        assert [each.profile_id for each in stored(backroom.process.database, inside)] == ["1"]
        assert stored(backroom.process.database, happenings) == []

    def test_leaves_other_shops_and_unreadable_segments_alone(self, backroom: Backroom, shop: Shop) -> None:
        other = backroom.shops.shopify("two.example").id
        with backroom.process.database.write() as db:
            rich = add(db, shop, "Rich", RICH)
            segments.add(db, shop_id=other, name="Other", rules=parse({"all": [RICH]}), now=NOW)
            rows.add(db, shop.id, rows.row(shop.id, "1", total_spent=2000))
            follow(db, shop, ["1"], now=NOW)
            chosen = (segments.segments.c.shop_id == shop.id, segments.segments.c.id == rich)
            db.execute(segments.segments.update().where(*chosen).values(rules={"unknown": 1}))
            assert follow(db, shop, ["1"], now=NOW) == []
        assert [(each.shop_id, each.profile_id) for each in stored(backroom.process.database, inside)] == [
            (shop.id, "1")
        ]

    def test_does_nothing_where_there_are_no_segments(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            rows.add(db, shop.id, rows.row(shop.id, "1", total_spent=2000))
            assert follow(db, shop, ["1"], now=NOW) == []
            assert follow(db, shop, [], now=NOW) == []
