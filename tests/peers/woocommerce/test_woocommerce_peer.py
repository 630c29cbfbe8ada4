"""The stand-in answers like the store that was captured: shapes, errors, headers, and what fires with which change.

The captured answers are no part of the repository; where they are not at hand, these comparisons are skipped.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from tests.peers.woocommerce.keys import signed
from tests.peers.woocommerce.peer import Peer
from tests.peers.woocommerce.store import Store, stocked

CAPTURED = Path(__file__).resolve().parents[4] / "shared/data/woocommerce/rest"
captured_only = pytest.mark.skipif(not CAPTURED.is_dir(), reason="no captured answers here")


class Shop:
    """A stand-in and somebody who asks it with good keys, over https as far as the store can tell."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.store = peer, peer.store
        keys = peer.keys()
        self.keys = keys["consumer_key"], keys["consumer_secret"]

    def ask(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        headers = {"X-Forwarded-Proto": "https"}
        url = f"{self.peer.url}/wp-json/wc/v3/{path}"
        return requests.request(method, url, **{"auth": self.keys, "headers": headers, "timeout": 10, **options})

    def oauth(
        self, path: str, *, ago: float = 0, nonce: str = "n1", secret: str = "", **params: str
    ) -> requests.Response:
        address = f"{self.peer.url}/wp-json/wc/v3/{path}"
        given = {**params, "oauth_consumer_key": self.keys[0], "oauth_timestamp": str(int(time.time() - ago))}
        given |= {"oauth_nonce": nonce, "oauth_signature_method": "HMAC-SHA256"}
        given["oauth_signature"] = signed("GET", address, given, secret or self.keys[1])
        return requests.get(f"{address}?{urlencode(given)}", timeout=60)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Peer(stocked(12, 6)) as peer:
        yield Shop(peer)


def told(name: str) -> Any:
    return json.loads((CAPTURED / f"{name}.body.json").read_bytes())


def shape(value: Any) -> Any:
    """Names and kinds of values; of a list the first entry's. Numbers are alike, and nothing is like everything."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Where our shape is not theirs. What is empty or null on one side says nothing."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        odd = [f"{path}.{name}" for name in ours.keys() ^ theirs.keys()]
        return odd + [
            line
            for name in ours.keys() & theirs.keys()
            for line in differences(ours[name], theirs[name], f"{path}.{name}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list):
        return differences(ours[0], theirs[0], f"{path}[]") if ours and theirs else []
    return [] if ours == theirs or "NoneType" in (ours, theirs) else [f"{path}: {ours} is not {theirs}"]


def unlike(ours: Any, name: str, *but: str) -> list[str]:
    """The differences to a captured answer, except those of fields that we do not tell."""
    found = differences(shape(ours), shape(told(name)))
    return [line for line in found if not any(line.startswith(each) for each in (*but, "._links", "[]._links"))]


@captured_only
class TestShapes:
    def test_of_products(self, shop: Shop) -> None:
        one = next(n for n, row in shop.store.products.items() if row["type"] == "simple")
        family = next(n for n, row in shop.store.products.items() if row["type"] == "variable")
        assert unlike(shop.ask(f"products/{one}").json(), "product-simple", ".permalink_template") == []
        assert unlike(shop.ask(f"products/{family}").json(), "product-variable", ".attributes") == []

    def test_of_variations(self, shop: Shop) -> None:
        one = min(shop.store.variations)
        parent = shop.store.variations[one]["parent_id"]
        assert unlike(shop.ask(f"products/{parent}/variations/{one}").json(), "variation-single") == []
        assert unlike(shop.ask("variations").json()[0], "variation-single") == []
        assert unlike(shop.ask(f"products/{one}").json(), "variation-as-product") == []

    def test_of_categories_and_customers(self, shop: Shop) -> None:
        assert unlike(shop.ask("products/categories").json()[0], "category-single") == []
        assert unlike(shop.ask(f"customers/{min(shop.store.customers)}").json(), "customer-single") == []

    def test_of_orders(self, shop: Shop) -> None:
        order = min(shop.store.orders)
        assert unlike(shop.ask(f"orders/{order}").json(), "order-single", ".line_items[].meta_data") == []
        shop.store.refund(order, "1.00", "torn")
        assert shape(shop.ask(f"orders/{order}").json()["refunds"]) == shape(told("order-refunded")["refunds"])

    def test_of_webhooks_notes_and_settings(self, shop: Shop) -> None:
        hook = {"topic": "product.created", "delivery_url": "http://127.0.0.1:9/"}
        assert unlike(shop.ask("webhooks", "POST", json=hook).json(), "webhook-single") == []
        order = min(shop.store.orders)
        shop.ask(f"orders/{order}/notes", "POST", json={"note": "x"})
        assert unlike(shop.ask(f"orders/{order}/notes").json(), "order-notes") == []
        currency = next(row for row in told("settings-general") if row["id"] == "woocommerce_currency")
        (ours,) = shop.ask("settings/general").json()
        assert set(ours) - {"_links"} == set(currency) - {"_links"}

    def test_of_the_index(self, shop: Shop) -> None:
        ours = requests.get(f"{shop.peer.url}/wp-json/", timeout=60).json()
        assert set(ours) == set(told("wp-json-root"))


@captured_only
class TestErrors:
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("products?per_page=101", "products-per-page-101"),
            ("products?per_page=0", "products-per-page-0"),
            ("products?per_page=abc", "err-400-per-page-text"),
            ("products?page=0", "products-page-0"),
            ("products?orderby=bogus", "err-400-param"),
            ("products?modified_after=bogus", "products-modified_after-bad"),
            ("products/999999", "err-404-product"),
            ("orders/999999", "err-404-order"),
            ("customers/999999", "err-404-customer"),
            ("nothing", "err-404-route"),
            ("products?page=99", "products-beyond"),
        ],
    )
    def test_are_word_for_word_those_of_the_store(self, shop: Shop, path: str, name: str) -> None:
        answer = shop.ask(path)
        status = json.loads((CAPTURED / f"{name}.headers.json").read_bytes())["status"]
        assert (answer.status_code, answer.json()) == (status, told(name))

    def test_of_a_variation_under_another_product(self, shop: Shop) -> None:
        one, other = min(shop.store.variations), min(shop.store.products)
        answer = shop.ask(f"products/{other}/variations/{one}")
        assert (answer.status_code, answer.json()) == (404, told("err-404-variation-wrong-parent"))

    @pytest.mark.parametrize(
        ("name", "secure", "key", "secret"),
        [
            ("err-401-no-auth", True, "", ""),
            ("err-401-bad-key-https", True, "ck_wrong", ""),
            ("err-401-bad-secret-https", True, "", "cs_wrong"),
            ("err-401-basic-over-http", False, "", ""),
        ],
    )
    def test_of_keys(self, shop: Shop, name: str, secure: bool, key: str, secret: str) -> None:
        auth = (key or shop.keys[0], secret or shop.keys[1]) if name != "err-401-no-auth" else None
        headers = {"X-Forwarded-Proto": "https"} if secure else {}
        answer = shop.ask("products", auth=auth, headers=headers)
        assert (answer.status_code, answer.json()) == (401, told(name))

    def test_of_signatures(self, shop: Shop) -> None:
        assert shop.oauth("products").status_code == 200
        assert shop.oauth("products", nonce="n2", secret="cs_wrong").json() == told("err-401-oauth-bad-secret")
        shop.keys = ("ck_unknown", shop.keys[1])
        assert shop.oauth("products", nonce="n3").json() == told("err-401-oauth-bad-key")

    def test_of_keys_that_only_read(self, shop: Shop) -> None:
        keys = shop.peer.keys("read")
        answer = shop.ask("products", "POST", json={}, auth=tuple(keys.values()))
        assert (answer.status_code, answer.json()) == (401, told("err-401-read-key-writes"))

    def test_of_plain_permalinks(self, shop: Shop) -> None:
        shop.peer.plain_permalinks = True
        assert shop.ask("products").status_code == 404
        url = f"{shop.peer.url}/?rest_route=/wc/v3/products"
        answer = requests.get(url, auth=shop.keys, headers={"X-Forwarded-Proto": "https"}, timeout=60)
        assert (answer.status_code, answer.json()) == (401, told("ok-rest_route-no-permalinks"))

    def test_headers_are_those_of_the_store(self, shop: Shop) -> None:
        for size, name, method in ((5, "products-p1", "GET"), (1, "head-products", "HEAD")):
            theirs = json.loads((CAPTURED / f"{name}.headers.json").read_bytes())["headers"]
            ours = shop.ask(f"products?per_page={size}", method).headers
            of_the_server = {"Host", "Date", "Connection", "X-Powered-By"}
            assert set(theirs) - of_the_server <= set(ours)
            assert ours["Content-Type"] == theirs["Content-Type"]
            assert [part.split(">")[1] for part in ours["Link"].split(", ")] == ['; rel="next"']


class TestSignatures:
    @pytest.mark.parametrize("ago", [14 * 60, -14 * 60])
    def test_are_good_for_a_quarter_of_an_hour(self, shop: Shop, ago: float) -> None:
        assert shop.oauth("products", ago=ago).status_code == 200

    @pytest.mark.parametrize("ago", [16 * 60, -16 * 60])
    def test_are_refused_outside_of_it(self, shop: Shop, ago: float) -> None:
        assert shop.oauth("products", ago=ago).json()["message"] == "Invalid timestamp."

    def test_are_good_once(self, shop: Shop) -> None:
        assert shop.oauth("products", nonce="same").status_code == 200
        assert "nonce" in shop.oauth("products", nonce="same").json()["message"]

    def test_cover_the_parameters(self, shop: Shop) -> None:
        assert shop.oauth("products", search="Löwe & 50%/x", include="1,2").status_code == 200

    def test_are_made_with_the_home_address(self, shop: Shop) -> None:
        shop.store.home = "http://shop.example"
        assert shop.oauth("products").status_code == 401

    def test_that_lack_a_part_are_named(self, shop: Shop) -> None:
        answer = requests.get(f"{shop.peer.url}/wp-json/wc/v3/products?oauth_nonce=1", timeout=60)
        assert answer.json()["code"] == "woocommerce_rest_authentication_missing_parameter"

    def test_are_not_needed_with_keys_in_the_query_over_https(self, shop: Shop) -> None:
        query = urlencode({"consumer_key": shop.keys[0], "consumer_secret": shop.keys[1], "per_page": 2})
        answer = shop.ask(f"products?{query}", auth=None)
        assert answer.status_code == 200
        assert shop.keys[1] in answer.headers["Link"]  # as the real one repeats it


class TestLists:
    def test_of_changes_shift_a_zone_by_the_stores_offset(self) -> None:
        """`Z` together with dates_are_gmt: an hour of changes is missed at +1 h."""
        store = Store(offset=timedelta(hours=1))
        store.ahead = -timedelta(minutes=30)
        number = store.create_product()
        store.ahead = timedelta()
        with Peer(store) as peer:
            shop, since = Shop(peer), f"{datetime.now(UTC) - timedelta(minutes=40):%Y-%m-%dT%H:%M:%S}"
            for query, found in (
                (f"modified_after={since}&dates_are_gmt=true", [number]),
                (f"modified_after={since}Z", [number]),
                (f"modified_after={since}Z&dates_are_gmt=true", []),
                (f"modified_after={since}", [number]),
            ):
                assert [row["id"] for row in shop.ask(f"products?{query}").json()] == found, query

    def test_of_customers_ignore_times(self, shop: Shop) -> None:
        assert shop.ask("customers?modified_after=2099-01-01T00:00:00").headers["X-WP-Total"] == "1"

    def test_have_pages(self, shop: Shop) -> None:
        first = shop.ask("products?per_page=5&page=2&orderby=id&order=asc")
        assert [row["id"] for row in first.json()] == sorted(shop.store.products)[5:10]
        assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("12", "3")

    def test_take_a_hundred_items_in_a_batch(self, shop: Shop) -> None:
        assert shop.ask("products/batch", "POST", json={"delete": list(range(900, 1000))}).status_code == 200
        large = shop.ask("products/batch", "POST", json={"delete": list(range(900, 1001))})
        assert large.status_code == 413
        assert large.json()["code"] == "woocommerce_rest_request_entity_too_large"

    def test_of_nothing_to_do_are_empty(self, shop: Shop) -> None:
        assert shop.ask("products/batch", "POST", json={}).json() == []


class Ear:
    """What a store would deliver, without a network: topics and what they are about."""

    def __init__(self, store: Store) -> None:
        self.store, self.heard = store, list[tuple[str, Any]]()
        store.hooks.fire = lambda topic, arg: self.heard.append((topic, arg))  # type: ignore[method-assign]

    def take(self) -> list[tuple[str, Any]]:
        heard, self.heard = self.heard, []
        return heard


class TestWhatFires:
    @pytest.fixture
    def ear(self) -> Ear:
        return Ear(stocked(8, 0))

    def test_of_a_variation_is_not_its_product(self, ear: Ear) -> None:
        one = min(ear.store.variations)
        before = dict(ear.store.products[ear.store.variations[one]["parent_id"]])
        ear.store.products[before["id"]]["_modified"] -= timedelta(hours=1)
        ear.store.edit(one, price="1")
        assert ear.take() == [("product.updated", one)]
        assert ear.store.products[before["id"]]["_modified"] >= before["_modified"]

    def test_of_a_deletion_for_good_are_only_the_hooks(self, ear: Ear) -> None:
        simple, other = min(ear.store.products), min(ear.store.products) + 1
        ear.store.delete(simple)
        assert ear.take() == [("action.woocommerce_delete_product", simple)]
        ear.store.delete(other, by="wp-admin")
        assert ear.take() == []

    def test_of_the_bin_has_a_false_coupon_except_in_wp_admin(self, ear: Ear) -> None:
        one, other = min(ear.store.products), min(ear.store.products) + 1
        ear.store.trash(one)
        ear.store.trash(other, by="rest")
        assert ear.take() == [("product.deleted", one), ("product.deleted", other), ("coupon.deleted", other)]

    def test_of_a_family_in_the_bin_are_all_of_them(self, ear: Ear) -> None:
        parent = ear.store.variations[min(ear.store.variations)]["parent_id"]
        ear.store.trash(parent)
        assert [topic for topic, _ in ear.take()] == ["product.deleted"] * 4

    def test_of_categories_is_nothing_but_a_hook_of_rest(self, ear: Ear) -> None:
        number = ear.store.create_category("Sofas")
        ear.store.edit_category(number, name="Couches")
        assert ear.take() == []
        ear.store.edit_category(number, name="Divans", by_rest=True)
        ((topic, term),) = ear.take()
        assert (topic, term["term_id"], term["name"]) == (
            "action.woocommerce_rest_insert_product_cat",
            number,
            "Divans",
        )

    def test_of_going_live_is_nothing(self, ear: Ear) -> None:
        at = ear.store.now() - timedelta(seconds=5)
        number = ear.store.schedule("Soon", at)
        assert ear.take() == [("product.created", number)]
        ear.store.publish_due()
        assert ear.take() == []
        assert ear.store.products[number]["_modified"] == at

    def test_of_a_checkout_is_an_update_before_the_creation(self, ear: Ear) -> None:
        product = ear.store.create_product(price="2", manage_stock=True, stock_quantity=3)
        ear.take()
        order = ear.store.checkout([(product, 2)])
        assert ear.take() == [
            ("order.updated", order),
            ("order.updated", order),
            ("order.created", order),
            ("product.updated", product),
        ]
        assert ear.store.products[product]["stock_quantity"] == 1

    def test_of_a_full_refund_changes_the_status(self, ear: Ear) -> None:
        order = ear.store.create_order([(ear.store.create_product(price="3"), 1)])
        ear.take()
        ear.store.refund(order, "1.00")
        assert ear.store.orders[order]["status"] == "pending"
        ear.store.refund(order, "2.00")
        assert ear.store.orders[order]["status"] == "refunded"
        assert ear.take() == [("order.updated", order)] * 2

    def test_of_users_are_all_roles_but_only_customers_are_deleted(self, ear: Ear) -> None:
        shopper, editor = ear.store.create_customer(), ear.store.create_customer(role="editor")
        ear.take()
        ear.store.delete_customer(editor)
        ear.store.delete_customer(shopper)
        assert ear.take() == [("customer.deleted", shopper)]


class TestDeliveries:
    status: int

    @pytest.fixture
    def door(self) -> Iterator[Peer]:
        """Somebody who answers what he is told to."""
        with Peer() as peer:
            peer.before_answer = lambda asked: peer.next_answers.append((self.status, {}, b""))
            self.status = 200
            yield peer

    def hook(self, store: Store, door: Peer, topic: str = "product.updated") -> dict[str, Any]:
        return store.hooks.create({"topic": topic, "delivery_url": door.url, "secret": "s"})

    def test_join_what_waits_already_and_tell_the_last_state(self, shop: Shop, door: Peer) -> None:
        self.hook(shop.store, door)
        number = min(shop.store.products)
        for name in ("A", "B", "C"):
            shop.store.edit(number, name=name)
        assert shop.store.hooks.waiting() == 1
        assert shop.store.hooks.deliver() == 1

    def test_end_at_the_seventh_failure_and_switching_on_keeps_the_count(self, shop: Shop, door: Peer) -> None:
        hook, number = self.hook(shop.store, door), min(shop.store.products)
        self.status = 500
        for expected in [*["active"] * 6, "disabled"]:
            shop.store.edit(number)
            shop.store.hooks.deliver()
            assert hook["status"] == expected
        shop.ask(f"webhooks/{hook['id']}", "PUT", json={"status": "active"})
        assert hook["status"] == "active"
        shop.store.edit(number)
        shop.store.hooks.deliver()
        assert hook["status"] == "disabled"

    def test_start_anew_with_a_success(self, shop: Shop, door: Peer) -> None:
        hook, number = self.hook(shop.store, door), min(shop.store.products)
        for self.status in (500, 500, 302):
            shop.store.edit(number)
            shop.store.hooks.deliver()
        assert hook["_failures"] == 0

    def test_are_followed_by_pings_until_one_gets_200(self, shop: Shop, door: Peer) -> None:
        self.status = 202
        hook, number = self.hook(shop.store, door), min(shop.store.products)
        for self.status in (202, 202, 200):
            shop.store.edit(number)
            shop.store.hooks.deliver()
        assert [status for _, status in shop.store.hooks.pings] == [202, 202, 202, 200]
        assert hook["_pending"] is False

    def test_tell_an_error_for_what_is_gone_meanwhile(self, shop: Shop, door: Peer) -> None:
        number = min(shop.store.products)
        payload = shop.store.hooks._payload("product.updated", number)
        assert payload["id"] == number
        shop.store.delete(number)
        assert set(shop.store.hooks._payload("product.updated", number)) == {"code", "message", "data"}

    def test_can_be_lost_on_purpose(self, shop: Shop, door: Peer) -> None:
        self.hook(shop.store, door)
        shop.store.hooks.drop_share = 1.0
        shop.store.edit(min(shop.store.products))
        shop.store.hooks.deliver()
        assert (len(shop.store.hooks.dropped), shop.store.hooks.delivered) == (1, [])

    def test_go_out_by_themselves_where_that_is_wanted(self, door: Peer) -> None:
        with Peer(stocked(2, 0), deliver=True) as peer:
            self.hook(peer.store, door)
            peer.store.edit(min(peer.store.products))
            end = time.monotonic() + 60
            while not peer.store.hooks.delivered and time.monotonic() < end:
                time.sleep(0.02)
            assert peer.store.hooks.delivered == [("product.updated", min(peer.store.products))]


class TestAuth:
    def wanted(self, door: Peer, **changes: str) -> dict[str, str]:
        told = {"app_name": "Backroom", "scope": "read_write", "user_id": "tok-en_1"}
        told |= {"return_url": f"{door.url}/back?x=1", "callback_url": f"{door.url}/callback?state=s"}
        return told | changes

    @pytest.fixture
    def door(self) -> Iterator[Peer]:
        with Peer() as peer:
            peer.next_answers.append((200, {}, b""))
            yield peer

    def grant(self, peer: Peer, wanted: dict[str, str]) -> requests.Response:
        url = f"{peer.url}/wc-auth/v1/access_granted/?{urlencode(wanted)}"
        return requests.get(url, timeout=60, allow_redirects=False)

    def test_asks_with_approve_and_deny(self, door: Peer) -> None:
        with Peer(allow_http_callback=True) as peer:
            url = f"{peer.url}/wc-auth/v1/authorize?{urlencode(self.wanted(door))}"
            page = requests.get(url, timeout=60)
            assert page.status_code == 200
            assert "wc-auth-approve" in page.text
            assert "success=0" in page.text

    def test_lends_a_key_that_works_and_returns(self, door: Peer) -> None:
        with Peer(allow_http_callback=True) as peer:
            bodies: list[Any] = []
            door.before_answer = lambda asked: bodies.append((asked.target, json.loads(asked.body)))
            answer = self.grant(peer, self.wanted(door))
            ((target, told),) = bodies
            assert answer.status_code == 302
            back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
            assert back == {"x": "1", "success": "1", "user_id": "tok-en_1"}
            assert target == "/callback?state=s"
            assert set(told) == {"key_id", "user_id", "consumer_key", "consumer_secret", "key_permissions"}
            assert (type(told["key_id"]), told["user_id"], told["key_permissions"]) == (int, "tok-en_1", "read_write")
            assert Shop(peer).ask("products", auth=(told["consumer_key"], told["consumer_secret"])).status_code == 200

    @pytest.mark.parametrize("status", [201, 204, 302, 404, 500])
    def test_takes_the_key_back_where_the_callback_does_not_answer_200(self, door: Peer, status: int) -> None:
        door.next_answers.clear()
        door.next_answers.append((status, {}, b""))
        with Peer(allow_http_callback=True) as peer:
            answer = self.grant(peer, self.wanted(door))
            assert answer.status_code == 401
            assert "unable to send the consumer data" in answer.text
            assert peer.store.keys == {}

    def test_wants_https_and_every_parameter(self, door: Peer) -> None:
        with Peer() as peer:
            for wanted in (self.wanted(door), {k: v for k, v in self.wanted(door).items() if k != "user_id"}):
                assert self.grant(peer, wanted).status_code == 401

    def test_cuts_user_ids(self, door: Peer) -> None:
        with Peer(allow_http_callback=True) as peer:
            location = self.grant(peer, self.wanted(door, user_id='a b&c/é"x<y')).headers["Location"]
            assert dict(parse_qsl(urlsplit(location).query))["user_id"] == "a b"


class TestAdmin:
    def test_has_a_button_for_each_act(self, shop: Shop) -> None:
        url = f"{shop.peer.url}/wp-admin/"
        acts = shop.peer._admin.acts
        assert requests.get(url, timeout=60).text.count("<button>") == len(acts)
        for act in acts:
            assert requests.post(f"{url}?{urlencode({'act': act})}", timeout=60).status_code == 200, act
