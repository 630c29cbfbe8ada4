"""What of customers is kept how long: what is over goes, who is still about stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.rules.events import Saved
from commerce.tables.people import accesses, consents, erased, happenings, profiles, retention
from commerce.tables.people.retention import Kept, UnableToKeep
from jobs import retention as job
from jobs.job import utc_now
from tests.commerce.mirror.test_gate import Shop
from tests.commerce.mirror.test_people import account, order
from tests.conftest import Backroom


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return Shop(backroom, backroom.shops.shopify(currency="EUR").id)


def ago(days: float) -> datetime:
    return utc_now() - timedelta(days=days)


def keep(shop: Shop, *, keep_out: bool = False, **days: int | None) -> None:
    with shop.database.write() as db:
        retention.save(db, shop_id=shop.shop_id, kept=Kept(days=days, keep_out=keep_out), now=utc_now())


def happened(shop: Shop, member: str, days: float, source: str = "till") -> None:
    told = {"kind": "note.added", "source": source, "title": "x", "detail": {}, "happened_at": ago(days)}
    with shop.database.write() as db:
        happenings.add(db, shop_id=shop.shop_id, member_id=member, told=[told], made_by="", now=utc_now())


def bought(key: str, days: float, **who: Any) -> Saved:
    return order(key, placed_at=ago(days), **who)


def over(shop: Shop) -> set[str]:
    """Who is left after the job, by mail address."""
    job.end_retention()
    shop.finish()
    return {row.email for row in shop.all(profiles.profiles)}


class TestGuests:
    def test_go_so_long_after_their_last_order(self, shop: Shop) -> None:
        shop.tell(bought("1", 500, mail="old@example.org"), bought("2", 500, mail="back@example.org"))
        shop.tell(bought("3", 20, mail="back@example.org"), bought("4", 10, mail="new@example.org"))
        assert over(shop) == {"old@example.org", "back@example.org", "new@example.org"}  # kept, where nothing is chosen
        keep(shop, guests=400)
        assert over(shop) == {"back@example.org", "new@example.org"}
        assert shop.all(erased.erased) == []
        assert "old@example.org" not in shop.stored()

    def test_stay_while_they_are_heard_of(self, shop: Shop) -> None:
        shop.tell(*(bought(str(number), 500, mail=f"g{number}@example.org") for number in range(3)))
        members = {row.email[:2]: row.id for row in shop.all(profiles.profiles)}
        happened(shop, members["g0"], 3)
        happened(shop, members["g1"], 3, source="backroom")
        keep(shop, guests=400)
        assert over(shop) == {"g0@example.org"}

    def test_are_kept_out_where_that_is_chosen(self, shop: Shop) -> None:
        shop.tell(bought("1", 500, mail="old@example.org"))
        keep(shop, guests=400, keep_out=True)
        assert over(shop) == set()
        shop.tell(bought("2", -1, mail="old@example.org"))
        assert shop.all(profiles.profiles) == []

    def test_of_an_account_are_no_guests(self, shop: Shop) -> None:
        shop.tell(bought("1", 500, mail="a@example.org"), account("7", mail="a@example.org"))
        keep(shop, guests=400)
        assert over(shop) == {"a@example.org"}


class TestAccounts:
    def test_go_when_nothing_was_heard_of_them(self, shop: Shop) -> None:
        shop.tell(account("7", mail="old@example.org"), account("8", mail="back@example.org"))
        shop.tell(bought("1", 5, customer_id="8"))
        keep(shop, accounts=90)
        left = {row.email for row in shop.all(profiles.profiles)}
        assert left == {"old@example.org", "back@example.org"}
        assert over(shop) == {"back@example.org"}

    def test_go_in_portions(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(job, "PERSONS", 2)
        shop.tell(*(account(str(number), mail=f"a{number}@example.org") for number in range(1, 6)))
        keep(shop, accounts=90)
        job.end_retention()
        job.end_retention()  # nobody was erased meanwhile: nobody is asked for twice
        shop.finish()
        assert len(shop.all(profiles.profiles)) == 3
        assert len(over(shop)) == 1
        assert over(shop) == set()


class TestRows:
    def test_go_one_by_one(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(job, "CHUNK", 1)
        shop.tell(account("7", mail="a@example.org"))
        for days in (2000, 1900, 3):
            happened(shop, "7", days)
        with shop.database.write() as db:
            noted = {"shop_id": shop.shop_id, "profile_id": "7", "actor": "merchant", "what": "read"}
            accesses.add(db, [noted | {"at": ago(days)} for days in (500, 3)])
            for channel, days in (("email", 4000), ("email", 3000), ("email", 3), ("sms", 4000)):
                told = {"channel": channel, "state": "subscribed", "method": "", "source": "", "detail": ""}
                consents.add(db, shop_id=shop.shop_id, member_id="7", told=told | {"at": ago(days)})
        job.end_retention()
        assert len(shop.all(happenings.happenings)) == 1
        assert len(shop.all(accesses.accesses)) == 1
        kept = [(row.channel, (utc_now() - row.at).days) for row in shop.all(consents.consents)]
        assert kept == [("email", 3000), ("email", 3), ("sms", 4000)]  # that of 3000 days was in force until lately

    def test_stay_where_the_merchant_keeps_them(self, shop: Shop) -> None:
        happened(shop, "7", 4000)
        keep(shop, accesses=400)
        job.end_retention()
        assert len(shop.all(happenings.happenings)) == 1


class TestChoices:
    @pytest.mark.parametrize(("kind", "days"), [("guests", 3), ("accounts", 99_999), ("moods", 90)])
    def test_that_make_no_sense_are_refused(self, shop: Shop, kind: str, days: int) -> None:
        with pytest.raises(UnableToKeep) as refused:
            keep(shop, **{kind: days})
        assert refused.value.field == kind

    def test_wake_the_job_that_erases(self, backroom: Backroom, shop: Shop) -> None:
        shop.tell(account("7", mail="a@example.org"))
        keep(shop, accounts=90)
        job.end_retention()
        backroom.work()
        assert shop.all(profiles.profiles) == []
