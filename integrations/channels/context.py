"""What templates are given to read: plain JSON, made of rows. Each name is always there, empty where nothing is told.

An amount is {"amount": minor units, "currency"}; a template writes it as it is. Times are RFC 3339, days YYYY-MM-DD.
docs/how-to/notifications-templates.md says which kinds have which.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from commerce.rules.links import web_link
from integrations.channels import postal

MOST_LINES = 100  # of an order; Gmail cuts mails off that are longer than 102 kB
_LONGEST_TITLE = 120
_AMOUNTS = ("total", "subtotal", "tax", "shipping", "discount", "refunded")


def of_shop(*, name: str, domain: str, timezone: str = "", email: str = "", url: str = "") -> dict[str, Any]:
    """`shop`: of every kind. `timezone` is an IANA name, in which days are told."""
    told = {"name": _short(name), "domain": domain, "timezone": timezone, "email": email}
    return {"shop": {**told, "url": web_link(url or f"https://{domain}")}}


def of_customer(*, first_name: str = "", last_name: str = "", email: str = "", country: str = "") -> dict[str, Any]:
    """`customer`: to whom it is written."""
    names = {"first_name": _short(first_name), "last_name": _short(last_name)}
    return {"customer": {**names, "name": postal.name_of({**names, "country": country}), "email": email}}


def of_order(
    order: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    *,
    language: str,
    url: str = "",
    pictures: Mapping[str, str] | None = None,
    pages: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """`order` and `customer`, of a row of `orders` and the rows of its lines (as mappings: `row._mapping`).

    `url` leads to the order's page; `pictures` and `pages` are URLs by product id.
    """
    currency, billing, delivery = order["currency"], order["billing"] or {}, order["delivery"] or {}
    shown = [_line(line, currency, pictures or {}, pages or {}) for line in lines[:MOST_LINES]]
    made = {
        **{name: str(order[name]) for name in ("id", "number", "currency", "status", "note")},
        **{name: str(order[name]) for name in ("financial_status", "fulfillment_status")},
        **{name: amount(order[name], currency) for name in _AMOUNTS},
        "placed_at": time_of(order["placed_at"]),
        "paid_at": time_of(order["paid_at"]),
        "url": web_link(url),
        "lines": shown,
        "item_count": sum(int(line["quantity"]) for line in lines),
        "more_lines": len(lines) - len(shown),
        "has_images": any(line["image_url"] for line in shown),
        "delivery": _address(delivery, language),
        "billing": _address(billing, language),
    }
    whose = delivery if delivery.get("first_name") or delivery.get("last_name") else billing
    names = {name: str(whose.get(name) or "") for name in ("first_name", "last_name", "country")}
    return {"order": made, **of_customer(**names, email=str(order["email"]))}


def of_parcel(
    *,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
    status: str = "",
    expected_on: date | None = None,
    place: str = "",
    pickup_place: str = "",
    pickup_until: date | None = None,
) -> dict[str, Any]:
    """`shipment` and `tracking_url`. `carrier` is its title; `place` where the parcel was seen last; days are where it
    goes."""
    url = web_link(tracking_url)
    told = {
        "carrier": _short(carrier),
        "tracking_number": tracking_number,
        "tracking_url": url,
        "status": status,
        "expected_on": time_of(expected_on),
        "place": _short(place),
        "pickup_place": _short(pickup_place),
        "pickup_until": time_of(pickup_until),
    }
    return {"shipment": told, "tracking_url": url}


def of_refund(units: int, currency: str, *, reason: str = "") -> dict[str, Any]:
    """`refund`: one that was made, in minor units."""
    return {"refund": {"amount": amount(units, currency), "reason": reason}}


def of_product(
    *,
    title: str,
    url: str,
    price: int,
    currency: str,
    variant: str = "",
    image_url: str = "",
    compare_at_price: int | None = None,
) -> dict[str, Any]:
    """`product`: one that is there again. `compare_at_price` is null where there is none."""
    before = amount(compare_at_price, currency) if compare_at_price and compare_at_price > price else None
    told = {"title": _short(title), "variant": _short(variant), "url": web_link(url), "image_url": web_link(image_url)}
    return {"product": {**told, "price": amount(price, currency), "compare_at_price": before}}


def of_way_out(*, unsubscribe_url: str, preferences_url: str = "") -> dict[str, Any]:
    """`unsubscribe_url` and `preferences_url`: of commercial kinds."""
    return {"unsubscribe_url": web_link(unsubscribe_url), "preferences_url": web_link(preferences_url)}


def of_stock(items: Sequence[Mapping[str, Any]], *, url: str = "") -> dict[str, Any]:
    """`stock`: what runs low. An item has `title` and `left`, and may have `sku` and `url`."""
    shown = [
        {
            "title": _short(str(item["title"])),
            "sku": str(item.get("sku") or ""),
            "left": int(item["left"]),
            "url": web_link(str(item.get("url") or "")),
        }
        for item in items[:MOST_LINES]
    ]
    return {"stock": {"count": len(items), "items": shown, "url": web_link(url)}}


def of_digest(
    *,
    day: date,
    currency: str,
    orders: int = 0,
    revenue: int = 0,
    refunds: int = 0,
    parcels_delivered: int = 0,
    parcels_in_trouble: int = 0,
    problems: int = 0,
    best_sellers: Sequence[tuple[str, int]] = (),
    url: str = "",
) -> dict[str, Any]:
    """`digest`: a day of the shop. `revenue` and `refunds` in minor units; `best_sellers`: titles and pieces."""
    told = {
        "day": day.isoformat(),
        "orders": orders,
        "revenue": amount(revenue, currency),
        "average": amount(round(revenue / orders) if orders else 0, currency),
        "refunds": amount(refunds, currency),
        "parcels_delivered": parcels_delivered,
        "parcels_in_trouble": parcels_in_trouble,
        "problems": problems,
        "best_sellers": [{"title": _short(title), "quantity": pieces} for title, pieces in best_sellers],
        "url": web_link(url),
    }
    return {"digest": told}


def of_alert(*, title: str, words: str, url: str = "") -> dict[str, Any]:
    """`alert`: what needs the merchant, and where to go."""
    return {"alert": {"title": _short(title), "words": words, "url": web_link(url)}}


def amount(units: int | None, currency: str) -> dict[str, Any]:
    """Minor units of a currency."""
    return {"amount": int(units or 0), "currency": currency}


def time_of(at: datetime | date | None) -> str:
    """A moment or a day; empty where there is none."""
    return at.isoformat() if at is not None else ""


def _line(
    line: Mapping[str, Any], currency: str, pictures: Mapping[str, str], pages: Mapping[str, str]
) -> dict[str, Any]:
    product = line["product_id"]
    return {
        "title": _short(line["title"]),
        "sku": line["sku"],
        "quantity": int(line["quantity"]),
        "price": amount(line["price"], currency),
        "total": amount(line["total"], currency),
        "image_url": web_link(pictures.get(product, "")),
        "url": web_link(pages.get(product, "")),
    }


def _address(address: Mapping[str, Any], language: str) -> dict[str, Any]:
    told = {name: str(address.get(name) or "") for name in ("company", "city", "postcode", "country", "phone")}
    return {**told, "name": postal.name_of(address), "lines": postal.lines_of(address, language=language)}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
