"""Shopify's stand-in as a server: one process, several shops, each under its own domain as the first part of the path.

with Peer(Shop.filled(products=20), client_id="key", client_secret="secret", app_url=backroom) as peer:
    requests.get(f"{peer.url}/backroom-test.myshopify.com/admin")
"""

import threading
from types import TracebackType
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.peers.shopify import routes_admin, routes_api, routes_oauth
from tests.peers.shopify.cost import Bucket
from tests.peers.shopify.exports import Exports
from tests.peers.shopify.faults import Faults
from tests.peers.shopify.sender import ORDERLY, Disorder, Sender
from tests.peers.shopify.shop import Shop
from tests.peers.shopify.tenancy import App, Call, Tenancy

SCOPES = (
    "read_products,write_inventory,read_locations,read_orders,write_customers,read_fulfillments,write_fulfillments,"
    "write_merchant_managed_fulfillment_orders,write_app_proxy"
)
# How soon the server notices that it is to stop.
POLL_SECONDS = 0.02
# Protected customer data: level 2, and what an order tells of its customer.
PROTECTED = {
    *(("Customer", name) for name in ("firstName", "lastName", "email", "phone", "defaultAddress")),
    *(("Customer", name) for name in ("defaultEmailAddress", "defaultPhoneNumber")),
    *(("Order", name) for name in ("customer", "email", "phone", "shippingAddress", "billingAddress")),
}


class _Handler(WSGIRequestHandler):
    # Without it, an answer on a kept connection waits for the acknowledgement of its head.
    disable_nagle_algorithm = True

    def log(self, *_: Any) -> None:
        """Say nothing."""


class Peer:
    """The server. `calls` and `sender.sent` tell what went on; `faults`, `app.hidden` and the tenancies' `grants`,
    `bucket` and `exports` are the switches.
    """

    def __init__(
        self,
        *shops: Shop,
        client_id: str = "backroom-key",
        client_secret: str = "backroom-secret",
        app_url: str = "",
        scopes: str = SCOPES,
        port: int = 0,
        disorder: Disorder = ORDERLY,
        bulk_seconds: float = 0.0,
        bulk_shuffled: bool = True,
        bucket_size: float = 2000,
        restore_rate: float = 100,
    ) -> None:
        self.app = App(client_id, client_secret, app_url, scopes.split(","))
        self.sender, self.faults, self.calls = Sender(disorder), Faults(), list[Call]()
        flask = Flask(__name__)
        flask.extensions["peer"] = self
        for module in (routes_api, routes_oauth, routes_admin):
            flask.register_blueprint(module.pages)
        self._server = make_server("127.0.0.1", port, flask, threaded=True, request_handler=_Handler)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.tenancies: dict[str, Tenancy] = {}
        for shop in shops:
            files_url = f"{self.url}/bulk/{shop.domain}"
            exports = Exports(shop, files_url, self.app.hidden, seconds=bulk_seconds, shuffled=bulk_shuffled)
            bucket = Bucket(bucket_size, restore_rate)
            self.tenancies[shop.domain] = Tenancy(shop, self.app, self.sender, bucket, exports)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)

    def __enter__(self) -> "Peer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for tenancy in self.tenancies.values():
            tenancy.close()
        self.sender.close()

    def __getitem__(self, domain: str) -> Tenancy:
        """One of the shops, with what the app has there. Raises KeyError."""
        return self.tenancies[domain]

    def grant(self, shop: Shop, *, expiring: bool = True) -> dict[str, Any]:
        """Install the app without any clicks; gives what the token address would."""
        tenancy = self[shop.domain]
        tenancy.install()
        return tenancy.grants.issue(expiring=expiring)

    def hide_protected(self) -> None:
        """From now on protected customer data is null, with an error."""
        self.app.hidden |= PROTECTED
