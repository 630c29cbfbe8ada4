"""A shop on its platform: a store, and how the platform tells what happens in it."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integrations.simulator import life, shopify_wire, woocommerce_wire
from integrations.simulator.catalogue import SIZE
from integrations.simulator.delivery import (
    ORDERLY,
    SHOPIFY_DISORDER,
    WOOCOMMERCE_DISORDER,
    Delivery,
    Disorder,
    places,
    shopify_headers,
    woocommerce_headers,
)
from integrations.simulator.model import Happening
from integrations.simulator.store import Clock, Store

SHOPIFY, WOOCOMMERCE = "shopify", "woocommerce"
DISORDER: Mapping[str, Disorder] = {SHOPIFY: SHOPIFY_DISORDER, WOOCOMMERCE: WOOCOMMERCE_DISORDER}
# Shopify's ids exceed what a browser's number holds; WooCommerce numbers from one.
_FIRST_ID = {SHOPIFY: 2**53 + 1000, WOOCOMMERCE: 1000}
_WOOCOMMERCE_WEBHOOKS = tuple(
    f"{resource}.{event}"
    for resource in ("product", "order", "customer", "coupon")
    for event in ("created", "updated", "deleted", "restored")
)


def open_store(platform: str, seed: int, clock: Clock, *, size: int = SIZE) -> Store:
    """A new store as it would look on that platform."""
    first_id, own_ids = _FIRST_ID[platform], platform == SHOPIFY
    return Store.stocked(seed=seed, clock=clock, first_id=first_id, own_ids=own_ids, size=size)


@dataclass(kw_only=True)
class Shop:
    """A store with its address and its secret. `images` is where picture addresses begin: "https://demo.example"."""

    platform: str
    store: Store
    rng: random.Random
    domain: str
    secret: bytes
    images: str = ""

    def opening(self) -> Iterator[Delivery]:
        """The whole catalogue."""
        for happening in self.store.opening():
            yield from self._told([happening])

    def history(self, number: int, days: int) -> tuple[list[Happening], list[Delivery]]:
        """So many orders of the last days, oldest first; what happened, and the deliveries that tell of it."""
        now = self.store.clock()
        all_happened: list[Happening] = []
        told: list[Delivery] = []
        for moment in sorted(now - timedelta(days=days * self.rng.random()) for _ in range(number)):
            happened = life.past_order(self.store, self.rng, moment.replace(microsecond=0))
            all_happened += happened
            told += self._told(happened)
        return all_happened, told

    def step(self) -> tuple[list[Happening], list[Delivery]]:
        """One thing happens in the store; what happened, and the deliveries that tell of it (there may be none)."""
        happened = life.step(self.store, self.rng, bin_exists=self.platform == WOOCOMMERCE)
        return happened, list(self._told(happened))

    def headers(self, delivery: Delivery) -> dict[str, str]:
        """The signed headers of a delivery."""
        if self.platform == SHOPIFY:
            return shopify_headers(delivery, self.domain, self.secret)
        return woocommerce_headers(delivery, f"https://{self.domain}", self.secret, _WOOCOMMERCE_WEBHOOKS)

    def _told(self, happened: list[Happening]) -> Iterator[Delivery]:
        event_id = self._uuid()
        for happening in happened:
            for topic, payload in self._tell(happening):
                yield Delivery(
                    topic=topic, body=self._body(payload), id=self._uuid(), event_id=event_id, triggered_at=happening.at
                )

    def _tell(self, happening: Happening) -> list[tuple[str, dict[str, Any]]]:
        if self.platform == SHOPIFY:
            return shopify_wire.tell(self.store, happening, self.images)
        told = woocommerce_wire.tell(self.store, happening, self.rng, f"https://{self.domain}", self.images)
        return told + (woocommerce_wire.noise(self.rng) if told else [])

    def _body(self, payload: dict[str, Any]) -> bytes:
        if self.platform == SHOPIFY:
            return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        # PHP escapes slashes and everything beyond ASCII.
        return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def deliveries(
    store: Store,
    platform: str,
    seed: int,
    *,
    steps: int = 200,
    disorder: bool = True,
    secret: bytes = b"simulator",
    domain: str = "demo-shop.example",
) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and bodies of the catalogue and of `steps` things that happen after it, without HTTP.

    The same store and seed give the same deliveries. `store.facts()` holds once all of them were taken.
    """
    shop = Shop(platform=platform, store=store, rng=random.Random(f"{platform} {seed}"), domain=domain, secret=secret)
    told = list(shop.opening())
    for _ in range(steps):
        told += shop.step()[1]
    chosen = DISORDER[platform] if disorder else ORDERLY
    queue = [
        (place, number)
        for number, own in enumerate(places(0, len(told), random.Random(f"disorder {seed}"), chosen))
        for place in own
    ]
    for _, number in sorted(queue):
        yield shop.headers(told[number]), told[number].body
