"""What the page of a segment's form shows beside what is filled in: fields, what they may be asked with, products."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from commerce.database import Connection
from commerce.rules.segments import fields as kinds
from commerce.rules.segments.fields import Declared, Field, every
from commerce.tables import products, segments
from commerce.tables.loyalty import programmes
from commerce.tables.people import profile_lists
from commerce.tables.shops import Shop
from integrations.search_api import SearchQuery
from webapp.languages import gettext, translated
from webapp.languages import lazy_gettext as _
from webapp.parts import Parts
from webapp.people import words
from webapp.people.segment_form import Fields, Row
from webapp.shoppers.searching import find_as_merchant

_PICKED = 5  # products offered for what was written
_GROUPS = (
    (
        _("Orders"),
        ("orders_count", "total_spent", "average_order", "refunded", "lifetime_value", "days_between_orders"),
    ),
    (_("Time"), ("first_order", "last_order", "next_order", "created")),
    (_("What was bought"), ("product", "currency")),
    (
        _("Who they are"),
        ("first_name", "last_name", "email", "phone", "country", "locale", "has_account", "tags", "note"),
    ),
    (_("What they allow"), ("email_consent", "sms_consent", "whatsapp_consent")),
    (_("Points"), ("points", "points_pending", "points_earned", "tier")),
    (_("Groups"), ("rfm_group", "recency", "frequency", "monetary", "segment")),
)

Offered = list[tuple[str, list[Field]]]


def there(db: Connection, shop: Shop, custom: dict[str, Declared], *, but: str = "") -> dict[str, Field]:
    """The fields that may be asked, by name, with what there is to choose from. `but`: the segment that is changed."""
    known = {
        "country": [(one, one) for one in profile_lists.countries(db, shop_id=shop.id)],
        "tier": [(name, name) for name in _tiers(db, shop)],
        "segment": [(one.id, one.name) for one in segments.all_of(db, shop_id=shop.id) if one.id != but],
    }
    found = {}
    for field in every(custom):
        is_own = field.name.startswith(kinds.CUSTOM)
        ours = field.choices if is_own else tuple((value, translated(told)) for value, told in field.choices)
        choices = tuple(known.get(field.name, ())) or ours
        if field.suggested:
            choices = tuple((value, words.state(value)) for value in field.suggested)
        found[field.name] = replace(field, label=field.label if is_own else translated(field.label), choices=choices)
    return found


def _tiers(db: Connection, shop: Shop) -> list[str]:
    chosen = programmes.of(db, shop_id=shop.id)
    return [tier.name for tier in chosen.written.tiers] if chosen else []


def offered(fields: dict[str, Field]) -> Offered:
    """The fields in groups of a kind, the shop's own ones last."""
    found = [(words, [fields[name] for name in names if name in fields]) for words, names in _GROUPS]
    grouped = {name for _, names in _GROUPS for name in names}
    others = [field for name, field in fields.items() if name not in grouped]
    own = [field for field in others if field.name.startswith(kinds.CUSTOM)]
    rest = [field for field in others if not field.name.startswith(kinds.CUSTOM)]
    return [*found, *([(gettext("More"), rest)] if rest else []), *([(gettext("Own fields"), own)] if own else [])]


def tags(db: Connection, shop: Shop) -> list[str]:
    """Tags that customers have, to choose from."""
    return profile_lists.tags(db, shop_id=shop.id, limit=100)


def titles(db: Connection, shop: Shop, form: Fields) -> dict[str, str]:
    """The titles of products that the form names by their id."""
    ids = {row["value"] for row in _asking_products(form)}
    found = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    return {key: product.title or key for key, product in found.items()}


def picks(here: Parts, shop: Shop, form: Fields, known: Collection[str]) -> dict[int, list[Any]]:
    """Products found for what was written in a row that names none yet, by row."""
    found: dict[int, list[Any]] = {}
    for at, row in enumerate(form["rows"]):
        text = row["value"].strip()
        if row["field"] == kinds.PRODUCT and text and text not in known:
            hits = find_as_merchant(here, shop, SearchQuery(text=text[:200], limit=_PICKED)).products
            found[at] = [product for _, product in hits]
    return found


def unknown_products(form: Fields, known: Collection[str]) -> dict[str, str]:
    """What is wrong with rows that name no product of the shop."""
    return {
        f"row-{at}": gettext("Choose one of the products that were found.")
        for at, row in enumerate(form["rows"])
        if row["field"] == kinds.PRODUCT and row["value"].strip() and row["value"].strip() not in known
    }


def _asking_products(form: Fields) -> Iterable[Row]:
    return (row for row in form["rows"] if row["field"] == kinds.PRODUCT and row["value"])
