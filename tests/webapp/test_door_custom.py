"""The door for any other back end: Standard Webhooks signatures, which grow old."""

import time
from collections import Counter
from dataclasses import replace

import pytest
from standardwebhooks.webhooks import Webhook

from commerce.tables import rejections, shops, tallies
from integrations.platforms.custom.verify import new_secret
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import deliveries
from webapp.doors.deliveries import REASONS, reason_words
from webapp.doors.door import ADVICE

LAMP = {"id": 7, "title": "Lamp", "price": "19.99"}


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(currency="EUR")


def at(seconds: float) -> dict[str, str]:
    """Signed so many seconds from now."""
    return {"Webhook-Timestamp": str(int(time.time() + seconds))}


def rejected(backroom: Backroom, shop: Shop) -> dict[str, int]:
    with backroom.parts.database.read() as db:
        listed = rejections.newest(db, shop_id=shop.id, limit=50)
        counted = tallies.totals(db, "rejected")
    reasons: Counter[str] = Counter()
    for row in listed:
        reasons[row.reason] += row.number
    assert sum(counted.values()) >= sum(reasons.values())
    return dict(reasons)


class TestASignature:
    def test_that_the_standards_library_takes_is_ours(self, shop: Shop) -> None:
        body = b'{"type": "product.deleted", "timestamp": "2026-11-22T10:00:00Z", "data": {"id": 7}}'
        Webhook(shop.secret).verify(body, shop.headers("", body))

    def test_of_another_shops_secret_is_401(self, backroom: Backroom, shop: Shop) -> None:
        other = backroom.shops.custom("four", secret=new_secret())
        for swapped in (replace(shop, secret=other.secret), replace(shop, key=other.key)):
            assert swapped.send("product.saved", LAMP).status_code == 401
        assert shop.send("product.saved", LAMP).status_code == 200
        assert rejected(backroom, shop)["wrong_signature"] == 1

    def test_may_be_one_of_several(self, shop: Shop) -> None:
        body = b'{"type": "product.deleted", "timestamp": "2026-11-22T10:00:00Z", "data": {"id": 7}}'
        headers = shop.headers("", body)
        wrong = replace(shop, secret=new_secret()).headers("", body)["Webhook-Signature"]
        headers["Webhook-Signature"] = f"{wrong} {headers['Webhook-Signature']}"
        assert shop.client.post(shop.door, data=body, headers=headers).status_code == 200

    def test_of_the_secret_before_a_rotation_is_taken(self, backroom: Backroom, shop: Shop) -> None:
        new, vault = new_secret(), backroom.parts.vault
        sealed = {"webhook_secret_sealed": vault.seal(new), "webhook_secret_previous_sealed": vault.seal(shop.secret)}
        with backroom.parts.database.write() as db:
            shops.learn(db, shop.id, **sealed)
        for secret in (shop.secret, new):
            assert replace(shop, secret=secret).send("product.saved", LAMP).status_code == 200

    @pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
    def test_is_none_without_one_of_the_headers(self, backroom: Backroom, shop: Shop, missing: str) -> None:
        assert shop.send("product.saved", LAMP, **{missing: ""}).status_code == 401
        assert rejected(backroom, shop) == {"no_signature": 1}

    @pytest.mark.parametrize(("seconds", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401)])
    def test_counts_for_five_minutes_either_way(self, shop: Shop, seconds: int, status: int) -> None:
        assert shop.send("product.saved", LAMP, **at(seconds)).status_code == status

    @pytest.mark.parametrize(("seconds", "reason"), [(-3600, "too_old"), (3600, "too_early")])
    def test_of_another_time_says_so(self, backroom: Backroom, shop: Shop, seconds: int, reason: str) -> None:
        answer = shop.send("product.saved", LAMP, **at(seconds))
        problem = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert (problem["title"], problem["detail"]) == (reason, ADVICE[reason])
        assert deliveries(backroom.parts.database, shop.id) == []
        assert rejected(backroom, shop) == {reason: 1}
        assert reason_words(reason) == REASONS[reason]
        assert f'backroom_ingest_rejected_total{{reason="{reason}"}} 1.0' in backroom.client.get("/metrics").text

    def test_in_milliseconds_is_too_early(self, shop: Shop) -> None:
        answer = shop.send("product.saved", LAMP, **{"Webhook-Timestamp": str(int(time.time() * 1000))})
        assert answer.get_json()["title"] == "too_early"

    def test_that_is_wrong_tells_nobody_whether_it_is_old(self, shop: Shop) -> None:
        answer = replace(shop, secret=new_secret()).send("product.saved", LAMP, **at(-3600))
        assert answer.get_json()["title"] == "wrong_signature"


class TestARepeat:
    def test_of_an_id_is_stored_once(self, backroom: Backroom, shop: Shop) -> None:
        for seconds in (-20, -10, 0):
            assert shop.send("product.saved", LAMP, **{"Webhook-Id": "msg_1"}, **at(seconds)).status_code == 200
        (row,) = deliveries(backroom.parts.database, shop.id)
        assert (row.delivery_id, row.repeats, row.topic) == ("msg_1", 2, "product.saved")

    def test_at_another_shop_is_another_delivery(self, backroom: Backroom, shop: Shop) -> None:
        for one in (shop, backroom.shops.custom("four")):
            assert one.send("product.saved", LAMP, **{"Webhook-Id": "msg_1"}).status_code == 200
            assert len(deliveries(backroom.parts.database, one.id)) == 1


class TestAnAddress:
    @pytest.mark.parametrize("path", ["custom/nobody", "nobody/KEY", "shopify/KEY", "woocommerce/KEY", "custom"])
    def test_of_nobody_is_404(self, shop: Shop, path: str) -> None:
        body = b'{"type": "product.deleted"}'
        path = path.replace("KEY", shop.key)
        answer = shop.client.post(f"/webhooks/{path}", data=body, headers=shop.headers("", body))
        assert answer.status_code == 404

    def test_has_no_unsigned_test(self, shop: Shop) -> None:
        assert shop.client.post(shop.door, data=b"webhook_id=1").status_code == 401
