"""Carriers on loopback that take their time: print their address, answer until standard input ends, then print when
which path was called."""

import argparse
import json
import sys

from tests.peers.carriers.peer import Peer


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, required=True, help="seconds before each answer")
    parser.add_argument("--errors", type=float, required=True, help="share of calls that fail")
    options = parser.parse_args()
    with Peer(keeps=False) as peer:
        peer.delay, peer.errors = options.delay, options.errors
        print(json.dumps({"url": peer.url}), flush=True)
        sys.stdin.read()
        print(json.dumps({"times": peer.times, "tokens": peer.token_calls}), flush=True)


if __name__ == "__main__":
    main()
