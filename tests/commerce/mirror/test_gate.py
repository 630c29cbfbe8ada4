"""Who was erased does not come back by what is told later; what others bought and hold is as it was."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from commerce.mirror import changes, erasing
from commerce.mirror.changes import Said
from commerce.mirror.erasing import KeptOut
from commerce.rules.customers import Consent
from commerce.rules.events import Deleted, Merged, Refunded, Saved
from commerce.rules.orders import Refund
from commerce.rules.people.traces import digest
from commerce.tables import customers, effects, every, inbox, orders, privacy, shops
from commerce.tables.people import erased, identities, members, profiles
from commerce.vault import Vault
from jobs import privacy as job
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror, at
from tests.commerce.mirror.test_people import account, only, order
from tests.conftest import Backroom
from tests.stored import row

MAIL, PHONE = "ada@example.org", "+4930111"
LATER = datetime(2100, 1, 1, tzinfo=at(0).tzinfo)


class Shop(Mirror):
    """A mirrored shop whose customers are erased by the job itself."""

    def __init__(self, backroom: Backroom, shop_id: int) -> None:
        super().__init__(backroom, shop_id, SHOPIFY)
        self.backroom = backroom

    def act(self, do: Callable[..., Any], *told: Any, **more: Any) -> Any:
        with self.database.write() as db:
            shop = shops.by_id(db, self.vault, self.shop_id)
            return do(db, shop, *told, **more)

    def erase(self, root: str, **more: Any) -> None:
        self.act(erasing.ask_erasure, root, asked_by="Kim", now=at(100_000), **more)
        self.finish()

    def finish(self) -> None:
        """Run the job until nothing is left to erase: it stops when others waited long enough."""
        while any(row.fulfilled_at is None for row in self.all(privacy.requests)):
            job.erase(shop_id=self.shop_id)

    def stored(self, *, but_orders: Sequence[str] = ()) -> str:
        """All that any table holds of the shop, as text."""
        tables = [table for table in every.tables if "shop_id" in table.c]
        found = [(table, one) for table in tables for one in self.all(table)]
        return "\n".join(repr(one) for table, one in found if table is not orders.orders or one.id not in but_orders)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return Shop(backroom, backroom.shops.shopify(currency="EUR").id)


@pytest.fixture
def gone(shop: Shop) -> Shop:
    """The shop, where somebody with an account and a guest's order was erased."""
    shop.tell(account("7", mail=MAIL, phone=PHONE), order("1", customer_id="7", mail=MAIL), order("2", mail=MAIL))
    shop.erase("7")
    assert MAIL not in shop.stored()
    return shop


def nobody(shop: Shop) -> bool:
    tables: Sequence[Any] = (profiles.profiles, members.members, identities.identities, customers.customers)
    return not any(shop.all(table) for table in tables)


class TestAnAccount:
    @pytest.mark.parametrize(
        "told",
        [
            account("7", mail="new@example.org", second=99_999),
            account("8", mail=MAIL.title(), second=99_999),
            account("8", phone=PHONE, second=99_999),
        ],
    )
    def test_that_is_theirs_is_not_written(self, gone: Shop, told: Saved) -> None:
        ((result,), happened) = gone.tell(told)
        assert nobody(gone)
        assert (result.state, result.note, happened) == (inbox.ERASED, "Erased under privacy law.", [])
        assert sum(row.kept_out for row in gone.all(erased.erased)) == 1

    def test_is_known_by_its_number_from_then_on(self, gone: Shop) -> None:
        gone.tell(account("8", mail=MAIL))
        consent = Consent(customer_id="8", channel="email", state="subscribed")
        _, happened = gone.tell(consent, Merged(kept="9", gone="8"), Deleted(kind="customer", id="8"))
        assert (nobody(gone), happened) == (True, [])
        gone.tell(account("8", mail="other@example.org"))
        assert nobody(gone)

    def test_of_somebody_else_is_written(self, gone: Shop) -> None:
        gone.tell(account("8", mail="bob@example.org", phone="+4930222"))
        assert only(gone).email == "bob@example.org"

    def test_of_somebody_else_stays_theirs_with_an_address_they_shared(self, shop: Shop) -> None:
        shop.tell(account("7", mail=MAIL), account("8", mail=MAIL))
        shop.erase("7")
        shop.tell(account("8", mail=MAIL, second=50, first_name="Bob"))
        assert (only(shop).id, only(shop).first_name) == ("8", "Bob")
        shop.tell(account("9", mail=MAIL))
        assert len(shop.all(profiles.profiles)) == 2


