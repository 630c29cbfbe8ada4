"""Backroom beside stand-ins for the platforms, and browsers that go between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from commerce.settings import Settings
from commerce.tables import connections, shops, syncs
from tests.conftest import Backroom, assembled, free_port
from tests.peers.shopify import signing
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop

KEY, SECRET = "the-client-id-of-the-tests", "the client secret of the tests, 32 bytes and more"
ONE, TWO = "one.myshopify.com", "two.myshopify.com"


@dataclass
class Shopify:
    """Backroom and two Shopify shops."""

    backroom: Backroom
    peer: ShopifyPeer

    def browser(self) -> FlaskClient:
        return self.backroom.client.application.test_client()

    def permission(self, browser: FlaskClient, domain: str = ONE) -> str:
        """Begin to install; gives the address of the shop's page."""
        answer = browser.get("/shopify/install", query_string={"shop": domain})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def agreed(self, browser: FlaskClient, domain: str = ONE) -> dict[str, str]:
        """Begin to install and agree at the shop; gives the query with which it sends the browser back."""
        answer = requests.post(self.permission(browser, domain), allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def signed(self, query: dict[str, str], secret: str = SECRET) -> dict[str, str]:
        """The query with another signature."""
        query = {name: value for name, value in query.items() if name != "hmac"}
        return {**query, "hmac": signing.query_signature(secret, query)}

    def back(self, browser: FlaskClient, query: dict[str, str]) -> Any:
        return browser.get("/shopify/callback", query_string=query)

    def install(self, browser: FlaskClient, domain: str = ONE) -> Any:
        return self.back(browser, self.agreed(browser, domain))

    def id_token(self, domain: str = ONE, *, key: str = KEY, secret: str = SECRET, **claims: Any) -> str:
        return signing.session_token(domain, key, secret, **claims)

    def app_home(self, browser: FlaskClient, domain: str = ONE, **query: str) -> Any:
        """Open the app within the admin; `query` replaces what it sends, an empty value takes it away."""
        sent = {"embedded": "1", "host": signing.host(domain), "shop": domain, "id_token": self.id_token(domain)}
        sent = {name: value for name, value in {**sent, **query}.items() if value}
        return browser.get(f"/shopify/?{urlencode(sent)}")

    def stored(self, domain: str = ONE) -> tuple[Any, Any, list[Any]]:
        """The shop, its connection and its runs; None, None and none where it is not there."""
        here = self.backroom.parts
        with here.database.read() as db:
            shop = shops.by_domain(db, here.vault, platform="shopify", domain=domain)
            if shop is None:
                return None, None, []
            known = connections.one(db, here.vault, shop_id=shop.id)
            return shop, known, list(syncs.newest(db, shop_id=shop.id, limit=9))


@contextmanager
def shopify_on(settings: Settings, **changes: Any) -> Iterator[Shopify]:
    filled = [ShopifyShop.filled(products=1, customers=1, orders=1, domain=domain) for domain in (ONE, TWO)]
    with ShopifyPeer(*filled, client_id=KEY, client_secret=SECRET) as peer:
        standing_in = {
            "shopify_api_key": KEY,
            "shopify_api_secret": SECRET,
            "shopify_api_origin": peer.url,
            "app_bridge_url": f"{peer.url}/app-bridge.js",
            "allow_private_hosts": True,
        }
        settings = replace(settings, **{"base_url": "http://127.0.0.1:9", **standing_in, **changes})
        peer.app.url = settings.base_url
        for backroom in assembled(settings):
            yield Shopify(backroom, peer)


@pytest.fixture
def shopify(settings: Settings) -> Iterator[Shopify]:
    with shopify_on(settings) as found:
        yield found


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served(settings: Settings) -> Iterator[Backroom]:
    """Backroom at the address that its settings name, with stand-ins allowed."""
    yield from served_on(settings)


def served_on(settings: Settings, **changes: Any) -> Iterator[Backroom]:
    port = free_port()
    there = {"base_url": f"http://127.0.0.1:{port}", "allow_private_hosts": True, **changes}
    for backroom in assembled(replace(settings, **there)):
        app = backroom.client.application
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield backroom
        server.shutdown()
        thread.join()
        server.server_close()
