"""Answers of endpoints that say nothing of how they are: of an address that they had before, and of failed tests."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from commerce.mirror import outgoing
from commerce.rules.outgoing.health import ACTIVE
from commerce.settings import Settings
from commerce.tables import shops
from commerce.tables.outgoing import dispatches, endpoints
from commerce.tables.outgoing.endpoints import Chosen
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.outgoing import Merchant, for_receivers
from tests.peers.receivers.receiver import Receiver, receiving, says


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return for_receivers(settings)


@pytest.fixture
def merchant(backroom: Backroom) -> Merchant:
    return Merchant(backroom, backroom.shops.custom())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


class TestAnAnswer:
    @pytest.mark.parametrize("late", [410, 500])
    def test_of_the_address_before_says_nothing(
        self, merchant: Merchant, receiver: Receiver, other: Receiver, late: int
    ) -> None:
        """What was under way there is answered when the merchant has moved on: 410 disabled the new one."""
        key, _ = merchant.endpoint(receiver.url)
        moved = Chosen(url=other.url, filters=["*"])

        def moves(handler: BaseHTTPRequestHandler) -> None:
            with merchant.backroom.process.database.write() as db:
                endpoints.save(db, shop_id=merchant.shop.id, endpoint_id=key, chosen=moved, now=utc_now())
            handler.send_response(late)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        receiver.answer(moves)
        merchant.announce("1")
        merchant.send()
        known = merchant.known(key)
        assert (known.state, known.failures, known.succeeded_at) == (ACTIVE, 0, None)
        merchant.let_time_pass()
        merchant.send()
        assert (merchant.states(), len(other.taken)) == ([dispatches.SENT], 1)

    def test_to_a_test_that_failed_is_no_success(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        receiver.answer(says(500))
        process = merchant.backroom.process
        with process.database.write() as db:
            shop = shops.by_id(db, process.vault, merchant.shop.id)
            assert shop is not None
            outgoing.send_test(db, shop, merchant.known(key), now=utc_now())
        merchant.send()
        assert merchant.states() == [dispatches.FAILED]
        assert (merchant.known(key).failures, merchant.known(key).succeeded_at) == (0, None)
