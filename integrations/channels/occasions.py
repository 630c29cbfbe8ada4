"""What one message is about, out of rows: the context of its template. For sending, and for previews of real orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.choices import Choices
from commerce.rules.notifications.kinds import KINDS
from commerce.rules.tracking import READY_FOR_PICKUP
from integrations import registry
from integrations.channels import context
from integrations.channels.addresses import UnableToAddress, address_of

_DASHBOARD = "/dashboard/"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Rows of what a message is about, as far as its kind is about them. `shop` is commerce.tables.shops.Shop.

    `detail`: what no table has (the words of an alert, the figures of a digest), made by `context`'s functions.
    `pictures`, `pages`: URLs by product id. `unsubscribe_url`: of commercial kinds.
    """

    shop: Any
    base_url: str
    language: str
    order: Any = None
    lines: Sequence[Any] = ()
    parcel: Any = None
    refund_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    unsubscribe_url: str = ""


def context_of(kind: str, about: About) -> dict[str, Any]:
    """All that the kind's template may read."""
    shop, objects = about.shop, KINDS[kind].objects
    told = context.of_shop(name=shop.name, domain=shop.domain, timezone=shop.timezone, email=shop.email)
    if "customer" in objects:
        told |= context.of_customer()
    if about.order is not None:
        told |= _of_order(about)
    if "refund" in objects and about.order is not None:
        told |= _of_refund(about.order, about.refund_id)
    if "shipment" in objects:
        told |= _of_parcel(about)
    if "unsubscribe_url" in objects:
        way_out = about.unsubscribe_url
        told |= context.of_way_out(unsubscribe_url=way_out, preferences_url=f"{way_out}#preferences")
    return told | {name: value for name, value in about.detail.items() if name in objects}


def _of_order(about: About) -> dict[str, Any]:
    return context.of_order(
        about.order._mapping,  # noqa: SLF001 - a row as a mapping
        [line._mapping for line in about.lines],  # noqa: SLF001
        language=about.language,
        pictures=about.pictures,
        pages=about.pages,
    )


def _of_refund(order: Any, refund_id: str) -> dict[str, Any]:
    """The refund that it is about; all of them together where it is not known which."""
    for refund in order.refunds:
        if refund["id"] == refund_id:
            return context.of_refund(refund["amount"], order.currency, reason=refund["reason"])
    return context.of_refund(order.refunded, order.currency)


def _of_parcel(about: About) -> dict[str, Any]:
    parcel = about.parcel
    if parcel is None:
        return context.of_parcel()
    is_waiting = parcel.status == READY_FOR_PICKUP
    return context.of_parcel(
        carrier=registry.carrier_title(parcel.carrier) if parcel.carrier else "",
        tracking_number=parcel.number,
        tracking_url=f"{about.base_url}/track/{parcel.token}",
        status=parcel.status,
        expected_on=None if parcel.ended_at else parcel.expected_last or parcel.expected_first,
        place="" if is_waiting else parcel.city,
        pickup_place=parcel.city if is_waiting else "",
    )


def dashboard(base_url: str, page: str) -> str:
    """A page of the dashboard, for what merchants are told."""
    return f"{base_url}{_DASHBOARD}{page}"


def brand_of(shop: Any, choices: Choices) -> Brand:
    """How the shop looks in its messages."""
    told = {
        name: choices.brand[name] for name in ("logo_url", "colour", "address", "help_url") if name in choices.brand
    }
    return Brand(name=choices.sender_name or shop.name, url=f"https://{shop.domain}", **told)


def sender_of(choices: Choices, base_url: str) -> str:
    """The address that mail comes from: the merchant's, or one of this installation."""
    return choices.sender if is_address(choices.sender) else own_sender(base_url)


def own_sender(base_url: str) -> str:
    """The address that this installation writes from."""
    host = urlsplit(base_url).hostname or ""
    address = f"noreply@{host}"
    return address if is_address(address) and not host.replace(".", "").isdecimal() else "noreply@localhost"


def reply_to(choices: Choices, shop_email: str) -> str:
    """Where answers go; empty where that is no address."""
    return next((one for one in (choices.reply_to, shop_email) if is_address(one)), "")


def is_address(text: str) -> bool:
    """Whether mail can be sent there, or come from there."""
    try:
        address_of(text)
    except UnableToAddress:
        return False
    return True
