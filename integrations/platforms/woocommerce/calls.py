"""What Backroom changes at a WooCommerce store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.rules import calls
from commerce.rules.documents import plain_text
from commerce.rules.events import CUSTOMER, ORDER, PRODUCT
from integrations.errors import Permanent
from integrations.platforms.body import moment
from integrations.platforms.woocommerce import coupons
from integrations.platforms.woocommerce.client import Client, path_of

_SAME_NOTE = timedelta(hours=1)  # in which an equal note is taken for an earlier try
_PATHS = {ORDER: "orders", CUSTOMER: "customers"}


def carry_out(client: Client, call: str, detail: Mapping[str, Any]) -> str:
    """Do it; gives what happened, in a sentence. Raises Permanent for an unknown call or a detail that is missing.

    - "order.note" {order_id, note, customer_note}: with `customer_note` the store mails it to the customer. WooCommerce
      has no key for repeats, so a note of the same text within the last hour counts as done.
    - "stock.set" {product_id, variant_id, stock}: stock is set to that number and counted from then on.
    - "order.complete" {order_id}: one that is paid for or on hold gets the status completed; any other stays as it is.
    - "discount.create" {code, kind, value, currency, title}: see `coupons`; one that is there already stays.
    - "meta.set" {kind, id, key, value}: kind is order, product or customer; a variation also needs `product_id`.
    """
    known = {
        calls.ADD_NOTE: _note,
        calls.SET_STOCK: _stock,
        calls.SET_META: _meta,
        calls.COMPLETE_ORDER: _complete,
        calls.CREATE_DISCOUNT: coupons.create,
    }
    if call not in known:
        raise Permanent(f"WooCommerce has no call “{call}”.")
    try:
        return known[call](client, detail)
    except KeyError as error:
        raise Permanent(f"The call “{call}” needs {error}.") from None
    except (ValueError, TypeError):
        raise Permanent(f"The call “{call}” has a number that is none.") from None


def _note(client: Client, detail: Mapping[str, Any]) -> str:
    order_id, note = str(detail["order_id"]), str(detail["note"])
    path = path_of("orders", order_id, "notes")
    recent = datetime.now(UTC) - _SAME_NOTE
    for row in client.rows("order.note", path, {}).rows:
        made = moment(row.get("date_created_gmt"))
        if plain_text(str(row.get("note", ""))) == plain_text(note) and made is not None and made >= recent:
            return f"Order {order_id} has the note already."
    client.write("order.note", "post", path, {"note": note, "customer_note": bool(detail.get("customer_note"))})
    return f"The note was added to order {order_id}."


def _stock(client: Client, detail: Mapping[str, Any]) -> str:
    product_id, stock = str(detail["product_id"]), int(detail["stock"])
    variant_id = str(detail.get("variant_id") or product_id)
    client.write(
        "stock.set", "put", _product_path(product_id, variant_id), {"manage_stock": True, "stock_quantity": stock}
    )
    return f"The stock of product {variant_id} was set to {stock}."


def _complete(client: Client, detail: Mapping[str, Any]) -> str:
    order_id = str(detail["order_id"])
    path = path_of("orders", order_id)
    status = str(client.one("order.complete", path).get("status", ""))
    if status not in ("processing", "on-hold"):
        return f"Order {order_id} is {status or 'not told'} and stays so."
    client.write("order.complete", "put", path, {"status": "completed"})
    return f"Order {order_id} was completed."


def _meta(client: Client, detail: Mapping[str, Any]) -> str:
    kind, wanted, key = str(detail["kind"]), str(detail["id"]), str(detail["key"])
    if kind == PRODUCT:
        path = _product_path(str(detail.get("product_id") or wanted), wanted)
    elif kind in _PATHS:
        path = path_of(_PATHS[kind], wanted)
    else:
        raise Permanent(f"WooCommerce keeps no metadata of a {kind}.")
    client.write("meta.set", "put", path, {"meta_data": [{"key": key, "value": detail["value"]}]})
    return f"“{key}” of {kind} {wanted} was set."


def _product_path(product_id: str, variant_id: str) -> str:
    """Variations are written under their product only."""
    if variant_id == product_id:
        return path_of("products", product_id)
    return path_of("products", product_id, "variations", variant_id)
