"""A Shopify stand-in with a large shop, for imports: prints its address and a token, then answers until it is ended."""

import argparse
import json
import threading

from tests.peers.shopify.peer import Peer
from tests.peers.shopify.shop import Shop


def main() -> None:
    """Fill a shop and serve it."""
    parser = argparse.ArgumentParser()
    for name in ("products", "customers", "orders"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--domain", required=True)
    options = parser.parse_args()
    shop = Shop.filled(
        products=options.products, customers=options.customers, orders=options.orders, domain=options.domain
    )
    with Peer(shop, bulk_seconds=0.0) as peer:
        token = peer.grant(shop, expiring=False)["access_token"]
        print(json.dumps({"url": peer.url, "token": token}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
