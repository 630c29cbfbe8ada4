"""Labels: bought once, whatever breaks in the middle of it."""

from typing import Any

import pytest
from sqlalchemy import delete, update

from commerce.rules.orders import Address
from commerce.tables import labels, leases, order_tracking
from integrations import registry
from integrations.errors import Permanent, Transient
from integrations.label_api import ZPL, Box, Label, Rate, Sending, UnableToReadReply, Unsure, asked_of
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows

FROM = Address(first_name="Shop", address1="Markt 1", postcode="10115", city="Berlin", country="DE")
TO = Address(first_name="Ada", last_name="Love", address1="Weg 2", postcode="80331", city="Munich", country="DE")


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom()


def want(backroom: Backroom, shop: Shop, key: str = "order-1", **more: Any) -> int | None:
    sending = Sending(key=key, sender=FROM, receiver=TO, boxes=(Box(grams=900),), **more)
    row = {
        "order_id": "1",
        "carrier": "house",
        "service": sending.service,
        "asked": asked_of(sending),
    }
    with backroom.process.database.write() as db:
        return labels.claim(db, shop_id=shop.id, key=key, row=row, now=utc_now())


def make(backroom: Backroom, shop: Shop) -> Any:
    backroom.process.queues.wake("label", [shop.id])
    backroom.work()
    return rows(backroom.process.database, labels.labels)[-1]


class Maker:
    """A carrier whose answers the test decides: a party outside, which no test can have for real."""

    def __init__(self, outcome: Label | Exception, *, replies: bool = True) -> None:
        self.outcome, self.replies, self.bought = outcome, replies, 0

    def rates(self, sending: Sending) -> tuple[Rate, ...]:
        return (Rate(service="standard", title="Standard", amount=550, currency="EUR"),)

    def buy(self, sending: Sending, *, on_reply: Any = None) -> Label:
        self.bought += 1
        if self.replies and on_reply:
            on_reply(b'{"the": "reply"}')
        return self.read(sending, b"")

    def read(self, sending: Sending, reply: bytes) -> Label:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def void(self, reference: str, *, on_reply: Any = None) -> None: ...


LABEL = Label(number="N1", numbers=("N1",), reference="R1", format="zpl", file=b"^XA^XZ", amount=550, currency="EUR")


CURRENT: list[Maker] = []


def open_maker(*_: Any, **__: Any) -> Maker:
    return CURRENT[-1]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_(maker: Maker) -> Maker:
        CURRENT.append(maker)
        for name in ("house", "sandbox"):
            monkeypatch.setitem(registry.LABEL_MAKERS, name, "tests.jobs.test_labels:open_maker")
        return maker

    return set_


class TestHouseLabels:
    """karrio's own carrier: no account, no network."""

    def test_are_made_and_kept(self, backroom: Backroom, shop: Shop) -> None:
        want(backroom, shop, format=ZPL)
        made = make(backroom, shop)
        assert (made.state, made.error) == (labels.BOUGHT, "")
        assert made.file.startswith(b"^XA")
        assert made.number
        assert made.reply is not None

    def test_as_pdf(self, backroom: Backroom, shop: Shop) -> None:
        want(backroom, shop)
        made = make(backroom, shop)
        assert made.file.startswith(b"%PDF")

    def test_wanted_twice_are_made_once(self, backroom: Backroom, shop: Shop) -> None:
        assert want(backroom, shop) is not None
        assert want(backroom, shop) is None
        make(backroom, shop)
        assert len(rows(backroom.process.database, labels.labels)) == 1


