"""What happens next in the store: shoppers, staff and carriers, as a seeded play."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.simulator import orders, sandbox
from integrations.simulator.model import Customer, Happening, Order, Product, Variant
from integrations.simulator.people import PLACES, REFUND_REASONS
from integrations.simulator.store import Store

_NEXT_STATE = {"in_transit": "out_for_delivery", "out_for_delivery": "delivered"}
_WORKED_ON = 400  # so many of the newest orders are looked at; older ones are over

Act = Callable[[Store, random.Random], list[Happening]]


def step(store: Store, rng: random.Random, *, bin_exists: bool) -> list[Happening]:
    """One thing that happens now; `bin_exists` where deleted products can come back. Never empty."""
    weights = _weights(store.clock(), bin_exists=bin_exists)
    while True:
        act = rng.choices(list(weights), list(weights.values()))[0]
        told = act(store, rng)
        if told:
            return told


def _weights(now: datetime, *, bin_exists: bool) -> dict[Act, float]:
    """Shoppers buy most in the evening; staff edit, pack and refund in office hours."""
    office = 1.5 if 7 <= now.hour < 16 else 0.7
    evening = 1.4 if 17 <= now.hour < 22 else 1.0
    return {
        _sell: 34 * evening,
        _leave: 8 * evening,
        _come_back: 5,
        _pay: 8,
        _fulfil: 18 * office,
        _scan: 20,
        _refund: 3 * office,
        _cancel: 2,
        _edit_text: 4 * office,
        _edit_price: 6 * office,
        _restock: 7 * office,
        _sign_up: 3 * evening,
        _move_house: 2,
        _hide_or_show: 1.5 * office,
        _delete: 1.0 * office,
        **({_restore: 0.8 * office} if bin_exists else {}),
    }


def _shown(store: Store) -> list[Product]:
    return [one for one in store.products.values() if one.state == "active" and one.published]


def _chosen(store: Store, rng: random.Random) -> list[tuple[Product, Variant, int]]:
    """One to four products with something on the shelf, mostly one piece each."""
    chosen = []
    shown = _shown(store)
    for product in rng.sample(shown, min(len(shown), rng.choice((1, 1, 1, 2, 2, 3, 4)))):
        kept = [variant for variant in product.variants if variant.stock > 0]
        if kept:
            variant = rng.choice(kept)
            chosen.append((product, variant, min(variant.stock, rng.choice((1, 1, 1, 1, 2, 3)))))
    return chosen


def _sell(store: Store, rng: random.Random) -> list[Happening]:
    chosen = _chosen(store, rng)
    if not chosen:
        return []
    told, buyer = _buyer(store, rng)
    drafted = orders.fill_cart(store, rng, buyer, chosen)
    return told + orders.place(store, store.orders[drafted[0].id], paid=rng.random() < 0.8)


def _buyer(store: Store, rng: random.Random) -> tuple[list[Happening], Customer]:
    """A known customer, a new one, or a guest."""
    known = list(store.customers.values())
    luck = rng.random()
    if known and luck < 0.5:
        return [], rng.choice(known)
    if luck < 0.85:
        told = store.new_customer(rng)
        return told, store.customers[told[0].id]
    return [], store.person(rng)


def _leave(store: Store, rng: random.Random) -> list[Happening]:
    chosen = _chosen(store, rng)
    return orders.fill_cart(store, rng, store.person(rng), chosen) if chosen else []


def _come_back(store: Store, rng: random.Random) -> list[Happening]:
    drafts = [one for one in list(store.orders.values())[-_WORKED_ON:] if one.draft]
    return orders.place(store, rng.choice(drafts), paid=rng.random() < 0.8) if drafts else []


def _order(store: Store, rng: random.Random, fits: Callable[[Order], bool]) -> Order | None:
    recent = list(store.orders.values())[-_WORKED_ON:]
    fitting = [one for one in recent if not one.draft and one.cancelled_at is None and fits(one)]
    return rng.choice(fitting) if fitting else None


def _pay(store: Store, rng: random.Random) -> list[Happening]:
    order = _order(store, rng, lambda one: one.paid_at is None)
    return orders.pay(store, order) if order else []


def _cancel(store: Store, rng: random.Random) -> list[Happening]:
    order = _order(store, rng, lambda one: one.paid_at is None)
    return orders.cancel(store, order) if order else []


def _fulfil(store: Store, rng: random.Random) -> list[Happening]:
    order = _order(store, rng, lambda one: one.paid_at is not None and not one.parcels and not one.refunds)
    return orders.fulfil(store, rng, order) if order else []


def _scan(store: Store, rng: random.Random) -> list[Happening]:
    if store.uses_sandbox:
        return _told_by_the_carrier(store, rng)
    order = _order(store, rng, lambda one: bool(one.parcels) and one.parcels[-1].state in _NEXT_STATE)
    return orders.scan(store, order, _NEXT_STATE[order.parcels[-1].state]) if order else []


def _told_by_the_carrier(store: Store, rng: random.Random) -> list[Happening]:
    """The platform hears of a parcel that has moved on; parcels of before the sandbox stay where they are."""
    now = store.clock()
    order = _order(
        store,
        rng,
        lambda one: bool(one.parcels) and sandbox.state_now(one, one.parcels[-1], now) != one.parcels[-1].state,
    )
    return orders.scan(store, order, sandbox.state_now(order, order.parcels[-1], now)) if order else []


def past_order(store: Store, rng: random.Random, moment: datetime) -> list[Happening]:
    """Somebody bought something at that time, and it was sent some hours later."""
    clock, store.clock = store.clock, lambda: moment
    try:
        told = _sell(store, rng)
        order = next(reversed(store.orders.values()), None)
        if order is None or order.draft:
            return told
        told += [] if order.paid_at else orders.pay(store, order)
        sent_at = moment + timedelta(hours=rng.uniform(1, 20))
        if sent_at < clock():
            store.clock = lambda: sent_at.replace(microsecond=0)
            told += orders.fulfil(store, rng, order)
    finally:
        store.clock = clock
    return told


def _refund(store: Store, rng: random.Random) -> list[Happening]:
    order = _order(store, rng, lambda one: one.paid_at is not None and bool(orders.pieces_left(one)))
    if order is None:
        return []
    left = orders.pieces_left(order)
    pieces = left if rng.random() < 0.4 else {rng.choice(list(left)): 1}
    return orders.refund(store, order, pieces, reason=rng.choice(REFUND_REASONS), restock=rng.random() < 0.5)


def _some_product(store: Store, rng: random.Random) -> Product | None:
    kept = [one for one in store.products.values() if one.state != "deleted"]
    return rng.choice(kept) if kept else None


def _edit_text(store: Store, rng: random.Random) -> list[Happening]:
    product = _some_product(store, rng)
    if product is None:
        return []
    if rng.random() < 0.5:
        return store.edit(
            product, title=f"{product.title.split(' – ')[0]} – {rng.choice(('New', 'Classic', 'Edition 2'))}"
        )
    note = rng.choice(("Back in all colours.", "Now with a longer guarantee.", "Ships within a day."))
    return store.edit(product, description=f"{product.description.split('<p><em>')[0]}<p><em>{note}</em></p>\n")


def _edit_price(store: Store, rng: random.Random) -> list[Happening]:
    product = _some_product(store, rng)
    if product is None:
        return []
    variant = rng.choice(product.variants)
    regular = variant.compare_at or variant.price
    if variant.compare_at is not None:
        return store.edit_variant(product, variant, price=regular, compare_at=None)
    if rng.random() < 0.5:
        return store.edit_variant(product, variant, price=regular * 80 // 100, compare_at=regular)
    return store.edit_variant(product, variant, price=regular + rng.choice((-100, 100, 250)))


def _restock(store: Store, rng: random.Random) -> list[Happening]:
    shelves = [(one, variant) for one in _shown(store) for variant in one.variants]
    if not shelves:
        return []
    product, variant = min(rng.sample(shelves, min(20, len(shelves))), key=lambda shelf: shelf[1].stock)
    return store.edit_variant(product, variant, stock=variant.stock + rng.randint(10, 40))


def _sign_up(store: Store, rng: random.Random) -> list[Happening]:
    return store.new_customer(rng)


def _move_house(store: Store, rng: random.Random) -> list[Happening]:
    if not store.customers:
        return []
    country, postcode, city, street = rng.choice(PLACES)
    customer = rng.choice(list(store.customers.values()))
    where = f"{street} {rng.randint(1, 120)}"
    return store.edit_customer(customer, country=country, postcode=postcode, city=city, street=where)


def _hide_or_show(store: Store, rng: random.Random) -> list[Happening]:
    hidden = [one for one in store.products.values() if one.state == "draft"]
    if hidden and rng.random() < 0.6:
        return store.edit(rng.choice(hidden), state="active", published=True)
    shown = _shown(store)
    return store.edit(rng.choice(shown), state="draft", published=False) if shown else []


def _delete(store: Store, rng: random.Random) -> list[Happening]:
    shown = _shown(store)
    return store.delete(rng.choice(shown)) if len(shown) > 1 else []


def _restore(store: Store, rng: random.Random) -> list[Happening]:
    binned = [one for one in store.products.values() if one.state == "deleted"]
    return store.restore(rng.choice(binned)) if binned else []
