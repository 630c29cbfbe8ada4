"""What the list of customers is narrowed to and sorted by, as its address carries it."""

import re
from typing import Any

from flask import request

from commerce.rules.segments import rfm
from commerce.tables.people import profile_lists
from commerce.tables.people.profile_lists import Filters
from webapp import inputs
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _

SORTS = {
    profile_lists.CHANGED: _("Last changed"),
    profile_lists.NAME: _("Name"),
    profile_lists.SPENT: _("Spent the most"),
    profile_lists.ORDERS: _("Most orders"),
    profile_lists.LAST_ORDER: _("Ordered last"),
    profile_lists.CREATED: _("Newest here"),
}
NAMES = ("q", "segment", "account", "consent", "country", "group", "cell")
_CELL = re.compile(r"[1-5]-[1-5]")
_ACCOUNT = {"yes": True, "no": False}


def filters_of() -> Filters:
    """The filters of this request. Raises Problem."""
    cell = inputs.text("cell", longest=3)
    if cell and not _CELL.fullmatch(cell):
        raise inputs.wrong("cell", gettext("recency and value from 1 to 5 each, such as 5-3"))
    return Filters(
        text=inputs.text("q"),
        segment=inputs.text("segment", longest=60),
        has_account=_ACCOUNT.get(inputs.choice("account", _ACCOUNT)),
        subscribed=bool(inputs.choice("consent", ("email",))),
        country=inputs.text("country", longest=100),
        group=inputs.choice("group", rfm.BY_NAME),
        cell=(int(cell[0]), int(cell[2])) if cell else None,
    )


def sort_of() -> str:
    """The order that this request asks for. Raises Problem."""
    return inputs.choice("sort", SORTS, default=profile_lists.CHANGED)


def asked() -> dict[str, Any]:
    """The filters of this request as its address has them, for links that keep them."""
    return {name: request.args[name] for name in NAMES if request.args.get(name)}
