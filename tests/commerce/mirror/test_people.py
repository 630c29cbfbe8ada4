"""Persons come out the same in whatever order things are told, and their totals are what the orders say."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.rules.customers import CustomerFacts
from commerce.rules.events import Deleted, Refunded, Saved
from commerce.rules.orders import Address, OrderFacts, Refund
from commerce.tables import customers, orders
from commerce.tables.people import identities, members, profiles
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror, at
from tests.conftest import Backroom
from tests.examples import examples

MAILS = ("ada@example.org", "Bob@example.org", "cy@example.org", "")
PHONES = ("", "", "+4930111", "+4930222")
CURRENCIES = ("EUR", "EUR", "EUR", "JPY")


def account(key: str, *, second: float = 0, mail: str = "", phone: str = "", **changes: Any) -> Saved:
    facts = CustomerFacts(
        id=key, email=mail, phone=phone, phone_e164=phone, created_at=at(int(key)), updated_at=at(second)
    )
    return Saved(kind="customer", facts=replace(facts, **changes))


def order(key: str, *, second: float = 0, mail: str = "", phone: str = "", **changes: Any) -> Saved:
    facts = OrderFacts(
        id=key,
        number=f"#{key}",
        currency="EUR",
        total=1000,
        email=mail,
        phone=phone,
        phone_e164=phone,
        placed_at=at(int(key)),
        updated_at=at(second),
        billing=Address(last_name="Lovelace", country="DE"),
    )
    return Saved(kind="order", facts=replace(facts, **changes))


@pytest.fixture
def mirror(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)


def persons(mirror: Mirror) -> dict[frozenset[str], Any]:
    """The profiles by the keys of their members, without what depends on when and as what they were made."""
    keys = {row.id: row.key for row in mirror.all(members.members)}
    passing = {"shop_id", "id", "member_ids", "version", "created_at", "updated_at", "saved_at"}
    return {
        frozenset(keys[one] for one in row.member_ids): {
            name: value for name, value in zip(row._fields, row, strict=True) if name not in passing
        }
        for row in mirror.all(profiles.profiles)
    }


def only(mirror: Mirror) -> Any:
    return mirror.one(profiles.profiles)


class TestWhoIsOne:
    def test_a_guest_is_known_by_mail_in_any_case(self, mirror: Mirror) -> None:
        mirror.tell(order("1", mail="Ada@Example.org"), order("2", mail="ada@example.org ", total=500))
        person = only(mirror)
        assert person.id.startswith("c_")
        assert (person.email, person.orders_count, person.total_spent) == ("ada@example.org", 2, 1500)
        assert (person.last_name, person.country, person.has_account) == ("Lovelace", "DE", False)

    def test_an_account_takes_in_the_guest_of_its_mail_before_and_after(self, mirror: Mirror) -> None:
        mirror.tell(order("1", mail="ada@example.org"), account("7", mail="ada@example.org"))
        mirror.tell(order("2", mail="ada@example.org"))
        person = only(mirror)
        assert (person.id, person.orders_count, person.platform_ids) == ("7", 2, {"shopify": "7"})

    def test_an_account_is_known_by_mails_it_had(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="new@example.org", second=9), account("7", mail="old@example.org", second=1))
        mirror.tell(order("1", mail="old@example.org"))
        assert only(mirror).emails == ["new@example.org", "old@example.org"]

    def test_of_two_accounts_the_one_that_has_the_mail_now_counts(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org", second=1), account("7", mail="x@example.org", second=2))
        mirror.tell(account("8", mail="ada@example.org"), order("1", mail="ada@example.org"))
        assert {row.id: row.orders_count for row in mirror.all(profiles.profiles)} == {"7": 0, "8": 1}

    def test_a_phone_counts_only_without_mail_and_only_where_it_leads_to_one(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org", phone="+4930111"))
        mirror.tell(order("1", phone="+4930111"), order("2", phone="+4930111", mail="son@example.org"))
        assert {row.id: row.orders_count for row in mirror.all(profiles.profiles)}["7"] == 1
        mirror.tell(account("8", mail="bob@example.org", phone="+4930111"))
        assert {row.id: row.orders_count for row in mirror.all(profiles.profiles)}["7"] == 0
        assert len(mirror.all(profiles.profiles)) == 4

    def test_two_accounts_are_never_one_by_rule(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org"), account("8", mail="ada@example.org"))
        assert len(mirror.all(profiles.profiles)) == 2

    def test_an_order_without_any_contact_is_nobodys(self, mirror: Mirror) -> None:
        mirror.tell(order("1"))
        assert mirror.all(profiles.profiles) == []

    def test_an_account_that_is_only_known_by_its_orders_is_somebody(self, mirror: Mirror) -> None:
        mirror.tell(order("1", customer_id="7", mail="ada@example.org"))
        person = only(mirror)
        assert (person.id, person.email, person.has_account) == ("7", "ada@example.org", False)


class TestDeletions:
    def test_of_an_account_leave_a_guest_with_the_orders(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org"), order("1", customer_id="7", mail="ada@example.org"))
        mirror.tell(Deleted(kind="customer", id="7", at=at(50)))
        person = only(mirror)
        assert (person.orders_count, person.has_account, person.platform_ids) == (1, False, {})
        assert person.id != "7"

    def test_of_an_account_without_orders_leave_nothing(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org"), Deleted(kind="customer", id="7", at=at(50)))
        for table in (profiles.profiles, profiles.words, members.members, identities.identities):
            assert mirror.all(table) == [], table.name

    def test_of_the_last_order_forget_the_guest(self, mirror: Mirror) -> None:
        mirror.tell(order("1", mail="ada@example.org"), Deleted(kind="order", id="1", at=at(50)))
        for table in (profiles.profiles, members.members, identities.identities):
            assert mirror.all(table) == [], table.name

    def test_that_are_taken_back_give_the_orders_back(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="ada@example.org"), order("1", customer_id="7", mail="ada@example.org"))
        mirror.tell(Deleted(kind="customer", id="7", at=at(50)))
        mirror.tell(account("7", mail="ada@example.org", second=99))
        assert (only(mirror).id, only(mirror).orders_count) == ("7", 1)


class TestTotals:
    def test_keep_currencies_apart(self, mirror: Mirror) -> None:
        mirror.tell(
            order("1", mail="ada@example.org", total=1000, refunded=300),
            order("2", mail="ada@example.org", total=500, currency="JPY"),
            order("3", mail="ada@example.org", total=9000, status="cancelled"),
        )
        person = only(mirror)
        assert person.totals == {"EUR": [1, 1000, 300], "JPY": [1, 500, 0]}
        assert (person.orders_count, person.total_spent, person.refunded, person.average_order) == (2, 700, 300, 700)

    def test_tell_a_rhythm_from_the_second_order_on(self, mirror: Mirror) -> None:
        day = 86_400
        mirror.tell(order("1", mail="ada@example.org"))
        assert (only(mirror).next_order_at, only(mirror).lifetime_value) == (None, 1000)
        mirror.tell(order("2", mail="ada@example.org", placed_at=at(1 + 73 * day)))
        person = only(mirror)
        assert (person.days_between_orders, person.next_order_at) == (73.0, at(1 + 146 * day))
        assert person.lifetime_value == 2000 + 5 * 1000

    def test_follow_a_refund_told_apart(self, mirror: Mirror) -> None:
        mirror.tell(order("1", mail="ada@example.org"))
        mirror.tell(Refunded(order_id="1", refund=Refund(id="r", amount=400, created_at=at(90))))
        assert (only(mirror).total_spent, only(mirror).version) == (600, 2)

    def test_an_unchanged_telling_changes_no_profile(self, mirror: Mirror) -> None:
        mirror.tell(order("1", mail="ada@example.org"))
        before = only(mirror)
        mirror.tell(order("1", mail="ada@example.org", second=5, note="other"), now=200_000)
        after = only(mirror)
        assert (after.version, after.saved_at) == (before.version, before.saved_at)


def _tellings(draw: random.Random) -> list[Saved | Deleted]:
    """What shops tell: accounts that change their addresses, orders of them and of guests, deletions."""
    told: list[Saved | Deleted] = []
    for key in ("7", "8", "9"):
        told += [
            account(key, second=second, mail=draw.choice(MAILS[:3]), phone=draw.choice(PHONES))
            for second in range(1, draw.randint(1, 3) + 1)
        ]
        if draw.random() < 0.3:
            told.append(Deleted(kind="customer", id=key, at=at(50)))
    for key in map(str, range(1, draw.randint(2, 9))):
        who = {
            "mail": draw.choice(MAILS),
            "phone": draw.choice(PHONES),
            "customer_id": draw.choice(("", "", "7", "8", "9")),
            "currency": draw.choice(CURRENCIES),
        }
        for second in range(1, draw.randint(1, 3) + 1):
            changes = {"total": draw.randint(1, 5) * 100, "status": draw.choice(("open", "open", "cancelled"))}
            told.append(order(key, second=second, **who, **changes))
        if draw.random() < 0.2:
            told.append(Deleted(kind="order", id=key, at=at(50)))
    return told


def _as_the_orders_say(mirror: Mirror) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in mirror.all(orders.orders):
        if row.member_id and row.status != "cancelled":
            one = found.setdefault(row.currency, [0, 0, 0])
            found[row.currency] = [one[0] + 1, one[1] + row.total, one[2] + row.refunded]
    return found


def _as_the_profiles_say(mirror: Mirror) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in mirror.all(profiles.profiles):
        for currency, told in row.totals.items():
            one = found.get(currency, [0, 0, 0])
            found[currency] = [kept + more for kept, more in zip(one, told, strict=True)]
    return found


class TestAnyOrder:
    @settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 2**32))
    def test_ends_the_same(self, backroom_again: Any, seed: int) -> None:
        draw = random.Random(seed)
        told = _tellings(draw)
        first, second = backroom_again(), backroom_again()
        for one in told:
            first.tell(one)
        shuffled = told + draw.sample(told, len(told) // 2)
        draw.shuffle(shuffled)
        for part in _parts(shuffled, draw):
            second.tell(*part)
        assert _listed(persons(first)) == _listed(persons(second))
        for each in (first, second):
            assert _as_the_profiles_say(each) == _as_the_orders_say(each)
            here = {row.id for row in each.all(customers.customers)}
            assert {row.id for row in each.all(profiles.profiles)} >= here


def _listed(found: dict[frozenset[str], Any]) -> list[tuple[list[str], str, Any]]:
    """Person by person and field by field, so that a failure says which."""
    return [
        (sorted(keys), name, value)
        for keys, told in sorted(found.items(), key=lambda pair: sorted(pair[0]))
        for name, value in told.items()
    ]


def _parts(told: Sequence[Any], draw: random.Random) -> list[Sequence[Any]]:
    cuts = sorted(draw.sample(range(1, len(told)), min(3, len(told) - 1)))
    return [told[start:end] for start, end in zip([0, *cuts], [*cuts, len(told)], strict=True)]


@pytest.fixture
def backroom_again(backroom: Backroom) -> Any:
    """A fresh shop each time, as an example needs two of them."""
    numbers = count()
    return lambda: Mirror(
        backroom, backroom.shops.shopify(f"s{next(numbers)}.myshopify.com", currency="EUR").id, SHOPIFY
    )
