"""A WooCommerce store in memory, changed as its admin, its shoppers and its REST API change it.

What fires with which change, and what does not, was measured on WooCommerce 10.5.
"""

import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.peers.woocommerce import shapes
from tests.peers.woocommerce.queue_of_hooks import Hooks
from tests.peers.woocommerce.shapes import Row


class Store:
    """The store: objects by number. `ahead`: how far its clock is ahead of ours; all methods are safe in threads.

    `drops_authorization`: its web server keeps the Authorization header from PHP, as Apache with CGI does.
    """

    def __init__(self, *, name: str = "Peer & Sons", currency: str = "EUR", offset: timedelta | None = None) -> None:
        self.name, self.currency = name, currency
        self.offset = timedelta(hours=1) if offset is None else offset
        self.timezone = "Europe/Zurich"
        self.home = "http://store.example"
        self.ahead = timedelta()
        self.drops_authorization = False
        self.lock = threading.RLock()
        self.products: dict[int, Row] = {}
        self.variations: dict[int, Row] = {}
        self._families: dict[int, dict[int, None]] = {}
        self.orders: dict[int, Row] = {}
        self.notes: dict[int, list[Row]] = {}
        self.has_fulfilments = False  # a feature of WooCommerce 10 that is off until somebody switches it on
        self.fulfilments: dict[int, list[Row]] = {}
        self.customers: dict[int, Row] = {}
        self.categories: dict[int, Row] = {1: {"id": 1, "name": "Uncategorized", "slug": "uncategorized"}}
        self.categories[1] |= {"parent": 0, "description": ""}
        self.coupons: dict[str, Row] = {}
        self.keys: dict[str, Row] = {}
        self.hooks = Hooks(self)
        self._posts = self._users = self._terms = self._rows = 10

    # Numbers and times

    def now(self) -> datetime:
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def post_number(self) -> int:
        self._posts += 1
        return self._posts

    def row_number(self) -> int:
        self._rows += 1
        return self._rows

    def key(self, permissions: str = "read_write") -> tuple[str, str]:
        """A new REST key."""
        number = self.row_number()
        key, secret = f"ck_{number:040x}", f"cs_{number * 7919:040x}"
        self.keys[key] = {"id": number, "secret": secret, "permissions": permissions, "nonces": {}}
        return key, secret

    # Categories: nothing of them fires, and products keep their date_modified

    def create_category(self, name: str, *, by_rest: bool = False, **fields: Any) -> int:
        with self.lock:
            self._terms += 1
            row = {"id": self._terms, "name": shapes.escaped(name), "slug": slug_of(name)}
            self.categories[self._terms] = row | {"parent": 0, "description": "", **fields}
            self._category_hook(self._terms, by_rest)
            return self._terms

    def edit_category(self, number: int, *, by_rest: bool = False, **fields: Any) -> None:
        with self.lock:
            if "name" in fields:
                fields["name"] = shapes.escaped(fields["name"])
            self.categories[number] |= fields
            self._category_hook(number, by_rest)

    def delete_category(self, number: int) -> None:
        with self.lock:
            del self.categories[number]

    def _category_hook(self, number: int, by_rest: bool) -> None:
        if by_rest:
            row = self.categories[number]
            term = {"term_id": number, "term_taxonomy_id": number, "taxonomy": "product_cat", "filter": "raw", **row}
            self.hooks.fire("action.woocommerce_rest_insert_product_cat", {k: v for k, v in term.items() if k != "id"})

    # Products

    def create_product(self, name: str = "", *, categories: Iterable[int] = (1,), **fields: Any) -> int:
        with self.lock:
            number, now = self.post_number(), self.now()
            name = name or f"Thing {number}"
            row = {"id": number, "name": shapes.escaped(name), "slug": f"{slug_of(name)}-{number}", "type": "simple"}
            row |= {"status": "publish", "_created": now, "_modified": now, "_categories": list(categories)}
            self.products[number] = row
            self._set(row, fields)
            self.hooks.fire("product.created", number)
            return number

    def create_variation(self, parent: int, *, options: dict[str, str], **fields: Any) -> int:
        """A variation; its product does not fire, though it is dated anew."""
        with self.lock:
            number, now = self.post_number(), self.now()
            attributes = [{"id": 0, "name": n, "slug": slug_of(n), "option": o} for n, o in options.items()]
            row: Row = {"id": number, "parent_id": parent, "status": "publish", "attributes": attributes, "image": None}
            row |= {"_created": now, "_modified": now, "price": "", "regular_price": ""}
            self.variations[number] = row
            self._families.setdefault(parent, {})[number] = None
            self._set(row, fields)
            self._touch_parent(parent, now)
            self.hooks.fire("product.created", number)
            return number

    def edit(self, number: int, **fields: Any) -> None:
        """Edit a product or a variation: one product.updated, also when nothing changed."""
        with self.lock:
            row, now = self.post(number), self.now()
            row["_modified"] = now
            self._set(row, fields)
            if number in self.variations:
                self._touch_parent(row["parent_id"], now)
            self.hooks.fire("product.updated", number)

    def _touch_parent(self, parent: int, now: datetime) -> None:
        row = self.products[parent]
        row["_modified"] = now
        kept = {each["name"] for each in row.get("attributes", [])}
        for each in self.family(parent):
            for attribute in each["attributes"]:
                if attribute["name"] not in kept:
                    kept.add(attribute["name"])
                    options = self._options(parent, attribute["name"])
                    shown = {"id": 0, "name": attribute["name"], "slug": attribute["slug"], "position": 0}
                    row.setdefault("attributes", []).append(
                        shown | {"visible": True, "variation": True, "options": options}
                    )
        for attribute in row.get("attributes", []):
            if attribute["variation"]:
                attribute["options"] = self._options(parent, attribute["name"])

    def _options(self, parent: int, name: str) -> list[str]:
        attributes = (attribute for each in self.family(parent) for attribute in each["attributes"])
        return list(dict.fromkeys(attribute["option"] for attribute in attributes if attribute["name"] == name))

    def family(self, parent: int) -> list[Row]:
        """A product's variations."""
        return [self.variations[number] for number in self._families.get(parent, ())]

    def _set(self, row: Row, fields: Row) -> None:
        if "name" in fields:
            fields = fields | {"name": shapes.escaped(fields["name"])}
        if "price" in fields:
            fields = {"regular_price": fields["price"], **fields}
        row |= fields
        if row.get("manage_stock") and row.get("stock_quantity") is not None:
            row["stock_status"] = "instock" if row["stock_quantity"] > 0 else "outofstock"

    def post(self, number: int) -> Row:
        """A product or a variation. Raises KeyError."""
        return self.products[number] if number in self.products else self.variations[number]

    def trash(self, number: int, *, by: str = "wp-admin") -> None:
        """Into the bin; by REST and PHP with a false coupon.deleted."""
        with self.lock:
            row, now = self.post(number), self.now()
            for each in self.family(number):
                each |= {"_before": each["status"], "status": "trash", "_modified": now}
                self.hooks.fire("product.deleted", each["id"])
            row |= {"_before": row["status"], "status": "trash", "_modified": now}
            self.hooks.fire("product.deleted", number)
            if by != "wp-admin":
                self.hooks.fire("coupon.deleted", number)

    def untrash(self, number: int) -> None:
        with self.lock:
            now = self.now()
            for row in (*self.family(number), self.post(number)):
                row |= {"status": row.pop("_before", "draft"), "_modified": now}
                self.hooks.fire("product.updated", row["id"])
                self.hooks.fire("product.restored", row["id"])

    def delete(self, number: int, *, by: str = "rest") -> None:
        """For good: fires no topic, by REST the action hooks, by "Delete permanently" in wp-admin nothing at all."""
        with self.lock:
            for each in (*[row["id"] for row in self.family(number)], number):
                was = self.variations.pop(each, None)
                was_variation = was is not None
                if was is not None:
                    del self._families[was["parent_id"]][each]
                self.products.pop(each, None)
                if by == "rest":
                    hook = "woocommerce_delete_product" + ("_variation" if was_variation else "")
                    self.hooks.fire(f"action.{hook}", each)

    def schedule(self, name: str, at: datetime, **fields: Any) -> int:
        """A product that is to go live at a time: its date_modified is that time."""
        with self.lock:
            number = self.create_product(name, status="future", **fields)
            self.products[number] |= {"_created": at.replace(microsecond=0), "_modified": at.replace(microsecond=0)}
            return number

    def publish_due(self, now: datetime | None = None) -> list[int]:
        """What wp-cron does: nothing fires and date_modified stays."""
        with self.lock:
            due = [row for row in self.products.values() if row["status"] == "future"]
            live = [row for row in due if row["_created"] <= (now or self.now())]
            for row in live:
                row["status"] = "publish"
            return [row["id"] for row in live]

    def trash_page(self) -> int:
        """A page or a post goes into the bin: false deletions under its number."""
        number = self.post_number()
        self.hooks.fire("product.deleted", number)
        self.hooks.fire("coupon.deleted", number)
        return number

    # Customers

    def create_customer(self, email: str = "", *, role: str = "customer", **fields: Any) -> int:
        with self.lock:
            self._users += 1
            number, now = self._users, self.now()
            email = email or f"shopper{number}@example.com"
            row = {"id": number, "email": email, "first_name": "", "last_name": "", "role": role}
            row |= {"username": email.partition("@")[0], "billing": {}, "shipping": {}, "is_paying_customer": False}
            self.customers[number] = row | {"_created": now, "_modified": now, **fields}
            self.hooks.fire("customer.created", number)
            self.hooks.fire("customer.updated", number)
            return number

    def edit_customer(self, number: int, **fields: Any) -> None:
        with self.lock:
            self.customers[number] |= {"_modified": self.now(), **fields}
            self.hooks.fire("customer.updated", number)

    def delete_customer(self, number: int) -> None:
        with self.lock:
            if self.customers.pop(number)["role"] == "customer":
                self.hooks.fire("customer.deleted", number)

    # Orders

    def checkout(self, lines: Iterable[tuple[int, int]], *, customer: int = 0, email: str = "", **fields: Any) -> int:
        """An order by the block checkout: order.updated as a draft, then order.updated and order.created."""
        number = self.start_checkout(lines, customer=customer, email=email, **fields)
        self.place(number)
        return number

    def start_checkout(self, lines: Iterable[tuple[int, int]], *, customer: int = 0, email: str = "", **f: Any) -> int:
        with self.lock:
            number = self._order(lines, customer, email, {"status": "checkout-draft", "created_via": "store-api", **f})
            self.hooks.fire("order.updated", number)
            return number

    def place(self, number: int) -> None:
        with self.lock:
            row, now = self.orders[number], self.now()
            row |= {"status": "processing", "_paid": now, "_modified": now}
            self.hooks.fire("order.updated", number)
            self.hooks.fire("order.created", number)
            for line in row["line_items"]:
                self._sell(line)

    def create_order(self, lines: Iterable[tuple[int, int]], *, customer: int = 0, email: str = "", **f: Any) -> int:
        """An order by REST: order.created and order.updated."""
        with self.lock:
            number = self._order(lines, customer, email, {"status": "pending", **f})
            self.hooks.fire("order.created", number)
            self.hooks.fire("order.updated", number)
            return number

    def _order(self, lines: Iterable[tuple[int, int]], customer: int, email: str, fields: Row) -> int:
        number, now = self.post_number(), self.now()
        row: Row = {"id": number, "customer_id": customer, "meta_data": [], "refunds": [], "_created": now}
        row |= {"billing": {"email": email or f"guest{number}@example.com"}, "_modified": now}
        row["line_items"] = [self._line(each, quantity) for each, quantity in lines]
        self.orders[number] = row | fields
        self.notes[number] = []
        return number

    def _line(self, number: int, quantity: int) -> Row:
        row = self.post(number)
        parent = row.get("parent_id") or 0
        name = self.products[parent]["name"] if parent else row["name"]
        sold = {"id": self.row_number(), "name": name, "product_id": parent or number, "quantity": quantity}
        return sold | {
            "variation_id": number if parent else 0,
            "price": row.get("price") or "0",
            "sku": row.get("sku", ""),
        }

    def _sell(self, line: Row) -> None:
        number = line["variation_id"] or line["product_id"]
        row = self.post(number)
        if row.get("manage_stock"):
            self.edit(number, stock_quantity=(row["stock_quantity"] or 0) - line["quantity"])

    def edit_order(self, number: int, **fields: Any) -> None:
        with self.lock:
            row, now = self.orders[number], self.now()
            row |= {"_modified": now, **fields}
            if fields.get("status") == "completed":
                row["_completed"] = now
            self.hooks.fire("order.updated", number)
            if fields.get("status") == "completed" and row["customer_id"] in self.customers:
                self.edit_customer(row["customer_id"], is_paying_customer=True)

    def refund(self, number: int, amount: str, reason: str = "") -> int:
        with self.lock:
            refund_id = self.post_number()
            refund = {"id": refund_id, "reason": reason, "total": f"-{amount}"}
            row = self.orders[number]
            row["refunds"].insert(0, refund)
            whole = float(shapes.order(self, row)["total"])
            full = sum(-float(each["total"]) for each in row["refunds"]) >= whole
            self.edit_order(number, **({"status": "refunded"} if full else {}))
            return refund_id

    def fulfil(self, number: int, tracking_number: str, provider: str = "", *, url: str = "") -> Row:
        """All of an order is sent: one order.updated, in which the parcel's number is not."""
        with self.lock:
            items = [{"item_id": line["id"], "qty": line["quantity"]} for line in self.orders[number]["line_items"]]
            told = {"_tracking_number": tracking_number, "_shipment_provider": provider, "_tracking_url": url}
            told |= {"_items": items, "_date_fulfilled": f"{self.now():%Y-%m-%d %H:%M:%S}"}
            metas = [{"id": self.row_number(), "key": key, "value": value} for key, value in told.items()]
            row = {"id": self.row_number(), "entity_type": "WC_Order", "entity_id": str(number), "status": "fulfilled"}
            row |= {"is_fulfilled": True, "date_updated": f"{self.now():%Y-%m-%d %H:%M:%S}", "date_deleted": None}
            row |= {"meta_data": metas}
            self.fulfilments.setdefault(number, []).append(row)
            kept = [meta for meta in self.orders[number]["meta_data"] if meta["key"] != "_fulfillment_status"]
            status = {"id": self.row_number(), "key": "_fulfillment_status", "value": "fulfilled"}
            self.edit_order(number, meta_data=[*kept, status])
            return row

    def add_note(self, number: int, text: str, *, customer_note: bool = False) -> Row:
        """A note fires nothing."""
        row = {"id": self.row_number(), "note": text, "customer_note": customer_note, "_created": self.now()}
        self.notes[number].insert(0, row)
        return row

    def trash_order(self, number: int) -> None:
        with self.lock:
            row = self.orders[number]
            row |= {"_before": row["status"], "status": "trash", "_modified": self.now()}
            self.hooks.fire("order.deleted", number)

    def untrash_order(self, number: int) -> None:
        with self.lock:
            row = self.orders[number]
            row |= {"status": row.pop("_before", "pending"), "_modified": self.now()}
            self.hooks.fire("order.restored", number)

    def delete_order(self, number: int) -> None:
        with self.lock:
            del self.orders[number]
            self.hooks.fire("action.woocommerce_delete_order", number)


def slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def stocked(products: int = 20, orders: int = 20, *, make: Callable[[], Store] = Store) -> Store:
    """A store with a catalogue: every fourth product has three variations; some drafts, guests and categories."""
    store = make()
    lamps, chairs = store.create_category("Lamps & Lights"), store.create_category("Chairs")
    for place in range(products):
        section = (lamps, chairs)[place % 2]
        if place % 4 == 3:
            parent = store.create_product(f"Chair {place}", categories=[section], type="variable")
            for colour in ("Red", "Blue", "Green"):
                store.create_variation(
                    parent, options={"Colour": colour}, price=f"{40 + place % 50}", sku=f"CH-{place}-{colour}"
                )
        else:
            status = "draft" if place % 17 == 16 else "publish"
            more = {"manage_stock": True, "stock_quantity": 10 + place % 7, "status": status, "sku": f"LA-{place}"}
            store.create_product(f"Lamp <b>{place}</b>", categories=[section], price=f"{10 + place % 90}.50", **more)
    ada = store.create_customer("ada@example.com", first_name="Ada", last_name="Löve")
    live = [number for number, row in store.products.items() if row["type"] == "simple"] or list(store.variations)
    for place in range(orders if live else 0):
        store.checkout([(live[place % len(live)], 1 + place % 3)], customer=ada if place % 3 == 0 else 0)
    return store
