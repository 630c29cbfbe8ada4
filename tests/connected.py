"""Shops that are connected to a stand-in for their platform, and Backroom served over HTTP for their deliveries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from commerce.settings import Settings
from commerce.tables import connections, syncs
from commerce.tables.connections import Credentials
from jobs import process, queues
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.shops import Shop


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(backroom: Backroom) -> Iterator[str]:
    """Backroom over HTTP, as long as the block lasts; gives its address."""
    server = make_server("127.0.0.1", 0, backroom.client.application, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def at(backroom: Backroom, url: str) -> Backroom:
    """The same Backroom, whose workers know that address for it."""
    there = replace(backroom.process, settings=replace(backroom.settings, base_url=url))
    process.start(there)
    return replace(backroom, process=there)


def with_stand_ins(settings: Settings, peer: ShopifyPeer | None = None, **changes: Any) -> Settings:
    """Settings that let stand-ins be called."""
    if peer is not None:
        changes |= {
            "shopify_api_origin": peer.url,
            "shopify_api_key": peer.app.client_id,
            "shopify_api_secret": peer.app.client_secret,
        }
    return replace(settings, allow_private_hosts=True, **changes)


def connect_woocommerce(backroom: Backroom, peer: WooCommercePeer, **changes: Any) -> Shop:
    """The stand-in's store, connected with keys of its own."""
    shop = backroom.shops.woocommerce(peer.url, secret="a1b2c3d4e5f6", **changes)
    _connect(backroom, shop, Credentials(secrets=peer.keys()))
    return shop


def connect_shopify(backroom: Backroom, peer: ShopifyPeer, store: ShopifyShop, *, expiring: bool = True) -> Shop:
    """One of the stand-in's shops, with the app installed."""
    shop, now = backroom.shops.shopify(store.domain), datetime.now(UTC)
    told = peer.grant(store, expiring=expiring)
    ends = {"expires_at": now + timedelta(hours=1), "refresh_expires_at": now + timedelta(days=90)} if expiring else {}
    secrets = {name: told[name] for name in ("access_token", "refresh_token") if name in told}
    _connect(backroom, shop, Credentials(secrets=secrets, **ends))
    return shop


def _connect(backroom: Backroom, shop: Shop, credentials: Credentials) -> None:
    with backroom.process.database.write() as db:
        connections.save(
            db, backroom.process.vault, shop_id=shop.id, credentials=credentials, installed_at=datetime.now(UTC)
        )


def sync(backroom: Backroom, shop: Shop, kind: str) -> Any:
    """Begin a run and see it through, however often it has to wait; gives its row."""
    with backroom.process.database.write() as db:
        sync_id = syncs.begin(db, shop_id=shop.id, kind=kind, now=utc_now())
    backroom.process.queues.wake(queues.SYNC, [shop.id])
    for _ in range(2000):
        backroom.work()
        with backroom.process.database.read() as db:
            run = syncs.one(db, shop_id=shop.id, sync_id=sync_id)
        assert run is not None
        if run.state != syncs.RUNNING:
            return run
        with backroom.process.database.write() as db:
            syncs.wake_all(db, shop_id=shop.id)
        backroom.process.queues.wake(queues.SYNC, [shop.id], again=True)
    raise AssertionError(f"{kind} did not come to its end: {run}")
