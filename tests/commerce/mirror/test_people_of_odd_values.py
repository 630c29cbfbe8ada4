"""What a form let through is longer than any index takes: the order is written, and so is who placed it."""

import random
from typing import Any

import pytest

from commerce.rules.orders import Address
from commerce.tables.people import profiles
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror
from tests.commerce.mirror.test_people import account, order
from tests.conftest import Backroom

LONG = random.Random(5).randbytes(20_000).hex()  # what is compressed well would fit into an index all the same


@pytest.fixture
def mirror(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)


class TestValuesThatAreTooLong:
    @pytest.mark.parametrize(
        "told",
        [
            order("1", customer_id="7", mail=LONG),
            order("1", mail="ada@example.org", phone=LONG, phone_e164=""),
            order("1", mail="ada@example.org", billing=Address(last_name=LONG, country=LONG)),
            account("7", mail="ada@example.org", phone=LONG, phone_e164="", tags=(LONG,), first_name=LONG),
            account("7", addresses=({"country": LONG, "city": LONG},)),
        ],
        ids=["mail", "phone", "address", "all of an account", "address of an account"],
    )
    def test_do_not_keep_their_person_from_being_shown(self, mirror: Mirror, told: Any) -> None:
        mirror.tell(told, order("2", mail="bob@example.org"))
        assert len(mirror.all(profiles.profiles)) == 2
