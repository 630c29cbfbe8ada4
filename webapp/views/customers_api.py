"""REST for the merchant's own systems: customers, listed, found, put in, changed and erased."""

from typing import Any

from flask import Blueprint, g, url_for

from commerce.mirror import changes, erasing
from commerce.tables.people import profile_pages
from jobs.queues import ERASE
from webapp.api import cursors, etags
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Page
from webapp.parts import parts
from webapp.people import customer_shapes, finding, refusals, saying
from webapp.people.customer_models import (
    Customer,
    CustomerChange,
    ErasureAsked,
    Found,
    NewCustomer,
    Wanted,
    WhichCustomers,
)

blueprint = Blueprint("customers_api", __name__, url_prefix="/api/v1/customers")

_MOST_FOUND = 50
_TAKEN = "Another customer has this mail address or id already: `customer_id` says who. Merge them, or change that one."


@blueprint.get("")
@endpoint("customers:read", asks=WhichCustomers, gives=Page[Customer], sparse=Customer)
def list_customers(*, asked: WhichCustomers) -> Reply:
    """Customers, page by page, by what they are sorted and filtered by.

    Without a sort the oldest change comes first: whoever reads to the end and goes on from there later misses nothing.
    Who never ordered has no last order, and comes last however that is sorted.
    """
    sort, narrowed = asked.sort.lstrip("-"), finding.filters(asked)
    after = _place(sort)
    rows: Any = []
    if narrowed is not None:
        with parts().database.read() as db:
            rows = profile_pages.page(
                db,
                shop_id=g.shop.id,
                filters=narrowed,
                sort=sort,
                descending=asked.sort.startswith("-"),
                limit=asked.limit + 1,
                after=after,
            )
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    finding.saw(rows, "listed")
    last = cursors.cursor_of(*profile_pages.place(rows[-1], sort)) if more else None
    return Reply(shape={"data": [_shape(row) for row in rows], "next_cursor": last})


@blueprint.get("/<id:key>")
@endpoint("customers:read", gives=Customer, versioned=True, sparse=Customer)
def one_customer(key: str) -> Reply:
    """One customer, by any id of theirs.

    By ours or the platform's, also of one that was merged away: the answer's `id` says under whom they stand now. Or
    by `system:id`, where another system's id was told.
    """
    with parts().database.glance() as db:
        row = finding.found(db, key)
    finding.saw([row], "read")
    return finding.shown(row)


@blueprint.post("/lookup")
@endpoint("customers:read", takes=Wanted, gives=Found)
def look_up_customers(*, body: Wanted) -> Reply:
    """Who has or had a mail address, a phone number or an id, without any of it in an address that is logged.

    At most 50; of a number that several share, there are several.
    """
    told, rows = finding.wanted(body), []
    if told is not None and told != profile_pages.NOBODY_LEFT_OUT:
        with parts().database.read() as db:
            rows = list(profile_pages.everybody(db, shop_id=g.shop.id, filters=told, after="", limit=_MOST_FOUND))
    finding.saw(rows, "read")
    return Reply(shape={"data": [_shape(row) for row in rows]})


@blueprint.post("")
@endpoint("customers:write", takes=NewCustomer, gives=Customer, code=201, changes=True, refuses={409: _TAKEN})
def add_customer(*, body: NewCustomer, change: Change) -> Reply:
    """Put a customer in who has no account at the shop.

    They join the account with the same mail address by themselves as soon as there is one.
    """
    with refusals.told():
        said = saying.said(change.db, body, now=change.now)
    if saying.is_empty(said):
        raise finding.refused("email", "or something else has to be told of them")
    with refusals.told():
        root = changes.create(change.db, g.shop, said, made_by=finding.caller(), now=change.now)
    row = profile_pages.of_root(change.db, shop_id=g.shop.id, root=root)
    finding.saw([row], "changed")
    return finding.shown(row, location=url_for("customers_api.one_customer", key=root))


@blueprint.patch("/<id:key>")
@endpoint("customers:write", takes=CustomerChange, gives=Customer, changes=True, versioned=True, refuses={409: _TAKEN})
def change_customer(key: str, *, body: CustomerChange, change: Change) -> Reply:
    """Change a customer: what is left out stays, null clears.

    What is set here stands until the shop's platform says something else than it said at this time.
    """
    row = finding.held(change.db, key)
    etags.require(customer_shapes.etag(row, currency=g.shop.currency))
    with refusals.told():
        said = saying.said(change.db, body, now=change.now, country=row.country)
        changes.update(change.db, g.shop, row.id, said, made_by=finding.caller(), now=change.now)
    finding.saw([row], "changed")
    return finding.shown(profile_pages.of_root(change.db, shop_id=g.shop.id, root=row.id))


@blueprint.delete("/<id:key>")
@endpoint("customers:write", gives=ErasureAsked, code=202, changes=True)
def erase_customer(key: str, *, change: Change) -> ErasureAsked:
    """Have a customer erased under privacy law, with all that is shown under them.

    It is done in the background. No later telling makes them again, until the merchant lets them in. Orders stay in the
    books without a name. It cannot be undone.
    """
    row, here, shop_id = finding.held(change.db, key), parts(), g.shop.id
    number = erasing.ask_erasure(change.db, g.shop, row.id, asked_by=finding.caller(), now=change.now)
    change.then(lambda: here.queues.wake(ERASE, [shop_id], again=True))
    return ErasureAsked(request_id=str(number), state="asked")


def _shape(row: Any) -> dict[str, Any]:
    return customer_shapes.customer(row, currency=g.shop.currency)


def _place(sort: str) -> profile_pages.Place | None:
    """Where a list by that sort goes on. Raises Problem."""
    match cursors.cursor():
        case None:
            return None
        case [value, str(key)] if finding.is_id(key):
            is_time = sort in profile_pages.TIMES and (value is not None or sort not in profile_pages.SELDOM)
            return cursors.at(value) if is_time else value, key
    raise cursors.wrong_cursor()