class TestWhatBreaks:
    def test_a_worker_that_died_after_the_reply_leaves_a_label(
        self, backroom: Backroom, shop: Shop, answers: Any
    ) -> None:
        maker = answers(Maker(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        with backroom.process.database.write() as db:
            labels.change(db, label_id, state=labels.ASKING, reply=b'{"the": "reply"}')
        made = make(backroom, shop)
        assert (made.state, made.number, maker.bought) == (labels.BOUGHT, "N1", 0)

    def test_a_worker_that_died_before_the_reply_is_not_followed_by_a_second_purchase(
        self, backroom: Backroom, shop: Shop, answers: Any
    ) -> None:
        maker = answers(Maker(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        with backroom.process.database.write() as db:
            labels.change(db, label_id, state=labels.ASKING)
        made = make(backroom, shop)
        assert (made.state, maker.bought) == (labels.UNSURE, 0)
        assert "Look at the carrier's account" in made.error

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (Unsure("No answer came."), labels.UNSURE),
            (UnableToReadReply("It has no label."), labels.UNSURE),
            (Permanent("The address is wrong."), labels.FAILED),
            (ValueError("a defect"), labels.UNSURE),
        ],
    )
    def test_is_never_tried_again(
        self, backroom: Backroom, shop: Shop, answers: Any, error: Exception, state: str
    ) -> None:
        maker = answers(Maker(error))
        want(backroom, shop)
        made = make(backroom, shop)
        make(backroom, shop)
        assert (made.state, made.due_at, maker.bought) == (state, None, 1)

    def test_a_reply_is_kept_though_somebody_gave_the_label_up(
        self, backroom: Backroom, shop: Shop, answers: Any
    ) -> None:
        """The lease lapsed while the carrier thought about it: it was paid for all the same."""

        class Slow(Maker):
            def buy(self, sending: Sending, *, on_reply: Any = None) -> Label:
                with backroom.process.database.write() as db:
                    db.execute(update(leases.leases).values(holder="somebody else"))
                    labels.change(db, label_id, state=labels.UNSURE, due_at=None)
                return super().buy(sending, on_reply=on_reply)

        maker = answers(Slow(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        make(backroom, shop)
        with backroom.process.database.write() as db:
            db.execute(delete(leases.leases))
        made = make(backroom, shop)
        assert (made.state, made.number, maker.bought) == (labels.BOUGHT, "N1", 1)

    def test_a_wish_that_cannot_be_read_ends(self, backroom: Backroom, shop: Shop) -> None:
        label_id = want(backroom, shop)
        assert label_id is not None
        with backroom.process.database.write() as db:
            labels.change(db, label_id, asked={})
        made = make(backroom, shop)
        assert (made.state, made.due_at) == (labels.UNSURE, None)

    def test_what_breaks_while_it_is_taken_back_ends(self, backroom: Backroom, shop: Shop, answers: Any) -> None:
        class Broken(Maker):
            def void(self, reference: str, *, on_reply: Any = None) -> None:
                raise ValueError("a defect")

        answers(Broken(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        make(backroom, shop)
        with backroom.process.database.write() as db:
            assert labels.take_back(db, shop_id=shop.id, label_id=label_id, now=utc_now())
        made = make(backroom, shop)
        assert (made.state, made.due_at) == (labels.BOUGHT, None)
        assert "Nobody knows whether it was taken back" in made.error

    def test_but_what_was_certainly_not_bought_is(self, backroom: Backroom, shop: Shop, answers: Any) -> None:
        answers(Maker(Transient("It cannot be reached."), replies=False))
        want(backroom, shop)
        waiting = make(backroom, shop)
        assert (waiting.state, waiting.attempts) == (labels.CLAIMED, 1)
        assert waiting.due_at > utc_now()


class TestAfterwards:
    def test_a_label_of_a_carrier_that_tracks_is_followed(self, backroom: Backroom, shop: Shop, answers: Any) -> None:
        answers(Maker(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        with backroom.process.database.write() as db:
            labels.change(db, label_id, carrier="sandbox")
        make(backroom, shop)
        (parcel,) = rows(backroom.process.database, order_tracking.order_tracking)
        assert (parcel.number, parcel.order_id, parcel.source) == ("N1", "1", "label")

    def test_a_label_is_taken_back(self, backroom: Backroom, shop: Shop, answers: Any) -> None:
        answers(Maker(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        make(backroom, shop)
        with backroom.process.database.write() as db:
            labels.change(db, label_id, state=labels.VOIDING, due_at=utc_now())
        assert make(backroom, shop).state == labels.VOIDED

    def test_and_nobody_asks_for_its_parcel_any_more(self, backroom: Backroom, shop: Shop, answers: Any) -> None:
        answers(Maker(LABEL))
        label_id = want(backroom, shop)
        assert label_id is not None
        with backroom.process.database.write() as db:
            labels.change(db, label_id, carrier="sandbox")
        make(backroom, shop)
        with backroom.process.database.write() as db:
            assert labels.take_back(db, shop_id=shop.id, label_id=label_id, now=utc_now())
        make(backroom, shop)
        (parcel,) = rows(backroom.process.database, order_tracking.order_tracking)
        assert (parcel.stopped, parcel.next_check_at) == ("done", None)
