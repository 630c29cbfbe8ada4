"""`python -m tests.peers.carriers`: carriers that are none, for trying out and for benchmarks."""

import argparse
import sys
import time

from tests.peers.carriers.peer import Peer

parser = argparse.ArgumentParser(prog="python -m tests.peers.carriers", description=__doc__)
parser.add_argument("--port", type=int, default=9340)
parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer, such as 0.2")
parser.add_argument("--errors", type=float, default=0.0, help="share of tracking calls that fail, such as 0.02")
parser.add_argument("--stage", default="in_transit", help="how far parcels are that nobody named")
parser.add_argument("--tls", action="store_true", help="https, with a certificate that nobody else trusts")
options = parser.parse_args()

with Peer(port=options.port, tls=options.tls, keeps=False) as peer:
    peer.delay, peer.errors, peer.stage = options.delay, options.errors, options.stage
    sys.stdout.write(
        f"Carriers {peer.url}\n"
        + (f"Trust    {peer.ca_bundle}\n" if options.tls else "")
        + f"Backroom has to run with CARRIERS_ORIGIN={peer.url} ALLOW_PRIVATE_HOSTS=1 to call them. Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
    try:
        while True:
            time.sleep(5)
            sys.stdout.write(
                f"calls {sum(peer.paths.values())}, tokens {peer.token_calls}, connections {peer.connections}\n"
            )
            sys.stdout.flush()
    except KeyboardInterrupt:
        pass
