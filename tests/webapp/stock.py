"""A shop of the tests, and believable things to fill it with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.mirror.people import People
from commerce.rules.cards import card
from commerce.rules.customers import Consent, CustomerFacts, Purchases
from commerce.rules.documents import document, index_of, is_searchable
from commerce.rules.orders import Address, OrderFacts, OrderLine, Refund, ShipmentFacts
from commerce.rules.products import CategoryRef, Image, Option, ProductFacts, VariantFacts
from commerce.tables import (
    arrivals,
    cards,
    customer_details,
    customers,
    effect_lists,
    effects,
    inbox,
    orders,
    products,
    rejections,
    searches,
    shipments,
    shops,
    tallies,
)
from commerce.tables.people import members
from commerce.tables.searches import Place, Tally
from webapp.parts import Parts

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Stock:
    """A shop of the tests, with ways to fill it."""

    here: Parts
    id: int
    key: str
    api_key: str
    publishable_key: str

    def product(self, key: str = "11", **changes: Any) -> ProductFacts:
        facts = replace(_product(key), **changes)
        with self.here.database.write() as db:
            self._save(db, facts, NOW)
        self.here.storefronts.forget()
        return facts

    def _save(self, db: Connection, facts: ProductFacts, at: datetime) -> None:
        """The product and its card, with the price and stock that it tells itself."""
        products.save(db, shop_id=self.id, facts=[facts], now=at)
        stored = products.by_ids(db, shop_id=self.id, ids=[facts.id], currency="EUR")[facts.id]
        shown = card(stored, document(stored)) if is_searchable(stored) else None
        cards.replace(db, shop_id=self.id, new={facts.id: shown})
        shops.bump_pages(db, self.id)

    def products(self, number: int) -> None:
        with self.here.database.write() as db:
            for position in range(number):
                self._save(db, _product(str(1000 + position)), NOW + timedelta(seconds=position))

    def index(self) -> None:
        with self.here.database.read() as db:
            everything = products.after(db, shop_id=self.id, last_id="", limit=10_000, currency="EUR")
        self.here.engine.save(index_of(self.id), [document(item) for item in everything if item.published])

    def order(self, key: str = "21", **changes: Any) -> OrderFacts:
        facts = replace(_order(key), **changes)
        with self.here.database.write() as db:
            self._people(
                db,
                lambda people: orders.save(
                    db, shop_id=self.id, facts=[facts], now=NOW, members=people.of_orders([facts])
                ),
            )
            shipments.save(db, shop_id=self.id, facts=facts.shipments or (), now=NOW)
        return facts

    def customer(self, key: str = "31", **changes: Any) -> CustomerFacts:
        facts = replace(_customer(key), **changes)
        with self.here.database.write() as db:
            customers.save(db, shop_id=self.id, facts=[facts], now=NOW)
            self._people(db, lambda people: people.accounts([facts]))
        return facts

    def member(self, key: str) -> str:
        """The id of the member of this key."""
        with self.here.database.read() as db:
            return members.by_keys(db, shop_id=self.id, keys=[key])[key]

    def purchases(self, key: str, *, orders: int, spent: int) -> None:
        told = Purchases(customer_id=key, orders_count=orders, total_spent=spent, currency="EUR", occurred_at=NOW)
        with self.here.database.write() as db:
            customer_details.set_purchases(db, shop_id=self.id, told=told, now=NOW)
            self._people(db, lambda people: people.details([key]))

    def _people(self, db: Connection, write: Callable[[People], None]) -> None:
        """Write what persons are made of, and work the persons out."""
        shop = shops.by_id(db, self.here.vault, self.id)
        assert shop is not None
        people = People(db, shop, NOW)
        write(people)
        people.finish(shop)

    def delivery(self, body: bytes = b'{"id": 11}', **changes: Any) -> int:
        outcome = changes.pop("outcome", None)
        new = arrivals.NewDelivery(
            shop_id=self.id,
            topic="products/update",
            delivery_id=None,
            headers={"x-shopify-topic": "products/update", "x-shopify-hmac-sha256": "c2VjcmV0LXNpZ25hdHVyZQ=="},
            body=body,
            triggered_at=NOW - timedelta(seconds=2),
            received_at=NOW - timedelta(seconds=1),
        )
        with self.here.database.write() as db:
            (number,) = arrivals.store(db, [replace(new, **changes)])
            assert number is not None
            if outcome is not None:
                told = {"kind": "product", "object_id": "11", "state": inbox.APPLIED, "due_at": NOW} | outcome
                inbox.finish(db, [inbox.Outcome(id=number, **told)], taken_at=NOW, now=NOW)
        return number

    def effect(self, kind: str = effects.REREAD, state: str = effects.WAITING, **changes: Any) -> None:
        wanted = effects.NewEffect(kind=kind, object_kind="product", object_id="11", reason="Unsure of it.")
        with self.here.database.write() as db:
            effects.plan(db, shop_id=self.id, wanted=[replace(wanted, **changes)], now=NOW)
            row = effect_lists.page(db, shop_id=self.id, limit=1)[0]
            if state == effects.FAILED:
                effects.failed(db, [row.id], now=NOW, error="The engine refused it.")
            elif state == effects.DONE:
                effects.done(db, [row.id], now=NOW)

    def counters(self) -> None:
        with self.here.database.write() as db:
            counted = {(self.id, "received", "shopify"): 7, (self.id, "lag", "0.1"): 6, (self.id, "lag", "0.5"): 1}
            tallies.add(db, counted, now=NOW)
            rejections.add(db, {(self.id, "orders/create", "wrong_signature"): 3}, now=NOW)

    def searches(self) -> None:
        """Searches that found something, that found nothing, and clicks."""
        today = NOW.date()
        with self.here.database.write() as db:
            counted = {
                (self.id, today, "tent"): Tally(asked=40, clicks=2, carts=1, orders=1),
                (self.id, today - timedelta(days=3), "unicorn"): Tally(asked=9, empty=9),
            }
            searches.add(db, counted)
            places = {(self.id, today, position): Place(shown=40, clicks=3 - position) for position in (1, 2, 3)}
            searches.add_places(db, places)

    def everything(self) -> None:
        """One of each, with failures."""
        self.product()
        self.order()
        self.customer()
        self.delivery(outcome={"note": "Saved."})
        self.delivery(outcome={"state": inbox.FAILED, "error": "title is missing", "traceback": "Traceback: KeyError"})
        self.effect(inbox_id=1)
        self.effect(kind=effects.INDEX, state=effects.FAILED)
        self.counters()
        self.searches()
        self.index()


def _product(key: str) -> ProductFacts:
    variants = tuple(
        VariantFacts(
            id=f"{key}{position}",
            product_id=key,
            sku=f"KX-{key}-{position}",
            options=(("Colour", colour),),
            price=1999 + position,
            compare_at_price=2999,
            stock=4,
            position=position,
            updated_at=NOW,
        )
        for position, colour in enumerate(("Navy", "Moss"))
    )
    return ProductFacts(
        id=key,
        handle=f"kestrel-tent-{key}",
        title=f"Kestrel Tent {key}",
        description="<p>Made for <b>long</b> weekends.</p>",
        brand="Nordvik",
        product_type="Tents",
        categories=(CategoryRef(id="1", name="Outdoor", handle="outdoor"),),
        tags=("summer",),
        price=1999,
        compare_at_price=2999,
        stock=8,
        images=(Image(url=f"https://shop.example/kestrel-tent-{key}.png", alt="A tent"),),
        options=(Option(name="Colour", values=("Navy", "Moss")),),
        attributes=(("Weight", ("1.9 kg",)),),
        url="https://shop.example/products/kestrel-tent",
        variants=variants,
        variant_ids=tuple(variant.id for variant in variants),
        created_at=NOW - timedelta(days=30),
        updated_at=NOW,
    )


def _order(key: str) -> OrderFacts:
    line = OrderLine(
        id="1", product_id="11", variant_id="110", sku="KX", title="Tent", quantity=2, price=1999, total=3998
    )
    parcel = ShipmentFacts(
        id=f"{key}1",
        order_id=key,
        carrier="DHL",
        tracking_number="JD01",
        tracking_url="https://dhl.example/JD01",
        status="",
    )
    person = Address(first_name="Ada", last_name="Byron", address1="1 Main Road", city="London", country="GB")
    return OrderFacts(
        id=key,
        number=f"#{key}",
        currency="EUR",
        financial_status="paid",
        total=4498,
        subtotal=3998,
        shipping=500,
        refunded=1000,
        customer_id="31",
        email="ada@example.org",
        lines=(line,),
        refunds=(Refund(id="5", amount=1000, reason="Scratched", created_at=NOW),),
        shipments=(parcel,),
        billing=person,
        delivery=person,
        placed_at=NOW - timedelta(hours=2),
        updated_at=NOW,
    )


def _customer(key: str) -> CustomerFacts:
    return CustomerFacts(
        id=key,
        email=f"ada{key}@example.org",
        first_name="Ada",
        last_name="Byron",
        tags=("vip",),
        consents=(Consent(customer_id=key, channel="email", state="subscribed", updated_at=NOW),),
        addresses=({"address1": "1 Main Road", "city": "London"},),
        updated_at=NOW,
    )
