"""The webhook door: through HTTP as platforms call it, and through `accept` as a faster lane will."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import event, text

from commerce.database import UNREACHABLE, Busy, Database
from commerce.settings import Settings
from commerce.tables import arrivals, events, inbox, rejections, shops, tallies
from integrations import registry
from jobs.queues import EVENTS, Queues, connect
from jobs.sweep import sweep
from tests.conftest import Backroom, assembled, free_port
from tests.running import until
from tests.shops import Shop, signature
from tests.shops import event as event_of
from tests.stored import deliveries
from webapp.app import create_app
from webapp.doors import door as doors
from webapp.doors.door import Door, Verdict, accept
from webapp.parts import assemble

BODY = b'{"id": 7, "title": "Lamp"}'
WAITS = 5.0  # seconds that Shopify does: doors promise to answer before, also on a busy machine


def rows(backroom: Backroom, shop: Shop) -> Sequence[Any]:
    """The shop's inbox, oldest first."""
    return deliveries(backroom.parts.database, shop.id)


def rejected(backroom: Backroom, shop: Shop) -> dict[str, int]:
    """What the merchant sees of deliveries that were turned away: reason to number."""
    reasons: Counter[str] = Counter()
    with backroom.parts.database.read() as db:
        for row in rejections.newest(db, shop_id=shop.id, limit=50):
            reasons[row.reason] += row.number
    return dict(reasons)


def counted(backroom: Backroom, name: str) -> dict[str, int]:
    with backroom.parts.database.read() as db:
        return tallies.totals(db, name)


def door(backroom: Backroom, platform: str) -> Door:
    found = backroom.client.application.extensions["backroom_doors"][platform]
    assert isinstance(found, Door)
    return found


def through(backroom: Backroom, shop: Shop, body: bytes, **changes: str) -> Verdict:
    """The delivery through `accept`, without HTTP."""
    headers = {name.lower(): value for name, value in shop.headers(topic_of(shop), body, **changes).items()}
    return accept(door(backroom, shop.platform), None if shop.platform == "shopify" else shop.key, headers, body)


@pytest.fixture(params=registry.PLATFORMS)
def shop(request: pytest.FixtureRequest, backroom: Backroom) -> Shop:
    found = getattr(backroom.shops, request.param)()
    assert isinstance(found, Shop)
    return found


TOPICS = {"shopify": "products/update", "woocommerce": "product.updated", "custom": "product.saved"}
SIGNATURE_HEADERS = {
    "shopify": "X-Shopify-Hmac-Sha256",
    "woocommerce": "X-WC-Webhook-Signature",
    "custom": "Webhook-Signature",
}


def topic_of(shop: Shop) -> str:
    return TOPICS[shop.platform]


def body_of(shop: Shop) -> bytes:
    """A body that the platform could send: on any other back end it names the topic."""
    at = "2026-11-22T10:00:00Z"
    return json.dumps(event_of(topic_of(shop), json.loads(BODY), at)).encode() if is_custom(shop) else BODY


def is_custom(shop: Shop) -> bool:
    return shop.platform == "custom"


def signature_header(shop: Shop) -> str:
    return SIGNATURE_HEADERS[shop.platform]


class TestAGenuineDelivery:
    def test_is_stored_raw_before_it_is_answered_200(self, backroom: Backroom, shop: Shop) -> None:
        answer = shop.send(topic_of(shop), body_of(shop))
        assert answer.status_code == 200
        (row,) = rows(backroom, shop)
        with backroom.parts.database.read() as db:
            stored = events.one(db, shop_id=shop.id, row_id=row.id)
        assert stored is not None
        assert stored.body == body_of(shop)
        assert (stored.topic, stored.state, stored.origin) == (topic_of(shop), inbox.WAITING, "live")
        assert counted(backroom, "received") == {shop.platform: 1}
        assert rejected(backroom, shop) == {}

    def test_goes_through_accept_alike(self, backroom: Backroom, shop: Shop) -> None:
        verdict = through(backroom, shop, body_of(shop))
        assert (verdict.status, verdict.stored) == (200, True)
        assert len(rows(backroom, shop)) == 1

    def test_keeps_no_header_that_could_be_a_credential(self, backroom: Backroom, shop: Shop) -> None:
        shop.send(topic_of(shop), body_of(shop), Cookie="a=b", Authorization="Bearer x")
        with backroom.parts.database.read() as db:
            stored = events.one(db, shop_id=shop.id, row_id=rows(backroom, shop)[0].id)
        assert stored is not None
        assert not {"cookie", "authorization"} & set(stored.headers)

    def test_may_carry_bytes_that_are_no_text(self, backroom: Backroom, shop: Shop) -> None:
        body = b'{"id": 1, "title": "\\u0000\\ud800 \xc3\xa4"}'
        assert shop.send(topic_of(shop), body).status_code == 200

    def test_wakes_one_job_however_many_come(self, backroom: Backroom, shop: Shop) -> None:
        for _ in range(10):
            assert shop.send(topic_of(shop), body_of(shop)).status_code == 200
        assert backroom.parts.queues.depths()[EVENTS] == 1
        assert len(rows(backroom, shop)) == 10


