"""The filters of lists of parcels, as their addresses carry them."""

from datetime import UTC, timedelta

from flask import g

from commerce.rules import tracking
from commerce.tables.tracking_lists import Filters
from integrations.carriers.numbers import choosing
from webapp import inputs
from webapp.search.rule_form import zone_of

FILTERS = ("number", "order", "status", "carrier", "since", "until")


def filters_of() -> Filters:
    """The filters of this request. `since` and `until` are days of the shop's clock. Raises Problem."""
    zone = zone_of(g.shop.timezone)
    since, until = inputs.moment("since", loose=True), inputs.moment("until", loose=True)
    if since is not None:
        since = since.replace(tzinfo=zone).astimezone(UTC)
    if until is not None:
        until = until.replace(tzinfo=zone).astimezone(UTC) + timedelta(days=1)
    return Filters(
        status=inputs.choice("status", tracking.STATUSES),
        carrier=inputs.text("carrier", longest=60),
        order=inputs.text("order", longest=100),
        number=choosing.normalised(inputs.text("number", longest=100)),
        since=since,
        until=until,
    )
