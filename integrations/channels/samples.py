"""Made-up orders, parcels and days, for previews and to try templates with. example.com is nobody's (RFC 2606)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import KINDS, PARCEL_READY_FOR_PICKUP
from integrations.channels import context
from integrations.channels.sample_customers import EVERYBODY, Sample

_URL = "https://shop.example.com"
_AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


SAMPLES: Mapping[str, Sample] = {sample.language: sample for sample in EVERYBODY if sample.is_known}
BRAND = Brand(
    name="",
    url=_URL,
    colour="#24508c",
    address="Example Ltd\n1 Example Street, Exampletown",
    help_url=f"{_URL}/contact",
)


def brand(language: str) -> Brand:
    """The look of the shop of a sample, for where there is no shop."""
    sample = sample_of(language)
    return Brand(name=sample.shop, url=BRAND.url, colour=BRAND.colour, address=BRAND.address, help_url=BRAND.help_url)


def sample_of(language: str) -> Sample:
    """The made-up customer for a language: their own, or else the English one."""
    return SAMPLES.get(language) or SAMPLES["en"]


def all_contexts(kind: str) -> dict[str, dict[str, Any]]:
    """Every sample of a kind, by its name: what a template has to get along with."""
    return {sample.name: context_of(kind, sample) for sample in EVERYBODY}


def sample_context(kind: str, language: str) -> dict[str, Any]:
    """A sample of a kind for a preview in that language. Raises KeyError for an unknown kind."""
    return context_of(kind, sample_of(language))


def context_of(kind: str, sample: Sample) -> dict[str, Any]:
    """What a template of that kind is given for the made-up customer."""
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "shop": lambda: context.of_shop(name=sample.shop, domain="shop.example.com", timezone=sample.timezone),
        "customer": lambda: _customer(sample),
        "order": lambda: _order(sample),
        "shipment": lambda: _parcel(sample, is_there=kind == PARCEL_READY_FOR_PICKUP),
        "refund": lambda: context.of_refund(_total(sample), sample.currency, reason=sample.reason),
        "product": lambda: _product(sample),
        "unsubscribe_url": lambda: context.of_way_out(
            unsubscribe_url=f"{_URL}/n/stop/sample",
            preferences_url=f"{_URL}/n/choose/sample" if sample.is_known else "",
        ),
        "preferences_url": dict,
        "stock": lambda: _stock(sample),
        "digest": lambda: _digest(sample),
        "alert": lambda: context.of_alert(
            title="The mail server refuses our password",
            words="Since 14:05 no message could be sent. They wait, and are sent once the password is right again.",
            url=f"{_URL}/dashboard" if sample.is_known else "",
        ),
    }
    found: dict[str, Any] = {}
    for name in KINDS[kind].objects:
        found |= made[name]()
    return found


def _customer(sample: Sample) -> dict[str, Any]:
    told = {name: sample.address.get(name, "") for name in ("first_name", "last_name", "country")}
    return context.of_customer(**told, email="customer@example.com")


def _total(sample: Sample) -> int:
    return sum(quantity * price for _, quantity, price in sample.goods) + sample.shipping - sample.discount


def _order(sample: Sample) -> dict[str, Any]:
    total = _total(sample)
    row = {
        **dict.fromkeys(("financial_status", "fulfillment_status", "note", "status"), ""),
        "id": "1001",
        "number": "1001",
        "currency": sample.currency,
        "total": total,
        "subtotal": total - sample.shipping + sample.discount,
        "tax": total // 6,
        "shipping": sample.shipping,
        "discount": sample.discount,
        "refunded": 0,
        "email": "customer@example.com",
        "placed_at": _AT,
        "paid_at": _AT if sample.is_known else None,
        "billing": {},
        "delivery": sample.address,
    }
    lines = [
        {
            "product_id": "1",
            "title": title,
            "sku": "",
            "quantity": quantity,
            "price": price,
            "total": quantity * price,
        }
        for title, quantity, price in sample.goods
    ]
    url = f"{_URL}/orders/1001" if sample.is_known else ""
    return context.of_order(row, lines, language=sample.language, url=url)


def _parcel(sample: Sample, *, is_there: bool) -> dict[str, Any]:
    if not sample.is_known:
        return context.of_parcel()
    return context.of_parcel(
        carrier=sample.carrier,
        tracking_number=sample.number,
        tracking_url=f"{_URL}/track/sample",
        expected_on=None if is_there else date(2026, 11, 25),
        place="" if is_there else sample.address["city"],
        pickup_place=f"{sample.carrier}, {sample.address['city']}" if is_there else "",
        pickup_until=date(2026, 12, 2) if is_there else None,
    )


def _product(sample: Sample) -> dict[str, Any]:
    title, _, price = sample.goods[0]
    before = price + 500 if sample.is_known else None
    url = f"{_URL}/products/1"
    return context.of_product(title=title, url=url, price=price, currency=sample.currency, compare_at_price=before)


def _stock(sample: Sample) -> dict[str, Any]:
    items = [
        {"title": title, "sku": f"SKU-{left}", "left": left, "url": f"{_URL}/products/{left}"}
        for left, (title, _, _) in enumerate(sample.goods)
    ]
    return context.of_stock(items, url=f"{_URL}/dashboard/stock" if items else "")


def _digest(sample: Sample) -> dict[str, Any]:
    return context.of_digest(
        day=date(2026, 11, 22),
        currency=sample.currency,
        orders=len(sample.goods) * 412,
        revenue=_total(sample) * 97,
        refunds=sample.discount,
        parcels_delivered=len(sample.goods) * 130,
        parcels_in_trouble=len(sample.goods),
        best_sellers=[(title, quantity * 71) for title, quantity, _ in sample.goods],
        url=f"{_URL}/dashboard" if sample.is_known else "",
    )
