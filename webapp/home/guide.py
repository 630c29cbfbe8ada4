"""The first steps, as far as they are done: each is read from the rows, none is ticked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from commerce.rules.notifications.states import DELIVERED, SENT
from commerce.tables.shops import Shop
from commerce.tables.syncs import IMPORT
from webapp.stores.connected import Link
from webapp.stores.runs import Progress, Runs

_ALONE = ("demo", "no_api")  # shops that have no API of their own to be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One step: what was found where it is done, what to do where it is not, and its one action."""

    name: str
    title: str
    is_done: bool
    words: str
    action: str = ""
    address: str = ""
    leaves: bool = False
    going: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """All of them, and whether they are folded up."""

    points: Sequence[Point]
    is_folded: bool

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(point.is_done for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the steps are read from: objects that are here, searches of the last days, the newest messages, deliveries
    of the last days, whether anything was chosen, and whether mail goes to a server."""

    products: int
    orders: int
    searches: int
    messages: Sequence[Any]
    deliveries: int
    has_chosen: bool
    has_mail_server: bool


def guide(shop: Shop, link: Link, runs: Runs, found: Found, *, folded: bool | None) -> Guide:
    """The steps. `folded`: as somebody wanted it; None: nobody did, and it is folded up once all are done."""
    points = [
        _connect(link),
        _webhooks(shop, link, found),
        _import(link, runs, found),
        _search(found),
        _mail(found),
        _choose(found),
    ]
    is_folded = all(point.is_done for point in points) if folded is None else folded
    return Guide(points=points, is_folded=is_folded)


def _connect(link: Link) -> Point:
    words = {
        "connected": "The shop lets Backroom in.",
        "demo": "The demo shop needs no connection: its simulator sends everything.",
        "no_api": "The shop's own system sends everything as signed webhooks.",
        "lost": "The shop does not let Backroom in any more.",
        "removed": "The app was removed from the shop.",
    }.get(link.state, "Let Backroom read what is there already. It takes a minute in the shop's own admin.")
    is_done = link.state == "connected" or link.state in _ALONE
    return Point(
        name="connect",
        title="Connect the shop",
        is_done=is_done,
        words=words,
        action="" if is_done else "Connect",
        address=link.connect_at,
        leaves=True,
    )


def _webhooks(shop: Shop, link: Link, found: Found) -> Point:
    title, came = (
        "Webhooks",
        f"{found.deliveries:,} {'delivery' if found.deliveries == 1 else 'deliveries'} in 30 days.",
    )
    if link.hooks and shop.platform != "shopify":
        active, wanted = link.hooks["active"], link.hooks["wanted"]
        is_done = active >= wanted > 0
        return Point(
            name="webhooks",
            title=title,
            is_done=is_done,
            words=f"{active} of {wanted} are registered. {came}",
            action="" if is_done else "Repair them",
            address=url_for("connection.index"),
        )
    if found.deliveries:
        return Point(name="webhooks", title=title, is_done=True, words=f"They come in: {came}")
    where = (
        "Shopify registers them from the app's configuration."
        if shop.platform == "shopify"
        else ("The shop has to send them to the address below.")
    )
    return Point(name="webhooks", title=title, is_done=False, words=f"{where} None came yet: send a test event.")


def _import(link: Link, runs: Runs, found: Found) -> Point:
    here = f"{found.products:,} products and {found.orders:,} orders are here."
    going = runs.going if runs.going is not None and runs.going.kind == IMPORT else None
    title = "First import"
    if going is not None:
        return Point(
            name="import",
            title=title,
            is_done=False,
            going=going,
            words="Everything is being read once.",
            action="Details",
            address=url_for("connection.index"),
        )
    done = runs.last.get(IMPORT)
    if done is not None:
        return Point(name="import", title=title, is_done=True, words=f"{done.found} {here}")
    if link.state in _ALONE:
        is_done = bool(found.products or found.orders)
        words = f"There is nothing to import: it all comes by webhooks. {here}"
        return Point(name="import", title=title, is_done=is_done, words=words)
    return Point(name="import", title=title, is_done=False, words="It begins by itself once the shop is connected.")


def _search(found: Found) -> Point:
    is_done = found.searches > 0
    number = f"{found.searches:,} {'search' if found.searches == 1 else 'searches'}"
    words = f"Shoppers use it: {number} in 30 days." if is_done else "One line of script puts it on the storefront."
    return Point(
        name="search",
        title="Search on the storefront",
        is_done=is_done,
        words=words,
        action="" if is_done else "Set it up",
        address=url_for("widget.index"),
    )


def _mail(found: Found) -> Point:
    sent = [row for row in found.messages if row.state in (SENT, DELIVERED)]
    where = "" if found.has_mail_server else " No mail server is set up: mail is written to files, which the log shows."
    words = "Mail goes out." if sent else "Send yourself one message, and see what becomes of it."
    return Point(
        name="mail",
        title="Mail",
        is_done=bool(sent),
        words=f"{words}{where}",
        action="" if sent else "Send a test",
        address=url_for("notifications.index", _anchor="try"),
    )


def _choose(found: Found) -> Point:
    words = (
        "You chose what runs when an order comes in."
        if found.has_chosen
        else ("What runs when an order comes in is as usual on your platform. Look through it once, and save it.")
    )
    return Point(
        name="choose",
        title="Choose what runs",
        is_done=found.has_chosen,
        words=words,
        action="" if found.has_chosen else "Choose",
        address=url_for("order_settings.index"),
    )
