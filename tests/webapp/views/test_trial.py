"""A test event: signed as the shop's platform signs, through the real door, followed to its end, and taken away."""

import re
from typing import Any

import pytest

from commerce.rules.roles import READ_ONLY
from commerce.tables import inbox, products
from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_user
from tests.stored import rows
from tests.webapp.markup import words
from tests.webapp.team.people import submit

HOME = "/dashboard/"
TRIAL = f"{HOME}test-event"


@pytest.fixture(params=["shopify", "woocommerce", "custom"])
def shop(request: Any, backroom: Backroom) -> Shop:
    found: Shop = getattr(backroom.shops, request.param)()
    return found


@pytest.fixture
def owner(backroom: Backroom, shop: Shop) -> Any:
    return as_user(backroom.client.application.test_client(), shop_id=shop.id)


def seen(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer.text)


class TestATestEvent:
    def test_is_followed_through_every_step_and_leaves_nothing(
        self, backroom: Backroom, shop: Shop, owner: Any
    ) -> None:
        page = submit(owner, TRIAL, page=HOME).headers["Location"]
        before = seen(owner, page)
        assert "Received and stored" in before
        assert "Its signature was right." in before
        assert "Waits to be applied" in before
        assert "It went through" not in before
        backroom.work()
        after = seen(owner, page)
        assert "It went through every step." in after
        assert "Applied" in after
        assert re.search(r"Search index: done \d{4}-", after)
        (product,) = rows(backroom.process.database, products.products)
        assert (product.title, product.published) == ("Backroom test", False)
        gone = submit(owner, f"{TRIAL}/remove", page=page).headers["Location"]
        backroom.work()
        assert "It went through every step." in seen(owner, gone)
        assert rows(backroom.process.database, products.products) == []

    def test_may_be_sent_again(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        pages = set()
        for _ in range(2):
            pages.add(submit(owner, TRIAL, page=HOME).headers["Location"])
            backroom.work()
        assert len(pages) == 2
        assert {row.state for row in rows(backroom.process.database, inbox.inbox)} <= {inbox.APPLIED, inbox.SKIPPED}


class TestWithoutWorkers:
    def test_says_that_it_is_safe(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom()
        owner = as_user(backroom.client.application.test_client(), shop_id=shop.id)
        page = submit(owner, TRIAL, page=HOME).headers["Location"]
        assert "It waits. No worker is running" in seen(owner, page)


class TestGuards:
    def test_let_readers_look_only(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom()
        reader = as_user(backroom.client.application.test_client(), shop_id=shop.id, role=READ_ONLY)
        assert submit(reader, TRIAL, page=HOME).status_code == 403
        assert rows(backroom.process.database, inbox.inbox) == []

    def test_show_nothing_of_another_shop(self, backroom: Backroom) -> None:
        shop, other = backroom.shops.custom(), backroom.shops.custom("other", name="Chairs")
        owner = as_user(backroom.client.application.test_client(), shop_id=shop.id)
        page = submit(owner, TRIAL, page=HOME).headers["Location"]
        foreign = as_user(backroom.client.application.test_client(), mail="ada@example.com", shop_id=other.id)
        assert foreign.get(page).status_code == 404
        assert foreign.get(f"{TRIAL}/x").status_code == 404
