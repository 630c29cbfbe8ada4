"""The first steps, as far as they are done: each is read from the rows, none is ticked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from commerce.rules.notifications.states import DELIVERED, SENT
from commerce.tables.shops import Shop
from commerce.tables.syncs import IMPORT
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import ngettext
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
        "connected": _("The shop lets Backroom in."),
        "demo": _("The demo shop needs no connection: its simulator sends everything."),
        "no_api": _("The shop's own system sends everything as signed webhooks."),
        "lost": _("The shop does not let Backroom in any more."),
        "removed": _("The app was removed from the shop."),
    }.get(link.state, _("Let Backroom read what is there already. It takes a minute in the shop's own admin."))
    is_done = link.state == "connected" or link.state in _ALONE
    return Point(
        name="connect",
        title=_("Connect the shop"),
        is_done=is_done,
        words=words,
        action="" if is_done else _("Connect"),
        address=link.connect_at,
        leaves=True,
    )


def _webhooks(shop: Shop, link: Link, found: Found) -> Point:
    title = _("Webhooks")
    came = ngettext("%(num)s delivery in 30 days.", "%(num)s deliveries in 30 days.", found.deliveries)
    if link.hooks and shop.platform != "shopify":
        active, wanted = link.hooks["active"], link.hooks["wanted"]
        is_done = active >= wanted > 0
        registered = _("%(active)s of %(wanted)s are registered.", active=active, wanted=wanted)
        return Point(
            name="webhooks",
            title=title,
            is_done=is_done,
            words=f"{registered} {came}",
            action="" if is_done else _("Repair them"),
            address=url_for("connection.index"),
        )
    if found.deliveries:
        return Point(name="webhooks", title=title, is_done=True, words=_("They come in: %(number)s", number=came))
    where = (
        _("Shopify registers them from the app's configuration.")
        if shop.platform == "shopify"
        else _("The shop has to send them to the address below.")
    )
    none = _("None came yet: send a test event.")
    return Point(name="webhooks", title=title, is_done=False, words=f"{where} {none}")


def _import(link: Link, runs: Runs, found: Found) -> Point:
    products, orders = formats.number(found.products), formats.number(found.orders)
    here = _("%(products)s products and %(orders)s orders are here.", products=products, orders=orders)
    going = runs.going if runs.going is not None and runs.going.kind == IMPORT else None
    title = _("First import")
    if going is not None:
        return Point(
            name="import",
            title=title,
            is_done=False,
            going=going,
            words=_("Everything is being read once."),
            action=_("Details"),
            address=url_for("connection.index"),
        )
    done = runs.last.get(IMPORT)
    if done is not None:
        return Point(name="import", title=title, is_done=True, words=f"{done.found} {here}")
    if link.state in _ALONE:
        is_done = bool(found.products or found.orders)
        nothing = _("There is nothing to import: it all comes by webhooks.")
        return Point(name="import", title=title, is_done=is_done, words=f"{nothing} {here}")
    return Point(name="import", title=title, is_done=False, words=_("It begins by itself once the shop is connected."))


def _search(found: Found) -> Point:
    is_done = found.searches > 0
    used = ngettext(
        "Shoppers use it: %(num)s search in 30 days.",
        "Shoppers use it: %(num)s searches in 30 days.",
        found.searches,
    )
    return Point(
        name="search",
        title=_("Search on the storefront"),
        is_done=is_done,
        words=used if is_done else _("One line of script puts it on the storefront."),
        action="" if is_done else _("Set it up"),
        address=url_for("widget.index"),
    )


def _mail(found: Found) -> Point:
    sent = [row for row in found.messages if row.state in (SENT, DELIVERED)]
    words = [_("Mail goes out.") if sent else _("Send yourself one message, and see what becomes of it.")]
    if not found.has_mail_server:
        words.append(_("No mail server is set up: mail is written to files, which the log shows."))
    return Point(
        name="mail",
        title=_("Mail"),
        is_done=bool(sent),
        words=" ".join(words),
        action="" if sent else _("Send a test"),
        address=url_for("notifications.index", _anchor="try"),
    )


def _choose(found: Found) -> Point:
    words = (
        _("You chose what runs when an order comes in.")
        if found.has_chosen
        else _("What runs when an order comes in is as usual on your platform. Look through it once, and save it.")
    )
    return Point(
        name="choose",
        title=_("Choose what runs"),
        is_done=found.has_chosen,
        words=words,
        action="" if found.has_chosen else _("Choose"),
        address=url_for("order_settings.index"),
    )
