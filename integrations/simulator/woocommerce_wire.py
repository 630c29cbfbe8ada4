"""What WooCommerce 10.5 tells: a happening as topics and payloads, with the traps that it sets for receivers.

Measured on a running store: a variation is delivered on its own and its parent stays silent; an order is told twice
when it is created; a deletion is only an id, sometimes with a second, false one; an object that is gone by the time of
its delivery is told as an error body under the normal topic; `related_ids` come in another order every time.
"""

import random
from typing import Any

from integrations.simulator.model import Happening, Product
from integrations.simulator.store import Store
from integrations.simulator.woocommerce_orders import customer_json, order_json
from integrations.simulator.woocommerce_products import product_json, variation_json

Told = tuple[str, dict[str, Any]]
_ELSEWHERE = 900_000_000  # ids of pages, posts and editors, which the store's own objects never reach
_GONE = {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}


def tell(store: Store, happening: Happening, rng: random.Random, shop_url: str, images: str) -> list[Told]:
    """The deliveries of a happening, in the order of WooCommerce's queue."""
    noun, _, verb = happening.what.partition(".")
    if noun in {"product", "variant"}:
        product = store.products[happening.id]
        return _tell_product(_Shelf(store, rng, shop_url, images), product, verb, happening.part)
    if noun == "customer":
        body = customer_json(store.customers[happening.id], shop_url)
        told: list[Told] = [("customer.updated", body)]
        return [("customer.created", body), *told] if verb == "created" else told
    if noun == "order":
        body = order_json(store.orders[happening.id], shop_url)
        # Block checkout: the draft and the placed order are both order.updated before there is an order.created.
        return [("order.updated", body), ("order.created", body)] if verb == "created" else [("order.updated", body)]
    return []  # what carriers scan WooCommerce does not know


def noise(rng: random.Random) -> list[Told]:
    """Now and then something that is not about the shop at all: a page in the bin, a new editor, a dead object."""
    if rng.random() > 0.03:
        return []
    number = _ELSEWHERE + rng.randint(1, 10**6)
    editor = {"id": number, "email": f"editor{number}@example.com", "role": "editor", "username": f"editor{number}"}
    return rng.choice(
        (
            [("product.deleted", {"id": number}), ("coupon.deleted", {"id": number})],
            [("customer.created", {**editor, "first_name": "", "last_name": "", "billing": {}, "shipping": {}})],
            [("product.updated", dict(_GONE))],
        )
    )


class _Shelf:
    """What it takes to tell of products: neighbours for `related_ids`, addresses, chance."""

    def __init__(self, store: Store, rng: random.Random, shop_url: str, images: str) -> None:
        self._store, self._rng, self._shop_url, self._images = store, rng, shop_url, images

    def product(self, product: Product) -> dict[str, Any]:
        near = [one.id for one in self._store.products.values() if one.department == product.department]
        related = self._rng.sample(near, min(5, len(near)))
        return product_json(product, related, self._shop_url, self._images)

    def variations(self, product: Product, only: int = 0) -> list[dict[str, Any]]:
        chosen = [variant for variant in product.variants if product.option_names and only in {0, variant.id}]
        return [variation_json(product, variant, self._shop_url, self._images) for variant in chosen]

    def chance(self, share: float) -> bool:
        return self._rng.random() < share


def _tell_product(shelf: _Shelf, product: Product, verb: str, part: int) -> list[Told]:
    if part:
        single = shelf.variations(product, part) or [shelf.product(product)]
        return [("product.updated", body) for body in single]
    if verb == "deleted":
        ids = [body["id"] for body in shelf.variations(product)] + [product.id]
        false = [("coupon.deleted", {"id": product.id})] if shelf.chance(0.5) else []
        return [("product.deleted", {"id": id_}) for id_ in ids] + false
    bodies = [shelf.product(product), *shelf.variations(product)]
    if verb == "created":
        return [("product.created", body) for body in bodies]
    if verb == "restored":
        return [(topic, body) for body in bodies for topic in ("product.updated", "product.restored")]
    return [("product.updated", bodies[0])]
