"""How the shop's carriers do: what is asked, what fails, how late news are, what nobody understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from commerce.tables import carrier_quotas, carriers, tallies, tracking_lists
from commerce.tables.carriers import Account
from commerce.tables.shops import Shop
from integrations import registry
from integrations.carrier_api import About
from integrations.carriers import ways
from webapp.languages import gettext as _
from webapp.languages import ngettext, thousands
from webapp.parts import Parts
from webapp.tracking import words
from webapp.tracking.account_form import WINDOWS

_KEPT_HERE = 60  # seconds: windows up to this are kept where the call is made
BREAKS_AFTER = 5  # failures in a row after which a carrier is left alone for a while

_EXAMPLES = 5

Counted = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One carrier. `asked_at`: who is asked for its parcels, empty where nobody can be; `left`: the share of its quota
    that is left, None where there is none; `late`: seconds from a scan to its news, on average; `alarm`: what is wrong.
    """

    name: str
    about: About
    account: Account | None
    asked_at: str
    parcels: int
    today: int
    week: int
    errors: Sequence[tuple[str, int]]
    late: float | None
    left: float | None
    limits: str
    alarm: str
    row: Any
    unknown: Sequence[Any] = field(default=())


def doing(here: Parts, shop: Shop, now: datetime) -> list[Doing]:
    """The carriers that the shop has to do with, those with parcels first."""
    with here.database.read() as db:
        accounts = carriers.of_shop(db, here.vault, shop_id=shop.id)
        rows = carriers.health_of(db, shop_id=shop.id)
        parcels = tracking_lists.on_their_way(db, shop_id=shop.id)
        today = tallies.of_shop(db, shop_id=shop.id, since=now - timedelta(hours=23))
        week = tallies.of_shop(db, shop_id=shop.id, since=now - timedelta(days=7))
        unknown = carriers.unknown_of(db, shop_id=shop.id)
        long_limits = {
            account.key: tuple(one for one in _limits(name, account) if one[1] > _KEPT_HERE)
            for name, account in accounts.items()
        }
        left = carrier_quotas.fullnesses(db, long_limits, now=now)
    on = {name: account for name, account in accounts.items() if account.is_on}
    stand_in = next((name for name, account in on.items() if account.stands_in), "")
    asked_at = ways.asked_at(on, stand_in)
    checked = {name for kind, name in week if kind == "parcel_checks"}
    names = (set(accounts) | set(parcels) | set(rows) | checked) & set(registry.carriers())
    found = [
        Doing(
            name=name,
            about=registry.carrier(name),
            account=accounts.get(name),
            asked_at=asked_at.get(name, ""),
            parcels=parcels.get(name, 0),
            today=today.get(("parcel_checks", name), 0),
            week=week.get(("parcel_checks", name), 0),
            errors=_errors(week, name),
            late=_late(week, name),
            left=left.get(accounts[name].key) if name in accounts else None,
            limits=limits_in_words(_limits(name, accounts.get(name))),
            alarm=alarm(name, rows.get(name), now),
            row=rows.get(name),
            unknown=[row for row in unknown if row.carrier == name][:_EXAMPLES],
        )
        for name in names
    ]
    return sorted(found, key=lambda one: (-one.parcels, one.about.title))


def _limits(name: str, account: Account | None) -> ways.Limits:
    about = registry.carriers().get(name)
    return ways.limits(about, account.quotas if account else ()) if about else ()


def limits_in_words(limits: ways.Limits) -> str:
    """Quotas as people say them: "20,000 calls a day, 5 a second"."""
    told = [f"{thousands(calls)} {_window(seconds)}" for calls, seconds in sorted(limits, key=lambda limit: -limit[1])]
    return ", ".join(told)


def _window(seconds: int) -> str:
    known = WINDOWS.get(seconds)
    return str(known) if known else ngettext("in %(num)s second", "in %(num)s seconds", seconds)


def _errors(counted: Counted, name: str) -> list[tuple[str, int]]:
    found = {label.rpartition(":")[2]: number for (kind, label), number in counted.items() if _is_of(kind, label, name)}
    told = ((str(words.PROBLEMS.get(kind, kind)), number) for kind, number in found.items())
    return sorted(told, key=lambda one: -one[1])


def _is_of(kind: str, label: str, name: str) -> bool:
    return kind == "parcel_errors" and label.rpartition(":")[0] == name


def _late(counted: Counted, name: str) -> float | None:
    number = counted.get(("parcel_news", name), 0)
    return counted.get(("parcel_news_seconds", name), 0) / number if number else None


def alarm(name: str, row: Any, now: datetime) -> str:
    """Why a carrier is not asked at the moment, in words; empty where it is."""
    if row is None or row.closed_until is None or row.closed_until <= now:
        return ""
    title, again = words.title_of(name), f"{row.closed_until:%H:%M} UTC"
    if row.failures >= BREAKS_AFTER:
        return ngettext(
            "%(carrier)s did not answer %(num)s time. It is asked again at %(time)s.",
            "%(carrier)s did not answer %(num)s times in a row. It is asked again at %(time)s.",
            row.failures,
            carrier=title,
            time=again,
        )
    return _("%(carrier)s is left alone until %(time)s: %(error)s", carrier=title, time=again, error=row.error)
