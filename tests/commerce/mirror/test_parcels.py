"""What was heard of parcels, into the tables."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.mirror.parcels import Heard, Ways, apply
from commerce.rules import tracking
from commerce.tables import order_tracking, parcel_erasure, tracking_scans
from commerce.tables.tracking_settings import TrackingSettings
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.stored import rows


class Desk:
    """A shop with one parcel, and what is heard of it."""

    def __init__(self, backroom: Backroom) -> None:
        self.database, self.shop_id, self.now = backroom.process.database, backroom.shops.custom().id, utc_now()
        row = {"shop_id": self.shop_id, "number": "N1", "carrier": "ups", "source": order_tracking.API, "token": "t"}
        row |= {"to_zone": "Europe/Berlin", "created_at": self.now, "saved_at": self.now, "next_check_at": self.now}
        with self.database.write() as db:
            order_tracking.add(db, [row])

    @property
    def row(self) -> Any:
        return rows(self.database, order_tracking.order_tracking)[0]

    def change(self, **values: Any) -> None:
        with self.database.write() as db:
            db.execute(update(order_tracking.order_tracking).values(**values))

    def hear(self, *heard: Heard, settings: TrackingSettings | None = None) -> list[Any]:
        ways = Ways(settings=settings or TrackingSettings())
        with self.database.write() as db:
            return apply(db, shop_id=self.shop_id, heard=heard, way=tracking_scans.POLL, ways=ways, now=self.now)

    def told(self, scans: Sequence[tracking.Scan], **more: Any) -> Heard:
        told = tracking.Told(number="N1", carrier="ups", scans=tuple(scans))
        return Heard(tracking_id=self.row.id, told=told, **more)


def scan(at: datetime, status: str = tracking.OUT_FOR_DELIVERY, **more: Any) -> tracking.Scan:
    return tracking.Scan(at=at, status=status, **more)


@pytest.fixture
def desk(backroom: Backroom) -> Desk:
    return Desk(backroom)


class TestWhoWasErased:
    def test_is_not_told_of_any_more(self, desk: Desk) -> None:
        desk.hear(desk.told([scan(desk.now)]))
        desk.change(order_id="7")
        with desk.database.write() as db:
            parcel_erasure.erase(db, shop_id=desk.shop_id, order_ids=["7"])
        later = scan(desk.now + timedelta(hours=1), tracking.DELIVERED, place=tracking.Place(city="Graz"))
        assert desk.hear(desk.told([later])) == []
        assert (desk.row.city, desk.row.next_check_at, desk.row.stopped) == ("", None, "erased")
        assert len(rows(desk.database, tracking_scans.scans)) == 1


class TestWhatWasNotAnswered:
    def test_is_no_word_of_the_carrier(self, desk: Desk) -> None:
        """Its turn comes later: nobody was asked, and nobody told by itself."""
        again = desk.now + timedelta(seconds=60)
        desk.hear(Heard(tracking_id=desk.row.id, again_at=again, asked=False))
        assert (desk.row.pushed_at, desk.row.checked_at, desk.row.next_check_at) == (None, None, again)

    @pytest.mark.parametrize("values", [{"stopped": "done"}, {"status": tracking.DELIVERED}])
    def test_is_not_asked_again_where_the_parcel_ended_meanwhile(self, desk: Desk, values: dict[str, str]) -> None:
        desk.change(**values, next_check_at=None)
        desk.hear(Heard(tracking_id=desk.row.id, problem="away", again_at=desk.now + timedelta(minutes=2)))
        assert desk.row.next_check_at is None


class TestWhatWasAnswered:
    def test_twice_at_once_is_told_once(self, desk: Desk) -> None:
        """Somebody opened its page while it was being asked for: it was due, and asked for, again."""
        lines = [scan(desk.now - timedelta(hours=2))]
        happened = desk.hear(desk.told(lines), desk.told([*lines, scan(desk.now, tracking.DELIVERED)]))
        assert [event.name for event in happened] == ["parcel.out_for_delivery", "parcel.delivered"]
        assert (desk.row.status, desk.row.calls) == (tracking.DELIVERED, 2)

    def test_by_a_carrier_that_it_was_taken_from_is_nothing(self, desk: Desk) -> None:
        answer = desk.told([scan(desk.now, tracking.DELIVERED)], carrier="ups")
        desk.change(carrier="fedex")
        assert desk.hear(answer) == []
        assert (desk.row.status, desk.row.next_check_at) == (tracking.LABEL_CREATED, desk.now)

    def test_of_long_before_it_was_followed_is_no_news(self, desk: Desk) -> None:
        old, new = desk.now - timedelta(days=9), desk.now - timedelta(hours=1)
        happened = desk.hear(desk.told([scan(old, tracking.PICKED_UP), scan(new)]))
        assert [(event.name, event.origin) for event in happened] == [
            ("parcel.picked_up", "import"),
            ("parcel.out_for_delivery", "live"),
        ]

    def test_of_a_parcel_that_somebody_settled_leaves_it_at_its_end(self, desk: Desk) -> None:
        desk.change(stopped="done", ended_at=desk.now, next_check_at=None)
        desk.hear(replace(desk.told([scan(desk.now)]), asked=False))
        assert (desk.row.ended_at, desk.row.next_check_at) == (desk.now, None)

    def test_without_end_is_kept_as_far_as_it_is_new(self, desk: Desk) -> None:
        lines = [scan(desk.now - timedelta(seconds=step), text=f"line {step}") for step in range(10_000)]
        desk.hear(desk.told(lines))
        kept = rows(desk.database, tracking_scans.scans)
        assert len(kept) == 500
        assert desk.row.scanned_at == desk.now

    def test_with_odd_words_is_kept(self, desk: Desk) -> None:
        desk.hear(desk.told([scan(desk.now, sub_status="a\x00b" * 500)]))
        assert len(desk.row.sub_status) == 100


class TestTablesOfTheShop:
    @pytest.mark.parametrize("tables", [{"rungs": "none"}, {"rungs": [], "levels": {}, "chances": {}}])
    def test_that_cannot_be_read_stop_nothing(self, desk: Desk, tables: dict[str, Any]) -> None:
        desk.hear(desk.told([scan(desk.now)]), settings=TrackingSettings(tables=tables))
        assert desk.row.status == tracking.OUT_FOR_DELIVERY
        assert desk.row.next_check_at > desk.now
