"""Connecting a WooCommerce store: by its own authorisation page, or with keys that are pasted."""

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from commerce.settings import Settings
from commerce.tables import connections, installs, shops, syncs
from tests.conftest import Backroom, assembled
from tests.peers.woocommerce.peer import Peer
from tests.webapp.markup import assert_nothing_is_inline, words
from tests.webapp.views.conftest import served_on
from webapp import limits
from webapp.stores import connecting


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(allow_http_callback=True) as peer:
        yield peer


@pytest.fixture
def another() -> Iterator[Peer]:
    with Peer(allow_http_callback=True) as peer:
        for _ in range(9):  # stand-ins count their keys
            peer.keys()
        peer.store.keys.clear()
        yield peer


@dataclass
class Merchant:
    """A browser of somebody who connects a store."""

    here: Backroom
    client: FlaskClient

    def fill(self, address: str, way: str = "ask", **fields: str) -> Any:
        self.client.get("/woocommerce/connect")
        with self.client.session_transaction() as session:
            token = session["csrf"]
        fields = {"address": address, "way": way, "csrf_token": token, **fields}
        return self.client.post("/woocommerce/connect", data=fields)

    def asked(self, peer: Peer) -> str:
        """Begin at a store; gives the address of its page."""
        answer = self.fill(peer.url)
        assert answer.status_code == 303, words(answer.text)
        return str(answer.headers["Location"])

    def approve(self, address: str) -> requests.Response:
        """Open the store's page and approve; gives the store's answer."""
        page = requests.get(address, timeout=60).text
        found = re.search(r'<a href="([^"]*)" class="button wc-auth-approve"', page)
        assert found, page
        return requests.get(html.unescape(found[1]), allow_redirects=False, timeout=60)

    def back(self, answer: requests.Response) -> Any:
        """Follow the store back to Backroom."""
        assert answer.status_code == 302, answer.text
        address = urlsplit(answer.headers["Location"])
        return self.client.get(f"{address.path}?{address.query}")

    def sees(self, name: str) -> bool:
        page = self.client.get("/dashboard/", follow_redirects=True)
        return html.escape(name) in page.text


@pytest.fixture
def merchant(served: Backroom) -> Merchant:
    return Merchant(served, served.client.application.test_client())


@pytest.fixture
def somebody(served: Backroom) -> Merchant:
    return Merchant(served, served.client.application.test_client())


def stored(here: Backroom, peer: Peer) -> tuple[Any, Any, list[Any]]:
    """The store, its connection and its runs; None, None and none where it is not there."""
    with here.parts.database.read() as db:
        shop = shops.by_domain(db, here.parts.vault, platform="woocommerce", domain=peer.url)
        if shop is None:
            return None, None, []
        known = connections.one(db, here.parts.vault, shop_id=shop.id)
        return shop, known, list(syncs.newest(db, shop_id=shop.id, limit=9))


def token_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["user_id"][0]


def post(here: Backroom, token: str, keys: dict[str, str], **changes: Any) -> Any:
    """What the store sends once its merchant approved."""
    told = {"key_id": 3, "user_id": token, "key_permissions": "read_write", **keys, **changes}
    return here.client.post("/woocommerce/callback", json=told)


