"""A customer's data for the customer: what is in it, for whom it is, and that sending it ends the duty."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from commerce.mirror import points_by_hand
from commerce.rules.events import PrivacyRequest
from commerce.tables import inbox, privacy, shops
from commerce.tables.people import accesses, consents, happenings
from tests.stored import row
from tests.webapp.markup import words
from tests.webapp.stock import Stock
from webapp.exports import of_person

MAIL = "ada@example.org"


@pytest.fixture
def request_id(shop: Stock) -> int:
    """A customer, with an order, a guest order and deliveries, asks for their data."""
    shop.customer("31", email=MAIL, phone="+4930123")
    shop.customer("32")
    shop.order("21", email=MAIL)
    shop.order("22", customer_id="", email=MAIL.upper())
    shop.order("23", customer_id="32", email="other@example.org")
    shop.delivery(b'{"id": 31, "said": "in a delivery"}', outcome={"kind": "customer", "object_id": "31"})
    shop.delivery(b"no json <b>", outcome={"kind": "order", "object_id": "21"})
    shop.delivery(b'{"id": 32, "said": "of another"}', outcome={"kind": "customer", "object_id": "32"})
    shop.delivery(b'{"email": "ada@example.org", "left": "a cart"}', outcome={"kind": "", "object_id": ""})
    return ask(shop)


def ask(shop: Stock, kind: str = privacy.EXPORT, days: int = 0, inbox_id: int = 1) -> int:
    asked = PrivacyRequest(kind=kind, customer_id="31", email=MAIL)
    at = datetime.now(UTC) - timedelta(days=days)
    with shop.here.database.write() as db:
        privacy.save(db, shop_id=shop.id, inbox_id=inbox_id, asked=asked, received_at=at)
    return int(row(shop.here.database, privacy.requests, shop_id=shop.id, inbox_id=inbox_id).id)


def opened(answer: Any) -> tuple[dict[str, Any], str]:
    """The JSON and the page of a download."""
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sorted(archive.namelist()) == ["customer-data.html", "customer-data.json"]
        return json.loads(archive.read("customer-data.json")), archive.read("customer-data.html").decode()


def token(client: Any) -> dict[str, str]:
    client.get("/dashboard/")
    with client.session_transaction() as session:
        return {"csrf_token": session["csrf"]}


class TestDownload:
    def test_has_all_that_is_known(self, merchant: Any, shop: Stock, request_id: int) -> None:
        told, page = opened(merchant.get(f"/dashboard/privacy/{request_id}/export"))
        (person,) = told["customers"]
        assert (person["email"], person["phone"]) == (MAIL, "+4930123")
        assert person["consents"]["email"]["state"] == "subscribed"
        assert sorted(order["id"] for order in told["orders"]) == ["21", "22"]
        assert told["orders"][0]["lines"][0]["title"] == "Tent"
        assert told["orders"][0]["shipments"][0]["tracking_number"] == "JD01"
        payloads = [one["payload"] for one in told["deliveries"]]
        assert payloads == [
            {"id": 31, "said": "in a delivery"},
            "no json <b>",
            {"email": MAIL, "left": "a cart"},
        ]
        for text in (MAIL, "1 Main Road", "Tent", "in a delivery", "a cart"):
            assert text in page

    def test_has_all_of_the_person(self, merchant: Any, shop: Stock, request_id: int) -> None:
        now = datetime.now(UTC)
        note = {"kind": "note.added", "source": "till", "title": "Likes tea", "detail": {}, "happened_at": now}
        said = {"channel": "sms", "state": "subscribed", "method": "double", "source": "till", "detail": "", "at": now}
        held = {"shop_id": shop.id, "channel": "email", "reason": "bounced", "source": "", "detail": "", "at": now}
        with shop.here.database.write() as db:
            happenings.add(db, shop_id=shop.id, member_id="31", told=[note], made_by="Kim", now=now)
            for state in ("subscribed", "withdrawn"):
                consents.add(db, shop_id=shop.id, member_id="31", told=said | {"state": state})
            db.execute(consents.suppressions.insert().values(held | {"address": MAIL}))
            found = shops.by_id(db, shop.here.vault, shop.id)
            assert found is not None
            asked = {"points": 70, "reason": "sorry", "by": "Kim", "key": "k"}
            points_by_hand.adjust(db, found, member_id="31", **asked, now=now)
        told, page = opened(merchant.get(f"/dashboard/privacy/{request_id}/export"))
        assert [one["id"] for one in told["profiles"]] == ["31"]
        assert {one["key"] for one in told["members"]} == {"account:31", f"email:{MAIL}"}
        assert [one["state"] for one in told["consents"]] == ["subscribed", "withdrawn"]
        assert [(one["reason"], one["points"]) for one in told["points"]] == [("sorry", 70)]
        assert [one["title"] for one in told["happenings"]] == ["Likes tea"]
        assert [one["reason"] for one in told["suppressions"]] == ["bounced"]
        for text in ("Likes tea", "withdrawn", "sorry", "bounced", "looked at this profile 0 times"):
            assert text in page
        shop.here.sightings.write()
        assert row(shop.here.database, accesses.accesses).what == "exported"

    def test_of_a_person_needs_no_request(self, shop: Stock, request_id: int) -> None:
        with shop.here.database.read() as db:
            found = shops.by_id(db, shop.here.vault, shop.id)
            assert found is not None
            told = of_person(db, found, "31", now=datetime.now(UTC))
            assert sorted(order["id"] for order in told["orders"]) == ["21", "22"]
            with pytest.raises(LookupError):
                of_person(db, found, "99", now=datetime.now(UTC))

    def test_has_nothing_of_others(self, merchant: Any, shop: Stock, request_id: int) -> None:
        answer = merchant.get(f"/dashboard/privacy/{request_id}/export")
        told, page = opened(answer)
        for text in ("other@example.org", "of another"):
            assert text not in page
            assert text not in json.dumps(told)

    def test_is_safe_to_open(self, merchant: Any, shop: Stock) -> None:
        shop.customer("31", first_name="<script>alert(1)</script>")
        shop.delivery(b'"</pre><script>alert(1)</script>"', outcome={"kind": "customer", "object_id": "31"})
        _, page = opened(merchant.get(f"/dashboard/privacy/{ask(shop)}/export"))
        assert "<script" not in page

    def test_is_kept_by_nobody_on_the_way(self, merchant: Any, shop: Stock, request_id: int) -> None:
        answer = merchant.get(f"/dashboard/privacy/{request_id}/export")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_is_logged_without_personal_data(self, merchant: Any, shop: Stock, request_id: int) -> None:
        with structlog.testing.capture_logs() as logs:
            merchant.get(f"/dashboard/privacy/{request_id}/export")
        (entry,) = [log for log in logs if log["event"] == "privacy.exported"]
        assert entry["request_id"] == request_id
        assert MAIL not in repr(logs)

    @pytest.mark.parametrize("key", ["99", "x", "%00", str(2**64)])
    def test_of_no_request_is_404(self, merchant: Any, shop: Stock, key: str) -> None:
        assert merchant.get(f"/dashboard/privacy/{key}/export").status_code == 404

    def test_of_another_shop_or_another_kind_is_404(
        self, merchant: Any, shop: Stock, other: Stock, request_id: int
    ) -> None:
        erasing = ask(shop, kind=privacy.ERASE_CUSTOMER, inbox_id=2)
        for path, key in ((request_id, other.key), (erasing, shop.key)):
            assert merchant.get(f"/dashboard/privacy/{path}/export?shop={key}").status_code == 404
            answer = merchant.post(f"/dashboard/privacy/{path}/sent?shop={key}", data=token(merchant))
            assert answer.status_code == 404


class TestMarkAsSent:
    def test_ends_the_duty_and_leaves_the_proof(self, merchant: Any, shop: Stock, request_id: int) -> None:
        assert "A customer asks for their data" in merchant.get("/dashboard/").text
        merchant.post(f"/dashboard/privacy/{request_id}/sent", data=token(merchant))
        text = merchant.get("/dashboard/").text
        assert "A customer asks for their data" not in text
        assert "the customer has their data" in text
        proof = row(shop.here.database, privacy.requests, id=request_id)
        assert proof.summary == {"customers": 1, "orders": 2}
        assert (proof.customer_id, proof.email) == ("", "")
        assert merchant.get(f"/dashboard/privacy/{request_id}/export").status_code == 404

    def test_needs_the_forms_token(self, merchant: Any, shop: Stock, request_id: int) -> None:
        assert merchant.post(f"/dashboard/privacy/{request_id}/sent").status_code == 400
        assert row(shop.here.database, privacy.requests, id=request_id).fulfilled_at is None


class TestDuties:
    def test_say_by_when_and_what_is_overdue(self, merchant: Any, shop: Stock) -> None:
        ask(shop, days=31)
        ask(shop, kind=privacy.ERASE_CUSTOMER, inbox_id=2)
        assert "2 requests under privacy law are open. 1 overdue since" in words(merchant.get("/dashboard/").text)
        text = words(merchant.get("/dashboard/privacy").text)
        past, future = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 30))
        assert f"Overdue A customer asks for their data was due on {past:%Y-%m-%d} Download Mark as sent" in text
        assert f"Waiting A customer asks to be erased due by {future:%Y-%m-%d} is done by itself" in text


class TestAnErasedDelivery:
    def test_is_shown_without_what_it_said(self, merchant: Any, shop: Stock) -> None:
        number = shop.delivery(b"{}", headers={}, outcome={"state": inbox.ERASED, "note": "Erased under privacy law."})
        text = words(merchant.get(f"/dashboard/events/{number}").text)
        assert "Erased under privacy law." in text
        assert "Replay</button>" not in merchant.get(f"/dashboard/events/{number}").text
