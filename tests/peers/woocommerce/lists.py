"""Lists of the stand-in's REST API: parameters, their errors, filters, order and pages."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from tests.peers.woocommerce.keys import Turned
from tests.peers.woocommerce.shapes import Row

_ORDERS = {
    "products": "date id include title slug modified popularity rating post__in price sales menu_order random "
    "popularity rating menu_order price popularity rating",
    "variations": "date id include title slug modified menu_order",
    "orders": "date id include title slug modified",
    "customers": "id include name registered_date",
    "products/categories": "id include name slug term_group description count",
    "webhooks": "date id title",
    "orders/notes": "",
}
_DEFAULTS = {"customers": ("name", "asc"), "products/categories": ("name", "asc")}
_STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
_ROLES = ("all", "administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager")


def wrong(name: str, text: str, code: str, more: Any = None) -> Turned:
    detail = {name: {"code": code, "message": text, "data": more}}
    return Turned(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: text}, details=detail)


class Wanted:
    """A list's parameters, checked."""

    def __init__(self, kind: str, query: dict[str, str], offset: timedelta) -> None:
        self.kind, self.query, self.shop_offset = kind, query, offset
        self.page = self._number("page", 1, None)
        self.per_page = self._number("per_page", 10, 100)
        self.offset = int(query["offset"]) if query.get("offset", "").isdigit() else None
        order_by, order = _DEFAULTS.get(kind, ("date", "desc"))
        self.order_by = self._one_of("orderby", _ORDERS[kind].split(), order_by)
        self.descending = self._one_of("order", ["asc", "desc"], order) == "desc"
        self.status = query.get("status", "any")
        if kind in ("products", "variations"):
            self._one_of("status", _STATUSES, "any")
        self.role = self._one_of("role", _ROLES, "customer")
        self.include, self.exclude = self._numbers("include"), self._numbers("exclude")
        times = (self._since("modified_after", "_modified"), self._since("after", "_created"))
        self.since = [later for later in times if later is not None]

    def _number(self, name: str, default: int, largest: int | None) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.lstrip("-").isdigit():
            raise wrong(name, f"{name} is not of type integer.", "rest_invalid_type", {"param": name})
        number = int(text)
        if largest and not 1 <= number <= largest:
            text = f"{name} must be between 1 (inclusive) and {largest} (inclusive)"
            raise wrong(name, text, "rest_out_of_bounds")
        if number < 1:
            raise wrong(name, f"{name} must be greater than or equal to 1", "rest_out_of_bounds")
        return number

    def _one_of(self, name: str, allowed: Iterable[str], default: str) -> str:
        value, known = self.query.get(name, default), list(allowed)
        if known and value not in known:
            listed = ", ".join(known[:-1]) + f", and {known[-1]}"
            raise wrong(name, f"{name} is not one of {listed}.", "rest_not_in_enum")
        return value

    def _numbers(self, name: str) -> set[int]:
        return {int(part) for part in self.query.get(name, "").split(",") if part.strip().isdigit()}

    def _since(self, name: str, column: str) -> Callable[[Row], bool] | None:
        """A time with a zone becomes the shop's own time, and is compared with the GMT column all the same."""
        text = self.query.get(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise wrong(name, "Invalid date.", "rest_invalid_date") from None
        local = moment.replace(tzinfo=None)
        if moment.tzinfo is not None:
            local = (moment - (moment.utcoffset() or timedelta()) + self.shop_offset).replace(tzinfo=None)
        gmt = self.query.get("dates_are_gmt", "").lower() in ("true", "1")
        shift = timedelta() if gmt else self.shop_offset
        return lambda row: bool((row[column] + shift).replace(tzinfo=None) > local)

    def chosen(self, rows: Iterable[Row]) -> list[Row]:
        found = list(rows)
        for fits in self._filters():
            found = [row for row in found if fits(row)]
        names: dict[str, Callable[[Row], Any]] = {
            "id": itemgetter("id"),
            "date": lambda row: (row.get("_created"), row["id"]),
            "registered_date": lambda row: (row["_created"], row["id"]),
            "modified": lambda row: (row["_modified"], row["id"]),
            "name": lambda row: (row.get("name") or row.get("username") or "", row["id"]),
        }
        return sorted(found, key=names.get(self.order_by, names["id"]), reverse=self.descending)

    def _filters(self) -> Iterator[Callable[[Row], bool]]:
        """The filters that this list has and that were asked for; others are silently ignored."""
        query = self.query
        if self.include:
            yield lambda row: row["id"] in self.include
        if self.exclude:
            yield lambda row: row["id"] not in self.exclude
        if self.kind == "customers":
            if self.role != "all":
                yield lambda row: bool(row["role"] == self.role)
            if query.get("email"):
                yield lambda row: bool(row["email"] == query["email"])
        elif self.kind in ("products", "variations", "orders"):
            asked = set(self.status.split(","))
            yield lambda row: row["status"] in asked or ("any" in asked and row["status"] != "trash")
            if self.kind == "products" and query.get("type"):
                yield lambda row: bool(row["type"] == query["type"])
            if self.kind == "orders" and query.get("customer"):
                yield lambda row: str(row["customer_id"]) == query["customer"]
            yield from self.since

    def cut(self, rows: list[Row]) -> list[Row]:
        start = self.offset if self.offset is not None else (self.page - 1) * self.per_page
        return rows[start : start + self.per_page]

    def headers(self, count: int, address: str) -> dict[str, str]:
        """Totals, and links to the pages beside this one; these repeat the query, keys and all."""
        pages = -(-count // self.per_page)
        near = {"prev": self.page - 1, "next": self.page + 1}
        linked = [
            f'<{address}?{urlencode({**self.query, "page": page})}>; rel="{name}"'
            for name, page in near.items()
            if 1 <= page <= pages
        ]
        told = {"X-WP-Total": str(count), "X-WP-TotalPages": str(pages)}
        return told | ({"Link": ", ".join(linked)} if linked else {})


def fields(told: Any, query: dict[str, str]) -> Any:
    """Only the fields that were asked for."""
    names = {name.strip() for name in query.get("_fields", "").split(",") if name.strip()}
    if not names:
        return told
    if isinstance(told, list):
        return [fields(each, query) for each in told]
    return {name: value for name, value in told.items() if name in names}