class TestForm:
    def test_is_shown(self, merchant: Merchant) -> None:
        answer = merchant.client.get("/woocommerce/connect")
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)
        assert "Continue at the store" in answer.text

    def test_needs_its_token(self, merchant: Merchant) -> None:
        assert merchant.client.post("/woocommerce/connect", data={"address": "https://x.example"}).status_code == 400

    @pytest.mark.parametrize("address", ["", "   ", "ftp://x", "https://", "https://a b.example", "x" * 3000])
    def test_names_an_address_that_is_none(self, merchant: Merchant, address: str) -> None:
        answer = merchant.fill(address)
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
        assert 'aria-describedby="address-told"' in answer.text

    @pytest.mark.parametrize(
        ("switch", "told"),
        [("plain_permalinks", "Permalinks"), ("firewall", "firewall"), ("without_shop", "without WooCommerce")],
    )
    def test_says_what_stands_in_the_way(self, merchant: Merchant, peer: Peer, switch: str, told: str) -> None:
        setattr(peer.rest if switch == "without_shop" else peer, switch, True)
        answer = merchant.fill(peer.url)
        assert answer.status_code == 400
        assert told in words(answer.text)
        assert peer.url in answer.text

    def test_offers_the_address_that_the_store_calls_itself(self, merchant: Merchant, peer: Peer) -> None:
        peer.store.home = "https://the-other-name.example"
        answer = merchant.fill(peer.url)
        assert answer.status_code == 400
        assert 'value="https://the-other-name.example"' in answer.text

    def test_leaves_threads_for_others_while_stores_are_slow(self, merchant: Merchant, peer: Peer) -> None:
        with ExitStack() as slow:
            for _ in range(limits.WAITING):
                slow.enter_context(limits.one_of_few())
            assert merchant.fill(peer.url).status_code == 503
        assert merchant.fill(peer.url).status_code == 303

    def test_does_not_go_into_private_networks(self, settings: Settings, peer: Peer) -> None:
        for here in served_on(settings, allow_private_hosts=False, base_url="https://backroom.example"):
            merchant = Merchant(here, here.client.application.test_client())
            answer = merchant.client.get("/woocommerce/connect", base_url="https://backroom.example")
            token = re.search(r'name="csrf_token" value="([^"]*)"', answer.text)
            assert token
            answer = merchant.client.post(
                "/woocommerce/connect",
                data={"address": peer.url, "way": "ask", "csrf_token": token[1]},
                base_url="https://backroom.example",
            )
            assert answer.status_code == 400
            assert "private network" in answer.text
            assert peer.asked == []

    def test_offers_keys_where_stores_cannot_send_theirs(self, settings: Settings) -> None:
        for here in served_on(settings, allow_private_hosts=False):
            page = here.client.get("/woocommerce/connect").text
        assert "https addresses only" in page
        assert "Continue at the store" not in page
        assert '<details class="stack" id="keys" open>' in page

    def test_is_limited(self, merchant: Merchant) -> None:
        statuses = [merchant.fill("http://127.0.0.1:1").status_code for _ in range(12)]
        assert statuses == [400] * 10 + [429] * 2


class TestAsking:
    def test_leads_to_the_store_with_all_that_it_wants(self, merchant: Merchant, peer: Peer) -> None:
        address = urlsplit(merchant.asked(peer))
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{peer.url}/wc-auth/v1/authorize"
        assert (query["app_name"], query["scope"]) == ("Backroom", "read_write")
        assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", query["user_id"])
        base = merchant.here.settings.base_url
        assert query["callback_url"] == f"{base}/woocommerce/callback"
        assert query["return_url"] == f"{base}/woocommerce/connected"

    def test_connects_the_store_and_signs_in(self, merchant: Merchant, peer: Peer) -> None:
        answer = merchant.back(merchant.approve(merchant.asked(peer)))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/")
        shop, known, runs = stored(merchant.here, peer)
        assert known.state == connections.CONNECTED
        assert known.credentials.secrets["consumer_key"] in peer.store.keys
        assert re.fullmatch(r"[A-Za-z0-9_]+", shop.secrets[0])
        assert [run.kind for run in runs] == [syncs.IMPORT]
        assert merchant.here.parts.queues.depths()["outside"] == 1
        assert merchant.sees(urlsplit(peer.url).netloc)

    def test_may_be_come_back_from_twice(self, merchant: Merchant, peer: Peer) -> None:
        approved = merchant.approve(merchant.asked(peer))
        for _ in range(2):
            assert merchant.back(approved).headers["Location"] == "/dashboard/"

    def test_that_is_declined_changes_nothing(self, merchant: Merchant, peer: Peer) -> None:
        page = requests.get(merchant.asked(peer), timeout=60).text
        found = re.search(r'<a href="([^"]*)" class="button wc-auth-deny"', page)
        assert found
        address = urlsplit(html.unescape(found[1]))
        answer = merchant.client.get(f"{address.path}?{address.query}")
        assert answer.status_code == 200
        assert "declined" in answer.text
        assert "/woocommerce/connect" in answer.text
        assert stored(merchant.here, peer) == (None, None, [])

    def test_of_another_browser_signs_nobody_in(self, merchant: Merchant, somebody: Merchant, peer: Peer) -> None:
        approved = merchant.approve(merchant.asked(peer))
        answer = somebody.back(approved)
        assert answer.status_code == 403
        assert not somebody.sees(urlsplit(peer.url).netloc)

    def test_that_is_not_fulfilled_signs_nobody_in(self, merchant: Merchant, peer: Peer) -> None:
        token = token_of(merchant.asked(peer))
        answer = merchant.client.get(f"/woocommerce/connected?success=1&user_id={token}")
        assert answer.status_code == 409
        assert not merchant.sees(urlsplit(peer.url).netloc)

    def test_signs_in_for_that_store_only(
        self, merchant: Merchant, somebody: Merchant, peer: Peer, another: Peer
    ) -> None:
        somebody.back(somebody.approve(somebody.asked(another)))
        merchant.back(merchant.approve(merchant.asked(peer)))
        other = stored(merchant.here, another)[0]
        assert not merchant.sees(other.name)
        assert merchant.client.get(f"/dashboard/?shop={other.key}").status_code == 404

    def test_again_keeps_the_shop_its_keys_and_its_secret(self, merchant: Merchant, peer: Peer) -> None:
        merchant.back(merchant.approve(merchant.asked(peer)))
        shop, _, runs = stored(merchant.here, peer)
        with merchant.here.parts.database.write() as db:
            connections.remove(db, shop_id=shop.id)
            syncs.finish(db, runs[0], state=syncs.DONE, now=runs[0].started_at)
        merchant.back(merchant.approve(merchant.asked(peer)))
        again, known, runs = stored(merchant.here, peer)
        assert (again.key, again.publishable_key, again.secrets) == (shop.key, shop.publishable_key, shop.secrets)
        assert known.state == connections.CONNECTED
        assert len(runs) == 2


