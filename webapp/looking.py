"""Which shop of those that somebody sees is looked at, and who it is that looks."""

from typing import cast

from flask import g, request, session

from commerce.rules.roles import OWNER
from commerce.tables import shops
from commerce.tables.shops import Shop
from webapp import sessions
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.stores import embedded


def look_at(visitor: sessions.Visitor) -> bool:
    """Choose the shop that is looked at: with ?shop=, remembered in the session, else the first.

    False where none of the visitor's shops is left, or a page within Shopify's admin is for another one. Raises Problem
    for another's shop.
    """
    g.operator, g.seen_by, g.shops = visitor.is_operator, visitor.name, _shops_of(visitor)
    wanted = request.args.get("shop", "")
    named = [shop for shop in g.shops if wanted and wanted in (shop.key, shop.domain)]
    if not visitor.is_operator and not g.shops:
        return False
    if wanted and not named:  # also for the operator: forms of a shop that is gone must not act on another one
        if embedded.here() and not embedded.token():
            return False
        raise Problem(404, _("No such shop"), _("There is no such shop, or it is not yours."))
    remembered = [shop for shop in g.shops if shop.key == session.get("shop")]
    g.shop = next(iter([*named, *remembered, *g.shops]), None)
    g.role = OWNER if visitor.is_operator else visitor.roles.get(g.shop.id, "")
    if embedded.here():
        g.shops = [g.shop]
    if g.shop and session.get("shop") != g.shop.key and sessions.visitor() == visitor:
        session["shop"] = g.shop.key
    return True


def is_signed_in() -> bool:
    """Whether this browser is signed in, to a shop that is still there where it is not the operator's."""
    known = sessions.visitor()
    return known is not None and (known.is_operator or bool(_shops_of(known)))


def sender() -> sessions.Visitor | None:
    """Who sent the form of a page within Shopify's admin."""
    key, here = g.get("form_of", ""), parts()
    if not key:
        return None
    with here.database.read() as db:
        shop = shops.by_key(db, here.vault, key)
    return sessions.of_shop(shop) if shop is not None else None


def chosen() -> Shop | None:
    """The shop that is looked at."""
    return cast("Shop | None", g.get("shop"))


def _shops_of(visitor: sessions.Visitor) -> list[Shop]:
    here = parts()
    with here.database.read() as db:
        return shops.all_shops(db, here.vault) if visitor.is_operator else shops.by_ids(db, here.vault, visitor.roles)
