"""A shop at Shopify, in memory: what it holds, and what a merchant and shoppers do with it.

    shop = Shop.filled(products=200, customers=50, orders=100, seed=1)
    product = next(iter(shop.products.values()))
    shop.change_price(product.variants[0], 2499)

Every act changes `updated_at` where Shopify does, and tells `shop.listeners` the webhooks that Shopify would send.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product as product_of
from typing import Any

from tests.peers.shopify.model_goods import Product, Rule, Variant
from tests.peers.shopify.model_sales import Consent, Customer
from tests.peers.shopify.people import People
from tests.peers.shopify.sales import Sales

# When a filled shop's last object was changed, unless told otherwise: the same seed gives the same shop on every day.
FILLED_UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
FILLED_DAYS = 300
# The first products of a shop with at least this many have more variants than a delivery and than a page carry.
MANY_VARIANTS, FROM_PRODUCTS = (120, 260), 10

VENDORS = ("Lux", "Nordlicht", "Sitzfest", "Casa Méa", "O'Hara & Sons")
KINDS = ("Lamp", "Chair", "Table", "Shelf", "Rug")
MODELS = ("Aurora", "Birke", "Ceres", "Düne", "Elbe", "Fjord", "Ginkgo", "Hestia")
COLOURS = ("Red", "Blue", "Black", "White", "Green")
SIZES = ("Small", "Medium", "Large")
TAGS = ("new", "sale", "indoor", "outdoor", "handmade")
FIRST_NAMES = ("Ada", "Björn", "Chloé", "Deniz", "Eva", "Farid", "Greta", "Hugo")
LAST_NAMES = ("Weber", "O'Neill", "García", "Yılmaz", "Nowak", "Lindqvist")
COLLECTIONS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Front page", ()),
    ("Gifts", ()),
    ("Lamps", (Rule("TYPE", "EQUALS", "Lamp"),)),
    ("On sale", (Rule("TAG", "EQUALS", "sale"),)),
    ("Under fifty", (Rule("VARIANT_PRICE", "LESS_THAN", "50.00"),)),
)


class Shop(Sales, People):
    """Everything of one shop. `Shop(domain, …)` is empty; `Shop.filled(…)` is not."""

    @classmethod
    def filled(
        cls,
        *,
        products: int = 20,
        customers: int = 10,
        orders: int = 10,
        seed: int = 1,
        until: datetime = FILLED_UNTIL,
        **given: Any,
    ) -> "Shop":
        """A shop with so much in it, always the same for the same seed; `given` goes to Shop itself.

        Nobody is told of any of it: it was there before.
        """
        shop = cls(**given)
        shop.id, shop.created_at = next(shop.ids), until - timedelta(days=FILLED_DAYS + 1)
        shop.updated_at = shop.created_at
        filling = _Filling(shop, random.Random(f"shopify {seed}"), until)
        filling.rooms()
        filling.goods(products)
        filling.people(customers)
        filling.sales(orders)
        return shop


class _Filling:
    """Puts things into a new shop; the earlier ones are the older ones."""

    def __init__(self, shop: Shop, rng: random.Random, until: datetime) -> None:
        self.shop, self.rng, self.until = shop, rng, until

    def moments(self, number: int) -> Iterator[datetime]:
        start = self.until - timedelta(days=FILLED_DAYS)
        step = timedelta(days=FILLED_DAYS) / max(1, number)
        return ((start + step * place).replace(microsecond=0) for place in range(number))

    def rooms(self) -> None:
        for name, city in (("Warehouse", "Jena"), ("Shop floor", "Berlin")):
            location = self.shop.add_location(name, city)
            location.created_at = location.updated_at = self.shop.created_at

    def goods(self, number: int) -> None:
        rng, shop = self.rng, self.shop
        collections = [shop.create_collection(title, rules=rules, at=shop.created_at) for title, rules in COLLECTIONS]
        for place, moment in enumerate(self.moments(number)):
            many = MANY_VARIANTS[place] if number >= FROM_PRODUCTS and place < len(MANY_VARIANTS) else 0
            product = self._product(place, moment, many)
            for variant in self._variants(product):
                if rng.random() < 0.5:
                    variant.item.levels[1].available = rng.randrange(0, 20)
            for media in range(rng.randrange(1, 3)):
                shop.add_media(product, f"{product.title}, picture {media + 1}")
            for collection in collections[:2]:
                if rng.random() < 0.2:
                    collection.members[product.id] = None

    def _product(self, place: int, moment: datetime, many: int) -> Product:
        rng = self.rng
        kind, status = rng.choice(KINDS), rng.choice(("ACTIVE",) * 8 + ("DRAFT", "ARCHIVED"))
        title = f"{rng.choice(MODELS)} {kind} {place + 1}"
        colours = [f"Shade {each + 1}" for each in range(many)] or COLOURS[:2]
        return self.shop.add_product(
            title,
            at=moment,
            handle=f"{kind.lower()}-{place + 1}",
            body_html=f"<p>{title}: <b>made</b> to last &amp; to be liked.</p>",
            vendor=rng.choice(VENDORS),
            product_type=kind,
            tags=rng.sample(TAGS, rng.randrange(0, 3)),
            status=status,
            published_at=moment if status == "ACTIVE" else None,
            category="Home & Garden > Lighting" if kind == "Lamp" else None,
            options=() if place % 3 == 2 else (("Colour", colours), ("Size", SIZES[:1] if many else SIZES[:2])),
        )

    def _variants(self, product: Product) -> list[Variant]:
        rng, price = self.rng, self.rng.randrange(500, 20000, 5)
        names = [[value.name for value in option.option_values] for option in product.options]
        return [
            self.shop.add_variant(
                product,
                price=price + 100 * step,
                values=each,
                stock=rng.randrange(0, 60),
                compare_at_price=price + 100 * step + 500 if "sale" in product.tags else None,
                barcode=f"40{rng.randrange(10**10, 10**11)}",
            )
            for step, each in enumerate(product_of(*names))
        ]

    def people(self, number: int) -> None:
        for place, moment in enumerate(self.moments(number)):
            first, last = self.rng.choice(FIRST_NAMES), self.rng.choice(LAST_NAMES)
            state = self.rng.choice(("SUBSCRIBED", "NOT_SUBSCRIBED", "UNSUBSCRIBED"))
            self.shop.add_customer(
                first,
                last,
                email=f"customer{place + 1}@mail.example",
                phone=f"+49151{10_000_000 + place}" if place % 3 == 0 else None,
                at=moment,
                tags=["vip"] if place % 5 == 0 else [],
                email_consent=Consent(state=state, updated_at=moment),
            )

    def sales(self, number: int) -> None:
        rng, shop = self.rng, self.shop
        variants, customers = list(shop.variants.values()), list(shop.customers.values())
        for moment in self.moments(number if variants else 0):
            bought = [(rng.choice(variants), rng.randrange(1, 4)) for _ in range(rng.randrange(1, 4))]
            buyer: Customer | None = rng.choice(customers) if customers and rng.random() < 0.95 else None
            guest = {} if buyer else {"email": "guest@mail.example"}
            order = shop.add_order(buyer, bought, discount=rng.choice((0, 0, 300)), at=moment, **guest)
            what = rng.random()
            if what < 0.6:
                shop.add_fulfillment(order, order.lines, rng.choice(("DHL", "UPS")), moment)
            elif what < 0.7:
                shop.add_refund(order, [(order.lines[0], 1)], "Damaged", moment)
            elif what < 0.75:
                order.cancelled_at = order.closed_at = moment
                order.cancel_reason = "CUSTOMER"
            if buyer and order.created_at > buyer.updated_at:
                buyer.updated_at = order.created_at