class TestCallback:
    def test_takes_the_same_keys_again(self, merchant: Merchant, peer: Peer) -> None:
        token, keys = token_of(merchant.asked(peer)), peer.keys()
        assert post(merchant.here, token, keys).status_code == 200
        known, asked = stored(merchant.here, peer)[1], len(peer.asked)
        assert post(merchant.here, token, keys).status_code == 200
        assert stored(merchant.here, peer)[1] == known
        assert len(peer.asked) == asked

    def test_takes_new_keys_of_the_same_store(self, merchant: Merchant, peer: Peer) -> None:
        token = token_of(merchant.asked(peer))
        post(merchant.here, token, peer.keys())
        newer = peer.keys()
        assert post(merchant.here, token, newer).status_code == 200
        assert dict(stored(merchant.here, peer)[1].credentials.secrets) == newer
        assert len(stored(merchant.here, peer)[2]) == 1

    def test_refuses_keys_of_another_store(self, merchant: Merchant, peer: Peer, another: Peer) -> None:
        token = token_of(merchant.asked(peer))
        answer = post(merchant.here, token, another.keys())
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
        assert stored(merchant.here, peer) == stored(merchant.here, another) == (None, None, [])

    def test_of_two_stores_with_swapped_keys_connects_neither(
        self, merchant: Merchant, somebody: Merchant, peer: Peer, another: Peer
    ) -> None:
        one, two = token_of(merchant.asked(peer)), token_of(somebody.asked(another))
        assert post(merchant.here, one, another.keys()).status_code == 403
        assert post(merchant.here, two, peer.keys()).status_code == 403
        assert stored(merchant.here, peer) == stored(merchant.here, another) == (None, None, [])

    def test_is_not_kept_out_by_what_strangers_send_for_the_same_store(
        self, merchant: Merchant, somebody: Merchant, peer: Peer
    ) -> None:
        theirs, made_up = token_of(somebody.asked(peer)), {"consumer_key": "ck_1", "consumer_secret": "cs_1"}
        statuses = [post(merchant.here, theirs, made_up).status_code for _ in range(limits.PER_SUBJECT + 1)]
        assert statuses == [403] * limits.PER_SUBJECT + [429]
        assert post(merchant.here, token_of(merchant.asked(peer)), peer.keys()).status_code == 200

    def test_refuses_other_keys_after_good_ones(self, merchant: Merchant, peer: Peer, another: Peer) -> None:
        token, keys = token_of(merchant.asked(peer)), peer.keys()
        post(merchant.here, token, keys)
        assert post(merchant.here, token, another.keys()).status_code == 403
        assert dict(stored(merchant.here, peer)[1].credentials.secrets) == keys

    @pytest.mark.parametrize("permissions", ["read", "write", "", None])
    def test_refuses_keys_that_may_not_do_both(self, merchant: Merchant, peer: Peer, permissions: Any) -> None:
        token = token_of(merchant.asked(peer))
        assert post(merchant.here, token, peer.keys(), key_permissions=permissions).status_code == 403
        assert stored(merchant.here, peer) == (None, None, [])

    def test_refuses_keys_that_only_say_that_they_may(self, merchant: Merchant, peer: Peer) -> None:
        token = token_of(merchant.asked(peer))
        answer = post(merchant.here, token, peer.keys("read"))
        assert answer.status_code == 403
        assert stored(merchant.here, peer) == (None, None, [])

    @pytest.mark.parametrize("token", ["", "made-up", 42, None, "\ud800", "\x00", "x" * 5000])
    def test_refuses_an_attempt_that_nobody_made(self, merchant: Merchant, peer: Peer, token: Any) -> None:
        assert post(merchant.here, token, peer.keys()).status_code == 404

    def test_refuses_an_attempt_of_long_ago(
        self, merchant: Merchant, peer: Peer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = token_of(merchant.asked(peer))
        monkeypatch.setattr(installs, "LASTS", timedelta(0))
        assert post(merchant.here, token, peer.keys()).status_code == 404
        assert stored(merchant.here, peer) == (None, None, [])

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"user_id": {}}', b"\xff", b"x" * 50_000, b"[" * 9_000])
    def test_refuses_what_is_no_callback(self, merchant: Merchant, body: bytes) -> None:
        answer = merchant.here.client.post("/woocommerce/callback", data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500

    def test_refuses_keys_that_are_none(self, merchant: Merchant, peer: Peer) -> None:
        token = token_of(merchant.asked(peer))
        for keys in ({}, {"consumer_key": "ck_1"}, {"consumer_key": "ck\n1", "consumer_secret": "cs_1"}):
            assert post(merchant.here, token, keys).status_code == 400

    def test_says_4xx_where_the_store_does_not_answer(self, merchant: Merchant, peer: Peer) -> None:
        token = token_of(merchant.asked(peer))
        peer.next_answers.extend([(500, {}, b"")] * 50)
        answer = post(merchant.here, token, peer.keys())
        assert answer.status_code == 403
        assert stored(merchant.here, peer) == (None, None, [])

    def test_keeps_secrets_out_of_answers(self, merchant: Merchant, peer: Peer, another: Peer) -> None:
        token, keys = token_of(merchant.asked(peer)), another.keys()
        assert keys["consumer_secret"] not in post(merchant.here, token, keys).text


class TestPastedKeys:
    def test_connect_the_store_and_sign_in(self, merchant: Merchant, peer: Peer) -> None:
        answer = merchant.fill(f" {peer.url.upper()}/ ", "keys", **peer.keys())
        assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard/")
        shop, known, runs = stored(merchant.here, peer)
        assert known.state == connections.CONNECTED
        assert [run.kind for run in runs] == [syncs.IMPORT]
        assert merchant.sees(shop.name)

    @pytest.mark.parametrize("permissions", ["read", "write"])
    def test_have_to_read_and_write(self, merchant: Merchant, peer: Peer, permissions: str) -> None:
        keys = peer.keys(permissions)
        answer = merchant.fill(peer.url, "keys", **keys)
        assert answer.status_code == 400
        assert 'aria-describedby="consumer_key-told"' in answer.text
        assert keys["consumer_secret"] not in answer.text
        assert stored(merchant.here, peer) == (None, None, [])
        assert not merchant.sees(urlsplit(peer.url).netloc)

    def test_of_another_store_are_refused(self, merchant: Merchant, peer: Peer, another: Peer) -> None:
        assert merchant.fill(peer.url, "keys", **another.keys()).status_code == 400
        assert stored(merchant.here, peer) == (None, None, [])

    def test_that_are_missing_are_named(self, merchant: Merchant, peer: Peer) -> None:
        answer = merchant.fill(peer.url, "keys")
        assert answer.status_code == 400
        assert "Enter the consumer key" in answer.text
        assert "Enter the consumer secret" in answer.text
        assert peer.asked == []


class TestAStoreThatTakesKeysInTheQueryOnly:
    def test_is_connected_so_that_it_can_be_read(self, settings: Settings) -> None:
        with Peer(tls=True) as peer:
            peer.store.drops_authorization = True
            allowed = replace(settings, allow_private_hosts=True, ca_bundle=peer.ca_bundle)
            for here in assembled(allowed):
                keys = peer.keys()
                with here.client.application.test_request_context():
                    shop = connecting.connect(peer.url, keys["consumer_key"], keys["consumer_secret"])
                    assert connecting.is_connected_with(shop.id, keys["consumer_key"], keys["consumer_secret"])
                here.work()
                assert [run.state for run in stored(here, peer)[2]] == [syncs.DONE]
