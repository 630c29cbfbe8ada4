"""Customers in the dashboard: all of them, narrowed and sorted, and the profile of each."""

import secrets
from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for

from commerce.rules.segments import rfm
from commerce.tables import segments, views
from commerce.tables.people import members, profile_lists, profiles
from webapp import guards, pages
from webapp.api import cursors
from webapp.loyalty import words
from webapp.parts import parts
from webapp.people import addressed, filtering, picture, timeline_pages
from webapp.people.actors import LISTED, READ, saw

blueprint = Blueprint("customers", __name__, url_prefix="/dashboard/customers")

_MOST_COUNTED = 10_000  # beyond that, counting those who fit would take longer than showing them


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """A page of the customers who fit."""
    filters, sort = filtering.filters_of(), filtering.sort_of()
    place = cursors.place(is_by_time=profile_lists.is_by_time(sort))
    shop_id = g.shop.id
    with parts().database.read() as db:
        narrowed = profile_lists.narrow(db, shop_id=shop_id, filters=filters)
        rows = profile_lists.found(
            db, shop_id=shop_id, narrowed=narrowed, sort=sort, after=place, limit=pages.PER_PAGE + 1
        )
        if filters.is_set:
            total = profile_lists.count_some(db, shop_id=shop_id, narrowed=narrowed, most=_MOST_COUNTED + 1)
        else:
            total = profile_lists.count(db, shop_id=shop_id)
        there = segments.all_of(db, shop_id=shop_id)
        countries = profile_lists.countries(db, shop_id=shop_id)
        kept = views.of_page(db, shop_id=shop_id, page="customers.index")
    some = rows[: pages.PER_PAGE]
    saw([row.id for row in some], LISTED)
    return render_template(
        "customers.html",
        rows=some,
        following=cursors.cursor_of(*profile_lists.place_of(some[-1], sort)) if len(rows) > len(some) else "",
        is_first=place is None,
        filters=filters,
        sort=sort,
        sorts=filtering.SORTS,
        total=min(total, _MOST_COUNTED) if filters.is_set else total,
        is_more=filters.is_set and total > _MOST_COUNTED,
        segments=there,
        segment=next((one for one in there if one.id == filters.segment), None),
        countries=countries,
        group=rfm.BY_NAME.get(filters.group),
        kept=kept,
        viewed=filtering.asked() | ({"sort": sort} if sort != profile_lists.CHANGED else {}),
        export=url_for("customer_files.download", **filtering.asked()),
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> Any:
    """One customer: who they are, what they bought, what they allow. Who was merged is shown where they stand now."""
    wanted, before = key.replace("\x00", ""), timeline_pages.before()
    with parts().database.read() as db:
        root = members.root_of(db, shop_id=g.shop.id, member_id=wanted) or ""
        row = profiles.by_ids(db, shop_id=g.shop.id, ids=[root]).get(root)
        if row is None:
            raise addressed.unknown()
        if root != wanted:
            return redirect(url_for("customers.one", key=root))
        shown = picture.of(db, g.shop, row, before=before)
    saw([root], READ)
    return render_template(
        "customer.html", customer=row, once=secrets.token_urlsafe(12), words_of_points=words, **shown
    )
