"""The stand-in's REST API under /wp-json/: routes, objects, batches."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.peers.woocommerce import lists, shapes
from tests.peers.woocommerce.keys import Asked, Turned, may, who
from tests.peers.woocommerce.queue_of_hooks import is_topic
from tests.peers.woocommerce.shapes import Row
from tests.peers.woocommerce.store import Store

Answer = tuple[int, dict[str, str], Any]
NAMESPACES = ["oembed/1.0", "wc/v3", "wc/v1", "wc-admin", "wc-analytics", "wc/store", "wc/store/v1", "wc/v2", "wp/v2"]
_NOUNS = {"products": "product", "orders": "shop_order", "customers": "customer", "variations": "product_variation"}


class Rest:
    """Answers for a store. `old`: a WooCommerce before 10.3. `without_shop`: a WordPress without WooCommerce."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.old = self.without_shop = False

    def answer(self, asked: Asked, route: str) -> Answer:
        """What the API answers to a route such as /wc/v3/products."""
        try:
            parts = [part for part in route.split("/") if part]
            if not parts:
                return 200, {"Allow": "GET"}, lists.fields(self._index(), asked.query)
            key = who(self.store, asked)
            if parts[:2] != ["wc", "v3"] or self.without_shop:
                raise _no_route()
            may(key, asked.method)
            if key is None:
                raise _nobody(asked.method, parts[2:])
            return self._route(asked, parts[2:])
        except Turned as turned:
            return turned.status, {}, turned.told

    def _index(self) -> Row:
        store = self.store
        return {
            "name": shapes.escaped(store.name),
            "description": "",
            "url": store.home,
            "home": store.home,
            "gmt_offset": store.offset.total_seconds() / 3600,
            "timezone_string": store.timezone,
            "page_for_posts": 0,
            "page_on_front": 0,
            "show_on_front": "posts",
            "namespaces": [n for n in NAMESPACES if not self.without_shop or not n.startswith("wc")],
            "authentication": [],
            "routes": {"/": {"namespace": "", "methods": ["GET"], "endpoints": []}},
            "site_logo": 0,
            "site_icon": 0,
            "site_icon_url": "",
            "_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
        }

    def _route(self, asked: Asked, parts: list[str]) -> Answer:  # noqa: C901 - a table
        store, method = self.store, asked.method
        match parts:
            case ["settings", "general"]:
                return self._list(asked, "orders/notes", [_setting(store)], lambda row: row, by_page=False)
            case ["data", "currencies", "current"]:
                return 200, {}, {"code": store.currency, "name": store.currency, "symbol": store.currency, "_links": {}}
            case ["products", "categories", *rest]:
                return self._categories(asked, rest)
            case ["products", number, "variations", *rest] if number.isdigit():
                return self._variations(asked, int(number), rest)
            case ["variations"] if method in ("GET", "HEAD") and not self.old:
                return self._list(asked, "variations", store.variations.values(), self._variation)
            case ["coupons"]:
                return self._coupons(asked)
            case ["orders", number, "notes"] if number.isdigit():
                return self._notes(asked, int(number))
            case ["orders", number, "fulfillments"] if number.isdigit() and store.has_fulfilments:
                return self._fulfilments(int(number))
            case [("products" | "orders" | "customers" | "webhooks") as kind, "batch"] if method == "POST":
                return self._batch(asked, kind)
            case [("products" | "orders" | "customers" | "webhooks") as kind]:
                if method in ("GET", "HEAD"):
                    return self._list(asked, kind, self._rows(kind).values(), lambda row: self._shown(kind, row))
                if method == "POST":
                    return 201, {}, self._create(kind, _body(asked))
            case [("products" | "orders" | "customers" | "webhooks") as kind, number] if number.isdigit():
                return 200, {}, self._single(asked, kind, int(number))
        raise _no_route()

    def _list(
        self, asked: Asked, kind: str, rows: Iterable[Row], shown: Callable[[Row], Row], *, by_page: bool = True
    ) -> Answer:
        with self.store.lock:
            wanted = lists.Wanted(kind, asked.query, self.store.offset)
            chosen = wanted.chosen(rows) if by_page else list(rows)
            page = wanted.cut(chosen) if by_page else chosen
            told = [lists.fields(shown(row), asked.query) for row in page]
        headers = wanted.headers(len(chosen), f"{self.store.home}{asked.path}") if by_page else {}
        return 200, {**headers, "Allow": "GET, POST"}, told

    def _rows(self, kind: str) -> dict[int, Row]:
        found: dict[int, Row] = getattr(self.store, kind) if kind != "webhooks" else self.store.hooks.all
        return found

    def _shown(self, kind: str, row: Row) -> Row:
        making = {"orders": shapes.order, "customers": shapes.customer, "webhooks": shapes.webhook}
        return making.get(kind, shapes.product)(self.store, row)

    def _variation(self, row: Row) -> Row:
        return shapes.variation(self.store, row, old=self.old)

    def _single(self, asked: Asked, kind: str, number: int) -> Row:
        with self.store.lock:
            if kind == "products" and number in self.store.variations and asked.method in ("GET", "HEAD"):
                row = self.store.variations[number]
                return dict(lists.fields(shapes.variation_as_product(self.store, row), asked.query))
            if number not in self._rows(kind):
                raise _invalid(kind)
            row = self._rows(kind)[number]
            if asked.method in ("PUT", "POST", "PATCH"):
                self._update(kind, number, _body(asked))
            elif asked.method == "DELETE":
                return self._delete(kind, number, force=asked.query.get("force", "").lower() in ("true", "1"))
            return dict(lists.fields(self._shown(kind, row), asked.query))

    def _create(self, kind: str, body: Row) -> Row:
        store = self.store
        if kind == "webhooks":
            if not is_topic(str(body.get("topic", ""))):
                raise Turned(400, "woocommerce_rest_webhook_invalid_topic", "Webhook topic must be valid.")
            if not str(body.get("delivery_url", "")).startswith(("http://", "https://")):
                code = "woocommerce_rest_webhook_invalid_delivery_url"
                raise Turned(400, code, "Webhook delivery URL must be a valid URL starting with http:// or https://.")
            return shapes.webhook(store, store.hooks.create({"secret": "x" * 50, **body}))
        if kind == "products":
            return shapes.product(store, store.products[store.create_product(**_writable(body))])
        if kind == "customers":
            return shapes.customer(store, store.customers[store.create_customer(**_writable(body))])
        lines = [
            (line.get("variation_id") or line["product_id"], line["quantity"]) for line in body.get("line_items", [])
        ]
        return shapes.order(store, store.orders[store.create_order(lines, customer=body.get("customer_id", 0))])

    def _update(self, kind: str, number: int, body: Row) -> None:
        store, fields = self.store, _writable(body)
        row = self._rows(kind)[number]
        for meta in fields.pop("meta_data", []):
            _keep_meta(store, row, meta)
        if kind == "webhooks":
            moved = fields.get("delivery_url", row["delivery_url"]) != row["delivery_url"]
            row |= fields | {"_modified": store.now()}
            if moved:
                store.hooks.ping(row)
        else:
            {"products": store.edit, "customers": store.edit_customer, "orders": store.edit_order}[kind](
                number, **fields
            )

    def _delete(self, kind: str, number: int, *, force: bool) -> Row:
        store, row = self.store, self._rows(kind)[number]
        told = self._shown(kind, row)
        if not force and kind in ("customers", "webhooks"):
            code = "woocommerce_rest_trash_not_supported"
            raise Turned(501, code, f"{kind.capitalize()} do not support trashing.")
        if kind == "products":
            store.delete(number) if force else store.trash(number, by="rest")
        elif kind == "orders":
            store.delete_order(number) if force else store.trash_order(number)
        elif kind == "customers":
            store.delete_customer(number)
        else:
            del store.hooks.all[number]
        return told

    def _batch(self, asked: Asked, kind: str) -> Answer:
        body = _body(asked)
        if sum(len(body.get(verb) or []) for verb in ("create", "update", "delete")) > 100:
            text = "Unable to accept more than 100 items for this request."
            raise Turned(413, "woocommerce_rest_request_entity_too_large", text)
        told: dict[str, list[Row]] = {}
        for verb in ("create", "update", "delete"):
            for item in body.get(verb) or []:
                told.setdefault(verb, []).append(self._item(kind, verb, item))
        return 200, {}, told or []  # PHP writes an array without keys as a list

    def _item(self, kind: str, verb: str, item: Any) -> Row:
        number = 0 if verb == "create" else int(item["id"] if isinstance(item, dict) else item)
        try:
            if verb == "create":
                return self._create(kind, item)
            if number not in self._rows(kind):
                raise _invalid(kind)
            if verb == "delete":
                return self._delete(kind, number, force=True)
            self._update(kind, number, item)
            return self._shown(kind, self._rows(kind)[number])
        except Turned as turned:
            return {"id": number, "error": turned.told}

    def _variations(self, asked: Asked, parent: int, rest: list[str]) -> Answer:
        rows = {row["id"]: row for row in self.store.family(parent)}
        if parent not in self.store.products:
            raise _invalid("products")
        if not rest and asked.method in ("GET", "HEAD"):
            return self._list(asked, "variations", rows.values(), self._variation)
        if len(rest) == 1 and rest[0].isdigit():
            if int(rest[0]) not in rows:
                raise _invalid("variations")
            row = rows[int(rest[0])]
            if asked.method in ("PUT", "POST", "PATCH"):
                self.store.edit(row["id"], **_writable(_body(asked)))
            elif asked.method == "DELETE":
                told = self._variation(row)
                self.store.delete(row["id"])
                return 200, {}, told
            return 200, {}, lists.fields(self._variation(row), asked.query)
        raise _no_route()

    def _categories(self, asked: Asked, rest: list[str]) -> Answer:
        store = self.store
        if not rest and asked.method in ("GET", "HEAD"):
            rows = store.categories.values()
            return self._list(asked, "products/categories", rows, lambda row: shapes.category(store, row))
        if not rest and asked.method == "POST":
            body = _body(asked)
            number = store.create_category(body.pop("name"), by_rest=True, **body)
            return 201, {}, shapes.category(store, store.categories[number])
        if not rest or not rest[0].isdigit():
            raise _no_route()
        if int(rest[0]) not in store.categories:
            raise Turned(404, "woocommerce_rest_term_invalid", "Resource does not exist.")
        number = int(rest[0])
        if asked.method in ("PUT", "POST", "PATCH"):
            store.edit_category(number, by_rest=True, **_body(asked))
        told = shapes.category(store, store.categories[number])
        if asked.method == "DELETE":
            store.delete_category(number)
        return 200, {}, lists.fields(told, asked.query)

    def _coupons(self, asked: Asked) -> Answer:
        """Codes are kept in lower case, and each is there once (WooCommerce 10.5, class-wc-rest-coupons-controller)."""
        store = self.store
        if asked.method == "POST":
            body = _body(asked)
            code = str(body.get("code", "")).lower()
            if not code:
                raise Turned(400, "rest_missing_callback_param", "Missing parameter(s): code")
            if code in store.coupons:
                raise Turned(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
            store.coupons[code] = {"id": store.post_number(), **body, "code": code}
            return 201, {}, store.coupons[code]
        wanted = asked.query.get("code", "").lower()
        return 200, {}, [row for code, row in store.coupons.items() if wanted in ("", code)]

    def _notes(self, asked: Asked, number: int) -> Answer:
        store = self.store
        if number not in store.orders:
            raise Turned(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        if asked.method == "POST":
            body = _body(asked)
            row = store.add_note(number, body["note"], customer_note=bool(body.get("customer_note")))
            return 201, {}, shapes.note(store, number, row)
        return 200, {}, [shapes.note(store, number, row) for row in store.notes[number]]

    def _fulfilments(self, number: int) -> Answer:
        if number not in self.store.orders:
            raise Turned(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        return 200, {"Allow": "GET, POST"}, self.store.fulfilments.get(number, [])


def _body(asked: Asked) -> Row:
    try:
        told = json.loads(asked.body or b"{}")
    except ValueError:
        raise Turned(400, "rest_invalid_json", "Invalid JSON body passed.") from None
    return told if isinstance(told, dict) else {}


def _writable(body: Row) -> Row:
    fields = {
        name: value for name, value in body.items() if name not in ("id", "line_items") and not name.startswith("_")
    }
    if "categories" in fields:
        fields["_categories"] = [each["id"] for each in fields.pop("categories")]
    if "regular_price" in fields:
        fields["price"] = fields.get("sale_price") or fields["regular_price"]
    return fields


def _keep_meta(store: Store, row: Row, meta: Row) -> None:
    kept = row.setdefault("meta_data", [])
    for each in kept:
        if each["key"] == meta["key"]:
            each["value"] = meta["value"]
            return
    kept.append({"id": store.row_number(), "key": meta["key"], "value": meta["value"]})


def _setting(store: Store) -> Row:
    told = {"id": "woocommerce_currency", "label": "Currency", "description": "", "type": "select", "default": "USD"}
    return {**told, "tip": "", "value": store.currency, "options": {store.currency: store.currency}, "_links": {}}


def _no_route() -> Turned:
    return Turned(404, "rest_no_route", "No route was found matching the URL and request method.")


def _invalid(kind: str) -> Turned:
    if kind == "customers":
        return Turned(404, "wc_user_invalid_id", "Invalid user ID.")
    return Turned(404, f"woocommerce_rest_{_NOUNS.get(kind, 'shop_webhook')}_invalid_id", "Invalid ID.")


def _nobody(method: str, parts: list[str]) -> Turned:
    if method not in ("GET", "HEAD"):
        return Turned(401, "woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources.")
    what = "view this resource" if parts and parts[-1].isdigit() else "list resources"
    return Turned(401, "woocommerce_rest_cannot_view", f"Sorry, you cannot {what}.")
