"""Asking for labels and taking them back: by claims in their table. Workers buy; nothing is bought from here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.tables import carriers, labels, orders, tracking_settings
from commerce.tables.shops import Shop
from commerce.tables.tracking_settings import TrackingSettings
from integrations import registry
from integrations.carrier_api import About
from integrations.label_api import Content, asked_of
from jobs.queues import LABEL
from webapp.labels.written import ADDRESS, Usual, Wanted
from webapp.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a label stands on: its order with the lines, where there is one, and what is usual."""

    order: Any
    lines: tuple[Any, ...]
    usual: Usual
    has_sender: bool


def makers(db: Connection, here: Parts, *, shop_id: int) -> dict[str, About]:
    """Carriers of which the shop can have labels: those without an account, and those whose account is on."""
    accounts = {name for name, one in carriers.of_shop(db, here.vault, shop_id=shop_id).items() if one.is_on}
    known = {name: registry.carrier(name) for name in registry.LABEL_MAKERS}
    return {
        name: about
        for name, about in known.items()
        if name in accounts or not any(field.required for field in about.fields)
    }


def ground(db: Connection, here: Parts, shop: Shop, order_id: str) -> Ground | None:
    """What a label for this order stands on, or for none (""); None where the shop has no such order."""
    order, lines = None, []
    if order_id:
        order = orders.by_ids(db, shop_id=shop.id, ids=[order_id]).get(order_id)
        if order is None:
            return None
        lines = orders.lines_of(db, shop_id=shop.id, ids=[order_id]).get(order_id, [])
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    usual = Usual(
        makers=tuple(makers(db, here, shop_id=shop.id)),
        sender=dict(chosen.sender) or _unsaid_sender(chosen, shop),
        receiver=_receiver(order) if order is not None else {},
        reference=(order.number or order.id) if order is not None else "",
    )
    return Ground(order=order, lines=tuple(lines), usual=usual, has_sender=bool(chosen.sender))


def _unsaid_sender(chosen: TrackingSettings, shop: Shop) -> dict[str, str]:
    name = (chosen.brand or shop.name or shop.domain)[: ADDRESS["company"]]
    return {"company": name, "country": chosen.from_country, "postcode": chosen.from_postcode}


def _receiver(order: Any) -> dict[str, str]:
    """Where the order goes; where that is not said, where its bill goes. Cut to what a label takes."""
    told = order.delivery if order.delivery.get("address1") else order.billing
    phone = told.get("phone") or order.phone
    found = {name: str(told.get(name) or "") for name in ADDRESS} | {"email": order.email or "", "phone": phone or ""}
    return {name: value.strip()[: ADDRESS[name]] for name, value in found.items()}


def usual_key(order_id: str, boxes: int, *, after: str = "") -> str:
    """The key of an order's label: the same for as many boxes, until another one `after` that one is asked for."""
    key = f"order-{order_id}-{boxes}"
    return f"{key}-after-{after}" if after else key


def want(here: Parts, *, shop_id: int, key: str, wanted: Wanted, ground: Ground, now: datetime) -> tuple[Any, bool]:
    """Ask for a label; gives its row, and whether it is a new one: what was asked for under that key stays as it is."""
    with here.database.write() as db:
        found, is_new = claim(db, shop_id=shop_id, key=key, wanted=wanted, ground=ground, now=now)
    if is_new:
        here.queues.wake(LABEL, [shop_id], again=True)
    return found, is_new


def claim(db: Connection, *, shop_id: int, key: str, wanted: Wanted, ground: Ground, now: datetime) -> tuple[Any, bool]:
    """As `want`, within a transaction; who buys is to be woken where it is a new one."""
    sending = replace(wanted.sending, contents=_contents(wanted, ground))
    row = {
        "order_id": ground.order.id if ground.order is not None else "",
        "carrier": wanted.carrier,
        "service": sending.service,
        "asked": asked_of(sending),
    }
    is_new = labels.claim(db, shop_id=shop_id, key=key, row=row, now=now) is not None
    return labels.by_key(db, shop_id=shop_id, key=key), is_new


def _contents(wanted: Wanted, ground: Ground) -> tuple[Content, ...]:
    """The goods of an order that crosses a border; the weight is shared out among the pieces."""
    sending, order = wanted.sending, ground.order
    lines = [line for line in ground.lines if line.quantity > 0]
    if not lines or sending.sender.country == sending.receiver.country:
        return ()
    grams = sum(box.grams for box in sending.boxes) // sum(line.quantity for line in lines)
    return tuple(
        Content(
            title=(line.title or line.sku or "Goods")[:100],
            quantity=line.quantity,
            sku=line.sku,
            grams=max(grams, 1),
            price=line.price,
            currency=order.currency,
            origin=sending.sender.country,
        )
        for line in lines
    )


def take_back(here: Parts, *, shop_id: int, label_id: int, now: datetime) -> bool:
    """Ask for a label to be taken back; False where it is not one that was bought, or is being taken back."""
    with here.database.write() as db:
        asked = labels.take_back(db, shop_id=shop_id, label_id=label_id, now=now)
    if asked:
        here.queues.wake(LABEL, [shop_id], again=True)
    return asked


def keep_sender(here: Parts, *, shop_id: int, told: Mapping[str, Any], now: datetime) -> None:
    """Remember who sends, for the next label."""
    sender = {name: str(told[name]) for name in ADDRESS if told.get(name)}
    with here.database.write() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop_id)
        tracking_settings.save(db, shop_id=shop_id, chosen=replace(chosen, sender=sender), now=now)
