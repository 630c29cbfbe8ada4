"""Templates as they are written: what was filled in, what is wrong with it, and what it makes of an order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from typing import Any

from commerce.database import Connection
from commerce.rules.notifications.choices import Choices
from commerce.rules.notifications.kinds import KINDS
from commerce.tables import cards, order_tracking, orders
from integrations.channels import checking, occasions, samples
from integrations.channels.defaults import Template, usual
from integrations.channels.occasions import About
from webapp.languages import lazy_gettext as _
from webapp.languages import translated
from webapp.parts import parts

PARTS = {"subject": _("Subject"), "preheader": _("What stands beside it in lists of mails"), "body": _("Body")}
_LONGEST = {"subject": 500, "preheader": 500, "body": 200_000}
_MOST_COMPARED = 4000  # lines; longer templates are shown one below the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template with the version that it is, 0 for the usual one."""

    template: Template
    version: int = 0


def stored(row: Any, *, kind: str, language: str) -> Draft:
    """A row of notification_templates; the usual template where there is none."""
    if row is None or row.is_default:
        return Draft(template=usual(kind, language))
    told = {name: getattr(row, name) for name in PARTS}
    return Draft(template=Template(kind=kind, language=language, **told), version=row.version)


def filled_in(form: Mapping[str, str], *, kind: str, language: str) -> Template:
    """What stands in the form."""
    told = {name: form.get(name, "").replace("\r\n", "\n").replace("\x00", "")[: _LONGEST[name]] for name in PARTS}
    told |= {name: " ".join(told[name].split()) for name in ("subject", "preheader")}
    return Template(kind=kind, language=language, **told)


def wrong_with(template: Template, shop: Any, choices: Choices) -> dict[str, list[str]]:
    """Why it cannot be saved, by the field that it is about; nothing where it can."""
    found: dict[str, list[str]] = {}
    for said in checking.complaints(template, brand=occasions.brand_of(shop, choices)):
        found.setdefault("subject" if "subject" in said.lower() else "body", []).append(translated(said))
    return found


def context_for(db: Connection, shop: Any, *, kind: str, language: str, order_id: str) -> dict[str, Any]:
    """What the template reads of one of the shop's orders, or of a made-up one where there is no such order."""
    sample = samples.sample_context(kind, language)
    order = orders.by_ids(db, shop_id=shop.id, ids=[order_id]).get(order_id) if order_id else None
    if order is None or "order" not in KINDS[kind].objects:
        return sample
    lines = orders.lines_of(db, shop_id=shop.id, ids=[order_id])[order_id]
    bought = cards.by_ids(db, shop_id=shop.id, ids={line.product_id for line in lines})
    parcels = order_tracking.by_orders(db, shop_id=shop.id, order_ids=[order_id])
    about = About(
        shop=shop,
        base_url=parts().settings.base_url,
        language=order.locale or language,
        order=order,
        lines=lines,
        parcel=parcels[-1] if parcels else None,
        refund_id=order.refunds[-1]["id"] if order.refunds else "",
        pictures={card.id: card.image for card in bought.values()},
        pages={card.id: card.url for card in bought.values()},
    )
    return sample | occasions.context_of(kind, about)


def compared(before: Template, after: Template) -> list[tuple[str, str]]:
    """The lines of two templates' parts: ("same", "gone" or "new", line)."""
    found = []
    for name, title in PARTS.items():
        one, other = getattr(before, name).splitlines(), getattr(after, name).splitlines()
        if one == other:
            continue
        found.append(("same", f"— {title} —"))
        found += _lines(one, other)
    return found


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Whole lines: to look for lines that are alike (ndiff) takes minutes where many of them changed a little."""
    same = [Match(len(before), len(after), 0)]  # as lists of matches end
    if len(before) + len(after) <= _MOST_COMPARED:
        same = SequenceMatcher(None, before, after).get_matching_blocks()
    start = begin = 0
    for block in same:
        yield from (("gone", f"- {line}") for line in before[start : block.a])
        yield from (("new", f"+ {line}") for line in after[begin : block.b])
        yield from (("same", f"  {line}") for line in before[block.a : block.a + block.size])
        start, begin = block.a + block.size, block.b + block.size
