"""Merges and their undoing: what was one is two again, to the cent, and no rule joins what somebody parted."""

import random
from typing import Any

import pytest

from commerce.mirror import changes, merges
from commerce.mirror.changes import Said
from commerce.mirror.merges import UnableToMerge
from commerce.rules.events import Deleted, Merged
from commerce.tables import shops
from commerce.tables.people import members, profiles
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror, at
from tests.commerce.mirror.test_people import MAILS, account, order, persons
from tests.conftest import Backroom

NOW = at(300_000)


@pytest.fixture
def mirror(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)


def acting(mirror: Mirror, act: Any) -> Any:
    with mirror.database.write() as db:
        shop = shops.by_id(db, mirror.vault, mirror.shop_id)
        return act(db, shop)


def merge(mirror: Mirror, primary: str, secondary: str) -> str:
    told = {"primary": primary, "secondary": secondary, "reason": "The same person.", "made_by": "Kim", "now": NOW}
    return str(acting(mirror, lambda db, shop: merges.merge(db, shop, **told)))


def undo(mirror: Mirror, merge_id: str) -> None:
    acting(mirror, lambda db, shop: merges.undo(db, shop, merge_id=merge_id, undone_by="Kim", now=NOW))


def spent(mirror: Mirror) -> dict[str, int]:
    return {row.id: row.total_spent for row in mirror.all(profiles.profiles)}


class TestMerge:
    def test_shows_one_under_the_other_with_all_they_bought(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        mirror.tell(order("1", customer_id="7", total=100), order("2", customer_id="8", total=20))
        merge(mirror, "8", "7")
        person = mirror.one(profiles.profiles)
        assert (person.id, person.total_spent, person.email) == ("8", 120, "b@example.org")
        assert person.emails == ["b@example.org", "a@example.org"]
        mirror.tell(order("3", customer_id="7", total=3), order("4", mail="a@example.org", total=4))
        assert spent(mirror) == {"8": 127}

    def test_undone_leaves_two_again_and_what_came_meanwhile_with_its_owner(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        mirror.tell(order("1", customer_id="7", total=100), order("2", customer_id="8", total=20))
        merge_id = merge(mirror, "8", "7")
        mirror.tell(order("3", customer_id="7", total=3))
        undo(mirror, merge_id)
        assert spent(mirror) == {"7": 103, "8": 20}
        with pytest.raises(UnableToMerge, match="undone before"):
            undo(mirror, merge_id)

    def test_undone_is_not_joined_again_by_what_they_share(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), order("1", mail="b@example.org", total=9))
        guest = next(row.id for row in mirror.all(profiles.profiles) if row.id != "7")
        merge_id = merge(mirror, "7", guest)
        mirror.tell(account("7", mail="b@example.org", second=9))
        undo(mirror, merge_id)
        assert spent(mirror) == {"7": 0, guest: 9}
        mirror.tell(order("2", mail="b@example.org", total=1))
        assert spent(mirror) == {"7": 0, guest: 10}
        merge(mirror, "7", guest)
        assert spent(mirror) == {"7": 10}

    def test_of_a_guest_as_the_primary_holds_though_rules_would_have_it_the_other_way(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), order("1", mail="b@example.org", total=9))
        guest = next(row.id for row in mirror.all(profiles.profiles) if row.id != "7")
        merge(mirror, guest, "7")
        mirror.tell(account("7", mail="b@example.org", second=9))
        assert spent(mirror) == {guest: 9}

    @pytest.mark.parametrize(("primary", "secondary"), [("7", "7"), ("7", "9"), ("9", "7")])
    def test_of_nobody_is_refused(self, mirror: Mirror, primary: str, secondary: str) -> None:
        mirror.tell(account("7", mail="a@example.org"))
        with pytest.raises(UnableToMerge):
            merge(mirror, primary, secondary)

    def test_reaches_no_other_shop(self, backroom: Backroom, mirror: Mirror) -> None:
        other = Mirror(backroom, backroom.shops.shopify("other.myshopify.com", currency="EUR").id, SHOPIFY)
        mirror.tell(account("7", mail="a@example.org"))
        other.tell(account("8", mail="a@example.org"))
        with pytest.raises(UnableToMerge):
            merge(mirror, "7", "8")

    def test_by_rule_is_undone_by_taking_out(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), order("1", mail="a@example.org", total=9))
        guest = next(row.id for row in mirror.all(members.members) if row.id != "7")
        acting(mirror, lambda db, shop: merges.take_out(db, shop, member=guest, said_by="Kim", now=NOW))
        assert spent(mirror) == {"7": 0, guest: 9}
        mirror.tell(order("2", mail="a@example.org", total=1))
        assert spent(mirror) == {"7": 0, guest: 10}