class TestAnOrder:
    @pytest.mark.parametrize(
        "told",
        [
            order("1", customer_id="7", mail=MAIL, second=99_999, placed_at=LATER),
            order("3", mail=MAIL),
            order("3", phone=PHONE),
            order("3", customer_id="7", mail="new@example.org"),
            order("3", customer_id="9", mail=MAIL, placed_at=None),
        ],
    )
    def test_of_before_is_written_without_a_name(self, gone: Shop, told: Saved) -> None:
        ((result,), _) = gone.tell(told)
        row = gone.one(orders.orders, id=told.facts.id)
        assert (row.total, row.email, row.phone, row.customer_id, row.member_id) == (1000, "", "", "", "")
        assert "Lovelace" not in repr(row)
        assert (nobody(gone), result.state) == (True, inbox.ERASED)

    def test_of_later_can_be_fulfilled_and_makes_no_profile(self, gone: Shop) -> None:
        told = order("3", customer_id="7", mail=MAIL, placed_at=LATER)
        ((result,), _) = gone.tell(told)
        gone.tell(order("3", customer_id="7", mail=MAIL, placed_at=LATER, second=9, note="Ring twice"))
        row = gone.one(orders.orders, id="3")
        assert (row.email, row.billing["last_name"], row.note, row.member_id) == (MAIL, "Lovelace", "Ring twice", "")
        assert (nobody(gone), result.state) == (True, inbox.APPLIED)

    def test_of_an_account_that_is_deleted_later_makes_no_guest(self, gone: Shop) -> None:
        gone.tell(order("3", customer_id="9", mail=MAIL, placed_at=LATER))
        gone.tell(Deleted(kind="customer", id="9", at=at(99_999)))
        assert nobody(gone)

    def test_is_erased_when_they_ask_again(self, gone: Shop) -> None:
        gone.tell(order("3", mail=MAIL, placed_at=LATER), account("7", mail=MAIL))
        asked = {"kind": privacy.ERASE_CUSTOMER, "customer_id": "7", "email": MAIL, "phone": "", "order_ids": []}
        with gone.database.write() as db:
            db.execute(privacy.requests.insert().values(asked | {"shop_id": gone.shop_id, "received_at": at(1)}))
            wanted = [effects.NewEffect(kind=effects.ERASE, object_kind="shop", object_id="")]
            effects.plan(db, shop_id=gone.shop_id, wanted=wanted, now=at(1))
        gone.finish()
        assert MAIL not in gone.stored()
        assert len({row.person for row in gone.all(erased.erased)}) == 1

    def test_told_refunds_without_a_word(self, gone: Shop) -> None:
        refund = Refund(id="r", amount=400, reason="Ada sent it back", created_at=at(90))
        gone.tell(order("3", mail=MAIL, refunds=(refund,), refunded=400))
        ((result,), _) = gone.tell(Refunded(order_id="1", refund=Refund(id="s", amount=300)))
        assert "Ada" not in gone.stored()
        assert [row.refunded for row in gone.all(orders.orders)] == [300, 0, 400]
        assert result.state == inbox.ERASED


class TestLifting:
    def test_lets_them_in_with_what_they_bought_since(self, gone: Shop) -> None:
        gone.tell(account("7", mail=MAIL, second=50), order("3", mail=MAIL, placed_at=LATER, total=700))
        person = gone.act(erasing.who, MAIL)
        assert person == gone.act(erasing.who, "7") == gone.act(erasing.who, "1") != ""
        assert gone.act(erasing.lift, person, now=at(100_001))
        assert (only(gone).email, only(gone).total_spent) == (MAIL, 700)
        gone.tell(account("7", mail=MAIL, second=51))
        assert (only(gone).id, only(gone).total_spent) == ("7", 700)
        assert not gone.act(erasing.lift, person, now=at(100_002))

    def test_of_one_keeps_the_others_out(self, gone: Shop) -> None:
        gone.tell(account("8", mail="bob@example.org"))
        gone.erase("8")
        gone.act(erasing.lift, gone.act(erasing.who, "8"), now=at(100_001))
        gone.tell(account("7", mail=MAIL), account("8", mail="bob@example.org"))
        assert only(gone).id == "8"


class TestPutInHere:
    def test_is_refused_until_they_are_let_in(self, gone: Shop) -> None:
        for field, value in (("email", "ADA@example.org"), ("phone", PHONE)):
            with pytest.raises(KeptOut) as refused:
                gone.act(changes.create, Said(fields={field: value}), made_by="Kim", now=at(1))
            assert (refused.value.field, refused.value.person) == (field, gone.act(erasing.who, "7"))
            assert value not in str(refused.value)
        gone.act(erasing.lift, gone.act(erasing.who, MAIL), now=at(100_001))
        gone.act(changes.create, Said(fields={"email": MAIL}), made_by="Kim", now=at(1))
        assert only(gone).email == MAIL

    def test_as_another_address_of_somebody_is_refused(self, gone: Shop) -> None:
        root = gone.act(changes.create, Said(fields={"email": "bob@example.org"}), made_by="Kim", now=at(1))
        with pytest.raises(KeptOut):
            gone.act(changes.update, root, Said(fields={"email": MAIL}), made_by="Kim", now=at(1))


class TestKeys:
    def test_open_after_the_secret_key_changed(self, gone: Shop) -> None:
        key = gone.vault.open(row(gone.database, shops.shops, id=gone.shop_id).people_key_sealed)
        sealed = shops.shops.c.webhook_secret_sealed
        with gone.database.write() as db:
            former = {"people_key_sealed": Vault("the former key").seal(key), sealed.name: ""}
            shops.learn(db, gone.shop_id, **former)
        gone.vault = Vault("a new key,the former key")
        gone.tell(account("8", mail=MAIL))
        assert nobody(gone)

    def test_tell_nothing_to_who_has_the_table_only(self, gone: Shop) -> None:
        stored = {row.digest for row in gone.all(erased.erased)}
        assert digest("", f"email:{MAIL}") not in stored
        assert len(stored) == 5  # an account, a mail address, a phone, two orders

    def test_are_of_one_shop(self, backroom: Backroom, gone: Shop) -> None:
        other = Shop(backroom, backroom.shops.shopify("two.myshopify.com", currency="EUR").id)
        other.tell(account("7", mail=MAIL))
        assert only(other).email == MAIL


class TestWithoutABlock:
    def test_whoever_comes_again_is_welcome(self, shop: Shop) -> None:
        shop.tell(account("7", mail=MAIL), order("1", customer_id="7", mail=MAIL))
        shop.erase("7", block=False)
        assert (shop.all(erased.erased), nobody(shop)) == ([], True)
        shop.tell(account("7", mail=MAIL), order("1", customer_id="7", mail=MAIL))  # what a walk tells once more
        assert nobody(shop)
        shop.tell(account("7", mail=MAIL, second=60), order("2", customer_id="7", mail=MAIL))
        assert (only(shop).id, only(shop).orders_count) == ("7", 1)
