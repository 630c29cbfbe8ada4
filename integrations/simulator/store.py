"""The store's state, and what its staff and its shoppers do to products and accounts. Orders are in orders.py.

Every action changes the state and returns what happened, in the order in which a platform would tell it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from integrations.simulator.catalogue import SIZE, catalogue
from integrations.simulator.facts import facts
from integrations.simulator.model import Customer, Happening, Order, Product, Variant
from integrations.simulator.people import FIRST_NAMES, LAST_NAMES, PLACES

Clock = Callable[[], datetime]
_SECOND = timedelta(seconds=1)
_Dated = TypeVar("_Dated", Product, Variant, Order, Customer)


def ticking(start: datetime, *, step: timedelta = _SECOND) -> Clock:
    """A clock that moves on by `step` at every look, so that a play does not depend on the machine."""
    moments = iter(range(10**9))
    return lambda: start + next(moments) * step


def system_clock() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(kw_only=True)
class Store:
    """A shop's back end. `last_id` is the latest id given away; ids are never given twice. `uses_sandbox`: its parcels
    go with Sandbox Express, whose journeys last for days as real ones do.
    """

    clock: Clock
    last_id: int
    last_number: int = 1000
    products: dict[int, Product] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    uses_sandbox: bool = False

    @classmethod
    def stocked(cls, *, seed: int, clock: Clock, first_id: int, own_ids: bool, size: int = SIZE) -> "Store":
        """A store with the catalogue of the seed on its shelves, and no customers yet; `own_ids` as in catalogue()."""
        store = cls(clock=clock, last_id=first_id - 1)
        store.products = {one.id: one for one in catalogue(seed, size, store.next_id, clock(), own_ids=own_ids)}
        return store

    def next_id(self) -> int:
        """A new id."""
        self.last_id += 1
        return self.last_id

    def facts(self) -> dict[str, Any]:
        """What a mirror of this store should hold once it has read everything; see facts.py."""
        return facts(self)

    def touch(self, one: _Dated) -> datetime:
        """Move the object's time on: later than before by a second at least, as WooCommerce has whole seconds."""
        one.updated_at = max(self.clock(), one.updated_at + _SECOND)
        return one.updated_at

    def opening(self) -> list[Happening]:
        """The whole catalogue as something that has just happened."""
        return [Happening(what="product.created", id=one.id, at=one.updated_at) for one in self.products.values()]

    def variant_of(self, product_id: int, variant_id: int) -> Variant | None:
        """A variant of a product that still exists."""
        product = self.products[product_id]
        return next((one for one in product.variants if one.id == variant_id and product.state != "deleted"), None)

    def edit(self, product: Product, **changes: Any) -> list[Happening]:
        """Change the product's own fields."""
        for name, value in changes.items():
            setattr(product, name, value)
        return [Happening(what="product.updated", id=product.id, at=self.touch(product))]

    def edit_variant(self, product: Product, variant: Variant, **changes: Any) -> list[Happening]:
        """Change a variant: its price, its stock."""
        for name, value in changes.items():
            setattr(variant, name, value)
        at = self.touch(variant)
        product.updated_at = max(at, product.updated_at + _SECOND)
        return [Happening(what="variant.updated", id=product.id, at=product.updated_at, part=variant.id)]

    def delete(self, product: Product) -> list[Happening]:
        """Take the product out of the shop: Shopify forgets it, WooCommerce puts it into the bin."""
        product.state = "deleted"
        return [Happening(what="product.deleted", id=product.id, at=self.touch(product))]

    def restore(self, product: Product) -> list[Happening]:
        """Take the product out of the bin again. Only WooCommerce can."""
        product.state, product.restored = "active", True
        for variant in product.variants:
            self.touch(variant)
        return [Happening(what="product.restored", id=product.id, at=self.touch(product))]

    def new_customer(self, rng: random.Random) -> list[Happening]:
        """Somebody opens an account."""
        person = self.person(rng)
        self.customers[person.id] = person
        return [Happening(what="customer.created", id=person.id, at=person.updated_at)]

    def edit_customer(self, customer: Customer, **changes: Any) -> list[Happening]:
        """Somebody moves house or takes another number."""
        for name, value in changes.items():
            setattr(customer, name, value)
        return [Happening(what="customer.updated", id=customer.id, at=self.touch(customer))]

    def person(self, rng: random.Random) -> Customer:
        """Somebody with an address, without an account so far."""
        id_, now = self.next_id(), self.clock()
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        country, postcode, city, street = rng.choice(PLACES)
        return Customer(
            id=id_,
            email=f"shopper{id_ % 1_000_000}@example.com",
            phone=f"+49151{rng.randint(1_000_000, 9_999_999)}",
            first_name=first,
            last_name=last,
            street=f"{street} {rng.randint(1, 120)}",
            city=city,
            postcode=postcode,
            country=country,
            created_at=now,
            updated_at=now,
        )
