"""`make peer-woocommerce`: a WooCommerce store that is none, to click through an install by hand."""

import argparse
import sys

from tests.peers.woocommerce.peer import Peer, serve_for_ever
from tests.peers.woocommerce.store import stocked

parser = argparse.ArgumentParser(prog="python -m tests.peers.woocommerce", description=__doc__)
parser.add_argument("--port", type=int, default=9320)
parser.add_argument("--backroom", default="http://127.0.0.1:8000", help="where Backroom runs, for the printed links")
parser.add_argument("--products", type=int, default=40)
parser.add_argument("--orders", type=int, default=20)
parser.add_argument("--drop", type=float, default=0.0, help="share of deliveries to lose on purpose, such as 0.3")
options = parser.parse_args()

peer = Peer(stocked(options.products, options.orders), port=options.port, deliver=True, allow_http_callback=True)
peer.store.hooks.drop_share = options.drop
keys = peer.keys()
sys.stdout.write(
    f"Store   {peer.url}\n"
    f"Admin   {peer.url}/wp-admin/\n"
    f"Keys    {keys['consumer_key']} {keys['consumer_secret']}\n"
    f"Connect {options.backroom}/woocommerce/connect\n"
    "Backroom has to run with ALLOW_PRIVATE_HOSTS=1 to call it. Ctrl-C ends it.\n"
)
sys.stdout.flush()
serve_for_ever(peer)
