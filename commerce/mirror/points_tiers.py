"""Which level of the programme persons have reached."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from commerce.rules.loyalty.earnings import YEAR
from commerce.rules.loyalty.programmes import SPENT, Programme
from commerce.tables.loyalty import earning, programmes
from commerce.tables.shops import Shop


def tiers(db: Connection, shop: Shop, persons: Mapping[str, Mapping[str, int]], *, now: datetime) -> dict[str, str]:
    """The name of each person's level, "" for none. `persons`: root to their members with what each had ever earned.

    One look-up where no programme has levels. Levels by what was spent fall with time: whoever shows them much later
    works them out anew.
    """
    chosen = programmes.of(db, shop_id=shop.id)
    programme = chosen.holds if chosen is not None else None
    if programme is None or not programme.tiers:
        return dict.fromkeys(persons, "")
    spent: Counter[str] = Counter()
    if programme.tiers_by == SPENT:
        spent = _spent(db, shop, [one for members in persons.values() for one in members], now)
    return {root: _name(programme, members, spent) for root, members in persons.items()}


def _spent(db: Connection, shop: Shop, members: list[str], now: datetime) -> "Counter[str]":
    found: Counter[str] = Counter()
    for row in earning.orders_of(db, shop_id=shop.id, member_ids=members, since=now - YEAR, currency=shop.currency):
        found[row.member_id] += earning.order_now(row).kept
    return found


def _name(programme: Programme, members: Mapping[str, int], spent: "Counter[str]") -> str:
    tier = programme.tier(earned=sum(members.values()), spent=sum(spent[one] for one in members))
    return tier.name if tier is not None else ""
