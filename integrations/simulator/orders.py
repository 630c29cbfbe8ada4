"""What happens to orders: carts, sales, payment, parcels, refunds, cancellations."""

import random
from dataclasses import replace
from datetime import datetime

from integrations.simulator import sandbox
from integrations.simulator.model import Customer, Happening, Line, Order, Parcel, Product, Refund, Variant, taxed
from integrations.simulator.people import CARRIERS
from integrations.simulator.store import Store


def fill_cart(
    store: Store, rng: random.Random, buyer: Customer, chosen: list[tuple[Product, Variant, int]]
) -> list[Happening]:
    """Somebody reaches the checkout: a draft. `chosen` is product, variant and quantity."""
    order = _cart(store, rng, buyer, chosen)
    store.orders[order.id] = order
    return [Happening(what="order.drafted", id=order.id, at=order.updated_at)]


def place(store: Store, order: Order, *, paid: bool) -> list[Happening]:
    """A draft becomes a sale, and the stock of everything in it goes down; nothing where the shelf is too empty."""
    taken = [(line, store.variant_of(line.product_id, line.variant_id)) for line in order.lines]
    bought = [(line, variant) for line, variant in taken if variant is not None and variant.stock >= line.quantity]
    if len(bought) < len(order.lines):
        return []
    store.last_number += 1
    order.draft, order.number = False, store.last_number
    at = store.touch(order)
    order.paid_at = at if paid else None
    told = [Happening(what="order.created", id=order.id, at=at)]
    for line, variant in bought:
        told += store.edit_variant(store.products[line.product_id], variant, stock=variant.stock - line.quantity)
    return told


def pay(store: Store, order: Order) -> list[Happening]:
    """The money arrives."""
    order.paid_at = store.touch(order)
    return [Happening(what="order.paid", id=order.id, at=order.paid_at)]


def cancel(store: Store, order: Order) -> list[Happening]:
    """An unpaid order is given up; its goods go back on the shelf."""
    order.cancelled_at = store.touch(order)
    told = [Happening(what="order.cancelled", id=order.id, at=order.cancelled_at)]
    return told + _restock(store, order, {line.id: line.quantity for line in order.lines})


def fulfil(store: Store, rng: random.Random, order: Order) -> list[Happening]:
    """Everything is packed and handed to a carrier."""
    at = store.touch(order)
    carrier, number, url = _handed_over(store, rng, at)
    parcel = Parcel(
        id=store.next_id(),
        carrier=carrier,
        number=number,
        url=url,
        state="in_transit",
        created_at=at,
        updated_at=at,
    )
    order.parcels.append(parcel)
    told = [Happening(what="order.fulfilled", id=order.id, at=at, part=parcel.id)]
    customer = store.customers.get(order.customer_id or 0)
    if customer is not None and not customer.paying:
        told += store.edit_customer(customer, paying=True)
    return told


def _handed_over(store: Store, rng: random.Random, at: datetime) -> tuple[str, str, str]:
    """To whom, under which number, and where that is looked up."""
    if store.uses_sandbox:
        return sandbox.TITLE, sandbox.new_number(rng, at), ""
    carrier, url = rng.choice(CARRIERS)
    number = f"{carrier[:2]}{rng.randint(10**11, 10**12 - 1)}"
    return carrier, number, url + number


def scan(store: Store, order: Order, state: str) -> list[Happening]:
    """The carrier tells where the parcel is; an order that arrived is closed."""
    parcel = order.parcels[-1]
    parcel.state = state
    parcel.updated_at = store.touch(order)
    if state == "delivered":
        order.closed_at = order.updated_at
    return [Happening(what="parcel.scanned", id=order.id, at=order.updated_at, part=parcel.id)]


def refund(store: Store, order: Order, pieces: dict[int, int], *, reason: str, restock: bool) -> list[Happening]:
    """Pieces (line id to quantity) are paid back; the last ones with shipping and what rounding left over."""
    left = pieces_left(order)
    everything = all(left[line] == pieces.get(line, 0) for line in left)
    lines = {line.id: line for line in order.lines}
    net = sum(lines[line].total * count // lines[line].quantity for line, count in pieces.items())
    at = store.touch(order)
    made = Refund(
        id=store.next_id(),
        amount=order.total - order.refunded if everything else net + taxed(net),
        reason=reason,
        pieces=pieces,
        restocked=restock,
        created_at=at,
    )
    order.refunds.append(made)
    told = [Happening(what="order.refunded", id=order.id, at=at, part=made.id)]
    return told + _restock(store, order, pieces) if restock else told


def pieces_left(order: Order) -> dict[int, int]:
    """How many pieces of which line were not refunded yet."""
    back: dict[int, int] = {}
    for made in order.refunds:
        for line, count in made.pieces.items():
            back[line] = back.get(line, 0) + count
    left = {line.id: line.quantity - back.get(line.id, 0) for line in order.lines}
    return {line: count for line, count in left.items() if count}


def _cart(store: Store, rng: random.Random, buyer: Customer, chosen: list[tuple[Product, Variant, int]]) -> Order:
    now: datetime = store.clock()
    percent = 10 if rng.random() < 0.15 else 0
    lines = [
        Line(
            id=store.next_id(),
            product_id=product.id,
            variant_id=variant.id,
            sku=variant.sku,
            title=product.title,
            choice=" / ".join(variant.choices),
            quantity=quantity,
            price=variant.price,
            discount=variant.price * quantity * percent // 100,
        )
        for product, variant, quantity in chosen
    ]
    return Order(
        id=store.next_id(),
        number=0,
        customer_id=buyer.id if buyer.id in store.customers else None,
        buyer=replace(buyer),
        lines=lines,
        shipping=0 if sum(line.total for line in lines) >= 10_000 else 490,
        created_at=now,
        updated_at=now,
        code="WELCOME10" if percent else "",
        draft=True,
    )


def _restock(store: Store, order: Order, pieces: dict[int, int]) -> list[Happening]:
    told: list[Happening] = []
    for line in order.lines:
        variant = store.variant_of(line.product_id, line.variant_id)
        if variant is not None and pieces.get(line.id):
            product = store.products[line.product_id]
            told += store.edit_variant(product, variant, stock=variant.stock + pieces[line.id])
    return told
