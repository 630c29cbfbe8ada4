"""Which carriers a shop can ask, and asking them: by waking the workers, never from here."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from redis.exceptions import RedisError

from commerce.database import Connection
from commerce.mirror import following, steering
from commerce.mirror.following import Wanted
from commerce.tables import carriers, order_tracking, orders
from commerce.vault import Vault
from integrations import registry
from integrations.carriers import ways
from integrations.carriers.numbers import choosing
from jobs.queues import TRACK
from webapp.languages import gettext as _
from webapp.parts import Parts

PAUSE = 300  # seconds between two askings of one parcel by hand
LONGEST_NUMBER, SHORTEST_NUMBER = 60, 4


def known(db: Connection, vault: Vault, *, shop_id: int) -> dict[str, str]:
    """The carriers that the shop can ask, and who is asked for each."""
    accounts = {name: one for name, one in carriers.of_shop(db, vault, shop_id=shop_id).items() if one.is_on}
    stand_in = next((name for name, one in accounts.items() if one.stands_in), "")
    return ways.asked_at(accounts, stand_in)


def carrier_named(word: str) -> str | None:
    """The carrier that somebody calls so; None where there is none."""
    told = word.strip().casefold()
    for name, about in registry.carriers().items():
        if told in (name, about.title.casefold(), *about.names):
            return name
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A parcel that a merchant or their system tells of. `carrier` is a carrier's name here, or empty."""

    number: str
    carrier: str = ""
    order_id: str = ""
    country: str = ""
    postcode: str = ""
    province: str = ""
    shipped_at: datetime | None = None
    language: str = ""


def add(here: Parts, *, shop_id: int, told: Collection[Told], source: str, now: datetime) -> set[str]:
    """Follow these parcels, and wake who asks; gives the numbers that were not followed before."""
    with here.database.write() as db:
        new = follow(db, here.vault, shop_id=shop_id, told=told, source=source, now=now)
    if new:
        here.queues.wake(TRACK, [shop_id])
    return new


def follow(
    db: Connection, vault: Vault, *, shop_id: int, told: Collection[Told], source: str, now: datetime
) -> set[str]:
    """Follow these parcels; gives the numbers that were not followed before. Who asks is to be woken."""
    there = order_tracking.by_numbers(db, shop_id=shop_id, numbers={one.number for one in told})
    new = {one.number: one for one in told if one.number not in there}
    placed = orders.by_ids(db, shop_id=shop_id, ids={one.order_id for one in new.values()} - {""})
    wanted = [_wanted(one, placed.get(one.order_id), source) for one in new.values()]
    askable = known(db, vault, shop_id=shop_id) if wanted else {}
    following.add(db, shop_id=shop_id, wanted=wanted, known=askable, now=now)
    return set(new)


def _wanted(one: Told, order: object, source: str) -> Wanted:
    picked = choosing.choose(one.number, one.carrier)
    delivery = getattr(order, "delivery", None) or {}
    to = {"country": one.country, "postcode": one.postcode, "province": one.province} if one.country else delivery
    return Wanted(
        number=one.number,
        carrier=one.carrier or picked.carrier,
        others=tuple(other for other in picked.others if other != one.carrier),
        named=one.carrier,
        order_id=one.order_id,
        shipped_at=one.shipped_at,
        placed_at=getattr(order, "placed_at", None),
        to=to,
        language=one.language or getattr(order, "locale", "") or "",
        source=source,
    )


def ask_now(here: Parts, *, shop_id: int, tracking_id: int, now: datetime) -> str:
    """Ask for one parcel at once; gives why not, in words, where it is not done."""
    with here.database.read() as db:
        row = order_tracking.by_id(db, shop_id=shop_id, tracking_id=tracking_id)
        doing = carriers.health_of(db, shop_id=shop_id).get(row.carrier) if row else None
    if row is None or not steering.can_be_asked(row):
        return _("Nobody asks for this parcel any more. Track it anew to begin again.")
    if doing is not None and doing.closed_until is not None and doing.closed_until > now:
        return _(
            "%(carrier)s is not asked before %(time)s UTC: %(error)s",
            carrier=registry.carrier_title(row.carrier),
            time=f"{doing.closed_until:%H:%M}",
            error=doing.error,
        )
    if (row.checked_at is not None and (now - row.checked_at).total_seconds() < PAUSE) or not _is_first(here, row.id):
        return _("It was asked a moment ago. Carriers are asked by hand once in five minutes.")
    with here.database.write() as db:
        order_tracking.opened(db, row.id, now=now, ask=True)
    here.queues.wake(TRACK, [shop_id], again=True)
    return ""


def _is_first(here: Parts, tracking_id: int) -> bool:
    """Whether nobody asked by hand lately; where Redis is gone, nobody is held up."""
    with suppress(RedisError, OSError):
        return bool(here.queues.redis.set(f"backroom:asked:{tracking_id}", 1, nx=True, ex=PAUSE))
    return True