class TestFollowing:
    def test_the_platforms_merge_keeps_the_orders_of_both(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        mirror.tell(order("1", customer_id="7", total=100), order("2", customer_id="8", total=20, mail="b@example.org"))
        for _ in range(2):
            mirror.tell((Merged(kept="7", gone="8"), Deleted(kind="customer", id="8", at=at(40))))
        assert spent(mirror) == {"7": 120}
        mirror.tell(order("3", customer_id="8", total=3))
        assert spent(mirror) == {"7": 123}

    def test_told_without_the_deletion_joins_the_two(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        mirror.tell(order("1", customer_id="7", total=100), order("2", customer_id="8", total=20))
        mirror.tell(Merged(kept="7", gone="8"))
        assert spent(mirror) == {"7": 120}

    def test_that_comes_first_ends_the_same(self, mirror: Mirror) -> None:
        mirror.tell((Merged(kept="7", gone="8"), Deleted(kind="customer", id="8", at=at(40))))
        mirror.tell(order("1", customer_id="7", total=100), order("2", customer_id="8", total=20, mail="b@example.org"))
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        assert spent(mirror) == {"7": 120}

    def test_the_other_way_round_ends_what_was_merged_here(self, mirror: Mirror) -> None:
        """Undoing the merge of before would take apart what was merged since."""
        mirror.tell(*(account(key, mail=f"{key}@example.org") for key in "789"))
        mirror.tell(*(order(key, customer_id=key, total=int(key)) for key in "789"))
        before = merge(mirror, "8", "7")
        mirror.tell((Merged(kept="7", gone="8"), Deleted(kind="customer", id="8", at=at(400))))
        assert spent(mirror) == {"7": 15, "9": 9}
        merge(mirror, "9", "7")
        with pytest.raises(UnableToMerge):
            undo(mirror, before)
        assert spent(mirror) == {"9": 24}


class TestManyMerges:
    @pytest.mark.parametrize("seed", range(8))
    def test_undone_in_any_order_leave_what_there_was(self, mirror: Mirror, seed: int) -> None:
        draw = random.Random(seed)
        mirror.tell(*(account(str(key), mail=f"a{key}@example.org") for key in range(1, 6)))
        mirror.tell(*(order(str(key), customer_id=str(draw.randint(1, 5)), total=key) for key in range(1, 9)))
        mirror.tell(*(order(str(key), mail=draw.choice(MAILS), total=key) for key in range(10, 14)))
        before = persons(mirror)
        made = []
        for _ in range(4):
            one, other = draw.sample([row.id for row in mirror.all(profiles.profiles)], 2)
            made.append(merge(mirror, one, other))
        assert sum(spent(mirror).values()) == sum(row["total_spent"] for row in before.values())
        draw.shuffle(made)
        for merge_id in made:
            undo(mirror, merge_id)
        assert persons(mirror) == before


class TestFieldsSetHere:
    def test_stand_until_the_platform_says_something_else(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org", phone="+4930111", tags=("old",)))
        said = Said(fields={"phone": None, "note": "Likes tea"}, tags=["vip"])
        acting(mirror, lambda db, shop: changes.update(db, shop, "7", said, made_by="Kim", now=NOW))
        person = mirror.one(profiles.profiles)
        assert (person.phone, person.note, person.tags, person.version) == ("", "Likes tea", ["vip"], 2)
        mirror.tell(account("7", mail="a@example.org", phone="+4930111", tags=("old",), second=5, first_name="Ada"))
        assert mirror.one(profiles.profiles).phone == ""
        mirror.tell(account("7", mail="a@example.org", phone="+4930222", tags=("old",), second=9, first_name="Ada"))
        assert (mirror.one(profiles.profiles).phone, mirror.one(profiles.profiles).note) == ("+4930222", "Likes tea")

    def test_of_who_is_put_in_here_are_found_by_a_later_account(self, mirror: Mirror) -> None:
        said = Said(fields={"email": "Ada@Example.org", "first_name": "Ada"}, external_ids={"klaviyo": "k1"})
        root = acting(mirror, lambda db, shop: changes.create(db, shop, said, made_by="Kim", now=NOW))
        assert root.startswith("c_")
        mirror.tell(account("7", mail="ada@example.org"))
        person = mirror.one(profiles.profiles)
        assert (person.id, person.first_name) == ("7", "Ada")
        assert person.platform_ids == {"klaviyo": "k1", "shopify": "7"}

    def test_refuse_an_address_that_is_somebody_elses(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"), account("8", mail="b@example.org"))
        said = Said(fields={"email": "A@example.org"})
        with pytest.raises(changes.Taken) as refused:
            acting(mirror, lambda db, shop: changes.update(db, shop, "8", said, made_by="Kim", now=NOW))
        assert (refused.value.field, refused.value.profile_id) == ("email", "7")
        assert "example.org" not in str(refused.value)

    def test_attributes_are_those_told_last_wherever_they_were_told(self, mirror: Mirror) -> None:
        mirror.tell(account("7", mail="a@example.org"))
        for value, when in (("M", 50), ("L", 90), ("S", 70)):
            said = Said(fields={}, attributes={"size": value}, source="till", at=at(when))
            acting(mirror, lambda db, shop, said=said: changes.update(db, shop, "7", said, made_by="key", now=NOW))
        assert mirror.one(profiles.profiles).attributes["size"]["value"] == "L"
