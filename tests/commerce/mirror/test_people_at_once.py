"""Two who change persons at the same moment: both are heard, and the persons are what all that is stored says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest

from commerce.mirror import changes, merges
from commerce.mirror.apply import apply
from commerce.mirror.changes import Said
from commerce.mirror.merges import UnableToMerge
from commerce.mirror.tellings import Told
from commerce.rules.events import Reading
from commerce.tables import shops
from commerce.tables.people import members, profiles
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror, at
from tests.commerce.mirror.test_people import account, order
from tests.conftest import Backroom

NOW = at(300_000)
Act = Callable[[Any, Any], Any]


@pytest.fixture
def mirror(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)


def at_once(mirror: Mirror, first: Act, second: Act) -> Any:
    """The second begins when the first is done and not committed yet: it must wait for it, or come to the same."""

    def acting(act: Act) -> Any:
        with mirror.database.write() as db:
            return act(db, shops.by_id(db, mirror.vault, mirror.shop_id))

    with ThreadPoolExecutor(1) as pool:
        with mirror.database.write() as db:
            first(db, shops.by_id(db, mirror.vault, mirror.shop_id))
            later = pool.submit(acting, second)
            wait([later], timeout=0.3)
        return later.result(timeout=60)


def merging(primary: str, secondary: str) -> Act:
    told = {"primary": primary, "secondary": secondary, "reason": "The same person.", "made_by": "Kim", "now": NOW}
    return partial(merges.merge, **told)


def saying(root: str, channel: str, state: str) -> Act:
    told = {"channel": channel, "state": state, "method": "form", "source": "api", "at": NOW, "now": NOW}
    return lambda db, shop: changes.consent(db, shop, root, **told)


def setting(root: str, **fields: str) -> Act:
    return lambda db, shop: changes.update(db, shop, root, Said(fields=fields), made_by="Kim", now=NOW)


def telling(mirror: Mirror, *told: Any) -> Act:
    deliveries = [
        Told(inbox_id=900 + place, received_at=NOW, triggered_at=None, origin="live", reading=Reading(changes=(one,)))
        for place, one in enumerate(told)
    ]
    return lambda db, shop: apply(db, shop, deliveries, ways=mirror.ways, now=NOW)


def spent(mirror: Mirror) -> dict[str, int]:
    return {row.id: row.total_spent for row in mirror.all(profiles.profiles)}


@pytest.fixture
def three(mirror: Mirror) -> Mirror:
    """Three customers with an order each."""
    mirror.tell(*(account(key, mail=f"{key}@example.org") for key in "789"))
    mirror.tell(*(order(key, customer_id=key, total=int(key)) for key in "789"))
    return mirror


class TestMergesAtOnce:
    def test_crossing_each_other_leave_one_person(self, three: Mirror) -> None:
        with pytest.raises(UnableToMerge):
            at_once(three, merging("8", "7"), merging("7", "8"))
        assert spent(three) == {"8": 15, "9": 9}

    def test_one_behind_the_other_leave_one_person(self, three: Mirror) -> None:
        at_once(three, merging("8", "7"), merging("9", "8"))
        assert spent(three) == {"9": 24}
        assert {row.root for row in three.all(members.members)} == {"9"}

    def test_with_a_delivery_about_who_goes(self, three: Mirror) -> None:
        changed = telling(three, account("7", second=50, mail="7@example.org", last_name="Byron"))
        at_once(three, changed, merging("8", "7"))
        assert spent(three) == {"8": 15, "9": 9}
        assert three.one(profiles.profiles, id="8").last_name == "Byron"

    def test_with_a_delivery_that_waits_for_them(self, three: Mirror) -> None:
        changed = telling(three, account("7", second=50, mail="7@example.org", last_name="Byron"))
        at_once(three, merging("8", "7"), changed)
        assert spent(three) == {"8": 15, "9": 9}
        assert three.one(profiles.profiles, id="8").last_name == "Byron"


class TestOneCustomerAtOnce:
    def test_withdrawing_one_channel_and_allowing_another(self, three: Mirror) -> None:
        at_once(three, saying("7", "email", "unsubscribed"), saying("7", "sms", "subscribed"))
        person = three.one(profiles.profiles, id="7")
        assert (person.email_consent, person.sms_consent) == ("unsubscribed", "subscribed")

    def test_two_fields_that_are_set(self, three: Mirror) -> None:
        at_once(three, setting("7", first_name="Ada"), setting("7", last_name="Byron"))
        person = three.one(profiles.profiles, id="7")
        assert (person.first_name, person.last_name) == ("Ada", "Byron")

    def test_consent_and_an_order(self, three: Mirror) -> None:
        bought = telling(three, order("20", customer_id="7", total=100))
        at_once(three, saying("7", "email", "unsubscribed"), bought)
        person = three.one(profiles.profiles, id="7")
        assert (person.email_consent, person.total_spent) == ("unsubscribed", 107)


class TestSomebodyNewAtOnce:
    def test_put_in_while_a_guest_orders(self, mirror: Mirror) -> None:
        bought = telling(mirror, order("1", mail="ada@example.org"))
        put_in = Said(fields={"email": "ada@example.org"})
        at_once(mirror, lambda db, shop: changes.create(db, shop, put_in, made_by="Kim", now=NOW), bought)
        assert list(spent(mirror).values()) == [1000]

    def test_put_in_twice_is_one(self, mirror: Mirror) -> None:
        put_in = Said(fields={"email": "ada@example.org"})
        create = partial(changes.create, said=put_in, made_by="Kim", now=NOW)
        with pytest.raises(changes.Taken):
            at_once(mirror, create, create)
        assert len(mirror.all(profiles.profiles)) == 1
