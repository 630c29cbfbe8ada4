"""The process: opens the shops, sends their catalogues, then lets them live."""

import argparse
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from integrations.simulator.delivery import places
from integrations.simulator.sender import Sender
from integrations.simulator.shop import DISORDER, SHOPIFY, WOOCOMMERCE, Shop, open_store
from integrations.simulator.state import State
from integrations.simulator.store import system_clock

log = logging.getLogger(__name__)
CATALOGUE_RATE = 100.0  # deliveries per second of a backlog, so that a small machine is not flooded
_BACKLOG = 20
_DAYS_BEFORE = 8  # from which a new shop's history is
_LOOK_AGAIN = 0.25  # seconds, while nobody answers
_REPORT_EVERY = 60.0


class Player:
    """One shop that lives."""

    def __init__(self, shop: Shop, url: str, state: State, *, seed: int, history: int = 0) -> None:
        self.shop, self._state, self._seed, self._history = shop, state, seed, history
        self.sender = Sender(shop, url, state)
        self._steps = 0
        self._next_place = state.last_place(shop.platform) + 1

    def open(self) -> None:
        """Go on with the store as it was left, or open it: then its whole catalogue is to be told."""
        name = self.shop.platform
        known = self._state.open(name, system_clock)
        if known is not None:
            uses_sandbox = self.shop.store.uses_sandbox
            self.shop.store, self._steps = known
            self.shop.store.uses_sandbox = uses_sandbox
            # Chance is not kept: a new sequence, which the seed and the steps lived so far decide.
            self.shop.rng = random.Random(f"{name} {self._seed} {self._steps}")
            return
        told = list(self.shop.opening())
        happened, told_of_before = self.shop.history(self._history, _DAYS_BEFORE)
        told += told_of_before
        own = places(self._next_place, len(told), self.shop.rng, DISORDER[name])
        opening = self.shop.store.opening() + happened
        self._state.record(name, self.shop.store, opening, list(zip(told, own, strict=True)), steps=0)
        self._next_place += len(told)

    def play(self) -> None:
        """Make one delivery, for which something has to happen when none is due; nothing while nobody answers."""
        if self.sender.send_next(before=self._next_place) or self.sender.is_paused:
            return
        self._live()
        self.sender.send_next(before=self._next_place)

    def has_backlog(self) -> bool:
        """Whether much is due: the catalogue, or what happened while nobody answered."""
        due = self._state.due(self.shop.platform, before=self._next_place)
        return due > _BACKLOG and not self.sender.is_paused

    def _live(self) -> None:
        """Something happens."""
        happened, told = self.shop.step()
        self._steps += 1
        own = places(self._next_place, len(told), self.shop.rng, DISORDER[self.shop.platform])
        placed = list(zip(told, own, strict=True))
        self._state.record(self.shop.platform, self.shop.store, happened, placed, steps=self._steps)
        self._next_place += len(told)


class Simulator:
    """All shops, taking turns."""

    def __init__(self, players: Sequence[Player], *, rate: float, limit: int | None) -> None:
        self._players, self._rate, self._limit = players, rate, limit

    def run(self) -> None:
        """Play until the limit is reached; for ever without one."""
        for player in self._players:
            player.open()
        reported = time.monotonic()
        while not self._is_done():
            behind = [player for player in self._players if player.has_backlog()]
            for player in behind or self._players:
                player.play()
                time.sleep(self._pause(backlog=bool(behind)))
            if time.monotonic() - reported >= _REPORT_EVERY:
                reported = time.monotonic()
                self.report()

    def report(self) -> None:
        """One line about what was sent since the start."""
        log.info("%s", "; ".join(player.sender.tally() for player in self._players))

    def _pause(self, *, backlog: bool) -> float:
        """Seconds to the next delivery."""
        if any(player.sender.is_paused for player in self._players):
            return min(_LOOK_AGAIN, 1 / self._rate)
        return 1 / (CATALOGUE_RATE if backlog else self._rate)

    def _is_done(self) -> bool:
        return (
            self._limit is not None
            and sum(one.sender.sent + one.sender.refused for one in self._players) >= self._limit
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the help."""
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s simulator %(message)s")
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    state = State(options.state)
    players = [
        Player(_shop(platform, domain, options), url, state, seed=options.seed, history=options.history)
        for platform, url, domain in (
            (SHOPIFY, options.shopify_url, options.shopify_domain),
            (WOOCOMMERCE, options.woocommerce_url, options.woocommerce_domain),
        )
        if url
    ]
    if not players:
        sys.exit("Say where to send deliveries: --shopify-url or --woocommerce-url.")
    simulator = Simulator(players, rate=options.rate, limit=options.limit)
    simulator.run()
    simulator.report()


def _shop(platform: str, domain: str, options: argparse.Namespace) -> Shop:
    name = f"SIMULATOR_{platform.upper()}_SECRET"
    secret = os.environ.get(name, "")
    if not secret:
        sys.exit(f"The environment has no {name} to sign the deliveries with.")
    store = open_store(platform, options.seed, system_clock)
    rng = random.Random(f"{platform} {options.seed}")
    images = options.image_url.rstrip("/")
    store.uses_sandbox = options.sandbox
    return Shop(platform=platform, store=store, rng=rng, domain=domain, secret=secret.encode(), images=images)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End at once: a delivery that was on its way stays in the outbox and is made again by the next run."""
    sys.exit(0)


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate <= 1000:
        raise argparse.ArgumentTypeError("a rate is more than 0 and at most 1000 deliveries per second")
    return rate


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m integrations.simulator",
        description="Plays a store that sends signed webhooks. Secrets: SIMULATOR_SHOPIFY_SECRET, "
        "SIMULATOR_WOOCOMMERCE_SECRET in the environment.",
    )
    parser.add_argument("--shopify-url", help="where Shopify deliveries go")
    parser.add_argument("--shopify-domain", default="demo-shop.myshopify.com", help="the shop that they name")
    parser.add_argument("--woocommerce-url", help="where WooCommerce deliveries go")
    parser.add_argument("--woocommerce-domain", default="demo-shop.example", help="the shop that they name")
    parser.add_argument("--image-url", default="", help="where addresses of pictures begin; nothing: they are relative")
    parser.add_argument("--rate", type=_rate, default=0.5, help="deliveries per second once the catalogue is sent")
    parser.add_argument("--seed", type=int, default=1, help="decides the catalogue and what happens")
    parser.add_argument("--history", type=int, default=0, help="orders of the days before, told when a shop opens")
    parser.add_argument("--sandbox", action="store_true", help="parcels go with the sandbox carrier")
    parser.add_argument("--limit", type=int, help="stop after so many deliveries")
    parser.add_argument("--state", default=":memory:", help="a file to go on from; nothing: every start is a new shop")
    return parser.parse_args(arguments)
