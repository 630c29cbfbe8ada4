"""Nodes of the Admin API in the shape of Shopify's webhooks, so that one reader reads both and finds them equal.

Only what the readers use is there. Names on the left are those of webhooks (shopify.dev, REST resources), on the
right those of GraphQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]

_FULFILMENT = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}
# What webhooks write into `shipment_status`; other words of displayStatus are the fulfilment's own state.
_SHIPMENT = {
    "NOT_DELIVERED": "failure",
    "PICKED_UP": "delivered",
    **{
        word: word.lower()
        for word in (
            "LABEL_PRINTED",
            "LABEL_PURCHASED",
            "CONFIRMED",
            "CARRIER_PICKED_UP",
            "IN_TRANSIT",
            "DELAYED",
            "READY_FOR_PICKUP",
            "OUT_FOR_DELIVERY",
            "ATTEMPTED_DELIVERY",
            "DELIVERED",
            "FAILURE",
        )
    },
}


def number(gid: object) -> str:
    """The number at the end of a GID: "gid://shopify/Product/1?x" is "1"."""
    return str(gid or "").rpartition("/")[2].partition("?")[0]


def nodes(connection: Node | None) -> list[Node]:
    """The nodes of a connection; none where the app may not see it."""
    return [node for node in (connection or {}).get("nodes") or [] if node]


def product(node: Node) -> dict[str, Any]:
    """A product with all its variants and pictures."""
    pictures = _pictures(node)
    variants = sorted(nodes(node.get("variants")), key=lambda variant: variant.get("position") or 0)
    return {
        "id": number(node["id"]),
        "handle": node.get("handle"),
        "title": node.get("title"),
        "body_html": node.get("descriptionHtml"),
        "vendor": node.get("vendor"),
        "product_type": node.get("productType"),
        "status": (node.get("status") or "").lower(),
        "tags": node.get("tags"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "published_at": node.get("publishedAt"),
        "options": [
            {"name": option.get("name"), "position": option.get("position"), "values": option.get("values")}
            for option in node.get("options") or []
        ],
        "images": pictures,
        "variants": [_variant(variant, node["id"], pictures) for variant in variants],
    }


def _pictures(node: Node) -> list[dict[str, Any]]:
    """Pictures with their ids, the featured one first."""
    featured = (node.get("featuredMedia") or {}).get("id")
    found = [media for media in nodes(node.get("media")) if media.get("image")]
    found.sort(key=lambda media: media["id"] != featured)
    return [
        {"id": number(media["id"]), "src": media["image"].get("url"), "alt": media["image"].get("altText")}
        for media in found
    ]


def _variant(node: Node, product_id: str, pictures: Sequence[Node]) -> dict[str, Any]:
    known = {picture["id"] for picture in pictures}
    media = next((number(one["id"]) for one in nodes(node.get("media")) if number(one["id"]) in known), None)
    chosen = [option.get("value") for option in node.get("selectedOptions") or []]
    return {
        "id": number(node["id"]),
        "product_id": number(product_id),
        "sku": node.get("sku"),
        "barcode": node.get("barcode"),
        "title": node.get("title"),
        "position": node.get("position"),
        "price": node.get("price"),
        "compare_at_price": node.get("compareAtPrice"),
        "inventory_policy": (node.get("inventoryPolicy") or "").lower(),
        "inventory_quantity": node.get("inventoryQuantity"),
        "inventory_item_id": number((node.get("inventoryItem") or {}).get("id")) or None,
        "updated_at": node.get("updatedAt"),
        "image_id": media,
        **{f"option{place}": value for place, value in enumerate(chosen, start=1)},
    }


def collection(node: Node) -> dict[str, Any]:
    """A collection. Whether shoppers see it is told by deliveries only: to ask takes a permission of its own."""
    return {
        "id": number(node["id"]),
        "handle": node.get("handle"),
        "title": node.get("title"),
        "body_html": node.get("descriptionHtml"),
        "updated_at": node.get("updatedAt"),
    }


def order(node: Node) -> dict[str, Any]:
    """An order with its lines, refunds and fulfilments; of its customer the id only."""
    buyer = node.get("customer")
    return {
        "id": number(node["id"]),
        "name": node.get("name"),
        "email": node.get("email"),
        "phone": node.get("phone"),
        "note": node.get("note"),
        "tags": node.get("tags"),
        "customer_locale": node.get("customerLocale"),
        "currency": node.get("currencyCode"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "processed_at": node.get("processedAt"),
        "cancelled_at": node.get("cancelledAt"),
        "closed_at": node.get("closedAt"),
        "financial_status": (node.get("displayFinancialStatus") or "").lower(),
        "fulfillment_status": _FULFILMENT.get(node.get("displayFulfillmentStatus") or ""),
        "total_price": _amount(node.get("totalPriceSet")),
        "subtotal_price": _amount(node.get("subtotalPriceSet")),
        "total_tax": _amount(node.get("totalTaxSet")),
        "total_discounts": _amount(node.get("totalDiscountsSet")),
        "total_shipping_price_set": {"shop_money": {"amount": _amount(node.get("totalShippingPriceSet"))}},
        "customer": {"id": number(buyer["id"])} if buyer else None,
        **{f"{name}_address": _address(node.get(f"{name}Address")) for name in ("billing", "shipping")},
        "line_items": [_line(line) for line in sorted(nodes(node.get("lineItems")), key=_by_number)],
        "refunds": [_refund(refund) for refund in node.get("refunds") or []],
        "fulfillments": [_fulfillment(one, node["id"]) for one in node.get("fulfillments") or []],
    }


def _line(node: Node) -> dict[str, Any]:
    return {
        "id": number(node["id"]),
        "product_id": number((node.get("product") or {}).get("id")) or None,
        "variant_id": number((node.get("variant") or {}).get("id")) or None,
        "sku": node.get("sku"),
        "title": node.get("title"),
        "quantity": node.get("quantity"),
        "current_quantity": node.get("currentQuantity"),
        "fulfillable_quantity": node.get("unfulfilledQuantity"),
        "price": _amount(node.get("originalUnitPriceSet")),
        "discount_allocations": [
            {"amount": _amount(one.get("allocatedAmountSet"))} for one in node.get("discountAllocations") or []
        ],
    }


def _refund(node: Node) -> dict[str, Any]:
    """What was paid back: the sum of its successful transactions, and what came back."""
    paid = {"kind": "refund", "status": "success", "amount": _amount(node.get("totalRefundedSet"))}
    return {
        "id": number(node["id"]),
        "note": node.get("note"),
        "created_at": node.get("createdAt"),
        "transactions": [paid],
        "refund_line_items": [
            {**line, "line_item_id": line["id"], "restock_type": (one.get("restockType") or "").lower()}
            for line, one in _lines_of(node.get("refundLineItems"))
        ],
    }


def _fulfillment(node: Node, order_id: str) -> dict[str, Any]:
    tracking = [one for one in node.get("trackingInfo") or [] if one]
    return {
        "id": number(node["id"]),
        "order_id": number(order_id),
        "status": (node.get("status") or "").lower(),
        "shipment_status": _SHIPMENT.get(node.get("displayStatus") or ""),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "tracking_company": next((one.get("company") for one in tracking if one.get("company")), None),
        "tracking_numbers": [one["number"] for one in tracking if one.get("number")],
        "tracking_urls": [one["url"] for one in tracking if one.get("url")],
        "line_items": [line for line, _ in _lines_of(node.get("fulfillmentLineItems"))],
    }


def customer(node: Node) -> dict[str, Any]:
    """A customer as customers/update tells one; tags, consents and totals are told apart."""
    email, phone = node.get("defaultEmailAddress") or {}, node.get("defaultPhoneNumber") or {}
    return {
        "id": number(node["id"]),
        "email": email.get("emailAddress"),
        "phone": phone.get("phoneNumber"),
        "first_name": node.get("firstName"),
        "last_name": node.get("lastName"),
        "note": node.get("note"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "addresses": [_address(one) for one in sorted(nodes(node.get("addressesV2")), key=_by_number)],
    }


def _address(node: Node | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "first_name": node.get("firstName"),
        "last_name": node.get("lastName"),
        "company": node.get("company"),
        "address1": node.get("address1"),
        "address2": node.get("address2"),
        "zip": node.get("zip"),
        "city": node.get("city"),
        "province": node.get("province"),
        "province_code": node.get("provinceCode"),
        "country_code": node.get("countryCodeV2"),
        "phone": node.get("phone"),
    }


def _lines_of(connection: Node | None) -> list[tuple[dict[str, Any], Node]]:
    """Which line and how many pieces of it, and all that is told."""
    found = [(number((one.get("lineItem") or {}).get("id")), one) for one in nodes(connection)]
    return [({"id": line, "quantity": one.get("quantity")}, one) for line, one in found]


def _amount(bag: Node | None) -> Any:
    return ((bag or {}).get("shopMoney") or {}).get("amount")


def _by_number(node: Node) -> tuple[int, str]:
    """Ids grow: what was added first comes first."""
    text = number(node.get("id"))
    return (int(text), "") if text.isdecimal() else (0, text)


def by_type(found: Iterable[Node]) -> dict[str, list[Node]]:
    """Nodes by the type that their GIDs name."""
    sorted_out: dict[str, list[Node]] = {}
    for node in found:
        sorted_out.setdefault(str(node.get("id", "")).removeprefix("gid://shopify/").partition("/")[0], []).append(node)
    return sorted_out
