"""Looking up an order's parcels by its number and what only its customer knows: the mail address or the postcode.

Whether there is no such order or what was told of it is wrong looks the same, and takes about as long.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commerce.database import Connection
from commerce.rules.orders import CANCELLED, COMPLETED
from commerce.rules.tracking import FINAL
from commerce.tables import orders
from commerce.tables.shops import Shop
from integrations.cache.pages import Allowance
from webapp import limits
from webapp.parts import Parts
from webapp.reading import allowances
from webapp.track.reading import of_order

LONGEST_NUMBER, LONGEST_CONTACT = 64, 254
EACH = 10  # look-ups of one address in a minute; limits.PER_SUBJECT for one order, whoever asks
SHOP = Allowance(name="parcel-look-ups", per_second=2, saved_up=240)  # for all of a shop's shoppers together
STEP = 0.15  # seconds; answers take a whole number of these, so that how long they take tells nothing
_MOST = 200  # newest orders in which one is looked for
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SENT = frozenset({"fulfilled", "shipped", "delivered"})

NO_MATCH, NOT_SENT, WITHOUT_NUMBER, ORDER_CANCELLED = "no_match", "not_sent", "without_number", "order_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it: the `token` of a parcel of the order, or the name of the sentence that says why not."""

    token: str = ""
    reason: str = ""


def spend(here: Parts, shop: Shop, number: str) -> None:
    """Count a look-up. Raises Problem 429 where there were too many of this address, at this order or in this shop."""
    limits.attempt("parcels", f"{shop.key}:{_core(number)}", each=EACH)
    if here.settings.rate_limits:
        allowances.take(here.pages, shop.id, SHOP)


def find(here: Parts, shop: Shop, *, number: str, contact: str) -> Answer:
    """Look an order up; `contact` is a mail address or a postcode."""
    started = time.perf_counter()
    with here.database.read() as db:
        order = _order(db, shop.id, number, contact)
        parcels = of_order(db, shop.id, order.id) if order else []
    time.sleep(STEP - (time.perf_counter() - started) % STEP)
    if order is None:
        return Answer(reason=NO_MATCH)
    if parcels:
        return Answer(token=next((row for row in parcels if row.status not in FINAL), parcels[-1]).token)
    if order.status == CANCELLED:
        return Answer(reason=ORDER_CANCELLED)
    is_sent = order.fulfillment_status in _SENT or order.status == COMPLETED
    return Answer(reason=WITHOUT_NUMBER if is_sent else NOT_SENT)


def _order(db: Connection, shop_id: int, number: str, contact: str) -> Any:
    """The newest order of that number whose customer has that mail address, or where it goes to that postcode."""
    if "@" in contact:
        mail = contact.casefold()
        told = orders.newest(db, shop_id=shop_id, text=contact, limit=_MOST) if _MAIL.fullmatch(contact) else ()
        theirs = [row for row in told if row.email.strip().casefold() == mail]
    else:
        code = _postcode(contact)
        theirs = [row for row in _of_number(db, shop_id, number) if code in _postcodes(row)]
    return next((row for row in theirs if is_same(number, row.number)), None)


def _of_number(db: Connection, shop_id: int, number: str) -> Sequence[Any]:
    """Orders that may have the number, also where it was told without what this shop's numbers begin and end with."""
    last = next(iter(orders.newest(db, shop_id=shop_id, limit=1)), None)
    core, form = _core(number), re.fullmatch(r"#?(.*?)\d+(\D*)", last.number if last else "")
    whole = number.strip().lstrip("#").strip()
    tries = {core, whole, *([f"{form[1]}{core}{form[2]}"] if form else [])} - {""}
    return orders.numbered(db, shop_id=shop_id, numbers={*tries, *(f"#{text}" for text in tries)})


def is_same(told: str, stored: str) -> bool:
    """Whether a shopper means that order: with or without "#", spaces, and what comes before and after the digits."""
    one, other = _plain(told), _plain(stored)
    if not one or not other:
        return False
    return one == other or (_core(told) == _core(stored) and (one.isdigit() or other.isdigit()))


def _plain(number: str) -> str:
    return re.sub(r"[^0-9a-z]", "", number.casefold())


def _core(number: str) -> str:
    """The number without the letters before and after it, as it is without any digits."""
    plain = _plain(number)
    return plain.strip("abcdefghijklmnopqrstuvwxyz") or plain


def _postcodes(order: Any) -> set[str]:
    return {_postcode(str((told or {}).get("postcode") or "")) for told in (order.delivery, order.billing)} - {""}


def _postcode(text: str) -> str:
    return _plain(text)
