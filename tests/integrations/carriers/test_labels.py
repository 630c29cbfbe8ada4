"""Labels: what is bought, read and taken back, and what is known when buying fails."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commerce.rules.orders import Address
from commerce.settings import Settings
from integrations import registry
from integrations.carrier_api import Account
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from integrations.label_api import Box, Content, LabelMaker, Sending, UnableToReadReply, Unsure
from tests.integrations.carriers.opened import OwnTokens, account, patience
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

HOME = Address(
    first_name="Ann",
    last_name="Oak",
    address1="1 Pine St",
    postcode="97201",
    city="Portland",
    province="OR",
    country="US",
)
STORE = Address(
    first_name="Sam",
    last_name="Shop",
    company="Corner & Sons",
    address1="5 Main St",
    postcode="40213",
    city="Louisville",
    province="KY",
    country="US",
    phone="5025550100",
)
SENDING = Sending(
    key="order 1001",
    sender=STORE,
    receiver=HOME,
    boxes=(Box(grams=1500, length=300, width=200, height=100),),
    reference="#1001",
)
SERVICES = {"ups": "ups_ground", "fedex": "fedex_ground"}
SHIP = {"ups": "/api/shipments/v2409/ship", "fedex": "/ship/v1/shipments"}
VOID = {"ups": "/api/shipments/v2409/void/cancel/", "fedex": "/ship/v1/shipments/cancel"}
RATES = {"ups": "/api/rating/v2409/Shop", "fedex": "/rate/v1/rates/quotes"}
BOTH = ("ups", "fedex")
Opened = Callable[..., LabelMaker]


@pytest.fixture
def labels(peer: Peer) -> Opened:
    """The label maker of a carrier on the peer."""

    def of(carrier: str, *, origin: str = "", tokens: Any = None, fault: str = "", **more: str) -> LabelMaker:
        line = registry.load(registry.LABEL_MAKERS[carrier])
        known = account(carrier, origin or peer.url, **more)
        maker: LabelMaker = line(known, tokens or OwnTokens(), allow_private_hosts=True, answer_seconds=patience(fault))
        return maker

    return of


def sending(carrier: str, **more: Any) -> Sending:
    return replace(SENDING, service=SERVICES[carrier], **more)


class TestRates:
    @pytest.mark.parametrize(("carrier", "amounts"), [("ups", [1245, 2810, 6190]), ("fedex", [1120, 5500])])
    def test_of_carriers_are_the_cheapest_first(self, labels: Opened, carrier: str, amounts: list[int]) -> None:
        found = labels(carrier).rates(SENDING)
        assert [rate.amount for rate in found] == amounts
        assert {rate.currency for rate in found} == {"USD"}
        assert found[0].service == SERVICES[carrier]
        assert found[0].title

    @pytest.mark.parametrize("carrier", BOTH)
    def test_fail_as_questions_do(self, labels: Opened, peer: Peer, carrier: str) -> None:
        for fault, raised in ((faults.HANG, Transient), (faults.BROKEN, Transient), (faults.TOO_MANY, RateLimited)):
            peer.faults[RATES[carrier]] = Fault(fault)
            with pytest.raises(raised) as caught:
                labels(carrier, fault=fault).rates(SENDING)
            assert not isinstance(caught.value, Unsure)

    @pytest.mark.parametrize("carrier", BOTH)
    def test_survive_a_token_that_was_taken_back(self, labels: Opened, peer: Peer, carrier: str) -> None:
        maker = labels(carrier)
        maker.rates(SENDING)
        peer.take_tokens_back()
        assert maker.rates(SENDING)


class TestALabel:
    @pytest.mark.parametrize("carrier", BOTH)
    @pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF"), ("zpl", b"^XA")])
    def test_is_bought(self, labels: Opened, peer: Peer, carrier: str, form: str, start: bytes) -> None:
        replies: list[bytes] = []
        label = labels(carrier).buy(sending(carrier, format=form), on_reply=replies.append)
        assert label.number == peer.labels[0]
        assert label.numbers == (label.number,)
        assert label.reference == label.number
        assert (label.format, label.file[:4] if form == "pdf" else label.file[:3]) == (form, start)
        assert (label.amount, label.currency) == ((1245, "USD") if carrier == "ups" else (1120, "USD"))
        assert peer.paths[SHIP[carrier]] == len(replies) == 1

    @pytest.mark.parametrize("carrier", BOTH)
    def test_can_be_read_again_from_its_reply(self, labels: Opened, peer: Peer, carrier: str) -> None:
        replies: list[bytes] = []
        asked = sending(carrier, signature=True, ship_on=date(2026, 11, 24))
        bought = labels(carrier).buy(asked, on_reply=replies.append)
        again = labels(carrier).read(asked, replies[0])
        assert (again.number, again.amount) == (bought.number, bought.amount)
        assert peer.paths[SHIP[carrier]] == 1

    def test_of_ups_has_a_number_for_each_box(self, labels: Opened) -> None:
        label = labels("ups").buy(sending("ups", boxes=SENDING.boxes * 2, format="zpl"))
        assert len(set(label.numbers)) == 2

    @pytest.mark.parametrize("carrier", BOTH)
    def test_may_go_abroad(self, labels: Opened, peer: Peer, carrier: str) -> None:
        abroad = replace(HOME, country="CA", province="ON", postcode="K1K4T3", city="Ottawa")
        goods = (Content(title="Socks", quantity=2, grams=100, price=999, currency="USD", origin="US", hs_code="6115"),)
        service = {"ups": "ups_standard", "fedex": "fedex_international_priority"}[carrier]
        asked = replace(SENDING, receiver=abroad, contents=goods, service=service)
        assert labels(carrier).buy(asked).number
        assert b"Socks" in peer.asked[-1].body

    @pytest.mark.parametrize("carrier", BOTH)
    def test_is_taken_back(self, labels: Opened, peer: Peer, carrier: str) -> None:
        maker = labels(carrier)
        label = maker.buy(sending(carrier))
        maker.void(label.reference)
        assert peer.labels == []
        with pytest.raises(Permanent) as caught:
            maker.void(label.reference)
        assert not isinstance(caught.value, Unsure)


class TestAPurchase:
    """Said of one that failed: nothing was sent, it was answered, or nobody knows."""

    @pytest.mark.parametrize("carrier", BOTH)
    @pytest.mark.parametrize("fault", [faults.HANG, faults.DROPPED, faults.BAD_GATEWAY, faults.BROKEN])
    def test_without_an_answer_is_unsure_and_not_repeated(
        self, labels: Opened, peer: Peer, carrier: str, fault: str
    ) -> None:
        peer.faults[SHIP[carrier]] = Fault(fault)
        with pytest.raises(Unsure):
            labels(carrier, fault=fault).buy(sending(carrier))
        assert peer.paths[SHIP[carrier]] == 1

    @pytest.mark.parametrize("carrier", BOTH)
    def test_that_never_left_may_be_tried_again(self, labels: Opened, carrier: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            origin = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Transient):
            labels(carrier, origin=origin).buy(sending(carrier))

    @pytest.mark.parametrize("carrier", BOTH)
    def test_that_found_no_connection_after_its_token_may_be_tried_again(
        self, labels: Opened, peer: Peer, carrier: str
    ) -> None:
        tokens = OwnTokens()
        labels(carrier, tokens=tokens).rates(SENDING)
        with socket.create_server(("127.0.0.1", 0)) as server:
            origin = f"http://127.0.0.1:{server.getsockname()[1]}"
        tokens.kept = dict.fromkeys(tokens.kept, "kept")
        tokens.token = lambda key, fetch: "kept"  # type: ignore[method-assign]
        with pytest.raises(Transient) as caught:
            labels(carrier, origin=origin, tokens=tokens).buy(sending(carrier))
        assert not isinstance(caught.value, Unsure)

    @pytest.mark.parametrize("carrier", BOTH)
    @pytest.mark.parametrize(
        ("fault", "raised"),
        [(faults.TOO_MANY, RateLimited), (faults.NOT_LET_IN, Refused), (faults.NOT_JSON, OutsideError)],
    )
    def test_that_was_answered_is_known(
        self, labels: Opened, peer: Peer, carrier: str, fault: str, raised: type[Exception]
    ) -> None:
        peer.faults[SHIP[carrier]] = Fault(fault, retry_after="9")
        with pytest.raises(raised) as caught:
            labels(carrier).buy(sending(carrier))
        assert not isinstance(caught.value, Unsure)
        assert isinstance(caught.value, UnableToReadReply) == (fault == faults.NOT_JSON)

    def test_that_was_declined_says_why(self, labels: Opened) -> None:
        with pytest.raises(Permanent, match="ship to postal code"):
            labels("ups").buy(sending("ups", receiver=replace(HOME, postcode="")))

    @pytest.mark.parametrize("carrier", BOTH)
    def test_with_a_token_that_was_taken_back_may_be_tried_again(
        self, labels: Opened, peer: Peer, carrier: str
    ) -> None:
        maker = labels(carrier)
        maker.rates(SENDING)
        peer.take_tokens_back()
        with pytest.raises(Transient):
            maker.buy(sending(carrier))
        assert peer.labels == []
        assert maker.buy(sending(carrier)).number

    @pytest.mark.parametrize("carrier", BOTH)
    def test_with_wrong_credentials_is_refused(self, labels: Opened, peer: Peer, carrier: str) -> None:
        with pytest.raises(Refused):
            labels(carrier, client_secret="wrong", secret_key="wrong").buy(sending(carrier))
        assert peer.paths[SHIP[carrier]] == 0

    @pytest.mark.parametrize("carrier", BOTH)
    def test_whose_reply_cannot_be_kept_says_so(self, labels: Opened, peer: Peer, carrier: str) -> None:
        def full(_: bytes) -> None:
            raise ConnectionError("the database went away")  # karrio would take it for the carrier's

        with pytest.raises(ConnectionError, match="database"):
            labels(carrier).buy(sending(carrier), on_reply=full)
        assert peer.paths[SHIP[carrier]] == 1

    @pytest.mark.parametrize("carrier", BOTH)
    @pytest.mark.parametrize(
        "missing", [{"boxes": ()}, {"boxes": (Box(grams=0),)}, {"receiver": replace(HOME, country="")}]
    )
    def test_of_what_cannot_be_written_is_not_sent(
        self, labels: Opened, peer: Peer, carrier: str, missing: dict[str, Any]
    ) -> None:
        with pytest.raises(Permanent):
            labels(carrier).buy(sending(carrier, **missing))
        assert not peer.asked

    @pytest.mark.parametrize("carrier", BOTH)
    def test_taken_back_without_an_answer_is_unsure(self, labels: Opened, peer: Peer, carrier: str) -> None:
        maker = labels(carrier, fault=faults.HANG)
        label = maker.buy(sending(carrier))
        path = VOID[carrier]
        peer.faults[path] = Fault(faults.HANG)
        with pytest.raises(Unsure):
            maker.void(label.reference)


class TestALabelOfTheHouse:
    PRICES = "Standard; 4.90; EUR; 2; 2\nStandard; 7,90; EUR; 2; 10\nBulky; 19; EUR"

    @pytest.fixture
    def house(self, monkeypatch: pytest.MonkeyPatch) -> LabelMaker:
        """Without any network."""
        monkeypatch.setattr(socket, "socket", None)
        monkeypatch.setattr(socket, "create_connection", None)
        monkeypatch.setattr(socket, "getaddrinfo", None)
        known = Account(carrier="house", key="1", credentials={"title": "Corner", "rates": self.PRICES})
        return registry.label_maker(known, Settings(), OwnTokens())

    def test_is_a_pdf(self, house: LabelMaker) -> None:
        label = house.buy(replace(SENDING, service="standard"))
        assert label.file.startswith(b"%PDF")
        assert b"/MediaBox [ 0 0 288" in label.file  # four inches of 72 points
        assert (label.format, label.amount, label.currency) == ("pdf", 490, "EUR")

    def test_is_a_zpl_whose_words_are_no_commands(self, house: LabelMaker) -> None:
        odd = replace(HOME, first_name="Zoë^XZ~JA", company="<Ö & Söhne>\x00", address1="x" * 90)
        label = house.buy(replace(SENDING, service="standard", receiver=odd, format="zpl"))
        text = label.file.decode()
        assert text.startswith("^XA\n^CI28")
        assert text.count("^XZ") == 1
        assert "~" not in text
        assert "Zoë XZ JA Oak" in text
        assert "<Ö & Söhne>" in text
        assert f"^FD{label.number}^FS" in text

    def test_has_the_same_number_for_the_same_key(self, house: LabelMaker) -> None:
        one, two = house.buy(SENDING), house.buy(replace(SENDING, format="zpl"))
        assert one.number == two.number != house.buy(replace(SENDING, key="another")).number

    def test_holds_all_boxes(self, house: LabelMaker) -> None:
        label = house.buy(replace(SENDING, service="standard", boxes=SENDING.boxes * 3, format="zpl"))
        assert label.numbers == tuple(f"{label.number}-{index}" for index in (1, 2, 3))
        assert label.file.count(b"^XZ") == 3
        assert b"3 of 3" in label.file
        assert label.amount == 3 * 490

    def test_is_read_again_and_taken_back(self, house: LabelMaker) -> None:
        replies: list[bytes] = []
        label = house.buy(SENDING, on_reply=replies.append)
        assert house.read(SENDING, replies[0]).number == label.number
        with pytest.raises(UnableToReadReply):
            house.read(replace(SENDING, key="another"), replies[0])
        house.void(label.reference)

    @pytest.mark.parametrize(
        ("grams", "found"),
        [
            (100, [("standard", 490), ("bulky", 1900)]),
            (2000, [("standard", 490), ("bulky", 1900)]),
            (2011, [("standard", 790), ("bulky", 1900)]),
            (30_000, [("bulky", 1900)]),
        ],
    )
    def test_costs_what_the_table_says(self, house: LabelMaker, grams: int, found: list[tuple[str, int]]) -> None:
        rates = house.rates(replace(SENDING, boxes=(Box(grams=grams),)))
        assert [(rate.service, rate.amount) for rate in rates] == found

    @pytest.mark.parametrize("line", ["Standard; much", "Standard; 1; EUR; soon", "Standard; 1; EUR; 1; heavy"])
    def test_is_not_made_with_prices_that_cannot_be_read(self, line: str) -> None:
        with pytest.raises(Permanent, match="cannot be read"):
            registry.label_maker(
                Account(carrier="house", key="2", credentials={"rates": line}), Settings(), OwnTokens()
            )