class TestASignature:
    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ("", "no_signature"),
            ("AAAA", "wrong_signature"),
            ("not base64!", "wrong_signature"),
            ("ünsigned", "wrong_signature"),
            ("=" * 44, "wrong_signature"),
            ("A" * 10_000, "wrong_signature"),
        ],
    )
    def test_that_does_not_fit_is_401_without_a_row(
        self, backroom: Backroom, shop: Shop, given: str, reason: str
    ) -> None:
        answer = shop.send(topic_of(shop), body_of(shop), **{signature_header(shop): given})
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert rows(backroom, shop) == []
        assert rejected(backroom, shop) == {reason: 1}
        assert counted(backroom, "rejected") == {reason: 1}
        assert f'backroom_ingest_rejected_total{{reason="{reason}"}} 1.0' in backroom.client.get("/metrics").text

    def test_of_another_body_is_401(self, backroom: Backroom, shop: Shop) -> None:
        answer = shop.send(
            topic_of(shop),
            body_of(shop),
            **{signature_header(shop): shop.headers(topic_of(shop), b"{}")[signature_header(shop)]},
        )
        assert answer.status_code == 401

    def test_of_another_secret_is_401_by_accept_too(self, backroom: Backroom, shop: Shop) -> None:
        verdict = through(backroom, shop, body_of(shop), **{signature_header(shop): signature("other", body_of(shop))})
        assert (verdict.status, verdict.reason, verdict.stored) == (401, "wrong_signature", False)

    def test_with_the_empty_secret_is_401(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce(secret="")
        assert shop.send("product.updated", BODY).status_code == 401

    def test_with_the_secret_before_a_rotation_is_taken(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        vault = backroom.parts.vault
        with backroom.parts.database.write() as db:
            shops.learn(
                db,
                shop.id,
                webhook_secret_sealed=vault.seal("the new one"),
                webhook_secret_previous_sealed=vault.seal(shop.secret),
            )
        assert shop.send("product.updated", BODY).status_code == 200
        assert replace(shop, secret="the new one").send("product.updated", BODY).status_code == 200
        assert replace(shop, secret="a third one").send("product.updated", BODY).status_code == 401

    def test_with_a_secret_that_was_changed_a_moment_ago_is_taken(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        assert shop.send("product.updated", BODY).status_code == 200  # the door remembers the shop from now on
        with backroom.parts.database.write() as db:
            shops.learn(db, shop.id, webhook_secret_sealed=backroom.parts.vault.seal("changed"))
        assert replace(shop, secret="changed").send("product.updated", BODY).status_code == 200

    def test_with_the_apps_previous_secret_is_taken(self, settings: Settings) -> None:
        for backroom in assembled(replace(settings, shopify_api_secret_previous="the last one")):
            shop = backroom.shops.shopify()
            assert shop.send("products/update", BODY).status_code == 200
            assert replace(shop, secret="the last one").send("products/update", BODY).status_code == 200
            assert replace(shop, secret="the one before").send("products/update", BODY).status_code == 401


class TestATurnedAwayDelivery:
    def test_lists_only_topics_that_the_platform_has(self, backroom: Backroom, shop: Shop) -> None:
        wrong = {signature_header(shop): "AAAA"}
        for number in range(5):
            shop.send(f"made.up/{number}", body_of(shop), **wrong)
        shop.send(topic_of(shop), body_of(shop), **wrong)
        with backroom.parts.database.read() as db:
            listed = {(row.topic, row.number) for row in rejections.newest(db, shop_id=shop.id, limit=50)}
        # The topic of any other back end stands in the body, which nobody believes before it is verified.
        known = set() if is_custom(shop) else {(topic_of(shop), 1)}
        assert listed == {(doors.OTHER_TOPIC, 6 - len(known))} | known


class TestShopifysEventsFamily:
    def test_is_verified_and_stored_once(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        body = b'{"topic": "Product", "action": "delete", "data": {"product": {"id": "gid://shopify/Product/7"}}}'
        headers = {
            "shopify-topic": "Product",
            "shopify-action": "delete",
            "shopify-hmac-sha256": signature(shop.secret, body),
            "shopify-shop-domain": shop.domain,
            "shopify-webhook-id": "e1",
        }
        for _ in range(2):
            assert backroom.client.post("/webhooks/shopify", data=body, headers=headers).status_code == 200
        (row,) = rows(backroom, shop)
        assert (row.topic, row.delivery_id, row.repeats) == ("Product/delete", "e1", 1)
        headers["shopify-hmac-sha256"] = signature("other", body)
        assert backroom.client.post("/webhooks/shopify", data=body, headers=headers).status_code == 401


class TestAnUnknownShop:
    @pytest.mark.parametrize("domain", ["nobody.myshopify.com", "", "x" * 300, "é.example"])
    def test_is_401_at_shopifys_door(self, backroom: Backroom, domain: str) -> None:
        shop = replace(backroom.shops.shopify(), domain=domain)
        assert shop.send("products/update", BODY).status_code == 401
        assert counted(backroom, "rejected") == {"unknown_shop": 1}

    @pytest.mark.parametrize("key", ["nobody", "0" * 300, "%00", "%F0%9F%92%A9", "a b"])
    def test_is_404_at_a_shops_own_door(self, backroom: Backroom, key: str) -> None:
        shop = backroom.shops.woocommerce()
        headers = shop.headers("product.updated", BODY)
        assert backroom.client.post(f"/webhooks/woocommerce/{key}", data=BODY, headers=headers).status_code == 404
        assert counted(backroom, "rejected") == {"unknown_shop": 1}

    def test_is_so_for_a_shop_of_the_other_platform(self, backroom: Backroom) -> None:
        shopify = backroom.shops.shopify()
        headers = {"X-WC-Webhook-Topic": "product.updated"}
        assert (
            backroom.client.post(f"/webhooks/woocommerce/{shopify.key}", data=BODY, headers=headers).status_code == 404
        )


class TestAPing:
    def test_is_answered_200_without_a_row(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        answer = backroom.client.post(shop.door, data={"webhook_id": "12"})
        assert answer.status_code == 200
        assert rows(backroom, shop) == []
        assert rejected(backroom, shop) == {}

    def test_of_an_unknown_key_is_404(self, backroom: Backroom) -> None:
        assert backroom.client.post("/webhooks/woocommerce/nobody", data={"webhook_id": "1"}).status_code == 404

    def test_with_headers_of_a_delivery_is_none(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        headers = {"X-WC-Webhook-Topic": "product.updated", "Content-Type": "application/x-www-form-urlencoded"}
        assert backroom.client.post(shop.door, data=b"webhook_id=1", headers=headers).status_code == 401

    def test_with_more_in_it_is_none(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        assert backroom.client.post(shop.door, data=b"webhook_id=1&x=2").status_code == 401


class TestABody:
    @pytest.mark.parametrize("chunked", [False, True])
    def test_over_the_cap_is_413(self, settings: Settings, chunked: bool) -> None:
        for backroom in assembled(replace(settings, max_body_bytes=2048)):
            shop = backroom.shops.shopify()
            for size, status in ((2048, 200), (2049, 413), (60_000, 413)):
                body = json.dumps({"id": 1, "x": ""}).encode()
                body = body[:-2] + b"x" * (size - len(body)) + b'"}'
                assert len(body) == size
                headers = shop.headers("products/update", body)
                overrides: dict[str, Any] = {}
                if chunked:
                    headers["Transfer-Encoding"] = "chunked"
                    overrides = {"wsgi.input_terminated": True}
                answer = backroom.client.post(
                    shop.door,
                    input_stream=BytesIO(body),
                    headers=headers if chunked else {**headers, "Content-Length": str(size)},
                    environ_overrides=overrides,
                )
                assert answer.status_code == status
            assert len(rows(backroom, shop)) == 1
            assert rejected(backroom, shop) == {"too_large": 2}

    @pytest.mark.parametrize("body", [b"not json", b"", b"{", b"\xff\xfe", b"webhook_id=1&a=b", b'{"a": NaN}'])
    def test_that_is_not_json_is_400_and_kept_as_rejected(self, backroom: Backroom, shop: Shop, body: bytes) -> None:
        answer = shop.send(topic_of(shop), body)
        assert answer.status_code == 400
        (row,) = rows(backroom, shop)
        assert row.state == inbox.REJECTED
        assert row.error.startswith("Not JSON")
        backroom.work()
        assert rows(backroom, shop)[0].state == inbox.REJECTED

    def test_that_was_rejected_does_not_stand_in_the_way_of_the_same_id(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        assert shop.send("products/update", b"{", **{"X-Shopify-Webhook-Id": "w1"}).status_code == 400
        assert shop.send("products/update", BODY, **{"X-Shopify-Webhook-Id": "w1"}).status_code == 200
        assert [row.state for row in rows(backroom, shop)] == [inbox.REJECTED, inbox.WAITING]

    def test_of_another_shop_is_401(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        body = json.dumps({"shop_id": 1, "shop_domain": "other.myshopify.com", "customer": {"id": 1}}).encode()
        for topic in ("customers/redact", "customers/data_request", "shop/redact"):
            assert shop.send(topic, body).status_code == 401
        assert rows(backroom, shop) == []
        assert rejected(backroom, shop) == {"other_shop": 3}
        assert shop.send("customers/redact", body.replace(b"other", b"one")).status_code == 200


class TestARepeat:
    def test_by_shopifys_webhook_id_is_stored_once(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for event_id in ("e1", "e1", "e2"):
            headers = {"X-Shopify-Webhook-Id": "w1", "X-Shopify-Event-Id": event_id}
            assert shop.send("products/update", BODY, **headers).status_code == 200
        assert [row.repeats for row in rows(backroom, shop)] == [2]
        assert sum(counted(backroom, "repeated").values()) == 2

    def test_is_told_by_the_whole_of_a_long_id(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for end in ("a", "b", "b"):
            assert shop.send("products/update", BODY, **{"X-Shopify-Webhook-Id": "x" * 300 + end}).status_code == 200
        assert [row.repeats for row in rows(backroom, shop)] == [0, 1]

    def test_of_an_event_id_is_another_delivery(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for topic in ("orders/create", "orders/paid"):
            assert shop.send(topic, BODY, **{"X-Shopify-Event-Id": "e1"}).status_code == 200
        assert len(rows(backroom, shop)) == 2

    def test_at_another_shop_is_another_delivery(self, backroom: Backroom) -> None:
        for shop in (backroom.shops.shopify(), backroom.shops.shopify("two.myshopify.com")):
            assert shop.send("products/update", BODY, **{"X-Shopify-Webhook-Id": "w1"}).status_code == 200
            assert len(rows(backroom, shop)) == 1

    def test_by_woocommerces_delivery_id_is_no_repeat(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        for key in (1, 2):
            body = json.dumps({"id": key}).encode()
            assert shop.send("product.updated", body, **{"X-WC-Webhook-Delivery-ID": "shared"}).status_code == 200
        assert shop.send("product.updated", body, **{"X-WC-Webhook-Delivery-ID": "shared"}).status_code == 200
        assert len(rows(backroom, shop)) == 3

    def test_wakes_nobody(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/update", BODY, **{"X-Shopify-Webhook-Id": "w1"})
        backroom.process.queues.redis.flushall()
        shop.send("products/update", BODY, **{"X-Shopify-Webhook-Id": "w1"})
        assert backroom.parts.queues.depths()[EVENTS] == 0


class TestAnUninstalledShop:
    def test_still_has_its_compliance_deliveries_stored(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("app/uninstalled", {"id": 1, "myshopify_domain": shop.domain})
        backroom.work()
        with backroom.parts.database.read() as db:
            known = shops.by_id(db, backroom.parts.vault, shop.id)
        assert known is not None
        assert known.state == shops.UNINSTALLED
        told = {"shop_id": 1, "shop_domain": shop.domain, "customer": {"id": 1, "email": "a@b.example"}}
        for topic in ("customers/redact", "customers/data_request", "shop/redact"):
            assert shop.send(topic, told).status_code == 200
            assert shop.send(topic, told, **{"X-Shopify-Hmac-Sha256": "AAAA"}).status_code == 401
        assert [row.state for row in rows(backroom, shop)] == [inbox.APPLIED, *[inbox.WAITING] * 3]
        backroom.work()
        assert rows(backroom, shop) == []  # the last of them asked for the shop's erasure


class TestWithoutRedis:
    def test_the_door_answers_200_and_the_sweep_finds_the_row(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        away = Queues(connect(f"redis://127.0.0.1:{free_port()}", timeout=0.5))
        client = create_app(backroom.settings, replace(backroom.parts, queues=away)).test_client()
        began = perf_counter()
        for _ in range(3):
            assert replace(shop, client=client).send("products/update", BODY).status_code == 200
        assert perf_counter() - began < WAITS
        assert client.get("/readyz").status_code == 200
        with backroom.parts.database.write() as db:
            db.execute(text("UPDATE inbox SET due_at = received_at"))
        assert backroom.parts.queues.depths()[EVENTS] == 0
        threading.Event().wait(1.1)  # a wake-up that is under way gets a second
        sweep()
        backroom.work()
        assert {row.state for row in rows(backroom, shop)} != {inbox.WAITING}


class TestWithoutDatabase:
    def test_the_door_answers_503_at_once(self, tmp_path: Path, redis_url: str) -> None:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
        settings = Settings(
            var_dir=tmp_path, database_url=url, redis_url=redis_url, shopify_api_secret="s", secret_key="k"
        ).completed()
        client = create_app(settings, assemble(settings)).test_client()
        for path in ("/webhooks/shopify", "/webhooks/woocommerce/abc"):
            began = perf_counter()
            answer = client.post(path, data=BODY, headers={"X-Shopify-Hmac-Sha256": signature("s", BODY)})
            assert answer.status_code == 503
            assert perf_counter() - began < WAITS
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200

    @pytest.mark.parametrize("writer", ["another program", "another Backroom process"])
    def test_sqlite_that_somebody_else_holds_is_503_within_the_platforms_patience(
        self, backroom: Backroom, writer: str
    ) -> None:
        if not backroom.parts.database.is_sqlite:
            pytest.skip("PostgreSQL locks rows, not the database")
        shop = backroom.shops.shopify()
        with held_by(backroom.settings.database_url, writer):
            began = perf_counter()
            assert shop.send("products/update", BODY).status_code == 503
            assert perf_counter() - began < WAITS
        assert shop.send("products/update", BODY).status_code == 200
        assert len(rows(backroom, shop)) == 1


@contextmanager
def held_by(url: str, writer: str) -> Iterator[None]:
    """Somebody else writes to the SQLite database for the block."""
    if writer == "another program":
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.close()
        return
    other = Database(url)
    try:
        with other.write():
            yield
    finally:
        other.dispose()


def waiting(backroom: Backroom) -> Sequence[Any]:
    """Whose turn to be stored has not come."""
    found: Sequence[Any] = backroom.client.application.extensions["backroom_commits"]._waiting
    return found


@contextmanager
def busy(database: Database) -> Iterator[None]:
    """Nobody else's transaction on the inbox comes through during the block."""
    with database.write() as db:
        if not database.is_sqlite:
            db.execute(text("LOCK TABLE inbox, tallies IN EXCLUSIVE MODE"))
        yield


class TestGroupCommit:
    @pytest.fixture
    def patient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody's time is over before all are here."""
        monkeypatch.setattr("webapp.doors.group_commit.PATIENCE", 60.0)

    @pytest.mark.usefixtures("patient")
    def test_deliveries_of_one_moment_share_transactions(self, backroom: Backroom) -> None:
        shop, commits = backroom.shops.shopify(), list[int]()
        through(backroom, shop, BODY)  # the door knows the shop from now on
        database = backroom.parts.database
        event.listen(database.engine, "commit", lambda _connection: commits.append(1))
        with ThreadPoolExecutor(16) as pool:
            with busy(database):
                answers = [pool.submit(through, backroom, shop, BODY) for _ in range(16)]
                until(lambda: len(waiting(backroom)) == 15, what="all but who came first wait for them")
                before = len(commits)
            assert [answer.result().status for answer in answers] == [200] * 16
        assert len(rows(backroom, shop)) == 17
        # One by whoever blocked, one by whoever came first, one by the leader of all the others.
        assert len(commits) - before <= 5
        assert counted(backroom, "received") == {"shopify": 17}

    def test_each_delivery_hears_of_a_failure(self, backroom: Backroom) -> None:
        shop, database = backroom.shops.shopify(), backroom.parts.database
        through(backroom, shop, BODY)
        _rename(database, "inbox", "away")
        with ThreadPoolExecutor(16) as pool:
            answers = [pool.submit(through, backroom, shop, BODY) for _ in range(16)]
            assert all(answer.exception() is not None for answer in answers)
        _rename(database, "away", "inbox")
        assert through(backroom, shop, BODY).status == 200
        assert len(rows(backroom, shop)) == 2

    @pytest.mark.usefixtures("patient")
    def test_a_mixed_moment_gives_each_its_own_verdict(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        through(backroom, shop, BODY)
        wrong = {"X-Shopify-Hmac-Sha256": "AAAA"}
        same = {"X-Shopify-Webhook-Id": "w1"}
        cases: list[tuple[bytes, dict[str, str], int]] = [
            (BODY, {}, 200),
            (b"{", {}, 400),
            (BODY, wrong, 401),
            (BODY, same, 200),
            (BODY, same, 200),
        ]
        with ThreadPoolExecutor(15) as pool, busy(backroom.parts.database):
            answers = [
                (pool.submit(through, backroom, shop, body, **changes), status) for body, changes, status in cases * 3
            ]
            threading.Event().wait(0.3)
        assert [answer.result().status for answer, _ in answers] == [status for _, status in answers]
        assert rejected(backroom, shop) == {"wrong_signature": 3}
        assert sorted(row.state for row in rows(backroom, shop)) == ["rejected"] * 3 + ["waiting"] * 5

    def test_says_503_in_time_to_all_who_wait_and_stores_nothing_of_them_later(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        through(backroom, shop, BODY)

        def timed(number: int) -> tuple[bool, float]:
            threading.Event().wait(number * 0.4)
            began = perf_counter()
            with suppress(*UNREACHABLE):
                return through(backroom, shop, BODY).stored, perf_counter() - began
            return False, perf_counter() - began

        with ThreadPoolExecutor(8) as pool:
            with busy(backroom.parts.database):
                answers = [pool.submit(timed, number) for number in range(8)]
                threading.Event().wait(4)
            told = [answer.result() for answer in answers]
        assert max(seconds for _, seconds in told) < WAITS
        assert [stored for stored, _ in told][:3] == [False] * 3
        assert len(rows(backroom, shop)) == 1 + sum(stored for stored, _ in told)

    def test_withdraws_what_nobody_took_and_waits_for_what_is_being_committed(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop, go_on, storing = backroom.shops.shopify(), threading.Event(), threading.Event()
        through(backroom, shop, BODY)
        monkeypatch.setattr("webapp.doors.group_commit.PATIENCE", 1.0)
        store = arrivals.store

        def slow(*args: Any) -> Any:
            storing.set()
            assert go_on.wait(60)
            return store(*args)

        monkeypatch.setattr(arrivals, "store", slow)
        with ThreadPoolExecutor(2) as pool:
            taken = pool.submit(through, backroom, shop, BODY)
            assert storing.wait(60)
            late = pool.submit(through, backroom, shop, BODY)
            assert isinstance(late.exception(60), Busy)
            assert not taken.done()
            go_on.set()
            assert taken.result(60).stored
        assert len(rows(backroom, shop)) == 2

    def test_wakes_one_job_per_shop(self, backroom: Backroom) -> None:
        both = backroom.shops.shopify(), backroom.shops.woocommerce()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda number: through(backroom, both[number % 2], BODY), range(40)))
        assert backroom.parts.queues.depths()[EVENTS] == 2


def _rename(database: Database, table: str, name: str) -> None:
    with database.write() as db:
        db.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


class TestReasons:
    def test_each_comes_with_advice(self) -> None:
        reasons = {doors.NO_SIGNATURE, doors.WRONG_SIGNATURE, doors.UNKNOWN_SHOP, doors.OTHER_SHOP}
        assert set(doors.ADVICE) == reasons | {doors.NOT_JSON, doors.TOO_LARGE, doors.TOO_OLD, doors.TOO_EARLY}
        assert all(advice.endswith(".") for advice in doors.ADVICE.values())
