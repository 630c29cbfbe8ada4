"""Starts the stand-in by hand, so that a whole install can be clicked through in a browser."""

import argparse
import sys
import time

from tests.peers.shopify.peer import Peer
from tests.peers.shopify.sender import Disorder
from tests.peers.shopify.shop import Shop

NOTICE = """\
Shopify's stand-in runs. Start Backroom with:

  SHOPIFY_API_KEY={app.client_id} SHOPIFY_API_SECRET={app.client_secret} \\
  SHOPIFY_API_ORIGIN={url} APP_BRIDGE_URL={url}/app-bridge.js ALLOW_PRIVATE_HOSTS=1 make run

Then open {url}/
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.peers.shopify", description=__doc__)
    parser.add_argument("--port", type=int, default=9310)
    parser.add_argument("--backroom", default="http://127.0.0.1:8000", help="where Backroom runs")
    parser.add_argument("--domains", nargs="+", default=["backroom-test.myshopify.com"], help="one shop for each")
    parser.add_argument("--products", type=int, default=200)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--client-id", default="backroom-key")
    parser.add_argument("--client-secret", default="backroom-secret")
    parser.add_argument("--bulk-seconds", type=float, default=3.0, help="how long a bulk operation takes at least")
    parser.add_argument("--drop", type=float, default=0.0, help="share of webhooks that are lost")
    parser.add_argument("--duplicate", type=float, default=0.0, help="share of webhooks that come twice")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    shops = [
        Shop.filled(
            products=given.products,
            customers=given.customers,
            orders=given.orders,
            seed=given.seed + place,
            domain=domain,
        )
        for place, domain in enumerate(given.domains)
    ]
    peer = Peer(
        *shops,
        client_id=given.client_id,
        client_secret=given.client_secret,
        app_url=given.backroom.rstrip("/"),
        port=given.port,
        bulk_seconds=given.bulk_seconds,
        disorder=Disorder(drop=given.drop, duplicate=given.duplicate),
    )
    with peer:
        sys.stdout.write(NOTICE.format(app=peer.app, url=peer.url))
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
