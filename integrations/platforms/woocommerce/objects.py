"""Single objects of a WooCommerce store as they are now: in a list where there are many, else one by one."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, Deleted, Reading, Unclear
from integrations.platforms.woocommerce import fulfilments, told
from integrations.platforms.woocommerce.answers import NoRoute, NotThere
from integrations.platforms.woocommerce.client import LARGEST_PAGE, Client, path_of
from integrations.platforms.woocommerce.listings import FIELDS, number
from integrations.shop_api import Page

# Where objects of a kind are looked for, one after the other: products and variations are numbered in one row, and
# lists leave out what is in the bin.
_LISTS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    PRODUCT: (
        ("products", {"status": "any"}),
        ("variations", {"status": "any"}),
        ("products", {"status": "trash"}),
        ("variations", {"status": "trash"}),
    ),
    ORDER: (("orders", {"status": "any"}), ("orders", {"status": "trash"})),
    CUSTOMER: (("customers", {"role": "all"}),),
    CATEGORY: (("products/categories", {}),),
}
_FEW = 3  # up to which objects are read one by one
_LARGEST_NUMBER = 2**63 - 1


@dataclass(slots=True)
class _Looked:
    kind: str
    missing: list[str]
    read_at: datetime
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, row: dict[str, Any]) -> None:
        told_id = str(number(row))
        if told_id in self.missing:
            self.found[told_id] = row
            self.missing.remove(told_id)


def read(client: Client, kind: str, ids: Sequence[str], *, currency: str | None) -> Page:
    """These objects: one Reading each, in their order, a final Deleted for those that are nowhere.

    A customer who became another kind of user is no customer any more: a Deleted that a later change may undo. What no
    reader understands is Unclear. Raises KeyError for a kind that this platform does not have.
    """
    lists = _LISTS[kind]
    wanted = list(dict.fromkeys(ids))
    looked = _Looked(kind, [each for each in wanted if _is_number(each)], datetime.now(UTC))
    if len(looked.missing) > _FEW:
        for path, params in lists:
            _look_through(client, looked, path, params)
    for each in tuple(looked.missing):
        _look_at(client, looked, lists[0][0], each)
    if kind == ORDER:
        found = {each: fulfilments.embedded(client, row, looked.read_at) for each, row in looked.found.items()}
        looked.found = found
    made = tuple(_reading(looked, each, currency) for each in wanted)
    return Page(read_at=looked.read_at, readings=made, total=len(made))


def _look_through(client: Client, looked: _Looked, path: str, params: dict[str, str]) -> None:
    asked = tuple(looked.missing)
    for start in range(0, len(asked), LARGEST_PAGE):
        part = asked[start : start + LARGEST_PAGE]
        wanted: dict[str, str | int] = {**params, "include": ",".join(part), "_fields": FIELDS[path], "per_page": 100}
        try:
            found = client.rows(f"read {path}", path, wanted)
        except NoRoute:
            return  # an older store without a list of variations: they are read one by one
        for row in found.rows:
            looked.take(row)


def _look_at(client: Client, looked: _Looked, path: str, wanted: str) -> None:
    with suppress(NotThere):
        looked.take(client.one(f"read {path}", path_of(*path.split("/"), wanted), {"_fields": FIELDS[path]}))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_NUMBER


def _reading(looked: _Looked, wanted: str, currency: str | None) -> Reading:
    row = looked.found.get(wanted)
    if row is None:
        return _gone(looked.kind, wanted, final=True)
    reading = told.reading(looked.kind, row, read_at=looked.read_at, currency=currency)
    if reading is None:
        unclear = Unclear(kind=looked.kind, id=wanted, reason="The store tells it in a shape that cannot be read.")
        return Reading(kind=looked.kind, object_id=wanted, changes=(unclear,))
    if looked.kind == CUSTOMER and not reading.changes:
        return _gone(CUSTOMER, wanted, final=False)
    return reading


def _gone(kind: str, wanted: str, *, final: bool) -> Reading:
    return Reading(kind=kind, object_id=wanted, changes=(Deleted(kind=kind, id=wanted, final=final),))
