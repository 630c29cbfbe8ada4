"""What nobody wrote by hand of a label: where its order goes, who sends, what is in it, under which key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from integrations import registry
from integrations.carrier_api import About
from integrations.label_api import Content, asked_of
from integrations.labels.written import ADDRESS, Usual, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a label stands on: its order with the lines, where there is one, and what is usual."""

    order: Any
    lines: tuple[Any, ...]
    usual: Usual
    has_sender: bool


def makers(accounts: Collection[str]) -> dict[str, About]:
    """Carriers of which a shop can have labels: those without an account, and those of its `accounts` that are on."""
    known = {name: registry.carrier(name) for name in registry.LABEL_MAKERS}
    return {
        name: about
        for name, about in known.items()
        if name in accounts or not any(field.required for field in about.fields)
    }


def ground(order: Any, lines: Sequence[Any], *, shop: Any, chosen: Any, makers: Collection[str]) -> Ground:
    """What a label for this order, or for none, stands on. `chosen`: the shop's settings of tracking."""
    usual = Usual(
        makers=tuple(makers),
        sender=dict(chosen.sender) or _unsaid_sender(chosen, shop),
        receiver=receiver(order) if order is not None else {},
        reference=(order.number or order.id) if order is not None else "",
    )
    return Ground(order=order, lines=tuple(lines), usual=usual, has_sender=bool(chosen.sender))


def _unsaid_sender(chosen: Any, shop: Any) -> dict[str, str]:
    name = (chosen.brand or shop.name or shop.domain)[: ADDRESS["company"]]
    return {"company": name, "country": chosen.from_country, "postcode": chosen.from_postcode}


def receiver(order: Any) -> dict[str, str]:
    """Where the order goes; where that is not said, where its bill goes. Cut to what a label takes."""
    told = order.delivery if order.delivery.get("address1") else order.billing
    phone = told.get("phone") or order.phone
    found = {name: str(told.get(name) or "") for name in ADDRESS} | {"email": order.email or "", "phone": phone or ""}
    return {name: value.strip()[: ADDRESS[name]] for name, value in found.items()}


def usual_key(order_id: str, boxes: int, *, after: str = "") -> str:
    """The key of an order's label: the same for as many boxes, until another one `after` that one is asked for."""
    key = f"order-{order_id}-{boxes}"
    return f"{key}-after-{after}" if after else key


def row_of(wanted: Wanted, ground: Ground) -> dict[str, Any]:
    """The columns of a label's row that say what is asked for."""
    sending = replace(wanted.sending, contents=_contents(wanted, ground))
    return {
        "order_id": ground.order.id if ground.order is not None else "",
        "carrier": wanted.carrier,
        "service": sending.service,
        "asked": asked_of(sending),
    }


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


def in_words(wrong: Mapping[str, str]) -> str:
    """What is missing or wrong, in one sentence for whoever has to put it right."""
    told = [f"{name.replace('.', ' ').replace('_', ' ')} {text}" for name, text in wrong.items()]
    return "; ".join(told)
